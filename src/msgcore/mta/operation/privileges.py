"""Becoming another user, once what only root may do is done."""

from __future__ import annotations

import importlib
import os
from typing import Any

import attrs

from msgcore.errors import SetupError, UsageError

__all__ = ["become", "find_user"]


@attrs.frozen
class User:
    """A user of this system, and the group that its processes have."""

    name: str
    number: int
    group: int


def find_user(name: str, group: str = "") -> User:
    """Look a user up; without a ``group``, the user's own counts.

    Raises:
        UsageError: there is no such user or group, or the system knows none.
    """
    try:
        users: Any = importlib.import_module("pwd")
        groups: Any = importlib.import_module("grp")
    except ImportError as error:
        raise UsageError("this system has no users to become") from error
    try:
        found = users.getpwnam(name)
    except KeyError as error:
        raise UsageError(f"there is no user {name!r}") from error
    try:
        number = groups.getgrnam(group).gr_gid if group else found.pw_gid
    except KeyError as error:
        raise UsageError(f"there is no group {group!r}") from error
    return User(name, found.pw_uid, number)


def become(user: User) -> None:
    """Go on as a user, for good; nothing if it is that user already.

    Raises:
        SetupError: this user may not become another one.
    """
    if os.geteuid() == user.number and os.getegid() == user.group:
        return
    try:
        os.initgroups(user.name, user.group)
        os.setgid(user.group)
        os.setuid(user.number)
    except PermissionError as error:
        raise SetupError(f"only root may become {user.name!r}; start as root, or leave out user") from error
