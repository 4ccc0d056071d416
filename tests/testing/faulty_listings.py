"""Retrievers with one fault each in what they say of themselves and list, and the tests that have to find it."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from typing import ClassVar, TypeVar, cast

import attrs

from msgcore.runtime import Runtime
from msgcore.spi.retrieval import RetrievalPolicy, Retrieved, Waiting
from tests.testing.honest_retrievers import BareMaildrop, BareRetriever, HonestMaildrop, HonestRetriever
from tests.testing.post_offices import Broken, Visit

__all__ = ["LISTING_FAULTS"]

T = TypeVar("T")


class AccountOnTwoLines(HonestRetriever):
    @property
    def account(self) -> str:
        return "office:\nann"


class AccountOfTheDay(HonestRetriever):
    days: ClassVar[itertools.count[int]] = itertools.count()

    @property
    def account(self) -> str:
        return f"office:{next(self.days)}"


class NoPolicy(HonestRetriever):
    @property
    def retrieval(self) -> RetrievalPolicy:
        return cast(RetrievalPolicy, None)


class ListsTwenty(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def waiting(self) -> list[Waiting]:
            return super().waiting()[:20]


class EmptyAsAnError(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def waiting(self) -> list[Waiting]:
            if not self.visit.listed:
                raise Broken("there is nothing")
            return super().waiting()


class NumbersFromZero(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def waiting(self) -> list[Waiting]:
            return [attrs.evolve(one, number=one.number - 1) for one in super().waiting()]

        def message(self, number: int) -> Retrieved:
            return attrs.evolve(super().message(number + 1), number=number)

        def header(self, number: int) -> Retrieved:
            return attrs.evolve(super().header(number + 1), number=number)

        def remove(self, number: int) -> Retrieved | None:
            return super().remove(number + 1)


class OtherSizes(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def waiting(self) -> list[Waiting]:
            return [attrs.evolve(one, size_octets=one.size_octets + 7) for one in super().waiting()]


class SizesOnce(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        has_listed = False

        def waiting(self) -> list[Waiting]:
            sizes, self.has_listed = not self.has_listed, True
            return [one if sizes else attrs.evolve(one, size_octets=-1) for one in super().waiting()]


class NumbersAsIds(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def waiting(self) -> list[Waiting]:
            return [attrs.evolve(one, unique_id=b"%d" % one.number) for one in super().waiting()]


class HashesAsIds(HonestRetriever):
    class maildrop_class(HonestMaildrop):
        def waiting(self) -> list[Waiting]:
            ids = [hashlib.sha256(one.octets).hexdigest().encode() for one in self.visit.listed]
            return [attrs.evolve(one, unique_id=known) for one, known in zip(super().waiting(), ids, strict=True)]


class IdsOfTheDay(HonestRetriever):
    days: ClassVar[itertools.count[int]] = itertools.count()

    class maildrop_class(HonestMaildrop):
        def __init__(self, visit: Visit, runtime: Runtime) -> None:
            super().__init__(visit, runtime)
            self.day = next(IdsOfTheDay.days)

        def waiting(self) -> list[Waiting]:
            return [attrs.evolve(one, unique_id=b"%d.%d" % (self.day, one.number)) for one in super().waiting()]


class SecretIds(BareRetriever):
    class maildrop_class(BareMaildrop):
        def waiting(self) -> list[Waiting]:
            return HonestMaildrop.waiting(self)


LISTING_FAULTS: Mapping[type[object], set[str]] = {
    AccountOnTwoLines: {"test_the_account_is_a_name_on_one_line"},
    AccountOfTheDay: {"test_the_account_stays_the_same"},
    NoPolicy: {"test_its_policy_is_one"},
    ListsTwenty: {
        "test_listing_between_two_is_harmless",
        "test_many_headers_are_given",
        "test_many_messages_are_deleted",
        "test_many_messages_are_given",
        "test_each_of_many_messages_is_listed",
        "test_others_may_be_asked_for_than_the_rest",
    },
    EmptyAsAnError: {
        "test_an_empty_maildrop_lists_nothing",
        "test_an_empty_maildrop_is_committed",
        "test_a_session_sees_what_came_since_the_last",
        "test_closing_after_a_lost_connection_is_harmless",
    },
    NumbersFromZero: {"test_numbers_begin_at_one_or_later_and_rise"},
    OtherSizes: {"test_sizes_are_right_or_not_said"},
    SizesOnce: {"test_a_listing_stays_the_same_in_its_session"},
    NumbersAsIds: {"test_a_unique_id_is_not_given_again", "test_unique_ids_stay_when_other_messages_come_and_go"},
    HashesAsIds: {"test_unique_ids_are_distinct"},
    IdsOfTheDay: {
        "test_unique_ids_are_the_same_in_the_next_session",
        "test_unique_ids_stay_when_other_messages_come_and_go",
    },
    SecretIds: {"test_it_has_no_unique_ids_as_declared"},
}
