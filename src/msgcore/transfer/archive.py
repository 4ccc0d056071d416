"""What every archive gives and takes: messages one after the other, and what it says about each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self

import attrs

from msgcore.errors import MsgcoreError

__all__ = ["Archive", "ArchiveWriter", "ArchivedMessage", "Skipped"]


@attrs.frozen
class ArchivedMessage:
    """One message as it stands in an archive, in its ``form``, and what the archive says about it.

    ``received_at`` is when it was delivered, if the archive says so. ``folder`` is the path of folder names below the
    archive. ``position_octets`` is how much of ``Archive.total_octets`` has been read when this message was.
    ``where`` names its place for a person, if it has a file of its own.
    """

    octets: bytes = attrs.field(repr=False)
    is_read: bool = False
    is_flagged: bool = False
    is_answered: bool = False
    is_forwarded: bool = False
    is_draft: bool = False
    is_deleted: bool = False
    received_at: datetime | None = None
    folder: tuple[str, ...] = ()
    position_octets: int = 0
    form: str = "mime"
    where: str = attrs.field(default="", eq=False)


@attrs.frozen
class Skipped:
    """A message that was passed over: where it stands, as text for a person, and why."""

    where: str
    error: MsgcoreError


class Archive(ABC):
    """Messages in files. Only one message at a time is in memory. Reading blocks.

    ``path`` is where it is, and by what an import knows it again.
    """

    path: Path

    @property
    @abstractmethod
    def total_octets(self) -> int:
        """The size of everything that iterating will read, for a progress bar."""

    @abstractmethod
    def entries(self) -> Generator[ArchivedMessage | Skipped]:
        """Read the messages; one that is too large or cannot be read is skipped, and the reading goes on.

        Raises:
            NotFound, UsageError: the archive itself cannot be read.
        """

    def hold(self) -> Self | None:
        """Give the archive as it is now, kept from change until its :meth:`close` where other programs keep to locks.

        ``None``: another program has locked it, and trying again is the way to wait.
        """
        return self

    def close(self) -> None:  # noqa: B027  # most archives need no hold
        """Let go of what :meth:`hold` gave."""

    def __iter__(self) -> Iterator[ArchivedMessage]:
        """Read the messages.

        Raises:
            LimitExceeded: one is larger than the limit; the text says which.
            NotFound, UsageError: it, or the archive, cannot be read.
        """
        for entry in self.entries():
            if isinstance(entry, Skipped):
                raise entry.error
            yield entry


class ArchiveWriter(Protocol):
    """Adds messages to an archive. Every method blocks; errors of the disk are ``StoreFull``."""

    @property
    def path(self) -> Path: ...

    def open(self) -> bool:
        """Make the archive if it is not there, and take hold of it.

        ``False``: another program has locked it; nothing is held, and trying again is the way to wait.
        """
        ...

    def archive(self) -> Archive:
        """Give what is in the archive, to be read before the first :meth:`write`."""
        ...

    def check_folder(self, names: tuple[str, ...]) -> None:
        """Go on if there can be a folder of that path.

        Raises:
            NotSupported: there cannot; the text says what can be done.
        """
        ...

    def as_read(self, message: ArchivedMessage) -> bytes:
        """Give the octets that reading will give of a message that was written."""
        ...

    def write(self, messages: Sequence[ArchivedMessage]) -> None:
        """Add messages; they are on the disk when this returns. After an error the archive has whole messages only."""
        ...

    def close(self) -> None:
        """Let go of the archive."""
        ...
