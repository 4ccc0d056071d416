"""Secrets by reference: ``env:NAME``, ``file:PATH``, ``keyring:SERVICE/USER``, and ``callable:NAME`` for what the
program gives at logon. A profile never holds the secret itself.
"""

from __future__ import annotations

import importlib
import os
import stat
from collections.abc import Mapping
from inspect import isawaitable, iscoroutine
from pathlib import Path
from typing import Any, cast

from msgcore.base.plain_files import expanded, open_at_once
from msgcore.base.text import ReferredSecret, Secret, SecretGiver
from msgcore.errors import MissingExtra, MsgcoreError, SecretMissing, UsageError

__all__ = ["SecretSource", "called_secret", "check_reference", "find_secret", "resolve_secret"]

SecretSource = Secret | SecretGiver
"""A secret, or a function that gives it whenever it is needed."""

_MAX_OCTETS = 64 * 1024
_KINDS = ("env", "file", "keyring", "callable")


def check_reference(reference: str) -> None:
    """Raise :class:`~msgcore.errors.UsageError` when ``reference`` is none (it may be a secret: it is not shown)."""
    kind, colon, name = reference.partition(":")
    if not colon or kind not in _KINDS or not name or "\0" in name:
        raise UsageError(
            "a secret is given by reference: env:NAME, file:PATH, keyring:SERVICE/USER or callable:NAME "
            "(in Python also Secret(...))"
        )
    if kind == "keyring" and not all(name.rpartition("/")):
        raise UsageError("a secret of a keyring is given as keyring:SERVICE/USER")


def resolve_secret(reference: str, folder: Path) -> Secret:
    """Fetch the secret that ``reference`` names; ``file:`` paths are relative to ``folder``, a final line end is cut.

    It is fetched again for each connection, from where it is, by who uses it: see :class:`ReferredSecret`. Blocks; a
    keyring may ask a person.

    Raises:
        UsageError: it is no reference.
        SecretMissing: the variable is not set, the file cannot be read or can be read by others, too, the keyring has
            no such entry or is locked, or it is to be given by a program; the message names it and what to do.
        MissingExtra: ``keyring:``, and the extra ``keyring`` is not installed.
    """
    found = find_secret(reference, folder, {})
    assert isinstance(found, Secret)  # without a mapping there are no functions
    return found


def find_secret(reference: str, folder: Path, given: Mapping[str, SecretSource]) -> SecretSource:
    """Fetch a secret as :func:`resolve_secret` does; of ``callable:NAME`` give what ``given`` has under that name.

    Raises:
        As :func:`resolve_secret`.
    """
    check_reference(reference)
    kind, _, name = reference.partition(":")
    match kind:
        case "env":
            return ReferredSecret(lambda: _of_environment(reference, name))
        case "file":
            path = _path(reference, folder, name)
            return ReferredSecret(lambda: _of_file(reference, path))
        case "keyring":
            service, _, user = name.rpartition("/")
            return ReferredSecret(lambda: _of_keyring(reference, service, user))
        case _:
            if name not in given:
                raise SecretMissing(reference, f"nobody gives it; log on with secrets={{{name!r}: …}}")
            return _checked(reference, given[name])


def called_secret(what: str, giver: SecretGiver) -> Secret:
    """Call a function for a secret that is needed as such; ``what`` names it in errors.

    Raises:
        UsageError: it gave something else; it has to be a plain function here.
        SecretMissing: it raised what is no error of msgcore.
    """
    try:
        given = giver()
    except MsgcoreError:
        raise
    except Exception as error:  # its text may hold a secret
        raise SecretMissing(what, f"the function that gives it raised {type(error).__name__}") from None
    if isawaitable(given):
        if iscoroutine(given):
            given.close()
        raise UsageError(f"{what}: the function that gives it has to be a plain one, not async def")
    if not isinstance(cast(object, given), str | Secret):
        raise UsageError(f"{what}: the function that gives it gave {type(given).__name__}; need text")
    return given if isinstance(given, Secret) else Secret(given)


def _checked(reference: str, given: object) -> SecretSource:
    if isinstance(given, Secret) or callable(given):
        return cast(SecretSource, given)
    raise UsageError(f"{reference}: need a function or a Secret in secrets, got {type(given).__name__}")


def _path(reference: str, folder: Path, name: str) -> Path:
    try:
        return folder / expanded(name)
    except RuntimeError as error:
        raise SecretMissing(reference, str(error)) from error


def _of_environment(reference: str, name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise SecretMissing(reference, f"the environment has no variable {name}; set it for this program")
    return value


def _of_file(reference: str, path: Path) -> str:
    try:
        with open_at_once(path) as file:
            if _is_open_to_others(file.fileno()):
                raise SecretMissing(reference, f"{path} can be read by others; chmod 600 it")
            octets = file.read(_MAX_OCTETS + 1)
            if not octets and stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
                raise SecretMissing(reference, f"{path} is a pipe, and nobody writes to it")
        if len(octets) > _MAX_OCTETS:
            raise SecretMissing(reference, f"{path} is no secret: larger than {_MAX_OCTETS} octets")
        return octets.decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise SecretMissing(reference, f"{path}: {error.strerror}; write the secret into that file") from error
    except UnicodeDecodeError:
        raise SecretMissing(reference, f"{path} is not UTF-8") from None  # the error shows the octets


def _is_open_to_others(descriptor: int) -> bool:
    """Whether a file of our own can be used by others, as OpenSSH asks it of keys.

    What is somebody else's, or lies where nothing can be changed, has the rights that whoever runs this gave it: so
    are secrets handed to containers.
    """
    if os.name != "posix":
        return False
    facts = os.fstat(descriptor)
    is_open = facts.st_uid == os.geteuid() and bool(facts.st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    return is_open and not os.fstatvfs(descriptor).f_flag & os.ST_RDONLY


def _of_keyring(reference: str, service: str, user: str) -> str:
    try:
        # By name: its types are not known to who has not installed the extra.
        keyring: Any = importlib.import_module("keyring")
    except ImportError as error:
        raise MissingExtra("keyring", reference) from error
    try:
        value: object = keyring.get_password(service, user)
    except Exception as error:  # every backend has errors of its own
        raise SecretMissing(reference, f"the keyring cannot be used: {type(error).__name__}: {error}") from error
    if not isinstance(value, str):
        raise SecretMissing(reference, f"the keyring has no such entry; make it: keyring set {service} {user}")
    return value
