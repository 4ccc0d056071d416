"""Tests of what a retriever says of itself, and of its listing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgcore.spi.retrieval import RetrievalPolicy, Waiting
from msgcore.testing.conformance import needs
from msgcore.testing.modes import Mode
from msgcore.testing.retrievers.mail import AWKWARD, letter, letters
from msgcore.testing.retrievers.opened import OpenedRetriever, Session
from msgcore.testing.retrievers.suite import M, RetrieverSuite

__all__ = ["ListingTests"]


class ListingTests(RetrieverSuite[M]):
    """Account, numbers, sizes and unique ids."""

    def test_the_account_is_a_name_on_one_line(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            account = self.at_work(mode, far_end, _account)
            assert isinstance(account, str), repr(account)
            assert account.strip(), "the account has no name"
            assert account.isprintable(), repr(account)

    def test_the_account_stays_the_same(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 1)

            async def story(opened: OpenedRetriever) -> list[str]:
                before = opened.provider.account
                await opened.listed()
                return [before, opened.provider.account]

            accounts = self.at_work(mode, far_end, story)
            assert {*accounts, self.at_work(mode, far_end, _account)} == {accounts[0]}

    def test_its_policy_is_one(self, mode: Mode) -> None:
        with self.far_end() as far_end:

            async def story(opened: OpenedRetriever) -> object:
                return opened.provider.retrieval

            policy = self.at_work(mode, far_end, story)
            assert isinstance(policy, RetrievalPolicy), repr(policy)

    def test_an_empty_maildrop_lists_nothing(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            assert list(self.in_session(mode, far_end, _list)) == []

    def test_each_of_many_messages_is_listed(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, self.many)
            assert len(self.in_session(mode, far_end, _list)) == self.many

    def test_numbers_begin_at_one_or_later_and_rise(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            numbers = [one.number for one in self.in_session(mode, far_end, _list)]
            assert all(one < other for one, other in pairwise([0, *numbers])), numbers

    def test_sizes_are_right_or_not_said(self, mode: Mode) -> None:
        """Right is the size there, or the size of what arrives."""
        with self.far_end() as far_end:
            put = [*letters(3), *AWKWARD.values()]
            far_end.put(*put)
            said = [one.size_octets for one in self.in_session(mode, far_end, _list)]
            right = [{-1, len(octets), len(self.arrives(octets))} for octets in put]
            assert [(size, sizes) for size, sizes in zip(said, right, strict=True) if size not in sizes] == []

    def test_a_listing_stays_the_same_in_its_session(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)

            async def story(session: Session) -> list[list[Waiting]]:
                first = list(await session.list())
                await session.retrieve_all(first[1:3])
                return [first, list(await session.list())]

            first, second = self.in_session(mode, far_end, story)
            assert first == second

    @needs("unique ids")
    def test_unique_ids_are_distinct(self, mode: Mode) -> None:
        """Also of messages that are equal: each of them is mail."""
        with self.far_end() as far_end:
            far_end.put(*map(letter, (1, 2, 2, 3, 2)))
            ids = [one.unique_id for one in self.in_session(mode, far_end, _list)]
            assert len(set(ids) - {b""}) == 5, ids

    @needs("unique ids")
    def test_unique_ids_are_the_same_in_the_next_session(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            first, second = (_ids(self.in_session(mode, far_end, _list)) for _ in range(2))
            assert first == second

    @needs("unique ids")
    def test_unique_ids_stay_when_other_messages_come_and_go(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 5)
            before = _ids(self.in_session(mode, far_end, _list))

            async def story(session: Session) -> None:
                await session.delete((await session.list())[:2])
                await session.commit()

            self.in_session(mode, far_end, story)
            far_end.put(letter(6))
            assert _ids(self.in_session(mode, far_end, _list))[:3] == before[2:]

    @needs("unique ids")
    def test_a_unique_id_is_not_given_again(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            before = _ids(self.in_session(mode, far_end, _list))

            async def story(session: Session) -> None:
                await session.delete((await session.list())[2:])
                await session.commit()

            self.in_session(mode, far_end, story)
            far_end.put(letter(4))
            assert _ids(self.in_session(mode, far_end, _list))[-1] not in before

    @needs("no unique ids")
    def test_it_has_no_unique_ids_as_declared(self, mode: Mode) -> None:
        with self.far_end() as far_end:
            self.put(far_end, 3)
            assert _ids(self.in_session(mode, far_end, _list)) == [b"", b"", b""]


async def _account(opened: OpenedRetriever) -> str:
    return opened.provider.account


async def _list(session: Session) -> Sequence[Waiting]:
    return await session.list()


def _ids(waiting: Sequence[Waiting]) -> list[bytes]:
    return [one.unique_id for one in waiting]
