"""Text that commands read: of a file, or of standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from msgcore.errors import UsageError

__all__ = ["text_of"]


def text_of(file: Path | None) -> str:
    """Read a file in UTF-8, or what is piped in, in the encoding of the system.

    Raises:
        UsageError: it is no text.
    """
    try:
        text = sys.stdin.read() if file is None else file.read_text(encoding="utf-8")
        text.encode()  # where the system's encoding is ASCII, other octets come through as halves of characters
    except UnicodeError as error:
        raise UsageError(f"{file or 'standard input'}: is no text: {error}") from error
    return text
