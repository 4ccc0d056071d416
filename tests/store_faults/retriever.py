"""A process that stores what it retrieves: ``python -m tests.store_faults.retriever URL SEED``, without end.

Opens the store, prints ``ready``, and stores messages of rising numbers in batches of chance, each after its ``begun``
with the numbers of the first and the last one, and before its ``done``. It begins where a failed session may begin:
some messages before the last one that the journal has.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import attrs

from msgcore.base.ids import EntryId
from msgcore.codecs import mime
from msgcore.props.table import PidTagEntryId, PidTagSubject
from msgcore.providers.internal.service import (
    PersonalFoldersConfig,
    PersonalFoldersService,
    PostgresConfig,
    PostgresService,
)
from msgcore.providers.internal.store import InternalStore
from msgcore.runtime import NEVER, BlockingRuntime
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import Origin
from msgcore.spi.recovery import Fault
from msgcore.spi.store import Incoming, MessageStatus, SpecialFolder, TableQuery
from msgcore.spi.url import DatabaseUrl
from tests.store_faults.ledger import octets_of

__all__ = ["Retriever", "opened"]

ACCOUNT = "ann at a.test"
_MOST = 40
_PAGE = 500


@attrs.frozen
class Retriever:
    """An open store that mail is retrieved into."""

    runtime: BlockingRuntime
    store: InternalStore
    inbox: EntryId

    def faults(self) -> list[Fault]:
        return list(self.runtime.run(self.store.check(NEVER)))

    def save(self, numbers: range) -> None:
        """Store messages that are to be deleted at the server."""
        letters = [(mime.read(octets_of(str(number))), origin(number)) for number in numbers]
        to_delete = MessageStatus.REMOTE_DELETE
        incoming = [Incoming(letter, origin=one, remote_status=to_delete) for letter, one in letters]
        self.runtime.run(self.store.save(self.inbox, incoming, NEVER))

    def note(self, numbers: range) -> None:
        """Write down messages that wait."""
        now = self.runtime.now()
        self.runtime.run(self.store.note([JournalEntry(origin(number), now) for number in numbers], NEVER))

    def entries(self) -> list[JournalEntry]:
        found: list[JournalEntry] = []
        while page := self.runtime.run(
            self.store.journal(ACCOUNT, found[-1].origin.key if found else None, _PAGE, NEVER)
        ):
            found += page
        return found

    def messages(self) -> dict[EntryId, str]:
        """Give the subjects of all messages in the inbox."""
        query = TableQuery((PidTagEntryId, PidTagSubject), count=1_000_000)
        rows = self.runtime.run(self.store.query(self.inbox, query, NEVER))
        return {EntryId.parse(row[PidTagEntryId]): row[PidTagSubject] for row in rows}


def origin(number: int) -> Origin:
    return Origin(ACCOUNT, b"%09d" % number, b"print of %d" % number)


@contextmanager
def opened(url: str) -> Generator[Retriever]:
    runtime, place = BlockingRuntime(), DatabaseUrl.parse(url, Path()).place
    if isinstance(place, Path):
        service = PersonalFoldersService(PersonalFoldersConfig(place), runtime)
    else:
        service = PostgresService(PostgresConfig(DatabaseUrl(place)), runtime)
    runtime.run(service.logon(NEVER))
    (store,) = service.providers()
    assert isinstance(store, InternalStore)
    special = runtime.run(store.special_folders(NEVER))
    try:
        yield Retriever(runtime, store, special[SpecialFolder.INBOX])
    finally:
        runtime.run(service.close())


def main(url: str, seed: str) -> None:
    chance = random.Random(seed)
    with opened(url) as retriever:
        last = max((int(one.origin.unique_id) for one in retriever.entries() if one.stored), default=-1)
        first = max(0, last - chance.randint(0, _MOST))
        print("ready", flush=True)
        while True:
            numbers = range(first, first + chance.randint(1, _MOST))
            if chance.random() < 0.3:
                retriever.note(range(max(first, last + 1), numbers.stop))
            print(f"begun {numbers.start} {numbers.stop}", flush=True)
            retriever.save(numbers)
            print("done", flush=True)
            first = numbers.stop


if __name__ == "__main__":
    main(*sys.argv[1:])
