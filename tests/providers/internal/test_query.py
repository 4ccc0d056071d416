"""Contents tables: SQL answers as the reference evaluator does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, TimedOut, TooComplex, UsageError
from msgcore.model import Message
from msgcore.props.check import MAX_DEPTH
from msgcore.props.key import PropertyKey
from msgcore.props.match import match
from msgcore.props.restriction import And, Comparison, Content, ContentMode, Count, Or, Relation, Restriction, SortKey
from msgcore.props.search import search
from msgcore.props.table import (
    PidTagBody,
    PidTagClientSubmitTime,
    PidTagEntryId,
    PidTagImportance,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagSentRepresentingName,
    PidTagSubject,
)
from msgcore.props.tags import Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.props.values import PropertyErrorCode
from msgcore.providers.internal.columns import columns_of_store
from msgcore.providers.internal.contents import FolderTable
from msgcore.providers.internal.dialect import dialect_of
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.providers.internal.translate import Translator
from msgcore.runtime import NEVER, Connection, Database, Engine
from msgcore.spi.store import Incoming, RowKey, TableQuery
from tests.conftest import SOAK
from tests.providers.internal.box import Box
from tests.providers.internal.strategies import COLOUR, incoming, restrictions

# Each of five restrictions or more.
PAIRS = settings(max_examples=4_000 if SOAK else 60, deadline=None)
FEWER_PAIRS = settings(max_examples=4_000 if SOAK else 20, deadline=None)


def put(box: Box, given_messages: list[Incoming]) -> tuple[EntryId, list[EntryId]]:
    """Put messages into a folder of their own, instead of those that were there."""
    folder = box.folder("example")
    box.run(box.store.delete_folder(folder, NEVER))
    folder = box.folder("example")
    return folder, list(box.run(box.store.save(folder, given_messages, NEVER)))


IMPORTANCE = cast("Property[Any]", PidTagImportance)
WORD_OR_PHRASE = PidTagBody.has_phrase("b b") | PidTagSubject.has_words("b") | PidTagBody.has_words("a b a")
ANY_MESSAGES, ANY_RESTRICTIONS = st.lists(incoming, max_size=5), st.lists(restrictions, min_size=5, max_size=10)


@PAIRS
@given(ANY_MESSAGES, ANY_RESTRICTIONS)
@example([Incoming(Message(subject="%"))], [PidTagSubject.contains("%"), PidTagSubject.contains("_")])
@example([Incoming(Message(subject="a'b"))], [PidTagSubject.equals("a'b")])
@example([Incoming(Message(subject=""))], [PidTagSubject.starts_with(""), PidTagSubject.contains("")])
@example([Incoming(Message(subject="ab"))], [PidTagSubject.contains("a\0"), PidTagSubject < "\ud800"])
@example([Incoming(Message())], [PidTagImportance < 2**70, IMPORTANCE > 0.5, PidTagSubject.not_equals("")])
def test_sql_keeps_the_rows_that_the_reference_evaluator_keeps(
    file_shelf: Box, given_messages: list[Incoming], wanted: list[Restriction]
) -> None:
    check_against_reference(file_shelf, given_messages, wanted)


@FEWER_PAIRS
@given(ANY_MESSAGES, ANY_RESTRICTIONS)
@example([Incoming(Message(subject="a'b"))], [PidTagSubject.equals("a'b"), PidTagSubject.contains("%")])
@example([Incoming(Message(subject=""))], [PidTagSubject.starts_with(""), PidTagSubject.contains("")])
@example([Incoming(Message(subject="ab"))], [PidTagSubject.contains("a\0"), PidTagSubject < "\ud800"])
@example([Incoming(Message())], [PidTagImportance < 2**70, IMPORTANCE > 0.5, PidTagSubject.not_equals("")])
@example([Incoming(Message())], [float("inf") > IMPORTANCE, float("-inf") < IMPORTANCE])
@example([Incoming(Message(text="a b a"))], [PidTagBody.has_phrase("b a") & PidTagBody.has_phrase("a"), WORD_OR_PHRASE])
def test_postgresql_keeps_the_rows_that_the_reference_evaluator_keeps(
    server_shelf: Box, given_messages: list[Incoming], wanted: list[Restriction]
) -> None:
    check_against_reference(server_shelf, given_messages, wanted)


def check_against_reference(box: Box, given_messages: list[Incoming], wanted: list[Restriction]) -> None:
    folder, ids = put(box, given_messages)
    loaded = {one: box.load(one) for one in ids}
    for restriction in wanted:
        expected = [one for one in ids if match(restriction, loaded[one])]
        assert box.ids(restriction, folder=folder) == expected
        assert box.run(box.store.count(folder, TableQuery((), restriction), NEVER)) == len(expected)


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
        Comparison(COLOUR, Relation.LT, 5),
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
        shelf.run(shelf.store.count(shelf.inbox, TableQuery((), deep(MAX_DEPTH)), NEVER))


@pytest.mark.parametrize("text", ["'; drop table message; --", '"', "\\", "%", "_", ")"])
def test_text_in_a_restriction_is_never_sql(shelf: Box, text: str) -> None:
    folder, ids = put(shelf, [Incoming(Message(subject=text)), Incoming(Message(subject="x"))])

    assert shelf.ids(PidTagSubject.contains(text), folder=folder) == ids[:1]


@pytest.mark.parametrize(
    "text",
    [
        '"',
        'a" OR body : "b',
        "a OR b",
        "NEAR(a b)",
        "a*",
        "^a",
        "-a",
        "{subject} : a",
        "NOT",
        "a\0b",
        "a + b",
        "(",
        "\ud800",
    ],
)
@pytest.mark.parametrize("tag", [PidTagSubject, PidTagBody])
def test_text_in_a_restriction_is_never_full_text_syntax(shelf: Box, tag: PropertyTag[str], text: str) -> None:
    texts = ["a b", "a or b", "near a b", "not", "subject a", "ab", "b"]
    folder, ids = put(shelf, [Incoming(Message(subject=one, text=one)) for one in texts])
    wanted = tag.has_words(text)

    assert shelf.ids(wanted, folder=folder) == [one for one in ids if match(wanted, shelf.load(one))]


@pytest.mark.parametrize("words", [65, 3_000])
def test_a_phrase_of_any_length_is_found(shelf: Box, words: int) -> None:
    phrase = " ".join(f"w{number}" for number in range(words))
    folder, ids = put(shelf, [Incoming(Message(text=f"see {phrase} there")), Incoming(Message(text=phrase[:-1] + "x"))])

    assert shelf.ids(PidTagBody.has_phrase(phrase), folder=folder) == ids[:1]


@pytest.mark.parametrize("tag", [PidTagBody, PidTagSentRepresentingName])
def test_alternatives_of_long_phrases_are_answered(shelf: Box, tag: PropertyTag[str]) -> None:
    phrases = [" ".join(f"{number}x{word}" + "\U00010428" * 200 for word in range(64)) for number in range(25)]
    folder, ids = put(shelf, [Incoming(Message(from_="A <a@a.test>", text="a")) for _ in range(2)])
    wanted = Or((*map(tag.has_phrase, phrases), PidTagEntryId.equals(bytes(ids[1]))))

    assert shelf.ids(wanted, folder=folder) == ids[1:]
    assert shelf.ids(Or(tuple(map(tag.has_phrase, phrases))), folder=folder) == []


@pytest.mark.parametrize("engine", Engine, ids=lambda engine: engine.value)
def test_words_that_all_have_to_be_there_are_asked_for_at_once(engine: Engine) -> None:
    """PostgreSQL's planner takes time for the order of many queries, 15 seconds of 50; SQLite answers each alone."""
    translator = Translator(columns_of_store(bytes(16)), dialect_of(engine), lambda: True)
    inside = And((PidTagSubject.exists(), PidTagBody.has_phrase("c d")))
    found = translator.translate(And((search("a b"), inside)))

    assert (found.sql.count("select"), len(found.words)) == (1, 1)


