"""A process that imports or exports, to be killed on its way, or to say how much memory it took.

``python -m tests.transfer.child import|export|read STORE KIND ARCHIVE``: a line on standard output after each batch.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.spi.store import Incoming
from msgcore.testing.memory_store import MemoryStore
from msgcore.transfer import (
    ArchiveWriter,
    EmlWriter,
    ExportOptions,
    ImportOptions,
    MaildirWriter,
    Mbox,
    MboxVariant,
    MboxWriter,
    open_archive,
)
from tests.transfer.desk import memory_desk, sqlite_desk

__all__ = ["BATCH", "writer_of"]

BATCH = 10


def writer_of(kind: str, path: Path) -> ArchiveWriter:
    if kind == "Maildir":
        return MaildirWriter(path)
    return EmlWriter(path) if kind == "eml" else MboxWriter(path, MboxVariant(kind))


def tell(*done: int) -> None:
    print(*done, flush=True)


class Sieve(MemoryStore):
    """A store that keeps nothing of what it is given, so that what is left in memory is the import's."""

    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        return [EntryId(self.uid, ObjectKind.MESSAGE, number + 1) for number in range(len(incoming))]


def most_kibibytes() -> int:
    """Give the most memory that this process had at once (Linux)."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1])


def main(what: str, store: str, kind: str, archive: str) -> None:
    if what == "read":
        with memory_desk(Sieve()) as desk:
            before = most_kibibytes()
            result = desk.bring(Mbox(Path(archive)))
            tell(result.messages, most_kibibytes() - before)
        return
    with sqlite_desk(Path(store)) as desk:
        if what == "import":
            desk.bring(open_archive(Path(archive)), ImportOptions(batch=BATCH, progress=tell))
        else:
            desk.take(writer_of(kind, Path(archive)), ExportOptions(batch=BATCH, progress=tell))


if __name__ == "__main__":
    main(*sys.argv[1:])
