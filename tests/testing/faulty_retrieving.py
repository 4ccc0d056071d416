"""Retrievers with one fault each in messages and headers, and the tests that have to find it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import CapabilityMissing
from msgcore.spi.retrieval import Retrieved, Waiting
from tests.testing.honest_retrievers import BareMaildrop, BareRetriever, HonestMaildrop, HonestRetriever
from tests.testing.post_offices import Broken

__all__ = ["RETRIEVING_FAULTS"]

T = TypeVar("T")


class LosesDots(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def message(self, number: int) -> Retrieved:
            found = super().message(number)
            return attrs.evolve(found, octets=found.octets.replace(b"\r\n.", b"\r\n"))


class EndsTheLastLine(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def message(self, number: int) -> Retrieved:
            found = super().message(number)
            return attrs.evolve(found, octets=found.octets.removesuffix(b"\r\n") + b"\r\n")


class NoMoreThanAMebibyte(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def message(self, number: int) -> Retrieved:
            found = super().message(number)
            return attrs.evolve(found, octets=found.octets[:1_048_576])


class TheFirstForAll(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def message(self, number: int) -> Retrieved:
            return attrs.evolve(super().message(1), number=number)


class InItsOwnOrder(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
            return await super().retrieve(sorted(waiting, key=lambda one: one.number), deadline)


class ItsOwnNumbers(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
            found = await super().retrieve(waiting, deadline)
            return [attrs.evolve(one, number=place) for place, one in enumerate(found, start=1)]


class OneMore(HonestRetriever):
    """Of three that are asked for it gives the next one, too."""

    class maildrop_class(HonestMaildrop):
        async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
            more = [Waiting(waiting[-1].number + 1)] if len(waiting) == 3 else []
            return await super().retrieve([*waiting, *more], deadline)


class GivesItOnce(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def message(self, number: int) -> Retrieved:
            found = super().message(number)
            self.visit.listed[number - 1] = attrs.evolve(self.visit.listed[number - 1], octets=b"")
            return found


class GivesTheRest(HonestRetriever):
    """It has asked ahead, and gives what comes whatever is asked for."""

    class maildrop_class(HonestMaildrop):
        rest: Sequence[Waiting] = ()

        async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
            asked = [*self.rest, *waiting][: len(waiting)]
            found = await super().retrieve(asked, deadline)
            self.rest = asked[len(found) :]
            return [attrs.evolve(one, number=other.number) for one, other in zip(found, waiting, strict=False)]


class ListingDropsTheRest(HonestRetriever):
    """A message that was in flight when it lists is lost."""

    class maildrop_class(HonestMaildrop):
        is_in_flight = False

        async def list(self, deadline: Deadline) -> Sequence[Waiting]:
            if self.is_in_flight:
                self.visit.listed[15] = attrs.evolve(self.visit.listed[15], octets=b"")
            return await super().list(deadline)

        async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
            found = await super().retrieve(waiting, deadline)
            self.is_in_flight = len(waiting) - len(found) > 10
            return found


class DeletesWhatWasRead(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def message(self, number: int) -> Retrieved:
            found = super().message(number)
            self.visit.read.add(number)
            return found

        async def close(self) -> None:
            if not self.is_closed:
                gone = {self.visit.listed[number - 1].unique_id for number in self.visit.read}
                office = self.visit.office
                office.items = [one for one in office.items if one.unique_id not in gone]
            await super().close()


class DeletesWhatIsInFlight(HonestRetriever):
    """It has asked ahead, and the server deletes what it was asked for."""

    class maildrop_class(HonestMaildrop):
        async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
            found = await super().retrieve(waiting, deadline)
            for one in waiting[20:]:
                self.visit.office.items.remove(self.visit.listed[one.number - 1])
            return found


class GoneEndsTheSession(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def message(self, number: int) -> Retrieved:
            found = super().message(number)
            if found.error is not None:
                raise Broken("there is no such message")
            return found


class GoneAsEmpty(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def message(self, number: int) -> Retrieved:
            return attrs.evolve(super().message(number), error=None)


class MessagesAsHeaders(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def header(self, number: int) -> Retrieved:
            return self.message(number)


class LinesBehindHeaders(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def header(self, number: int) -> Retrieved:
            found = super().header(number)
            return found if found.error is not None else attrs.evolve(found, octets=found.octets + b"one line\r\n")


class HeadersInTheirOwnOrder(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def headers(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
            return await super().headers(sorted(waiting, key=lambda one: one.number), deadline)


class NoHeaderEndsTheSession(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def header(self, number: int) -> Retrieved:
            found = super().header(number)
            if found.error is not None:
                raise Broken("there is no such message")
            return found


class NoHeaders(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        async def headers(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
            raise CapabilityMissing("the office gives no headers")


class SecretHeaders(BareRetriever):
    class maildrop_class(BareMaildrop):
        async def headers(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
            return await HonestMaildrop.headers(self, waiting, deadline)


class NoHeadersAndNoMore(BareRetriever):
    class maildrop_class(BareMaildrop):
        async def headers(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
            self.is_closed = True
            return await super().headers(waiting, deadline)


_HEADERS = {
    "test_headers_and_messages_may_be_asked_for_in_turn",
    "test_headers_are_given_in_the_order_asked_for",
    "test_headers_of_awkward_messages_are_theirs",
    "test_many_headers_are_given",
    "test_the_header_of_a_large_message_comes_without_its_body",
    "test_the_header_of_a_message_that_is_gone_is_an_error_in_its_place",
}
_GONE = {
    "test_a_message_that_is_gone_harms_no_other",
    "test_a_message_that_is_gone_is_an_error_in_its_place",
}


RETRIEVING_FAULTS: Mapping[type[object], set[str]] = {
    LosesDots: {"test_any_message_is_given_octet_for_octet", "test_awkward_messages_are_given_octet_for_octet"},
    EndsTheLastLine: {"test_awkward_messages_are_given_octet_for_octet"},
    NoMoreThanAMebibyte: {"test_a_message_of_five_mebibytes_is_given_octet_for_octet"},
    TheFirstForAll: {
        *_GONE,
        "test_a_message_is_given_as_often_as_it_is_asked_for",
        "test_any_message_is_given_octet_for_octet",
        "test_awkward_messages_are_given_octet_for_octet",
        "test_headers_and_messages_may_be_asked_for_in_turn",
        "test_listing_between_two_is_harmless",
        "test_many_messages_are_given",
        "test_messages_are_given_in_the_order_asked_for",
        "test_others_may_be_asked_for_than_the_rest",
        "test_what_is_left_is_listed_in_the_next_session",
    },
    InItsOwnOrder: {
        "test_each_has_the_number_that_was_asked_for",
        "test_messages_are_given_in_the_order_asked_for",
        "test_others_may_be_asked_for_than_the_rest",
    },
    ItsOwnNumbers: {"test_each_has_the_number_that_was_asked_for"},
    OneMore: {
        "test_nothing_blocks_the_event_loop",
        "test_of_several_at_least_one_is_given_and_none_that_was_not_asked_for",
        "test_others_may_be_asked_for_than_the_rest",
        "test_retrieving_deletes_nothing",
        "test_what_is_left_is_listed_in_the_next_session",
    },
    GivesItOnce: {
        "test_a_listing_stays_the_same_in_its_session",
        "test_a_message_is_given_as_often_as_it_is_asked_for",
        "test_headers_and_messages_may_be_asked_for_in_turn",
        "test_others_may_be_asked_for_than_the_rest",
    },
    GivesTheRest: {"test_others_may_be_asked_for_than_the_rest"},
    ListingDropsTheRest: {"test_listing_between_two_is_harmless"},
    DeletesWhatWasRead: {"test_a_session_that_ends_early_deletes_nothing", "test_retrieving_deletes_nothing"},
    DeletesWhatIsInFlight: {"test_a_session_that_ends_early_deletes_nothing"},
    GoneEndsTheSession: _GONE,
    GoneAsEmpty: _GONE,
    MessagesAsHeaders: _HEADERS,
    LinesBehindHeaders: _HEADERS,
    HeadersInTheirOwnOrder: {"test_headers_are_given_in_the_order_asked_for"},
    NoHeaderEndsTheSession: {"test_the_header_of_a_message_that_is_gone_is_an_error_in_its_place"},
    NoHeaders: {*_HEADERS, "test_a_header_deletes_nothing"},
    SecretHeaders: {"test_it_gives_no_headers_as_declared", "test_the_session_goes_on_when_it_gives_no_headers"},
    NoHeadersAndNoMore: {"test_the_session_goes_on_when_it_gives_no_headers"},
}
