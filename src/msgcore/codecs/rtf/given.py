"""What the functions of this folder are given: octets, or text to be written as RTF."""

from __future__ import annotations

from typing import cast

from msgcore.errors import UsageError

__all__ = ["given_octets", "given_text"]

_BUFFERS: tuple[type[object], ...] = (bytearray, memoryview)


def given_octets(given: object) -> bytes:
    """Give octets as ``bytes``.

    Raises:
        UsageError: it is something else.
    """
    if isinstance(given, bytes):
        return given
    if isinstance(given, _BUFFERS):
        return bytes(cast("bytearray", given))
    raise UsageError(f"need RTF as octets, got {type(given).__name__}; encapsulate_text and encapsulate_html take text")


def given_text(given: object) -> str:
    """Give text as it is.

    Raises:
        UsageError: it is something else.
    """
    if not isinstance(given, str):
        raise UsageError(f"need text as a str, got {type(given).__name__}")
    return given