SEVERAL_CONDITIONS_ON_WORDS = [
    PidTagBody.has_words("a") & PidTagBody.has_words("c"),
    PidTagBody.has_words("a") & PidTagBody.has_phrase("b c"),
    PidTagBody.has_phrase("a b") & PidTagBody.has_phrase("b c") & PidTagSubject.has_words("x"),
    PidTagSentRepresentingName.has_phrase("ann b") & PidTagBody.has_phrase("a b"),
    search('a "b c" ann'),
    search("a x") & PidTagSubject.equals("x y"),
    search("a") & ~PidTagBody.has_words("c"),
    And((PidTagBody.has_words("a"), And((PidTagSubject.has_words("x"), search("ann"))), And(()))),
    And(tuple(PidTagBody.has_phrase(f"a b {'c' * (number % 2)}") for number in range(60))),
]


@pytest.mark.parametrize("wanted", SEVERAL_CONDITIONS_ON_WORDS, ids=range(len(SEVERAL_CONDITIONS_ON_WORDS)))
def test_conditions_on_words_that_all_have_to_hold_do(shelf: Box, wanted: Restriction) -> None:
    bodies = ["a b c", "a c b", "c b a", "a b", "b c", "ab c"]
    messages = [
        Incoming(Message(from_=f"{name} <a@a.test>", subject=subject, text=body))
        for name, subject in [("Ann B", "x y"), ("Bo", "y x"), ("B Ann", "z")]
        for body in bodies
    ]
    check_against_reference(shelf, messages, [wanted])


