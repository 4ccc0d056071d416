"""Pages from any place in a table: forward and backward, from a row or from where one was."""

from __future__ import annotations

from typing import Any, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.errors import UsageError
from msgcore.model.message import Message
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.table import PidTagEntryId, PidTagInstanceKey, PidTagSubject
from msgcore.props.tags import Property
from msgcore.runtime.abc import NEVER
from msgcore.spi import rows
from msgcore.spi.capability import Capability
from msgcore.spi.store import Incoming, RowKey, TableQuery
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite
from msgcore.testing.strategies import MESSAGE_TAGS, incoming, messages_to_find, sort_orders

__all__ = ["Paging"]

BY_SUBJECT = (SortKey(PidTagSubject),)
SIX = [Message(subject=text) for text in "acebdf"]


def key_of(message: Message, keys: tuple[SortKey, ...]) -> RowKey:
    """Give the place of a loaded message in a table's order."""
    tags = [cast("Property[object]", key.tag) for key in keys]
    return RowKey(tuple(message.get(tag) for tag in tags), message[PidTagInstanceKey])


def queries(restrictions: st.SearchStrategy[Restriction]) -> st.SearchStrategy[TableQuery]:
    """Questions that begin somewhere; the origin is put in when there are messages."""
    return st.builds(
        TableQuery,
        st.just((PidTagEntryId,)),
        st.none() | restrictions,
        sort_orders(MESSAGE_TAGS).map(tuple),
        start=st.integers(0, 2),
        count=st.integers(1, 4),
        includes_origin=st.booleans(),
        is_backward=st.booleans(),
    )


def some_incoming() -> st.SearchStrategy[list[Incoming]]:
    return st.lists(incoming(messages_to_find()), min_size=1, max_size=6)


async def subjects_from(desk: StoreDesk, place: RowKey, **changes: Any) -> list[str | None]:
    """Give the subjects on one side of a place in the table by subject."""
    query = attrs.evolve(TableQuery((PidTagSubject,), None, BY_SUBJECT, origin=place), **changes)
    return [row.get(PidTagSubject) for row in await desk.store.query(desk.home, query, NEVER)]


class Paging(StoreSuite):
    def test_pages_from_any_place_are_those_of_the_whole(self, run: Run) -> None:
        """``msgcore.spi.rows.select`` says which rows those are, of the loaded messages; so does ``count_rows``."""

        asked_from = st.tuples(queries(self.restrictions()), st.none() | st.integers(0, 5))

        @self.draws
        @given(some_incoming(), st.lists(asked_from, min_size=1, max_size=8))
        def are_the_same(messages: list[Incoming], wanted: list[tuple[TableQuery, int | None]]) -> None:
            async def story(desk: StoreDesk) -> tuple[list[TableQuery], list[Message], list[tuple[list[bytes], int]]]:
                there = [await desk.load(one) for one in desk.ids]
                asked = [from_row_of(query, there, number) for query, number in wanted]
                return asked, there, [await answer(desk, query) for query in asked]

            asked, there, answers = run(story, *messages)
            for query, answered in zip(asked, answers, strict=True):
                expected = [row[PidTagEntryId] for row in rows.select(there, query)]
                assert answered == (expected, rows.count_rows(there, query)), repr(query)

        are_the_same()

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({}, ["d", "e", "f"]),
            ({"includes_origin": True}, ["c", "d", "e", "f"]),
            ({"count": 2}, ["d", "e"]),
            ({"start": 1, "count": 1}, ["e"]),
            ({"is_backward": True}, ["a", "b"]),
            ({"is_backward": True, "includes_origin": True}, ["a", "b", "c"]),
            ({"is_backward": True, "count": 1}, ["b"]),
            ({"is_backward": True, "start": 1}, ["a"]),
            ({"origin": None, "is_backward": True, "count": 2}, ["e", "f"]),
        ],
    )
    def test_rows_stand_on_the_side_of_the_origin_that_is_asked_for(
        self, run: Run, changes: dict[str, Any], expected: list[str]
    ) -> None:
        async def story(desk: StoreDesk) -> list[str | None]:
            return await subjects_from(desk, await row_named(desk, "c"), **changes)

        assert run(story, *SIX) == expected

    @pytest.mark.parametrize("changes", [{"start": -1}, {"count": -1}, {"start": 2**62}, {"count": 2**62}], ids=str)
    def test_a_page_of_no_size_is_refused(self, run: Run, changes: dict[str, Any]) -> None:
        async def story(desk: StoreDesk) -> None:
            with pytest.raises(UsageError):
                await subjects_from(desk, await row_named(desk, "c"), **changes)

        run(story, *SIX)

    @pytest.mark.parametrize("values", [(), ("a", "b"), (5,)], ids=["too few values", "too many", "another kind"])
    def test_what_is_no_place_in_the_order_is_refused(self, run: Run, values: tuple[object, ...]) -> None:
        async def story(desk: StoreDesk) -> None:
            middle = await row_named(desk, "c")
            with pytest.raises(UsageError):
                await subjects_from(desk, attrs.evolve(middle, values=values))

        run(story, *SIX)

    @needs(Capability.DELETE)
    @pytest.mark.parametrize("is_backward", [False, True], ids=["forward", "backward"])
    def test_a_place_is_kept_when_its_row_is_deleted(self, run: Run, is_backward: bool) -> None:
        async def story(desk: StoreDesk) -> list[str | None]:
            middle = await row_named(desk, "c")
            await desk.store.delete(await desk.find(PidTagSubject.equals("c")), NEVER)
            return await subjects_from(desk, middle, is_backward=is_backward, includes_origin=True)

        assert run(story, *SIX) == (["a", "b"] if is_backward else ["d", "e", "f"])

    @needs(Capability.CREATE)
    def test_rows_that_come_before_the_place_do_not_move_it(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str | None]:
            middle = await row_named(desk, "c")
            await desk.save(*(Message(subject=text) for text in ("aa", "b", "ca")))
            return await subjects_from(desk, middle)

        assert run(story, *SIX) == ["ca", "d", "e", "f"]


async def row_named(desk: StoreDesk, subject: str) -> RowKey:
    """Give the place of the row with a subject, in the table by subject."""
    [entry_id] = await desk.find(PidTagSubject.equals(subject))
    return key_of(await desk.load(entry_id), BY_SUBJECT)


def from_row_of(query: TableQuery, messages: list[Message], number: int | None) -> TableQuery:
    """Let a query begin at one of the messages, whether its restriction leaves that or not."""
    if number is None:
        return query
    return attrs.evolve(query, origin=key_of(messages[number % len(messages)], query.sort_order))


async def answer(desk: StoreDesk, query: TableQuery) -> tuple[list[bytes], int]:
    found = [row[PidTagEntryId] for row in await desk.store.query(desk.home, query, NEVER)]
    return found, await desk.store.count(desk.home, query, NEVER)
