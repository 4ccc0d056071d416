"""Secrets by reference: ``env:NAME`` and ``file:PATH``. A profile never holds the secret itself."""

from __future__ import annotations

import os
from pathlib import Path

from msgcore.base.text import Secret
from msgcore.errors import NotSupported, SetupError, UsageError

__all__ = ["check_reference", "resolve_secret"]

_MAX_OCTETS = 64 * 1024


def check_reference(reference: str) -> None:
    """Raise :class:`~msgcore.errors.UsageError` when ``reference`` is none (it may be a secret: it is not shown)."""
    kind, colon, name = reference.partition(":")
    if not colon or kind not in {"env", "file", "keyring"} or not name:
        raise UsageError("a secret is given by reference: env:NAME or file:PATH (in Python also Secret(...))")


def resolve_secret(reference: str, folder: Path) -> Secret:
    """Fetch the secret that ``reference`` names; ``file:`` paths are relative to ``folder``, a final line end is cut.

    Raises:
        UsageError: it is no reference.
        SetupError: the variable is not set, or the file cannot be read; the message names it.
        NotSupported: ``keyring:``, which is not in this version.
    """
    check_reference(reference)
    kind, _, name = reference.partition(":")
    match kind:
        case "env":
            value = os.environ.get(name)
            if value is None:
                raise SetupError(f"{reference}: the environment has no variable {name}")
            return Secret(value)
        case "file":
            path = folder / Path(name).expanduser()
            try:
                with path.open("rb") as file:
                    octets = file.read(_MAX_OCTETS + 1)
                if len(octets) > _MAX_OCTETS:
                    raise SetupError(f"{reference}: {path} is no secret: larger than {_MAX_OCTETS} octets")
                return Secret(octets.decode().removesuffix("\n").removesuffix("\r"))
            except OSError as error:
                raise SetupError(f"{reference}: {path}: {error.strerror}") from error
            except UnicodeDecodeError as error:
                raise SetupError(f"{reference}: {path}: {error}") from error
        case _:
            raise NotSupported(f"{kind}: secrets in a keyring are not in this version of msgcore")