def layers(depth: int, width: int, *, is_first: bool) -> Restriction:
    """Alternatives in conjunctions in alternatives; ``is_first`` says where in each the next one stands."""
    found: Restriction = PidTagSubject.contains("a")
    for number in range(depth):
        others = tuple(PidTagSubject.contains(f"{number} {other}") for other in range(width))
        if number % 2:
            others = tuple(~other for other in others)
        kind = And if number % 2 else Or
        found = kind((found, *others) if is_first else (*others, found))
    return found


AT_THE_LIMITS = [
    Or(tuple(PidTagSubject.contains(text) for text in ("a", *map(str, range(499))))),
    And(tuple(~PidTagSubject.contains(str(number)) for number in range(500))),
    *(layers(depth, width, is_first=one) for depth, width in [(12, 40), (11, 17), (20, 24)] for one in (True, False)),
]


@pytest.mark.parametrize("limit", [None, 1])
@pytest.mark.parametrize("restriction", AT_THE_LIMITS, ids=range(len(AT_THE_LIMITS)))
def test_as_many_terms_as_the_database_is_given_are_answered(
    shelf: Box, restriction: Restriction, limit: int | None
) -> None:
    folder, ids = put(shelf, [Incoming(Message(subject="a")), Incoming(Message(subject="a"))])
    keys = (SortKey(PidTagSubject),)
    wanted = restriction if limit is None else Count(limit, restriction)
    first = RowKey(("a",), bytes(ids[0]))
    query = TableQuery((PidTagEntryId,), wanted, keys, origin=first, includes_origin=True)

    found = [row[PidTagEntryId] for row in shelf.run(shelf.store.query(folder, query, NEVER))]
    [group] = shelf.run(shelf.store.groups(folder, TableQuery((), wanted, keys), NEVER))
    counted = shelf.run(shelf.store.count(folder, TableQuery((), wanted), NEVER))
    expected = [bytes(one) for one in ids[:limit]]
    assert (found, group.count, counted) == (expected, len(expected), len(expected))


class Ticking:
    """A clock on which each look takes a second."""

    def __init__(self) -> None:
        self._seconds = 0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        self._seconds += 1
        return self._seconds


@pytest.mark.parametrize(
    ("restriction", "columns", "keys"),
    [
        (Content(PidTagSubject, ContentMode.SUBSTRING, "b", is_loose=True), (PidTagSubject,), ()),
        (PidTagBody.contains("b"), (PidTagSubject,), ()),
        (None, (PidTagBody,), ()),
        (None, (PidTagSubject,), (SortKey(PidTagBody),)),
    ],
    ids=["rows", "messages", "a column", "a sort key"],
)
def test_looking_at_row_by_row_ends_at_the_deadline(
    shelf: Box, restriction: Restriction | None, columns: tuple[PropertyKey, ...], keys: tuple[SortKey, ...]
) -> None:
    folder, _ = put(shelf, [Incoming(Message(subject="a", text="a")) for _ in range(1_500)])
    query = TableQuery(columns, restriction, keys, count=2_000)

    with pytest.raises(TimedOut, match=r"looking at rows|reading messages"):
        shelf.run(shelf.store.query(folder, query, Deadline(10, Ticking())))


def test_a_text_that_is_made_of_html_is_made_once_for_a_row(file_shelf: Box) -> None:
    folder, _ = put(file_shelf, [Incoming(Message(html="<p>a b"))])
    query = TableQuery((PidTagSubject,))

    def is_same(connection: Connection) -> bool:
        [source] = FolderTable(connection, file_shelf.store.uid, folder.number, query).matching()
        return source.get(PidTagBody) is source.get(PidTagBody)

    database = Database.open(file_shelf.path, STORE_SCHEMA, create=False)
    assert file_shelf.run(database.read(file_shelf.runtime, is_same))
    file_shelf.run(database.close(file_shelf.runtime))


