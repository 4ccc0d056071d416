"""Tests of messages: they come as they are, in whatever order they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from hypothesis import example, given

from msgcore.spi.retrieval import Retrieved, Waiting
from msgcore.testing.conformance import needs
from msgcore.testing.modes import Mode
from msgcore.testing.retrievers.far_end import MaildropFarEnd
from msgcore.testing.retrievers.mail import AWKWARD, FIVE_MEBIBYTES, any_messages
from msgcore.testing.retrievers.opened import Session
from msgcore.testing.retrievers.suite import M, RetrieverSuite

__all__ = ["RetrievingTests", "at_places", "in_brief"]


class RetrievingTests(RetrieverSuite[M]):
    """What ``retrieve`` gives."""

    def test_awkward_messages_are_given_octet_for_octet(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.put(*AWKWARD.values())
            found = dict(zip(AWKWARD, self._retrieved(mode, far_end, *range(len(AWKWARD))), strict=True))
            wrong = {name: one for name, one in found.items() if one != self.arrives(AWKWARD[name])}
            assert wrong == {}

    def test_any_message_is_given_octet_for_octet(self, mode: Mode) -> None:
        with self.far_end() as far_end:

            @self.draws
            @given(any_messages())
            @example(b"Subject: dots\r\n\r\na\r\n.b\r\n")
            def is_given(octets: bytes) -> None:
                far_end.put(octets)
                assert self._retrieved(mode, far_end, -1) == [self.arrives(octets)]

            is_given()

    def test_a_message_of_five_mebibytes_is_given_octet_for_octet(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.put(FIVE_MEBIBYTES)
            [found] = self._retrieved(mode, far_end, 0)
            assert in_brief(found) == in_brief(self.arrives(FIVE_MEBIBYTES))
            assert found == self.arrives(FIVE_MEBIBYTES)

    def test_many_messages_are_given(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            put = self.put(far_end, self.many)
            assert self._retrieved(mode, far_end, *range(self.many)) == put

    def test_messages_are_given_in_the_order_asked_for(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            put = self.put(far_end, 6)
            assert self._retrieved(mode, far_end, 4, 1, 5, 0) == [put[4], put[1], put[5], put[0]]

    def test_each_has_the_number_that_was_asked_for(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 6)

            async def story(session: Session) -> tuple[list[int], list[int]]:
                asked = at_places(await session.list(), 4, 1, 5, 0)
                return [one.number for one in asked], [one.number for one in await session.retrieve_all(asked)]

            asked, given_numbers = self.in_session(mode, far_end, story)
            assert given_numbers == asked

    def test_of_several_at_least_one_is_given_and_none_that_was_not_asked_for(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)

            async def story(session: Session) -> int:
                return len(await session.retrieve((await session.list())[:3]))

            assert self.in_session(mode, far_end, story) in {1, 2, 3}

    def test_a_message_is_given_as_often_as_it_is_asked_for(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            put = self.put(far_end, 3)

            async def story(session: Session) -> list[bytes]:
                [one] = at_places(await session.list(), 1)
                return [found.octets for _ in range(3) for found in await session.retrieve([one])]

            assert self.in_session(mode, far_end, story) == [put[1]] * 3

    def test_others_may_be_asked_for_than_the_rest(self, mode: Mode) -> None:
        """Who asks for several most often asks for the rest next, and need not."""
        with self.far_end() as far_end:
            put = self.put(far_end, self.many)

            async def story(session: Session) -> list[bytes]:
                listed = await session.list()
                await session.retrieve(listed)
                return [one.octets for one in await session.retrieve_all(at_places(listed, -1, 0, self.many // 2))]

            assert self.in_session(mode, far_end, story) == [put[-1], put[0], put[self.many // 2]]

    def test_listing_between_two_is_harmless(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            put = self.put(far_end, self.many)

            async def story(session: Session) -> list[bytes]:
                listed = await session.list()
                first = await session.retrieve(listed)
                await session.list()
                return [one.octets for one in [*first, *await session.retrieve_all(listed[len(first) :])]]

            assert self.in_session(mode, far_end, story) == put

    def test_retrieving_deletes_nothing(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            before = list(far_end.waiting())
            self._retrieved(mode, far_end, 0, 1, 2)
            assert list(far_end.waiting()) == before

    def test_a_session_that_ends_early_deletes_nothing(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, self.many)
            before = list(far_end.waiting())

            async def story(session: Session) -> None:
                await session.retrieve(await session.list())

            self.in_session(mode, far_end, story)
            assert list(far_end.waiting()) == before

    @needs("take_away")
    def test_a_message_that_is_gone_is_an_error_in_its_place(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            found = self.in_session(mode, far_end, _retrieve_without(far_end.take_away))
            assert [one.error is None for one in found] == [True, False, True, True, True]

    @needs("take_away")
    def test_a_message_that_is_gone_harms_no_other(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            put = self.put(far_end, 5)
            found = self.in_session(mode, far_end, _retrieve_without(far_end.take_away))
            assert [one.octets for one in found if one.error is None] == [put[0], *put[2:]]

    def _retrieved(self, mode: Mode, far_end: MaildropFarEnd, *places: int) -> list[bytes]:
        """Retrieve the messages at these places of the listing, in this order."""

        async def story(session: Session) -> Sequence[Retrieved]:
            return await session.retrieve_all(at_places(await session.list(), *places))

        found = self.in_session(mode, far_end, story)
        assert [one.error for one in found if one.error is not None] == []
        return [one.octets for one in found]


_Story = Callable[[Session], Coroutine[Any, Any, Sequence[Retrieved]]]


def at_places(listed: Sequence[Waiting], *places: int) -> list[Waiting]:
    """Give what is listed at places from 0 on; -1 is the last."""
    return [listed[place] for place in places]


def in_brief(octets: bytes) -> tuple[int, bytes, bytes]:
    """Give the length, the beginning and the end of a large message: what fits into the text of a failure."""
    return len(octets), octets[:80], octets[-80:]


def _retrieve_without(take_away: Callable[[int], None]) -> _Story:
    """Retrieve all that is listed, the second of which is taken away after it was listed."""

    async def story(session: Session) -> Sequence[Retrieved]:
        listed = await session.list()
        await session.runtime.in_thread(lambda: take_away(1))
        return await session.retrieve_all(listed)

    return story
