"""Tests of a far end that says nothing, breaks the connection, is in use, or is not there."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any, ClassVar

import pytest

from msgcore.errors import (
    ConnectionLost,
    CutShort,
    MaildropInUse,
    MsgcoreError,
    OperationCancelled,
    ProtocolBroken,
    TimedOut,
)
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.testing.conformance import needs
from msgcore.testing.delivery.trouble import cancel_when_held
from msgcore.testing.modes import Mode, call
from msgcore.testing.retrievers.opened import OpenedRetriever
from msgcore.testing.retrievers.suite import M, RetrieverSuite

__all__ = ["TroubleTests"]

Lost = (ConnectionLost, TimedOut, ProtocolBroken)


class TroubleTests(RetrieverSuite[M]):
    """Deadlines, cancelling, and lost connections: an error, and nothing is deleted."""

    deadline_seconds: ClassVar[float] = 0.3
    """How long a session may take in the tests of deadlines; connecting fits into it."""

    cancel_seconds: ClassVar[float] = 5.0
    """How long a call may go on once it is cancelled; msgcore itself waits for a plain ``def`` for a moment."""

    # A deadline that is past.

    def test_opening_after_the_deadline_raises_timed_out(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            error = self.error_of(mode, far_end, lambda opened: opened.open_late())
            assert _is_in_time(error), repr(error)

    @pytest.mark.parametrize("method", ["list", "retrieve", "delete", "commit"])
    def test_a_call_after_the_deadline_raises_timed_out(self, mode: Mode, method: str) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            error = self.error_of(mode, far_end, _late(method))
            assert _is_in_time(error), repr(error)

    @pytest.mark.parametrize("method", ["list", "retrieve", "delete", "commit"])
    def test_a_call_after_the_deadline_deletes_nothing(self, mode: Mode, method: str) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            before = list(far_end.waiting())
            self.error_of(mode, far_end, _late(method))
            assert list(far_end.waiting()) == before

    def test_without_a_deadline_it_retrieves_and_deletes(self, mode: Mode) -> None:
        """Then ``remaining_seconds()`` is infinite, which no socket takes for its timeout."""
        with self.far_end() as far_end:
            put = self.put(far_end, 1)

            async def story(opened: OpenedRetriever) -> list[bytes]:
                session = await opened.open(NEVER)
                try:
                    listed = await session.list(NEVER)
                    found = await session.retrieve(listed, NEVER)
                    await session.call("delete", listed, deadline=NEVER)
                    await session.call("commit", deadline=NEVER)
                finally:
                    await session.close()
                return [one.octets for one in found]

            assert self.at_work(mode, far_end, story) == put
            assert list(far_end.waiting()) == []

    # A far end that is silent.

    @needs("hold")
    def test_the_deadline_is_kept_when_the_far_end_says_nothing(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            with far_end.hold():
                error = self.error_of(mode, far_end, _whole_session(self.deadline_seconds))
            assert _is_in_time(error), repr(error)

    @needs("hold")
    def test_nothing_is_deleted_when_the_far_end_says_nothing(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            before = list(far_end.waiting())
            with far_end.hold():
                self.error_of(mode, far_end, _whole_session(self.deadline_seconds))
            assert list(far_end.waiting()) == before

    @needs("hold")
    def test_cancelling_ends_the_call(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            with far_end.hold() as held:

                async def story(opened: OpenedRetriever) -> bool:
                    end = opened.runtime.deadline(self.cancel_seconds)
                    cancel_when_held(held, opened.runtime, self.ample_seconds)
                    try:
                        await _whole_session(self.cancel_seconds)(opened)
                    except (OperationCancelled, TimedOut):
                        return end.is_past
                    raise AssertionError("the far end has held nobody")

                is_late = self.at_work(mode, far_end, story)
            assert not is_late, "it went on until its deadline"

    # A connection that breaks.

    @needs("lose")
    @pytest.mark.parametrize("method", ["list", "retrieve", "delete"])
    def test_a_lost_connection_is_told_as_such(self, mode: Mode, method: str) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            error = self.error_of(mode, far_end, _after(far_end.lose, method))
            assert isinstance(error, Lost), repr(error)
            assert not isinstance(error, CutShort), repr(error)

    @needs("lose")
    def test_a_commit_that_was_not_answered_raises(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            error = self.error_of(mode, far_end, _after(far_end.lose, "commit"))
            assert isinstance(error, Lost), repr(error)

    @needs("lose")
    def test_a_lost_session_deletes_nothing(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            before = list(far_end.waiting())

            async def story(opened: OpenedRetriever) -> None:
                session = await opened.open()
                await session.delete(await session.list())
                await opened.runtime.in_thread(far_end.lose)
                await session.close()

            self.at_work(mode, far_end, story)
            assert list(far_end.waiting()) == before

    @needs("lose")
    def test_a_new_session_works_after_one_was_lost(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)

            async def story(opened: OpenedRetriever) -> int:
                session = await opened.open()
                await session.list()
                await opened.runtime.in_thread(far_end.lose)
                await session.close()
                return len(await opened.listed())

            assert self.at_work(mode, far_end, story) == 3

    # A far end that cannot be opened.

    @needs("down")
    def test_a_far_end_that_is_down_means_later(self, mode: Mode) -> None:
        with self.far_end() as far_end, far_end.down():
            error = self.error_of(mode, far_end, lambda opened: opened.listed())
            assert isinstance(error, ConnectionLost | TimedOut), repr(error)
            assert not isinstance(error, CutShort), repr(error)

    @needs("down")
    def test_it_works_again_once_the_far_end_is_back(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            assert self.at_work(mode, far_end, _listed_behind(far_end.down())) == 3

    @needs("down")
    def test_making_it_reaches_for_nothing(self, mode: Mode) -> None:
        """A constructor does no I/O: a session makes its services before it knows which of them are needed."""
        with self.far_end() as far_end:
            config = self.config_for(far_end)

            async def main(runtime: Runtime) -> None:
                await self.make(config, runtime).close()

            with far_end.down():
                call(mode.runtime(), main)

    @needs("lock")
    def test_a_maildrop_that_another_has_open_is_in_use(self, mode: Mode) -> None:
        with self.far_end() as far_end, far_end.lock():
            error = self.error_of(mode, far_end, lambda opened: opened.listed())
            assert isinstance(error, MaildropInUse), repr(error)

    @needs("lock")
    def test_it_works_again_once_the_other_is_gone(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            assert self.at_work(mode, far_end, _listed_behind(far_end.lock())) == 3


Story = Callable[[OpenedRetriever], Coroutine[Any, Any, object]]


def _late(method: str) -> Story:
    """Call one method, before which all went well and others were deleted, with a deadline that is past."""

    async def story(opened: OpenedRetriever) -> None:
        session = await opened.open()
        listed = await session.list()
        await session.delete(listed[:1])
        try:
            await session.call_late(method, *([] if method in {"list", "commit"} else [listed[1:]]))
        finally:
            await session.close()

    return story


def _after(trouble: Callable[[], None], method: str) -> Story:
    """Call one method, before which all went well, when there is trouble."""

    async def story(opened: OpenedRetriever) -> None:
        session = await opened.open()
        listed = await session.list()
        await session.delete(listed[:1])
        await opened.runtime.in_thread(trouble)
        try:
            await session.call(method, *([] if method in {"list", "commit"} else [listed[1:]]))
        finally:
            await session.close()

    return story


def _listed_behind(trouble: AbstractContextManager[object]) -> Callable[[OpenedRetriever], Coroutine[Any, Any, int]]:
    """List while there is trouble, and count what is listed behind it."""

    async def story(opened: OpenedRetriever) -> int:
        await opened.runtime.in_thread(trouble.__enter__)
        try:
            await opened.listed()
        except MsgcoreError:
            pass  # the next line matters
        finally:
            await opened.runtime.in_thread(lambda: trouble.__exit__(None, None, None))
        return len(await opened.listed())

    return story


def _whole_session(seconds: float) -> Story:
    """Retrieve all there is by one deadline, and delete nothing."""

    async def story(opened: OpenedRetriever) -> None:
        deadline = opened.runtime.deadline(seconds)
        session = await opened.open(deadline)
        try:
            await session.retrieve(await session.list(deadline), deadline)
        finally:
            await session.close()

    return story


def _is_in_time(error: Exception | None) -> bool:
    return isinstance(error, TimedOut) and not isinstance(error, CutShort)
