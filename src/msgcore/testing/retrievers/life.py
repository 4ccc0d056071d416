"""Tests of closing, of what comes after it, and of keeping off the event loop."""

from __future__ import annotations

import pytest

from msgcore.errors import CutShort, MsgcoreError, PluginBroken
from msgcore.testing.conformance import needs
from msgcore.testing.loopwatch import watch_loop
from msgcore.testing.modes import Mode
from msgcore.testing.retrievers.opened import OpenedRetriever, Session
from msgcore.testing.retrievers.suite import M, RetrieverSuite

__all__ = ["LifeTests"]


class LifeTests(RetrieverSuite[M]):
    """From the first session to after the last."""

    def test_closing_twice_is_harmless(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            before = list(far_end.waiting())

            async def story(session: Session) -> None:
                await session.delete(await session.list())
                await session.close()
                await session.close()

            self.in_session(mode, far_end, story)
            assert list(far_end.waiting()) == before

    def test_closing_after_commit_is_harmless(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)

            async def story(session: Session) -> None:
                await session.delete((await session.list())[:2])
                await session.commit()
                await session.close()

            self.in_session(mode, far_end, story)
            assert len(far_end.waiting()) == 1

    @needs("lose")
    def test_closing_after_a_lost_connection_is_harmless(self, mode: Mode) -> None:
        with self.far_end() as far_end:

            async def story(session: Session) -> None:
                await session.list()
                await session.runtime.in_thread(far_end.lose)
                await session.close()
                await session.close()

            self.in_session(mode, far_end, story)

    @pytest.mark.parametrize("method", ["list", "retrieve", "delete", "commit"])
    def test_a_call_after_close_raises_an_error_of_msgcore(self, mode: Mode, method: str) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            error = self.in_session(mode, far_end, lambda session: _after_close(session, method))
            assert error is not None, f"{method} worked"
            assert not isinstance(error, PluginBroken | CutShort), repr(error)

    @pytest.mark.parametrize("method", ["list", "retrieve", "delete", "commit"])
    def test_a_call_after_close_deletes_nothing(self, mode: Mode, method: str) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            before = list(far_end.waiting())
            self.in_session(mode, far_end, lambda session: _after_close(session, method))
            assert list(far_end.waiting()) == before

    def test_sessions_work_one_after_the_other(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)

            async def story(opened: OpenedRetriever) -> list[int]:
                return [len(await opened.listed()) for _ in range(3)]

            assert self.at_work(mode, far_end, story) == [3, 3, 3]

    def test_a_session_sees_what_came_since_the_last(self, mode: Mode) -> None:
        with self.far_end() as far_end:

            async def story(opened: OpenedRetriever) -> list[int]:
                before = len(await opened.listed())
                await opened.runtime.in_thread(lambda: self.put(far_end, 2))
                return [before, len(await opened.listed())]

            assert self.at_work(mode, far_end, story) == [0, 2]

    def test_a_second_one_works_after_the_first_was_closed(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            found = [len(self.at_work(mode, far_end, lambda opened: opened.listed())) for _ in range(2)]
            assert found == [3, 3]

    def test_closing_it_before_the_first_session_is_harmless(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)

            async def story(opened: OpenedRetriever) -> None:
                await opened.plugin.close()

            self.at_work(mode, far_end, story)
            assert len(far_end.waiting()) == 3

    def test_nothing_blocks_the_event_loop(self) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)

            async def story(session: Session) -> None:
                listed = await session.list()
                await session.retrieve_all(listed)
                await session.delete(listed)
                await session.commit()

            with watch_loop() as seen:
                self.in_session(Mode.ASYNCIO, far_end, story)
            assert [str(one) for one in seen] == []


async def _after_close(session: Session, method: str) -> MsgcoreError | None:
    """Delete something, close without committing, call a method, and give the error that it raised."""
    listed = await session.list()
    await session.delete(listed[:1])
    await session.close()
    try:
        await session.call(method, *([] if method in {"list", "commit"} else [listed[1:]]))
    except MsgcoreError as error:
        return error
    return None
