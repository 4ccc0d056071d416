"""Tests of headers without their messages."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.errors import CapabilityMissing, MsgcoreError
from msgcore.spi.retrieval import Retrieved
from msgcore.testing.conformance import needs
from msgcore.testing.modes import Mode
from msgcore.testing.retrievers.far_end import MaildropFarEnd
from msgcore.testing.retrievers.mail import AWKWARD, FIVE_MEBIBYTES, header_of, letters
from msgcore.testing.retrievers.opened import Session
from msgcore.testing.retrievers.retrieving import at_places
from msgcore.testing.retrievers.suite import M, RetrieverSuite

__all__ = ["HeaderTests"]


class HeaderTests(RetrieverSuite[M]):
    """What ``headers`` gives; whether the empty line behind a header comes with it does not matter."""

    @needs("headers")
    def test_headers_of_awkward_messages_are_theirs(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.put(*AWKWARD.values())
            found = dict(zip(AWKWARD, self._headers(mode, far_end, *range(len(AWKWARD))), strict=True))
            wrong = {name: one for name, one in found.items() if one != header_of(self.arrives(AWKWARD[name]))}
            assert wrong == {}

    @needs("headers")
    def test_the_header_of_a_large_message_comes_without_its_body(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            far_end.put(FIVE_MEBIBYTES)
            [found] = self._found(mode, far_end, 0)
            assert len(found.octets) <= len(header_of(FIVE_MEBIBYTES)) + 4

    @needs("headers")
    def test_headers_are_given_in_the_order_asked_for(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 6)
            put = letters(6)
            assert self._headers(mode, far_end, 4, 1, 5, 0) == [header_of(put[place]) for place in (4, 1, 5, 0)]

    @needs("headers")
    def test_many_headers_are_given(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, self.many)
            assert self._headers(mode, far_end, *range(self.many)) == [
                header_of(octets) for octets in letters(self.many)
            ]

    @needs("headers")
    def test_headers_and_messages_may_be_asked_for_in_turn(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            put = self.put(far_end, 5)

            async def story(session: Session) -> list[bytes]:
                listed = await session.list()
                await session.retrieve(listed)
                [header] = await session.headers(at_places(listed, 3))
                [message] = await session.retrieve(at_places(listed, 3))
                return [header.octets.rstrip(b"\r\n"), message.octets]

            assert self.in_session(mode, far_end, story) == [header_of(put[3]), put[3]]

    @needs("headers")
    def test_a_header_deletes_nothing(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            before = list(far_end.waiting())
            self._headers(mode, far_end, 0, 1, 2)
            assert list(far_end.waiting()) == before

    @needs("headers", "take_away")
    def test_the_header_of_a_message_that_is_gone_is_an_error_in_its_place(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            put = self.put(far_end, 3)

            async def story(session: Session) -> Sequence[Retrieved]:
                listed = await session.list()
                await session.runtime.in_thread(lambda: far_end.take_away(1))
                return await session.headers_of_all(listed)

            found = self.in_session(mode, far_end, story)
            given = [None if one.error else one.octets.rstrip(b"\r\n") for one in found]
            assert given == [header_of(put[0]), None, header_of(put[2])]

    @needs("no headers")
    def test_it_gives_no_headers_as_declared(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)

            async def story(session: Session) -> MsgcoreError | None:
                try:
                    await session.headers(await session.list())
                except MsgcoreError as error:
                    return error
                return None

            error = self.in_session(mode, far_end, story)
            assert isinstance(error, CapabilityMissing), repr(error)

    @needs("no headers")
    def test_the_session_goes_on_when_it_gives_no_headers(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            put = self.put(far_end, 3)

            async def story(session: Session) -> list[bytes]:
                listed = await session.list()
                try:
                    await session.headers(listed)
                except CapabilityMissing:
                    return [one.octets for one in await session.retrieve_all(listed)]
                return []

            assert self.in_session(mode, far_end, story) == put

    def _found(self, mode: Mode, far_end: MaildropFarEnd, *places: int) -> Sequence[Retrieved]:
        async def story(session: Session) -> Sequence[Retrieved]:
            return await session.headers_of_all(at_places(await session.list(), *places))

        found = self.in_session(mode, far_end, story)
        assert [one.error for one in found if one.error is not None] == []
        return found

    def _headers(self, mode: Mode, far_end: MaildropFarEnd, *places: int) -> list[bytes]:
        """Retrieve the headers of the messages at these places of the listing, in this order."""
        return [one.octets.rstrip(b"\r\n") for one in self._found(mode, far_end, *places)]
