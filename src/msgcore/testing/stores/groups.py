"""Rows grouped by the values of some keys, and counted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.model.message import Message
from msgcore.props.restriction import Restriction, SortKey
from msgcore.props.table import PidTagBody, PidTagImportance, PidTagSubject
from msgcore.runtime.abc import NEVER
from msgcore.spi import rows
from msgcore.spi.capability import Capability
from msgcore.spi.store import Incoming, RowGroup, TableQuery
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite
from msgcore.testing.strategies import MESSAGE_TAGS, incoming, messages_to_find, restrictions, sort_orders

__all__ = ["Groups"]

Asked = tuple[Restriction | None, list[SortKey]]


class Groups(StoreSuite):
    @needs(Capability.GROUPS)
    def test_groups_are_those_of_the_loaded_messages(self, run: Run) -> None:
        """``msgcore.spi.rows.group_rows`` says which groups those are."""
        some_incoming = st.lists(incoming(messages_to_find()), max_size=6)
        asked = st.tuples(st.none() | restrictions(MESSAGE_TAGS), sort_orders(MESSAGE_TAGS))

        @self.draws
        @given(some_incoming, st.lists(asked, min_size=1, max_size=6))
        def are_the_same(messages: list[Incoming], wanted: list[Asked]) -> None:
            async def story(desk: StoreDesk) -> tuple[list[Message], list[Sequence[RowGroup]]]:
                there = [await desk.load(one) for one in desk.ids]
                queries = [TableQuery((), one, tuple(keys)) for one, keys in wanted]
                return there, [await desk.store.groups(desk.home, query, NEVER) for query in queries]

            there, answers = run(story, *messages)
            for (restriction, keys), found in zip(wanted, answers, strict=True):
                assert list(found) == rows.group_rows(there, restriction, keys), (restriction, keys)

        are_the_same()

    @needs(Capability.GROUPS)
    @pytest.mark.parametrize(
        ("restriction", "expected"),
        [
            (None, [RowGroup((None,), 1, 1), RowGroup(("a",), 2, 2), RowGroup(("b",), 1, 1)]),
            (PidTagBody.contains("x"), [RowGroup(("A",), 1, 1), RowGroup(("b",), 1, 1)]),
        ],
        ids=["every row", "some rows"],
    )
    def test_rows_of_equal_keys_are_counted(
        self, run: Run, restriction: Restriction | None, expected: list[RowGroup]
    ) -> None:
        messages = [
            Message(subject="b", text="x"),
            Message(subject="a"),
            Message(text="no subject"),
            Message(subject="A", text="x"),
        ]

        async def story(desk: StoreDesk) -> Sequence[RowGroup]:
            query = TableQuery((), restriction, (SortKey(PidTagSubject),))
            return list(await desk.store.groups(desk.home, query, NEVER))

        assert run(story, *messages) == expected

    @needs(Capability.GROUPS)
    def test_groups_come_in_the_order_of_their_keys(self, run: Run) -> None:
        messages = [Message(subject=text, importance=level) for text, level in (("a", 0), ("b", 2), ("a", 2), ("a", 2))]
        keys = (SortKey(PidTagImportance, is_descending=True), SortKey(PidTagSubject))

        async def story(desk: StoreDesk) -> list[tuple[object, ...]]:
            return [group.values for group in await desk.store.groups(desk.home, TableQuery((), None, keys), NEVER)]

        assert run(story, *messages) == [(2, "a"), (2, "b"), (0, "a")]