LONG_SUBJECT: PropertyTag[int] = PropertyTag(PidTagSubject.id, PropertyType.LONG, "LongSubject")


def test_a_column_of_another_type_than_a_promoted_one_leaves_that_alone(shelf: Box) -> None:
    folder, ids = put(shelf, [Incoming(Message(subject="a")), Incoming(Message(subject="b"))])
    wanted = Content(PidTagSubject, ContentMode.SUBSTRING, "b", is_loose=True)

    found = shelf.query(wanted, columns=(LONG_SUBJECT, PidTagEntryId), folder=folder)

    assert [row[PidTagEntryId] for row in found] == [bytes(ids[1])]


def test_alternatives_of_many_words_are_answered(shelf: Box) -> None:
    folder, ids = put(shelf, [Incoming(Message(text="w7")), Incoming(Message(text="no"))])
    wanted = Or(tuple(PidTagBody.has_words(f"w{number}") for number in range(500)))

    assert shelf.ids(wanted, folder=folder) == ids[:1]


@pytest.mark.parametrize("name", ["restriction", "sort order", "neither"])
def test_a_message_that_cannot_be_read_spoils_its_own_values_only(shelf: Box, name: str) -> None:
    folder, ids = put(shelf, [Incoming(Message(subject=text, text="a")) for text in ("good", "bad")])
    shelf.sql("update message set overlay = 'no JSON' where id = ?", ids[1].number)
    restriction = (
        None if name != "restriction" else PidTagBody.has_words("a", ignore_case=False) | PidTagSubject.exists()
    )
    keys = [SortKey(PidTagBody, is_descending=True)] if name == "sort order" else []

    found = shelf.query(restriction, keys, columns=(PidTagSubject, PidTagBody), folder=folder)

    assert [(row[PidTagSubject], row.get(PidTagBody, "").strip(), row.error(PidTagBody) is None) for row in found] == [
        ("good", "a", True),
        ("bad", "", False),
    ]


def test_the_error_in_a_row_says_what_is_wrong(shelf: Box) -> None:
    folder, ids = put(shelf, [Incoming(Message(text="a"))])
    shelf.sql("update message set overlay = 'no JSON' where id = ?", ids[0].number)
    [row] = shelf.query(columns=(PidTagBody,), folder=folder)
    error = row.error(PidTagBody)

    assert error is not None
    assert (error.code, "overlay of a message is damaged" in error.text) == (PropertyErrorCode.NO_ACCESS, True)


@pytest.mark.parametrize(("start", "count"), [(-1, 1), (0, -1), (2**64, 1), (0, 2**64)])
@pytest.mark.parametrize("restriction", [None, PidTagBody.exists()])
def test_a_page_of_no_size_is_refused(shelf: Box, restriction: Restriction | None, start: int, count: int) -> None:
    with pytest.raises(UsageError):
        shelf.ids(restriction, start=start, count=count)


def test_a_restriction_sees_changes_of_flags_at_once(shelf: Box) -> None:
    folder, ids = put(shelf, [Incoming(Message()), Incoming(Message())])
    shelf.run(shelf.store.set_read_flag(ids[:1], True, NEVER))

    assert shelf.ids(PidTagMessageFlags.has_no_bit(1), folder=folder) == ids[1:]


@pytest.mark.parametrize("folds", [(0, 1), (1, 0)])
def test_an_hour_that_clocks_show_twice_is_two_hours(shelf: Box, folds: tuple[int, int]) -> None:
    half_past_two = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Stockholm"))
    between = Message(date=datetime(2026, 10, 25, 1, 0, tzinfo=UTC))
    folder, ids = put(shelf, [Incoming(between)])

    found = {
        fold: shelf.ids(PidTagClientSubmitTime < half_past_two.replace(fold=fold), folder=folder) for fold in folds
    }

    assert found == {0: [], 1: ids}


def test_a_forged_number_beyond_the_database_is_refused(shelf: Box) -> None:
    with pytest.raises((NotFound, UsageError)):
        shelf.load(EntryId(shelf.store.uid, 5, 2**64 - 1))
