"""Contents tables: the rows that a restriction leaves, in the order that the keys say, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.errors import TooComplex, UsageError
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.match import match
from msgcore.props.order import rank
from msgcore.props.restriction import Comparison, Relation, Restriction, SortKey
from msgcore.props.row import Row
from msgcore.props.search import search
from msgcore.props.table import (
    PidTagBody,
    PidTagClientSubmitTime,
    PidTagEntryId,
    PidTagImportance,
    PidTagInternetMessageId,
    PidTagMessageDeliveryTime,
    PidTagRead,
    PidTagSubject,
)
from msgcore.props.tags import Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.props.values import PropertyErrorCode
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.store import EVERY_ROW, Incoming, TableQuery
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite
from msgcore.testing.strategies import MESSAGE_TAGS, incoming, messages_to_find, sort_orders

__all__ = ["Tables"]

Loaded = dict[EntryId, Message]

# A property may be asked for as any type, here another one than messages have it in.
NUMBERED: PropertyTag[int] = PropertyTag(PidTagSubject.id, PropertyType.LONG, "NumberedSubject")
WIDE_IMPORTANCE: PropertyTag[int] = PropertyTag(PidTagImportance.id, PropertyType.I8, "WideImportance")
DAY = datetime(2026, 1, 1, tzinfo=UTC)


def subjects(*texts: str) -> list[Message]:
    return [Message(subject=text) for text in texts]


def some_incoming() -> st.SearchStrategy[list[Incoming]]:
    return st.lists(incoming(messages_to_find()), max_size=6)


async def loaded(desk: StoreDesk) -> Loaded:
    return {one: await desk.load(one) for one in desk.ids}


def shown(rows: Sequence[Row]) -> list[str | None]:
    return [row.get(PidTagSubject) for row in rows]


def out_of_order(found: Sequence[EntryId], keys: Sequence[SortKey], messages: Loaded) -> list[str]:
    """Say which neighbours stand the wrong way round."""
    wrong: list[str] = []
    for before, after in pairwise(found):
        for key in keys:
            tag = cast("Property[object]", key.tag)
            one, other = rank(messages[before].get(tag)), rank(messages[after].get(tag))
            if one != other:
                if (one < other) is key.is_descending:
                    wrong.append(f"by {key.tag.label}: {one} before {other}")
                break
    return wrong


class Tables(StoreSuite):
    # Columns.

    def test_a_row_has_the_columns_in_the_order_asked_for(self, run: Run) -> None:
        columns = (PidTagSubject, PidTagEntryId, PidTagImportance, PidTagMessageDeliveryTime)

        async def story(desk: StoreDesk) -> list[tuple[object, object]]:
            forth, back = await desk.query(columns=columns), await desk.query(columns=columns[::-1])
            return [(one.columns, other.columns) for one, other in zip(forth, back, strict=True)]

        assert run(story, *subjects("a")) == [(columns, columns[::-1])]

    def test_a_column_that_the_message_lacks_holds_not_found(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[object]:
            errors = [row.error(PidTagInternetMessageId) for row in await desk.query(columns=[PidTagInternetMessageId])]
            return [error and error.code for error in errors]

        assert run(story, *subjects("a")) == [PropertyErrorCode.NOT_FOUND]

    def test_a_row_says_what_the_loaded_message_says(self, run: Run) -> None:
        @self.draws
        @given(some_incoming())
        def says_the_same(messages: list[Incoming]) -> None:
            async def story(desk: StoreDesk) -> tuple[list[Row], list[Message]]:
                rows = [await desk.store.row(one, tuple(MESSAGE_TAGS), NEVER) for one in desk.ids]
                return rows, [await desk.load(one) for one in desk.ids]

            for row, message in zip(*run(story, *messages), strict=True):
                said: dict[str, object] = {tag.label: row.get(tag) for tag in MESSAGE_TAGS}
                assert said == {tag.label: message.get(tag) for tag in MESSAGE_TAGS}

        says_the_same()

    @needs(Capability.CREATE)
    @pytest.mark.parametrize("is_read", [False, True])
    def test_a_row_says_whether_its_message_was_read(self, run: Run, is_read: bool) -> None:
        async def story(desk: StoreDesk) -> tuple[list[bool | None], int]:
            rows = await desk.query(columns=[PidTagRead])
            return [row.get(PidTagRead) for row in rows], len(await desk.find(PidTagRead.equals(True)))

        assert run(story, Incoming(Message(), is_read=is_read)) == ([is_read], int(is_read))

    @pytest.mark.parametrize(
        ("columns", "keys"),
        [((PidTagSubject, NUMBERED), ()), ((PidTagSubject,), (NUMBERED,)), ((), (NUMBERED, PidTagSubject))],
        ids=["as columns", "as a column and a sort key", "as sort keys"],
    )
    def test_one_property_as_two_types_is_refused(
        self, run: Run, columns: tuple[PropertyKey, ...], keys: tuple[PropertyKey, ...]
    ) -> None:
        query = TableQuery(columns, None, tuple(SortKey(key) for key in keys))

        async def story(desk: StoreDesk) -> None:
            with pytest.raises(UsageError, match=r"UNICODE|LONG"):
                await desk.store.query(desk.home, query, NEVER)

        run(story, *subjects("a"))

    def test_integers_of_two_widths_are_one_property(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[tuple[object, object]]:
            rows = await desk.query(None, [SortKey(WIDE_IMPORTANCE)], columns=[PidTagImportance, WIDE_IMPORTANCE])
            return [(row.get(PidTagImportance), row.get(WIDE_IMPORTANCE)) for row in rows]

        assert run(story, Message(importance=2), Message(importance=0)) == [(0, 0), (2, 2)]

    # Restrictions.

    def test_a_restriction_leaves_the_rows_that_match_leaves(self, run: Run) -> None:
        """``msgcore.props.match`` says what a restriction means, of the loaded messages."""

        @self.draws
        @given(some_incoming(), st.lists(self.restrictions(), min_size=1, max_size=8))
        def leaves_the_same(messages: list[Incoming], wanted: list[Restriction]) -> None:
            async def story(desk: StoreDesk) -> tuple[Loaded, list[list[EntryId]]]:
                return await loaded(desk), [await desk.find(restriction) for restriction in wanted]

            there, answers = run(story, *messages)
            for restriction, found in zip(wanted, answers, strict=True):
                expected = [one for one, message in there.items() if match(restriction, message)]
                assert sorted(map(bytes, found)) == sorted(map(bytes, expected)), repr(restriction)

        leaves_the_same()

    def test_what_a_person_types_is_found_wherever_it_stands(self, run: Run) -> None:
        messages = [
            Message(subject="Lunch"),
            Message(subject="of a body", text="Here is lunch, on Monday."),
            Message(subject="of a recipient", to="Ann <lunch@a.test>"),
            Message(subject="of a file", text="Here.", attachments=[Attachment(b"x", filename="lunch.txt")]),
            Message(subject="of an accent", text="A caf\u00e9 in \u6771\u4eac."),
        ]
        everywhere = ["Lunch", "of a body", "of a file", "of a recipient"]
        expected = {
            "lunch": everywhere,
            "LUN": everywhere,
            "unch": [],
            "lunch monday": ["of a body"],
            '"on monday"': ["of a body"],
            '"monday on"': [],
            "of -lunch": ["of an accent"],
            "caf\u00e9": ["of an accent"],
            "\u6771": ["of an accent"],
        }

        async def story(desk: StoreDesk) -> dict[str, list[str]]:
            found = {typed: await desk.query(search(typed)) for typed in expected}
            return {typed: sorted(row[PidTagSubject] for row in rows) for typed, rows in found.items()}

        assert run(story, *messages) == expected

    def test_the_count_is_the_number_of_rows(self, run: Run) -> None:
        wanted = [None, PidTagSubject.exists(), PidTagSubject > "b", PidTagSubject.contains("x"), ~PidTagBody.exists()]

        async def story(desk: StoreDesk) -> list[tuple[int, int]]:
            return [
                (await desk.store.count(desk.home, TableQuery((), one), NEVER), len(await desk.find(one)))
                for one in wanted
            ]

        counted = run(story, *subjects("a", "b", "c", "d"), Message(text="no subject"))
        assert [count for count, _ in counted] == [rows for _, rows in counted] == [5, 4, 2, 0, 4]

    @pytest.mark.parametrize(
        "restriction",
        [Comparison(PidTagSubject, Relation.EQ, 5), PidTagSubject.contains(b"a"), PidTagSubject.has_any_bit(1)],
        ids=["a text with a number", "octets in a text", "bits of a text"],
    )
    def test_kinds_that_do_not_compare_are_too_complex(self, run: Run, restriction: Restriction) -> None:
        async def story(desk: StoreDesk) -> None:
            with pytest.raises(TooComplex):
                await desk.find(restriction)

        run(story, *subjects("a"))

    # Order.

    def test_rows_come_in_the_order_that_the_keys_say(self, run: Run) -> None:
        @self.draws
        @given(some_incoming(), st.lists(sort_orders(MESSAGE_TAGS), min_size=1, max_size=4))
        def come_in_order(messages: list[Incoming], orders: list[list[SortKey]]) -> None:
            async def story(desk: StoreDesk) -> tuple[Loaded, list[list[EntryId]]]:
                return await loaded(desk), [await desk.find(None, keys) for keys in orders]

            there, answers = run(story, *messages)
            for keys, found in zip(orders, answers, strict=True):
                assert out_of_order(found, keys, there) == []

        come_in_order()

    @pytest.mark.parametrize(
        ("key", "expected"),
        [(SortKey(PidTagSubject), ["1", "2", "3"]), (SortKey(PidTagSubject, is_descending=True), ["3", "2", "1"])],
        ids=["ascending", "descending"],
    )
    def test_rows_are_sorted(self, run: Run, key: SortKey, expected: list[str]) -> None:
        async def story(desk: StoreDesk) -> list[str | None]:
            return shown(await desk.query(None, [key]))

        assert run(story, *subjects("2", "3", "1")) == expected

    @pytest.mark.parametrize(
        ("key", "expected"),
        [(SortKey(PidTagSubject), [None, "a", "b"]), (SortKey(PidTagSubject, is_descending=True), ["b", "a", None])],
        ids=["ascending", "descending"],
    )
    def test_what_has_no_value_comes_first(self, run: Run, key: SortKey, expected: list[str | None]) -> None:
        async def story(desk: StoreDesk) -> list[str | None]:
            return shown(await desk.query(None, [key]))

        assert run(story, *subjects("b"), Message(text="no subject"), *subjects("a")) == expected

    def test_text_is_sorted_without_case(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str | None]:
            return shown(await desk.query(None, [SortKey(PidTagSubject)]))

        assert run(story, *subjects("B", "c", "a", "D")) == ["a", "B", "c", "D"]

    def test_times_are_sorted_by_moment(self, run: Run) -> None:
        messages = [Message(subject=str(day), date=DAY.replace(day=day)) for day in (20, 3, 11)]

        async def story(desk: StoreDesk) -> list[str | None]:
            return shown(await desk.query(None, [SortKey(PidTagClientSubmitTime)]))

        assert run(story, *messages) == ["3", "11", "20"]

    def test_rows_of_equal_keys_are_sorted_by_the_next_key(self, run: Run) -> None:
        messages = [Message(subject=text, importance=level) for text, level in (("b", 2), ("a", 0), ("a", 2), ("b", 0))]
        keys = [SortKey(PidTagImportance, is_descending=True), SortKey(PidTagSubject)]

        async def story(desk: StoreDesk) -> list[tuple[int | None, str | None]]:
            rows = await desk.query(None, keys, columns=[PidTagSubject, PidTagImportance])
            return [(row.get(PidTagImportance), row.get(PidTagSubject)) for row in rows]

        assert run(story, *messages) == [(2, "a"), (2, "b"), (0, "a"), (0, "b")]

    def test_a_restriction_keeps_the_order(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[str | None]:
            return shown(await desk.query(PidTagSubject > "1", [SortKey(PidTagSubject, is_descending=True)]))

        assert run(story, *subjects("2", "1", "4", "3")) == ["4", "3", "2"]

    # Pages.

    @pytest.mark.parametrize("page", [1, 2, 3, 7])
    @pytest.mark.parametrize("keys", [[], [SortKey(PidTagImportance)]], ids=["as they come", "by equal keys"])
    def test_pages_give_each_row_once_in_the_order_of_the_whole(self, run: Run, page: int, keys: list[SortKey]) -> None:
        wanted = PidTagSubject.not_equals("3")

        async def story(desk: StoreDesk) -> tuple[list[EntryId], list[EntryId]]:
            pages = [await desk.find(wanted, keys, start=start, count=page) for start in range(0, 8, page)]
            return await desk.find(wanted, keys), [one for found in pages for one in found]

        whole, pages = run(story, *subjects("5", "2", "7", "1", "6", "3", "4"))
        assert (pages, len(whole)) == (whole, 6)

    def test_past_the_last_row_there_is_none(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> list[EntryId]:
            return await desk.find(start=2, count=5)

        assert run(story, *subjects("a", "b")) == []

    def test_a_table_has_the_messages_of_its_folder_only(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[list[EntryId], int]:
            return await desk.find(folder=desk.elsewhere), await desk.store.count(desk.elsewhere, EVERY_ROW, NEVER)

        assert run(story, *subjects("a", "b")) == ([], 0)
