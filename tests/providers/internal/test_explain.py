"""What the database answers, what it narrows down, and what rows decide: the store says so."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from msgcore.model import Message
from msgcore.props.restriction import (
    AmbiguousName,
    And,
    Comparison,
    Content,
    ContentMode,
    Or,
    Relation,
    Restriction,
    SortKey,
    any_attachment,
    any_recipient,
)
from msgcore.props.search import search
from msgcore.props.table import (
    PidTagAttachLongFilename,
    PidTagBody,
    PidTagDisplayBcc,
    PidTagDisplayName,
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagImportance,
    PidTagInternetMessageId,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagRead,
    PidTagRecipientType,
    PidTagSenderEmailAddress,
    PidTagSenderName,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSubject,
)
from msgcore.runtime import NEVER
from msgcore.spi.store import RowKey, TablePlan, TableQuery
from tests.providers.internal.box import Box

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
NEWEST = (SortKey(PidTagMessageDeliveryTime, is_descending=True),)
FROM_ONE = PidTagSentRepresentingEmailAddress.equals("a1@a.test", ignore_case=True)
WORD = PidTagBody.has_words("invoice 7")
LOOSE = Content(PidTagSubject, ContentMode.SUBSTRING, "a", is_loose=True)


def plan(box: Box, restriction: Restriction | None = None, order: tuple[SortKey, ...] = ()) -> TablePlan:
    return box.run(box.store.explain(box.inbox, TableQuery((PidTagSubject,), restriction, order), NEVER))


@pytest.mark.parametrize(
    "restriction",
    [
        PidTagSubject.equals("a"),
        PidTagSubject.is_in(["a", "b"]),
        PidTagSubject.contains("a", ignore_case=True),
        PidTagSubject.starts_with("a"),
        PidTagSubject > "a",
        PidTagSubject.has_words("a b"),
        PidTagBody.has_words("a b"),
        PidTagBody.has_phrase("a b"),
        ~(PidTagBody.has_phrase("a") | PidTagSubject.exists()),
        PidTagMessageFlags.has_no_bit(1),
        PidTagMessageDeliveryTime >= MOMENT,
        PidTagMessageDeliveryTime.value_size > 4,
        PidTagImportance.equals(2) & (Comparison(PidTagMessageSizeExtended, Relation.GT, 1.5)),
        PidTagHasAttachments.equals(True),
        PidTagRead.equals(False),
        PidTagEntryId.equals(b"another store's"),
        PidTagSubject.equals("a").annotated({PidTagSubject: "a note"}),
        And(()),
        Or(()),
    ],
    ids=repr,
)
def test_the_database_answers_it_alone(box: Box, restriction: Restriction) -> None:
    found = plan(box, restriction)

    parts = And(found.translated.parts) if isinstance(found.translated, And) else found.translated
    assert (parts, found.preselected, found.residual) == (
        restriction if restriction != And(()) else None,
        None,
        None,
    )


@pytest.mark.parametrize(
    "restriction",
    [
        PidTagBody.has_words("a b", ignore_non_space=False),
        PidTagBody.contains("x word y"),
        PidTagBody.starts_with("word"),
        PidTagBody.equals("word"),
        PidTagSenderName.has_words("bob"),
        PidTagSentRepresentingName.has_phrase("bob b"),
        PidTagSenderEmailAddress.equals("b@b.test"),
        PidTagSentRepresentingEmailAddress.equals("b@b.test") | PidTagBody.contains("x word"),
        any_recipient(PidTagDisplayName.has_words("bob")),
        any_attachment(PidTagAttachLongFilename.starts_with("report")),
        PidTagBody.contains("x word") | PidTagSubject.equals("a"),
    ],
    ids=repr,
)
def test_the_database_narrows_it_down_and_rows_decide(box: Box, restriction: Restriction) -> None:
    found = plan(box, restriction)

    assert (found.translated, found.preselected, found.residual) == (None, restriction, restriction)


@pytest.mark.parametrize("first", [Decimal(1), 1.0, True, 1])
@pytest.mark.parametrize("second", [1, 1.0])
def test_a_number_is_answered_as_it_was_asked_whatever_equal_one_was_asked_before(
    box: Box, first: Any, second: Any
) -> None:
    plan(box, PidTagImportance.equals(first))
    found = plan(box, PidTagImportance.equals(second))

    assert (str(found.translated), found.residual) == (str(PidTagImportance.equals(second)), None)


def test_one_part_of_what_a_recipient_has_to_be_narrows_it_down(box: Box) -> None:
    bob = PidTagDisplayName.has_words("bob")

    assert plan(box, any_recipient(bob & PidTagRecipientType.equals(2))).preselected == any_recipient(And((bob,)))


@pytest.mark.parametrize(
    "restriction",
    [
        PidTagBody.exists(),
        PidTagBody.contains("word"),
        ~PidTagBody.contains("x word"),
        PidTagBody.contains("x word") | PidTagSenderName.exists(),
        PidTagBody > "a",
        PidTagSubject < "\ud800",
        PidTagSubject.matches("a+"),
        PidTagImportance < 2**70,
        AmbiguousName("bob"),
        LOOSE,
    ],
    ids=repr,
)
def test_rows_decide_alone(box: Box, restriction: Restriction) -> None:
    found = plan(box, restriction)

    assert (found.translated, found.preselected, found.residual) == (None, None, restriction)


def test_each_part_of_a_conjunction_is_answered_where_it_can_be(box: Box) -> None:
    narrowed = PidTagBody.contains("x word")
    found = plan(box, And((PidTagSubject.equals("a"), LOOSE, WORD, narrowed)))

    assert (found.translated, found.preselected, found.residual) == (
        And((PidTagSubject.equals("a"), WORD)),
        narrowed,
        And((LOOSE, narrowed)),
    )


def test_words_are_decided_on_rows_while_a_message_is_not_in_the_index(box: Box) -> None:
    number = box.save_one(Message(text="invoice 7")).number
    box.sql("update message set is_indexed = 0 where id = ?", number)

    assert (plan(box, WORD).residual, len(box.ids(WORD))) == (WORD, 1)


@pytest.mark.parametrize(
    ("restriction", "order", "expected"),
    [
        (None, (), "by index message_by_folder"),
        (None, NEWEST, "by index message_by_time"),
        (None, (SortKey(PidTagSubject),), "by index message_by_subject"),
        (PidTagSentRepresentingEmailAddress.equals("a@a.test"), NEWEST, "by index message_by_sender"),
        (LOOSE, NEWEST, "by index message_by_time"),
        (None, (SortKey(PidTagImportance),), "sorted by the database"),
        (None, (SortKey(PidTagBody),), "sorted in memory"),
        (None, (SortKey(PidTagInternetMessageId),), "sorted in memory"),
    ],
)
def test_the_order_comes_from(
    box: Box, restriction: Restriction | None, order: tuple[SortKey, ...], expected: str
) -> None:
    assert plan(box, restriction, order).order == expected


def test_a_prefix_without_case_is_a_range_of_the_index(box: Box) -> None:
    steps = plan(box, PidTagSubject.starts_with("a", ignore_case=True)).steps

    assert steps[0] == (
        "SEARCH message USING INDEX message_by_subject (folder_id=? AND section=? AND subject_key>? AND subject_key<?)"
    )


def test_a_page_from_any_place_begins_in_the_index(box: Box) -> None:
    [entry_id] = box.save(Message(subject="a"))
    origin = RowKey((MOMENT,), bytes(entry_id))
    query = TableQuery((PidTagSubject,), None, NEWEST, origin=origin)

    assert box.run(box.store.explain(box.inbox, query, NEVER)).steps == (
        "SEARCH message USING INDEX message_by_time (folder_id=? AND section=? AND (delivery_time,rowid)<(?,?))",
    )


def test_a_plan_prints_as_a_page(box: Box) -> None:
    box.save(Message(subject="a"))
    found = plan(box, PidTagImportance.equals(1) & PidTagBody.contains("x word") & ~PidTagBody.exists(), NEWEST)

    assert str(found).splitlines()[:4] == [
        "answered by the store: importance = 1",
        'narrowed down by the store to rows that may satisfy: body:contains("x word")',
        'then looked at row by row: body:contains("x word") and not body:exists()',
        "sorted: by the database",
    ]


def test_a_plan_says_once_what_is_narrowed_down_and_looked_at(box: Box) -> None:
    found = plan(box, PidTagBody.contains("x word"))

    assert str(found).splitlines()[:2] == [
        'narrowed down by the store to rows that may satisfy: body:contains("x word")',
        "then looked at row by row: the same",
    ]


@pytest.mark.parametrize(
    ("restriction", "is_slow"),
    [
        (PidTagBody.contains("word"), True),
        (PidTagDisplayBcc.equals("a"), True),
        (any_recipient(PidTagRecipientType.equals(2)), True),
        (PidTagBody.contains("word") & PidTagSubject.equals("a"), False),
        (PidTagBody.contains("x word"), False),
        (LOOSE, False),
        (WORD, False),
        (None, False),
    ],
    ids=repr,
)
def test_a_plan_gives_advice_where_each_message_has_to_be_read(
    box: Box, restriction: Restriction | None, is_slow: bool
) -> None:
    last = str(plan(box, restriction)).splitlines()[-1]

    assert last.startswith("advice: each message may have to be read; has_words") is is_slow


@pytest.mark.parametrize("typed", ["rare", '"a phrase"'])
def test_a_search_everywhere_is_one_query_of_the_full_text(box: Box, typed: str) -> None:
    wanted = search(typed)
    found = plan(box, wanted, NEWEST)

    assert (found.preselected, found.residual, found.steps) == (
        wanted,
        wanted,
        (
            "SEARCH message USING INDEX message_content (content_id=?)",
            "LIST SUBQUERY 1",
            "SCAN message_words VIRTUAL TABLE INDEX 0:M5",
            "USE TEMP B-TREE FOR ORDER BY",
        ),
    )


def many(box: Box) -> None:
    """Give the planner something to plan for, and its statistics."""
    box.save(*(Message(from_=f"a{number % 7}@a.test", subject=f"{number}") for number in range(400)))
    box.sql("analyze message, message_words")


@pytest.mark.parametrize(
    ("restriction", "order", "expected"),
    [
        (None, (), "by id"),
        (None, NEWEST, "by index message_by_time"),
        (None, (SortKey(PidTagSubject),), "by index message_by_subject"),
        (None, (SortKey(PidTagSubject, is_descending=True),), "by index message_by_subject"),
        (FROM_ONE, NEWEST, "by index message_by_sender"),
    ],
    ids=range(5),
)
def test_an_index_of_postgresql_gives_a_page_in_its_order(
    server_shelf: Box, restriction: Restriction | None, order: tuple[SortKey, ...], expected: str
) -> None:
    if not server_shelf.ids():
        many(server_shelf)
    query = TableQuery((PidTagSubject,), restriction, order, count=5)
    found = server_shelf.run(server_shelf.store.explain(server_shelf.inbox, query, NEVER))

    assert (found.order, found.residual) == (expected, None)


def test_where_no_order_is_asked_for_rows_are_read_as_they_lie(box: Box) -> None:
    """By an index whose order jumps from page to page it takes five times as long."""
    counted = "select count(*) from message where folder_id = ? and section = ? and (flags & 1) = 0"
    steps = [str(step) for *_, step in box.sql(f"explain query plan {counted}", box.inbox.number, 0)]
    assert steps == ["SEARCH message USING INDEX message_by_folder (folder_id=? AND section=?)"]
