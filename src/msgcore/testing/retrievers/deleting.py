"""Tests of deleting: what was committed is gone, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from msgcore.spi.retrieval import Retrieved
from msgcore.testing.conformance import needs
from msgcore.testing.modes import Mode
from msgcore.testing.retrievers.opened import Session
from msgcore.testing.retrievers.retrieving import at_places
from msgcore.testing.retrievers.suite import M, RetrieverSuite

__all__ = ["DeletingTests"]

Story = Callable[[Session], Coroutine[Any, Any, Sequence[Retrieved]]]


class DeletingTests(RetrieverSuite[M]):
    """``delete`` and ``commit``."""

    def test_what_was_deleted_and_committed_is_gone_and_nothing_else(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            before = list(far_end.waiting())
            self.in_session(mode, far_end, _delete_and_commit(3, 1))
            assert list(far_end.waiting()) == [before[0], before[2], before[4]]

    def test_what_was_deleted_is_told_as_such(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            assert list(self.in_session(mode, far_end, _delete_and_commit(3, 1))) == []

    def test_what_was_retrieved_and_deleted_is_gone_and_nothing_else(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            before = list(far_end.waiting())

            async def story(session: Session) -> None:
                listed = await session.list()
                await session.retrieve(listed)
                await session.delete(at_places(listed, 0, 1, 2, 3))
                await session.commit()

            self.in_session(mode, far_end, story)
            assert list(far_end.waiting()) == before[4:]

    def test_what_is_left_is_listed_in_the_next_session(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            put = self.put(far_end, 5)
            self.in_session(mode, far_end, _delete_and_commit(3, 1))

            async def story(session: Session) -> list[bytes]:
                return [one.octets for one in await session.retrieve_all(await session.list())]

            assert self.in_session(mode, far_end, story) == [put[0], put[2], put[4]]

    def test_many_messages_are_deleted(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, self.many)
            self.in_session(mode, far_end, _delete_and_commit(*range(self.many)))
            assert list(far_end.waiting()) == []

    def test_what_was_not_committed_is_not_deleted(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            before = list(far_end.waiting())

            async def story(session: Session) -> None:
                await session.delete(await session.list())

            self.in_session(mode, far_end, story)
            assert list(far_end.waiting()) == before

    def test_what_was_not_committed_is_not_deleted_by_the_next_session(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            before = list(far_end.waiting())

            async def story(session: Session) -> None:
                await session.delete((await session.list())[:2])

            self.in_session(mode, far_end, story)
            self.in_session(mode, far_end, _delete_and_commit(4))
            assert list(far_end.waiting()) == before[:4]

    def test_committing_without_deleting_deletes_nothing(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            before = list(far_end.waiting())
            self.in_session(mode, far_end, _delete_and_commit())
            assert list(far_end.waiting()) == before

    def test_an_empty_maildrop_is_committed(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.in_session(mode, far_end, _delete_and_commit())
            assert list(far_end.waiting()) == []

    @needs("take_away")
    def test_deleting_one_that_is_gone_harms_no_other(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 4)
            before = list(far_end.waiting())

            async def story(session: Session) -> None:
                listed = await session.list()
                await session.runtime.in_thread(lambda: far_end.take_away(1))
                await session.delete(at_places(listed, 0, 1, 2))
                await session.commit()

            self.in_session(mode, far_end, story)
            assert [one for one in far_end.waiting() if one != before[1]] == before[3:]


def _delete_and_commit(*places: int) -> Story:
    """Delete what is listed at these places, and give those that were not."""

    async def story(session: Session) -> Sequence[Retrieved]:
        listed = await session.list()
        kept = await session.delete(at_places(listed, *places)) if places else ()
        await session.commit()
        return kept

    return story
