"""Where messages stand: what an operation has to know of their rows before it changes them."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import attrs

from msgcore.errors import NotFound, ObjectDeleted
from msgcore.providers.internal.dialect import chunks, last_id
from msgcore.runtime import Connection, Row
from msgcore.spi.store import Contents, MessageFlag

__all__ = ["SECTIONS", "Section", "Standing", "Tally", "missing_folder", "missing_message", "standing_of"]


class Section(enum.IntEnum):
    """Which of a folder's messages a row is among."""

    MESSAGES = 0
    ASSOCIATED = 1
    DELETED = 2


# As plain numbers, which are looked into in a tenth of the time.
_READ, _ASSOCIATED = int(MessageFlag.READ), int(MessageFlag.ASSOCIATED)

SECTIONS = {
    Contents.MESSAGES: Section.MESSAGES,
    Contents.ASSOCIATED: Section.ASSOCIATED,
    Contents.DELETED: Section.DELETED,
}


@attrs.frozen
class Standing:
    """A message's row, but for what it says."""

    number: int
    folder: int
    section: Section
    content: int
    flags: int
    created_number: int
    arrived_number: int

    @property
    def is_unread(self) -> bool:
        return not self.flags & _READ

    @property
    def is_associated(self) -> bool:
        return bool(self.flags & _ASSOCIATED)


def standing_of(
    connection: Connection, mailbox: int, numbers: Iterable[int], *, is_deleted: bool | None = False
) -> list[Standing]:
    """Find messages of a mailbox, each once; ``is_deleted`` says which: those that are not, that are, or all.

    Raises:
        ObjectDeleted: one is deleted, for good or with the chance to be restored, and is not to be.
        NotFound: one never was.
    """
    wanted = list(dict.fromkeys(numbers))
    known = {row[0]: Standing(row[0], row[1], Section(row[2]), *row[3:]) for row in _rows(connection, mailbox, wanted)}
    found: list[Standing] = []
    for number in wanted:
        one = known.get(number)
        if one is None or (is_deleted is False and one.section is Section.DELETED):
            raise missing_message(connection, number, is_kept=one is not None)
        if is_deleted is not True or one.section is Section.DELETED:
            found.append(one)
    return found


def _rows(connection: Connection, mailbox: int, numbers: Sequence[int]) -> Iterator[Row]:
    for some in chunks(numbers):
        marks = ", ".join("?" * len(some))
        yield from connection.rows(
            "select message.id, folder_id, section, content_id, flags, message.created_number, arrived_number"
            f" from message join folder on folder.id = folder_id where message.id in ({marks}) and mailbox_id = ?",
            (*some, mailbox),
        )


def missing_message(connection: Connection, number: int, *, is_kept: bool = False) -> NotFound:
    """Make the error for a message that cannot be opened (any more)."""
    if is_kept:
        return ObjectDeleted(f"message {number} is deleted; it can be restored")
    if number <= last_id(connection, "message"):
        return ObjectDeleted(f"message {number} is deleted")
    return NotFound(f"message {number} never was in the store")


def missing_folder(connection: Connection, number: int) -> NotFound:
    """Make the error for a folder that is not there (any more)."""
    if number <= last_id(connection, "folder"):
        return ObjectDeleted(f"folder {number} is deleted")
    return NotFound(f"folder {number} never was in the store")


class Tally:
    """Adds up by how much operations change the counts of folders."""

    def __init__(self) -> None:
        self._counts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])

    def add(self, folder: int, section: int, flags: int, sign: int = 1) -> None:
        if section == Section.MESSAGES:
            counts = self._counts[folder]
            counts[0] += sign
            counts[1] += 0 if flags & _READ else sign

    def take(self, messages: Sequence[Standing]) -> None:
        """Count messages out."""
        for one in messages:
            self.add(one.folder, one.section, one.flags, -1)

    def write(self, connection: Connection) -> None:
        connection.run_many(
            "update folder set message_count = message_count + ?, unread_count = unread_count + ? where id = ?",
            [(*counts, folder) for folder, counts in sorted(self._counts.items()) if any(counts)],
        )
