"""Why a file may not be written, and what would change that."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

from msgcore.errors import StoreError

__all__ = ["check_writable", "is_only_to_read"]


def check_writable(path: Path, what: str) -> None:
    """Go on when what is at ``path`` may be written by this user; ``what`` is its name in the error.

    Raises:
        StoreError: it may not; the message says why.
    """
    if not os.access(path, os.W_OK):
        raise StoreError(f"{what} may not be written: {_obstacle(path)}")


def is_only_to_read(path: Path) -> bool:
    """Say whether a file is there and may be read, and it or its folder may not be written."""
    is_read = path.is_file() and os.access(path, os.R_OK)
    return is_read and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def _obstacle(path: Path) -> str:
    if os.name != "posix":
        return "it is marked as read-only, or is another user's"
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return "its file system is mounted read-only"
    facts = path.stat()
    mode = f"its mode is {stat.filemode(facts.st_mode)}"
    if facts.st_uid == os.getuid():
        return f"{mode}; chmod u+w {shlex.quote(str(path))} changes that"
    return f"it is {_user(facts.st_uid)}'s, {mode}, and this is {_user(os.getuid())}"


def _user(number: int) -> str:
    import pwd

    try:
        return f"user {pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"user {number}"
