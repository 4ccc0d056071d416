"""Tests of the whole way, through the spooler into a store in memory."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from msgcore.base.ids import EntryId
from msgcore.codecs import mime
from msgcore.props.table import PidTagEntryId
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.plugin import Plugin
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spi.store import SpecialFolder, TableQuery
from msgcore.spooler.incoming import RetrievalProgress, RetrievalReport, retrieve
from msgcore.testing.conformance import needs
from msgcore.testing.memory_store import MemoryStore, StoreMemory
from msgcore.testing.modes import Mode
from msgcore.testing.retrievers.far_end import MaildropFarEnd
from msgcore.testing.retrievers.mail import letter
from msgcore.testing.retrievers.opened import OpenedRetriever
from msgcore.testing.retrievers.suite import M, RetrieverSuite

__all__ = ["ReceivingTests"]

_EVERYTHING = 1 << 40
_LETTER = re.compile(rb"^Subject: letter (\d+)\r$", re.MULTILINE)
_TAKE = RetrievalPolicy()
_LEAVE = RetrievalPolicy(leave_on_server=True)
_HEADERS_ONLY = RetrievalPolicy(leave_on_server=True, headers_only=True)


class ReceivingTests(RetrieverSuite[M]):
    """Nothing twice, nothing lost, nothing too much deleted; policies are the suite's own."""

    def test_what_is_received_is_stored_once(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            assert self._received(mode, far_end, lambda desk: desk.receive(_TAKE, _TAKE)) == _once(1, 2, 3, 4, 5)

    def test_what_was_received_is_gone_at_the_server(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            self._received(mode, far_end, lambda desk: desk.receive(_TAKE))
            assert list(far_end.waiting()) == []

    def test_many_messages_are_received(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, self.many)
            assert self._received(mode, far_end, lambda desk: desk.receive(_TAKE)) == _once(*range(1, self.many + 1))

    @needs("unique ids")
    def test_what_is_left_at_the_server_is_stored_once(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            assert self._received(mode, far_end, lambda desk: desk.receive(_LEAVE, _LEAVE)) == _once(1, 2, 3, 4, 5)

    @needs("unique ids")
    def test_what_is_left_at_the_server_stays_there(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            before = list(far_end.waiting())
            self._received(mode, far_end, lambda desk: desk.receive(_LEAVE, _LEAVE))
            assert list(far_end.waiting()) == before

    @needs("unique ids")
    def test_what_comes_beside_what_was_left_is_stored_once(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)

            async def story(desk: _Desk) -> None:
                await desk.receive(_LEAVE)
                await desk.runtime.in_thread(lambda: far_end.put(letter(4)))
                await desk.receive(_LEAVE)

            assert self._received(mode, far_end, story) == _once(1, 2, 3, 4)

    @needs("unique ids")
    def test_what_was_left_is_removed_once_the_policy_says_so(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            self._received(mode, far_end, lambda desk: desk.receive(_LEAVE, _TAKE))
            assert list(far_end.waiting()) == []

    @needs("unique ids")
    def test_what_was_left_and_removed_was_stored_once(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            assert self._received(mode, far_end, lambda desk: desk.receive(_LEAVE, _TAKE)) == _once(1, 2, 3, 4, 5)

    @needs("unique ids")
    def test_so_many_copies_as_the_policy_keeps_are_left(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            before = list(far_end.waiting())
            policy = RetrievalPolicy(leave_on_server=True, keep_at_most=2)
            self._received(mode, far_end, lambda desk: desk.receive(policy, policy))
            assert list(far_end.waiting()) == before[3:]

    @needs("unique ids", "headers")
    def test_for_headers_alone_no_message_is_stored(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            assert self._received(mode, far_end, lambda desk: desk.receive(_HEADERS_ONLY)) == _once()

    @needs("unique ids", "headers")
    def test_for_headers_alone_no_message_is_removed(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            before = list(far_end.waiting())
            self._received(mode, far_end, lambda desk: desk.receive(_HEADERS_ONLY))
            assert list(far_end.waiting()) == before

    @needs("unique ids", "lose")
    def test_what_a_lost_session_has_stored_is_not_stored_again(self, mode: Mode) -> None:
        """The connection breaks when messages are stored, and before any is deleted."""
        with self.far_end() as far_end:
            self.put(far_end, 5)
            troubles = [far_end.lose]

            def lose_once(_: RetrievalProgress) -> None:
                while troubles:
                    _elsewhere(troubles.pop())

            async def story(desk: _Desk) -> None:
                await desk.try_to_receive(_TAKE, lose_once)
                await desk.receive(_TAKE)

            assert self._received(mode, far_end, story) == _once(1, 2, 3, 4, 5)

    @needs("take_away")
    def test_a_message_that_is_gone_does_not_end_the_retrieval(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            far_end.take_away(1)

            async def story(desk: _Desk) -> None:
                await desk.try_to_receive(_TAKE)

            assert self._received(mode, far_end, story) == _once(1, 3, 4, 5)

    def _received(
        self, mode: Mode, far_end: MaildropFarEnd, story: Callable[[_Desk], Coroutine[Any, Any, object]]
    ) -> Counter[str]:
        """Run a story with a store that is empty at first, and count what is in its inbox after it."""

        async def work(opened: OpenedRetriever) -> list[bytes]:
            desk = _Desk(opened)
            await story(desk)
            return await desk.stored()

        return Counter(map(self._named, self.at_work(mode, far_end, work)))

    def _named(self, octets: bytes) -> str:
        """Name a letter that is as it arrives, octet for octet."""
        number = int(found[1]) if (found := _LETTER.search(octets)) else 0
        return f"letter {number}" if octets == self.arrives(letter(number)) else repr(octets)


class _Desk:
    """A retriever, and the store in memory that its mail goes into."""

    def __init__(self, opened: OpenedRetriever) -> None:
        self._opened = opened
        self.runtime: Runtime = opened.runtime
        provider = MemoryStore(StoreMemory("Memory"), self.runtime)
        self._store = GuardedStore(Plugin("the store in memory", provider, self.runtime), provider)

    async def receive(self, *policies: RetrievalPolicy) -> None:
        """Retrieve once by each policy; all has to go well."""
        for policy in policies:
            report = await self.try_to_receive(policy)
            if report.error is not None:
                raise report.error
            assert report.faults == (), report.faults

    async def try_to_receive(
        self, policy: RetrievalPolicy, on_progress: Callable[[RetrievalProgress], None] | None = None
    ) -> RetrievalReport:
        retriever = self._opened.guarded
        retriever.policy = policy
        deadline = self.runtime.deadline(self._opened.ample_seconds)
        return await retrieve(self.runtime, self._store, retriever, deadline, on_progress=on_progress)

    async def stored(self) -> list[bytes]:
        """Give what is in the inbox."""
        inbox = (await self._store.special_folders(NEVER))[SpecialFolder.INBOX]
        rows = await self._store.query(inbox, TableQuery((PidTagEntryId,)), NEVER)
        ids = [EntryId.parse(row[PidTagEntryId]) for row in rows]
        return [mime.write(await self._store.load(one, _EVERYTHING, NEVER)) for one in ids]


def _once(*numbers: int) -> Counter[str]:
    """Count letters of these numbers, each once."""
    return Counter(f"letter {number}" for number in numbers)


def _elsewhere(trouble: Callable[[], None]) -> None:
    """Call a method of a far end in a thread: it is not to be called on an event loop."""
    thread = threading.Thread(target=trouble)
    thread.start()
    thread.join()
