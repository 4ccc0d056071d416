"""A maildrop in memory, a store, and the engine between them, used as plain calls in either mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import MsgcoreError
from msgcore.props.table import PidTagEntryId, PidTagMessageDeliveryTime
from msgcore.runtime import NEVER, AsyncioRuntime, BlockingRuntime, Runtime
from msgcore.spi.guarded_hook import GuardedHook
from msgcore.spi.guarded_retrieval import GuardedRetriever
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey
from msgcore.spi.plugin import Plugin
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spi.store import Incoming, MessageStatus, SpecialFolder, StoreProvider, TableQuery
from msgcore.spooler.incoming import Gate, OnProgress, RetrievalReport, Task, retrieve
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.memory_maildrop import MemoryMaildrop, MemoryRetriever
from msgcore.testing.memory_store import MemoryStore, StoreMemory
from msgcore.testing.modes import Mode, call

T = TypeVar("T")

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ACCOUNT = "maildrop:ann"
LEAVE = RetrievalPolicy(leave_on_server=True)


def letter(name: str, body: str = "Hello", received: str = "") -> bytes:
    """Write a message whose header no other has."""
    trace = f"Received: from a by b; {received}\r\n" if received else ""
    return f"{trace}From: ann@a.test\r\nSubject: {name}\r\nMessage-ID: <{name}@a.test>\r\n\r\n{body}\r\n".encode()


def throw(error: MsgcoreError) -> None:
    raise error


class MeddledStore(MemoryStore):
    """A store in which something happens at a call that retrieving makes: before it is carried out, or after."""

    def __init__(self, clock: ManualClock, memory: StoreMemory | None = None) -> None:
        super().__init__(memory, clock)
        self._due: tuple[int, bool, Callable[[], None]] | None = None

    def meddle(self, calls: int, act: Callable[[], None], *, is_done: bool = False) -> None:
        """Let ``act`` happen once, at the call that comes after so many; when it raises, so does the call."""
        self._due = (calls, is_done, act)

    def mend(self) -> None:
        self._due = None

    def _met(self, work: Callable[[], T]) -> T:
        if self._due is None:
            return work()
        calls, is_done, act = self._due
        if calls:
            self._due = (calls - 1, is_done, act)
            return work()
        self._due = None
        if not is_done:
            act()
            return work()
        found = work()
        act()
        return found

    def journal(self, account: str, after: JournalKey | None, limit: int, deadline: Deadline) -> Sequence[JournalEntry]:
        return self._met(lambda: super(MeddledStore, self).journal(account, after, limit, deadline))

    def note(self, entries: Sequence[JournalEntry], deadline: Deadline) -> None:
        self._met(lambda: super(MeddledStore, self).note(entries, deadline))

    def forget(self, account: str, keys: Sequence[JournalKey], deadline: Deadline) -> None:
        self._met(lambda: super(MeddledStore, self).forget(account, keys, deadline))

    def deliver(self, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        return self._met(lambda: super(MeddledStore, self).deliver(incoming, deadline))


class Desk:
    """One account and one store."""

    def __init__(
        self,
        mode: Mode,
        maildrop: MemoryMaildrop | None = None,
        store: StoreProvider | None = None,
        clock: ManualClock | None = None,
        runtime: BlockingRuntime | AsyncioRuntime | None = None,
    ) -> None:
        self.clock = clock or ManualClock(START)
        self.runtime = runtime or runtime_on(mode, self.clock)
        self.maildrop = maildrop or MemoryMaildrop()
        self.account = ACCOUNT
        provider = store or MemoryStore(clock=self.clock)
        self.store = GuardedStore(Plugin("store", provider, self.runtime), provider)

    def retriever(self, policy: RetrievalPolicy) -> GuardedRetriever:
        provider = MemoryRetriever(self.maildrop, policy, self.account)
        return GuardedRetriever(Plugin("mail", provider, self.runtime), provider)

    def retrieve(
        self,
        policy: RetrievalPolicy | None = None,
        task: Task = Task.RECEIVE,
        *,
        deadline: Deadline = NEVER,
        on_progress: OnProgress | None = None,
        hooks: Sequence[object] = (),
    ) -> RetrievalReport:
        retriever = self.retriever(policy or RetrievalPolicy())
        return call(
            self.runtime,
            lambda runtime: retrieve(
                runtime,
                self.store,
                retriever,
                deadline,
                task=task,
                on_progress=on_progress,
                gate=Gate([GuardedHook(Plugin(type(one).__name__, one, runtime), one) for one in hooks]),
            ),
        )

    def refresh(self, policy: RetrievalPolicy | None = None) -> RetrievalReport:
        return self.retrieve(policy, Task.REFRESH)

    def process(self, policy: RetrievalPolicy | None = None) -> RetrievalReport:
        return self.retrieve(policy, Task.PROCESS)

    # What is in the store

    @property
    def entries(self) -> list[JournalEntry]:
        return list(call(self.runtime, lambda _: self.store.journal(self.account, None, 1_000_000, NEVER)))

    def mark(self, status: MessageStatus, *marked: JournalEntry) -> None:
        """Mark headers, all if none is named, as a person does."""
        entries = [attrs.evolve(one, status=status) for one in marked or self.entries]
        call(self.runtime, lambda _: self.store.note(entries, NEVER))

    def stored(self) -> list[bytes]:
        """Give the octets of the messages in the inbox, the oldest first."""

        async def ask(_: Runtime) -> list[bytes]:
            return [mime.write(await self.store.load(one, 1 << 30, NEVER)) for one in entry_ids]

        entry_ids = self.stored_ids()
        return call(self.runtime, ask)

    def stored_ids(self) -> list[EntryId]:
        async def ask(_: Runtime) -> list[EntryId]:
            inbox = (await self.store.special_folders(NEVER))[SpecialFolder.INBOX]
            rows = await self.store.query(inbox, TableQuery((PidTagEntryId,), None, (), 0, 1_000_000), NEVER)
            return [EntryId.parse(row[PidTagEntryId]) for row in rows]

        return call(self.runtime, ask)

    def received_at(self, entry_id: EntryId) -> datetime:
        row = call(self.runtime, lambda _: self.store.row(entry_id, (PidTagMessageDeliveryTime,), NEVER))
        return row[PidTagMessageDeliveryTime]

    def delete_stored(self, place: int) -> None:
        """Delete a message of the inbox for good, as a person does."""
        gone = self.stored_ids()[place]
        call(self.runtime, lambda _: self.store.delete([gone], NEVER))
