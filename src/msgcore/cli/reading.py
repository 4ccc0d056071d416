"""What commands read: the text of a file, or of standard input; and what a person alone knows."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path

from msgcore.base.text import Secret
from msgcore.errors import NotFound, UsageError

__all__ = ["ask_secret", "check_seconds", "is_meant", "is_stdin", "name_of", "octets_of", "text_of"]


def text_of(file: Path | None) -> str:
    """Read a file in UTF-8, or what is piped in, in the encoding of the system.

    Raises:
        UsageError: it is no text.
    """
    if file is None:
        _tell_typist()
    try:
        text = sys.stdin.read() if file is None else file.read_text(encoding="utf-8")
        text.encode()  # where the system's encoding is ASCII, other octets come through as halves of characters
    except UnicodeError as error:
        raise UsageError(f"{file or 'standard input'}: is no text: {error}") from error
    return text


def _tell_typist() -> None:
    if sys.stdin.isatty():
        print("msgcore: reads what is typed, until Control-D on a line by itself", file=sys.stderr)


def is_stdin(file: Path) -> bool:
    return str(file) == "-"


def name_of(file: Path) -> str:
    return "standard input" if is_stdin(file) else str(file)


def octets_of(file: Path) -> bytes:
    """Read a file, or standard input where it is ``-``.

    Raises:
        NotFound: it is not there.
        UsageError: it is a folder.
        OSError: it cannot be read.
    """
    if is_stdin(file):
        _tell_typist()
        return sys.stdin.buffer.read()
    if file.is_dir():
        raise UsageError(f"{file}: is a folder")
    if not file.exists():
        raise NotFound(f"{file}: no such file")
    return file.read_bytes()


def check_seconds(option: str, seconds: float) -> None:
    """See that an option leaves time to do something.

    Raises:
        UsageError: it does not.
    """
    if not seconds > 0:  # nor is NaN
        raise UsageError(f"{option}: need seconds above 0, got {seconds:g}")


def ask_secret(what: str, *, instead: str) -> Secret:
    """Ask somebody at a terminal for a secret, twice.

    Raises:
        UsageError: nobody is there to be asked, or the two are not the same.
    """
    if not sys.stdin.isatty():
        raise UsageError(f"standard input is no terminal to be asked at: give {instead}")
    try:
        given, again = getpass(f"{what}: "), getpass(f"{what}, again: ")
    except EOFError:
        raise UsageError(f"nothing was given; or give {instead}") from None
    if given != again:
        raise UsageError("the two are not the same; nothing is changed")
    return Secret(given)


def is_meant(question: str) -> bool:
    """Ask somebody at a terminal; where nobody is there, what was said is meant."""
    if not sys.stdin.isatty():
        return True
    try:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False
