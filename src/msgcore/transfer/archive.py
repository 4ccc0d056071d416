"""What every archive gives: its messages one after the other, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

import attrs

from msgcore.base.octets import Limits
from msgcore.errors import LimitExceeded, NotFound, UsageError

__all__ = ["Archive", "ImportedMessage", "read_file"]


@attrs.frozen
class ImportedMessage:
    """One message as it stood in an archive, and what the archive says about it.

    ``received_at`` is when the archive took it, if it says so. ``folder`` is the path of folder names below the
    archive. ``position_octets`` is how much of ``Archive.total_octets`` has been read when this message was.
    """

    octets: bytes = attrs.field(repr=False)
    is_read: bool = False
    is_flagged: bool = False
    is_answered: bool = False
    is_draft: bool = False
    is_deleted: bool = False
    received_at: datetime | None = None
    folder: tuple[str, ...] = ()
    position_octets: int = 0


class Archive(Protocol):
    """Messages in files. Iterating reads them; only one message at a time is in memory. It blocks."""

    @property
    def total_octets(self) -> int:
        """The size of everything that iterating will read, for a progress bar."""
        ...

    def __iter__(self) -> Iterator[ImportedMessage]: ...


def read_file(path: Path, limits: Limits) -> bytes:
    """Read a file that holds one message.

    Raises:
        LimitExceeded: it is larger than ``limits.total_octets``; the text names the file.
        NotFound: it is not there any more.
        UsageError: it cannot be read.
    """
    try:
        size = path.stat().st_size
        if size > limits.total_octets:
            raise LimitExceeded(f"{path}: {size} octets; the limit is {limits.total_octets}")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"{path}: no such file") from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
