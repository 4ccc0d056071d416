"""Contents tables: SQL answers as the reference evaluator does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.base.text import fold
from msgcore.errors import NotFound, TooComplex, UsageError
from msgcore.model import Message
from msgcore.props.match import MAX_DEPTH, match
from msgcore.props.restriction import And, Comparison, Or, Relation, Restriction, SortKey
from msgcore.props.table import (
    PidTagBody,
    PidTagImportance,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagSubject,
)
from msgcore.props.tags import Property
from msgcore.runtime import NEVER
from msgcore.spi.store import Incoming
from msgcore.testing.modes import Mode
from tests.conftest import SOAK
from tests.providers.internal.box import Box
from tests.providers.internal.strategies import COLOUR, incoming, restrictions, sort_orders

EXAMPLES = settings(max_examples=10_000 if SOAK else 60)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, empty_mailbox: bytes) -> Iterator[Box]:
    """One mailbox for every example: each takes a folder of its own."""
    path: Path = tmp_path_factory.mktemp("shelf") / "mail.db"
    path.write_bytes(empty_mailbox)
    with Box(Mode.BLOCKING, path) as opened:
        yield opened


def put(box: Box, given_messages: list[Incoming]) -> tuple[EntryId, list[EntryId]]:
    """Put messages into a folder of their own, instead of those that were there."""
    folder = box.folder("example")
    box.run(box.store.delete_folder(folder, NEVER))
    folder = box.folder("example")
    return folder, list(box.run(box.store.save(folder, given_messages, NEVER)))


@EXAMPLES
@given(st.lists(incoming, max_size=5), st.lists(restrictions, min_size=1, max_size=8))
@example([Incoming(Message(subject="%"))], [PidTagSubject.contains("%"), PidTagSubject.contains("_")])
@example([Incoming(Message(subject="a'b"))], [PidTagSubject.equals("a'b")])
@example([Incoming(Message(subject=""))], [PidTagSubject.starts_with(""), PidTagSubject.contains("")])
@example([Incoming(Message(subject="ab"))], [PidTagSubject.contains("a\0"), PidTagSubject < "\ud800"])
@example([Incoming(Message())], [PidTagImportance < 2**70, PidTagImportance > 0.5, PidTagSubject.not_equals("")])
def test_sql_keeps_the_rows_that_the_reference_evaluator_keeps(
    shelf: Box, given_messages: list[Incoming], wanted: list[Restriction]
) -> None:
    folder, ids = put(shelf, given_messages)
    loaded = {one: shelf.load(one) for one in ids}
    for restriction in wanted:
        expected = [one for one in ids if match(restriction, loaded[one])]
        assert shelf.ids(restriction, folder=folder) == expected
        assert shelf.run(shelf.store.count(folder, restriction, NEVER)) == len(expected)


@EXAMPLES
@given(st.lists(incoming, max_size=6), sort_orders, st.none() | restrictions)
@example([Incoming(Message(message_class=c)) for c in ("a", "B", "c")], [SortKey(PidTagMessageClass)], None)
def test_rows_come_in_the_order_that_the_keys_say(
    shelf: Box, given_messages: list[Incoming], keys: list[SortKey], restriction: Restriction | None
) -> None:
    folder, ids = put(shelf, given_messages)
    loaded = {one: shelf.load(one) for one in ids}

    found = shelf.ids(restriction, keys, folder=folder)

    for before, after in pairwise(found):
        assert order(keys, loaded[before], loaded[after]) <= 0


def order(keys: list[SortKey], left: Message, right: Message) -> int:
    """Compare two messages by sort keys: absent values first, text without case."""
    for key in keys:
        one, other = rank(left, key), rank(right, key)
        if one != other:
            return (-1 if one < other else 1) * (-1 if key.is_descending else 1)
    return 0


def rank(message: Message, key: SortKey) -> tuple[bool, Any]:
    value: object = message.get(cast("Property[object]", key.tag))
    if value is None:
        return False, 0
    return True, fold(value) if isinstance(value, str) else value


@EXAMPLES
@given(st.lists(incoming, max_size=6), sort_orders, st.none() | restrictions, st.integers(1, 4))
def test_pages_give_each_row_once_and_in_the_order_of_the_whole(
    shelf: Box, given_messages: list[Incoming], keys: list[SortKey], restriction: Restriction | None, page: int
) -> None:
    folder, ids = put(shelf, given_messages)
    whole = shelf.ids(restriction, keys, folder=folder)

    pages = [
        one
        for start in range(0, len(ids) + page, page)
        for one in shelf.ids(restriction, keys, folder=folder, start=start, count=page)
    ]

    assert pages == whole


def test_a_restriction_of_many_values_keeps_to_the_limit_of_variables(shelf: Box) -> None:
    folder, ids = put(shelf, [Incoming(Message(subject=str(number))) for number in range(5)])

    assert shelf.ids(PidTagSubject.is_in(map(str, range(4, 9_000))), folder=folder) == ids[4:]


def test_a_conjunction_of_many_values_keeps_to_the_limit_of_variables(shelf: Box) -> None:
    folder, ids = put(shelf, [Incoming(Message(subject=str(number))) for number in range(3)])
    others = And(tuple(PidTagSubject.not_equals(str(number)) for number in range(1, 9_000)))

    assert shelf.ids(others, folder=folder) == ids[:1]


@pytest.mark.parametrize("kind", [And, Or])
def test_a_restriction_of_many_terms_without_values_is_answered(shelf: Box, kind: type[And] | type[Or]) -> None:
    folder, ids = put(shelf, [Incoming(Message(subject="a"))])

    assert shelf.ids(kind((PidTagSubject.exists(),) * 9_000), folder=folder) == ids


def test_more_rows_than_a_batch_are_all_looked_at(shelf: Box) -> None:
    wanted = {0, 499, 500, 1_000, 1_202}
    texts = ["yes" if number in wanted else "no" for number in range(1_203)]
    folder, ids = put(shelf, [Incoming(Message(text=text)) for text in texts])

    assert shelf.ids(PidTagBody.contains("yes"), folder=folder) == [ids[number] for number in sorted(wanted)]


def test_rows_without_a_sort_order_come_in_the_order_of_saving(shelf: Box) -> None:
    folder, ids = put(shelf, [Incoming(Message(subject=text)) for text in "cab"])

    assert shelf.ids(folder=folder) == ids


@pytest.mark.parametrize("is_descending", [False, True])
def test_rows_of_equal_keys_turn_round_with_the_order(shelf: Box, is_descending: bool) -> None:
    folder, ids = put(shelf, [Incoming(Message(subject="same")) for _ in range(3)])

    found = shelf.ids(None, [SortKey(PidTagSubject, is_descending)], folder=folder)

    assert found == (ids[::-1] if is_descending else ids)


@pytest.mark.parametrize(
    "restriction",
    [
        Comparison(PidTagSubject, Relation.EQ, 5),
        Comparison(PidTagImportance, Relation.LT, "high"),
        Comparison(PidTagMessageDeliveryTime, Relation.LT, "yesterday"),
        Comparison(PidTagSubject, Relation.EQ, b"a"),
        PidTagSubject.contains(b"a"),
        COLOUR < 5,
        PidTagBody.has_any_bit(1),
    ],
    ids=range(7),
)
def test_kinds_that_do_not_compare_are_too_complex(shelf: Box, restriction: Restriction) -> None:
    message = Message(subject="a", text="a")
    message[COLOUR] = "a"
    folder, _ = put(shelf, [Incoming(message)])

    with pytest.raises(TooComplex):
        shelf.ids(restriction, folder=folder)


def deep(levels: int) -> Restriction:
    restriction: Restriction = PidTagSubject.exists()
    for _ in range(levels):
        restriction = ~restriction
    return restriction


def test_a_restriction_as_deep_as_may_be_is_answered(shelf: Box) -> None:
    folder, ids = put(shelf, [Incoming(Message(subject="a"))])

    assert shelf.ids(deep(MAX_DEPTH - 2), folder=folder) == ids


@pytest.mark.parametrize("restriction", [deep(MAX_DEPTH), deep(5_000), Or((PidTagSubject.exists(),) * 20_000)])
def test_a_restriction_past_the_limits_is_too_complex(shelf: Box, restriction: Restriction) -> None:
    with pytest.raises(TooComplex):
        shelf.ids(restriction)


def test_a_restriction_past_the_limits_is_not_counted_either(shelf: Box) -> None:
    with pytest.raises(TooComplex):
        shelf.run(shelf.store.count(shelf.inbox, deep(MAX_DEPTH), NEVER))


@pytest.mark.parametrize("text", ["'; drop table message; --", '"', "\\", "%", "_", ")"])
def test_text_in_a_restriction_is_never_sql(shelf: Box, text: str) -> None:
    folder, ids = put(shelf, [Incoming(Message(subject=text)), Incoming(Message(subject="x"))])

    assert shelf.ids(PidTagSubject.contains(text), folder=folder) == ids[:1]


def test_a_restriction_sees_changes_of_flags_at_once(shelf: Box) -> None:
    folder, ids = put(shelf, [Incoming(Message()), Incoming(Message())])
    shelf.run(shelf.store.set_read_flag(ids[:1], True, NEVER))

    assert shelf.ids(PidTagMessageFlags.has_no_bit(1), folder=folder) == ids[1:]


def test_a_forged_number_beyond_the_database_is_refused(shelf: Box) -> None:
    with pytest.raises((NotFound, UsageError)):
        shelf.load(EntryId(shelf.store.uid, 5, 2**64 - 1))
