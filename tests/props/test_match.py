"""What each restriction means: the table of the semantics, and the laws that they keep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from msgcore.errors import TooComplex, UsageError
from msgcore.model import Attachment, Message
from msgcore.props import (
    PidTagBody,
    PidTagClientSubmitTime,
    PidTagImportance,
    PidTagMessageFlags,
    PidTagMessageSize,
    PidTagNormalizedSubject,
    PidTagSubject,
    PropBag,
    Restriction,
    Row,
    match,
)
from msgcore.props.match import NAME_TAGS, matcher
from msgcore.props.restriction import (
    AmbiguousName,
    And,
    Annotation,
    Comparison,
    Content,
    ContentMode,
    Not,
    Or,
    PropertyComparison,
    Relation,
    Size,
    any_attachment,
    any_recipient,
    at_most,
)
from msgcore.props.table import (
    PidNameKeywords,
    PidTagAccount,
    PidTagAttachDataBinary,
    PidTagAttachLongFilename,
    PidTagAttachSize,
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagRecipientType,
    PidTagSentRepresentingName,
)
from msgcore.props.tags import Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.testing.strategies import MESSAGE_TAGS, few_texts, messages_to_find, restrictions
from tests.conftest import SOAK

EXAMPLES = settings(max_examples=10_000 if SOAK else 60)
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def tag(number: int, kind: PropertyType) -> Property[Any]:
    return PropertyTag[Any](number, kind, kind.name)


DOUBLE, PRICE = tag(0x6801, PropertyType.DOUBLE), tag(0x6802, PropertyType.CURRENCY)
OCTETS, GUID = tag(0x6803, PropertyType.BINARY), tag(0x6804, PropertyType.CLSID)
NUMBERS, FLAG = tag(0x6805, PropertyType.MV_LONG), tag(0x6806, PropertyType.BOOLEAN)
TIMES, FLOATING = tag(0x6807, PropertyType.MV_SYSTIME), tag(0x6808, PropertyType.FLOATING_TIME)
NAN, EMPTY = tag(0x6809, PropertyType.DOUBLE), tag(0x680A, PropertyType.MV_UNICODE)
OTHER_NUMBERS, NANS = tag(0x680B, PropertyType.MV_LONG), tag(0x680C, PropertyType.MV_DOUBLE)


def bag() -> PropBag:
    made = PropBag()
    made[PidTagSubject] = "Résumé of the Meeting"
    made[PidTagMessageSize] = 10_000
    made[PidTagMessageFlags] = 0x11
    made[PidTagClientSubmitTime] = NOW
    made[PidNameKeywords] = ("red", "Blue sky")
    made[DOUBLE] = 1.5
    made[PRICE] = Decimal("1.5")
    made[OCTETS] = b"a\0b"
    made[GUID] = UUID(int=7)
    made[NUMBERS] = (1, 4)
    made[OTHER_NUMBERS] = (1, 4)
    made[FLAG] = True
    made[TIMES] = (NOW,)
    made[FLOATING] = NOW.replace(tzinfo=None)
    made.preset(NAN, float("nan"))
    made[EMPTY] = ()
    made[NANS] = (1.0, float("nan"))
    return made


def pair(one: Property[Any], relation: Relation, other: Property[Any]) -> Restriction:
    return PropertyComparison(one, relation, other)


SEMANTICS: dict[str, list[tuple[Restriction, bool]]] = {
    "content": [
        (PidTagSubject.contains("Meeting"), True),
        (PidTagSubject.contains("meeting"), False),
        (PidTagSubject.contains("meeting", ignore_case=True), True),
        (PidTagSubject.contains("résumé", ignore_case=True), True),
        (PidTagSubject.contains("resume", ignore_case=True), False),
        (PidTagSubject.contains("resume", ignore_non_space=True), True),
        (PidTagSubject.contains("Re\u0301sume\u0301", ignore_case=True), True),
        (PidTagSubject.contains("Re\u0301sume\u0301"), False),
        (PidTagSubject.starts_with("Rés"), True),
        (PidTagSubject.starts_with("Meeting"), False),
        (PidTagSubject.equals("résumé OF the meeting", ignore_case=True), True),
        (PidTagSubject.equals("résumé OF the", ignore_case=True), False),
        (PidTagSubject.contains(""), True),
        (OCTETS.contains(b"\0"), True),
        (OCTETS.starts_with(b"A", ignore_case=True), False),
        (Content(OCTETS, ContentMode.FULL, b"a\0b"), True),
    ],
    "words": [
        (PidTagSubject.has_words("resume of"), True),
        (PidTagSubject.has_words("the meet"), True),
        (PidTagSubject.has_words("eeting"), False),
        (PidTagSubject.has_words("resu of"), False),
        (PidTagSubject.has_words("resume the"), False),
        (PidTagSubject.has_words("of, THE!"), True),
        (PidTagSubject.has_words("meeting", ignore_case=False, ignore_non_space=False), False),
        (PidTagSubject.has_words("Résu", ignore_case=False, ignore_non_space=False), True),
        (PidTagSubject.has_words("résu", ignore_non_space=False), True),
        (PidTagSubject.has_words("resu", ignore_non_space=False), False),
        (PidTagSubject.has_phrase("of the meeting"), True),
        (PidTagSubject.has_phrase("of the meet"), False),
        (PidTagSubject.has_words(""), True),
        (PidTagSubject.has_phrase(" - "), True),
        (PidTagBody.has_words(""), False),
        (PidNameKeywords.has_words("sky"), True),
        (PidNameKeywords.has_words("red blue"), False),
    ],
    "loose": [
        (Content(PidTagSubject, ContentMode.SUBSTRING, "ｒｅｓｕｍｅ  of\tTHE", is_loose=True), True),
        (Content(PidTagSubject, ContentMode.FULL, "resume of the\u00a0meeting", is_loose=True), True),
        (Content(PidTagSubject, ContentMode.PREFIX, "resumeof", is_loose=True), False),
        (Content(PidTagSubject, ContentMode.PHRASE, "ｏｆ the", is_loose=True), True),
    ],
    "pattern": [
        (PidTagSubject.matches("M[a-z]+ing"), True),
        (PidTagSubject.matches("^of"), False),
        (PidTagSubject.matches("(?i)RÉSUMÉ"), True),
        (PidTagSubject.matches(r"^\S+ of the \pL{7}$"), True),
        (PidTagSubject.matches(""), True),
        (PidTagBody.matches(""), False),
        (PidNameKeywords.matches("^Blue"), True),
    ],
    "numbers": [
        (PidTagMessageSize > 9_999, True),
        (PidTagMessageSize >= 10_000, True),
        (PidTagMessageSize < 10_000, False),
        (PidTagMessageSize <= 10_000, True),
        (PidTagMessageSize < 2**70, True),
        (Comparison(PidTagMessageSize, Relation.GT, 9_999.5), True),
        (Comparison(PidTagMessageSize, Relation.GT, Decimal("9999.5")), True),
        (PidTagMessageSize.not_equals(10_000), False),
        (PidTagImportance.is_in([1, 2]), False),
        (PidTagMessageSize.is_in([1, 10_000]), True),
        (PidTagMessageSize.is_in([]), False),
        (DOUBLE.equals(Decimal("1.5")), True),
        (PRICE >= 1.5, True),
        (FLAG.equals(1), True),
        (FLAG > False, True),
        (NAN.equals(1.0), False),
        (NAN.not_equals(1.0), True),
        (NAN < 1.0, False),
        (Decimal(1) < NAN, False),
        (NAN.not_equals(Decimal(1)), True),
    ],
    "other values": [
        (PidTagSubject > "R", True),
        (PidTagSubject < "Rz", False),
        (PidTagSubject.equals("Résumé of the Meeting"), True),
        (PidTagClientSubmitTime < NOW, False),
        (PidTagClientSubmitTime <= NOW.astimezone(timezone(timedelta(hours=-9))), True),
        (PidTagClientSubmitTime > NOW - timedelta(microseconds=1), True),
        (FLOATING.equals(datetime(2026, 11, 25)), True),
        (UUID(int=8) > GUID, True),
        (OCTETS > b"a", True),
    ],
    "multiple values": [
        (PidNameKeywords.equals("red"), True),
        (PidNameKeywords.contains("lu"), True),
        (PidNameKeywords.contains("LU", ignore_case=True), True),
        (PidNameKeywords.equals("green"), False),
        (PidNameKeywords.not_equals("red"), True),
        (PidNameKeywords.equals(("red", "Blue sky")), True),
        (PidNameKeywords.equals(("Blue sky", "red")), False),
        (PidNameKeywords > ("red",), True),
        (NUMBERS > 3, True),
        (NUMBERS.equals((1, 4.0)), True),
        (NUMBERS.has_any_bit(4), True),
        (NUMBERS.has_no_bit(4), True),
        (TIMES.equals((NOW.astimezone(timezone(timedelta(hours=3))),)), True),
        (EMPTY.exists(), True),
        (EMPTY.contains(""), False),
        (EMPTY.equals(()), True),
    ],
    "two properties": [
        (pair(PidTagSubject, Relation.EQ, PidTagSubject), True),
        (pair(PidTagSubject, Relation.EQ, PidTagNormalizedSubject), False),
        (pair(PidTagSubject, Relation.NE, PidTagNormalizedSubject), False),
        (pair(DOUBLE, Relation.EQ, PRICE), True),
        (pair(PidTagMessageSize, Relation.GT, DOUBLE), True),
        (pair(PRICE, Relation.LT, NAN), False),
        (pair(NUMBERS, Relation.EQ, OTHER_NUMBERS), True),
        (pair(NUMBERS, Relation.LT, OTHER_NUMBERS), False),
        (pair(NUMBERS, Relation.GT, NANS), False),
        (pair(NANS, Relation.EQ, NANS), False),
        (pair(NANS, Relation.NE, NANS), True),
        (pair(NANS, Relation.GE, NANS), False),
        (pair(NUMBERS, Relation.EQ, FLAG), True),
        (pair(DOUBLE, Relation.LT, NUMBERS), True),
        (pair(PidTagSubject, Relation.NE, EMPTY), False),
    ],
    "bits": [
        (PidTagMessageFlags.has_any_bit(0x10), True),
        (PidTagMessageFlags.has_any_bit(0x30), True),
        (PidTagMessageFlags.has_no_bit(0x10), False),
        (PidTagMessageFlags.has_no_bit(0x100), True),
        (PidTagMessageFlags.has_any_bit(0), False),
        (PidTagMessageFlags.has_any_bit(-1), True),
    ],
    "size": [
        (Size(PidTagSubject, Relation.EQ, 42), True),
        (PidTagSubject.value_size > 42, False),
        (OCTETS.value_size >= 3, True),
        (Size(PidTagMessageSize, Relation.EQ, 4), True),
        (Size(DOUBLE, Relation.EQ, 8), True),
        (Size(NUMBERS, Relation.EQ, 8), True),
        (Size(PidNameKeywords, Relation.EQ, 22), True),
        (Size(EMPTY, Relation.EQ, 0), True),
        (Size(GUID, Relation.NE, 16), False),
    ],
    "existence": [
        (PidTagSubject.exists(), True),
        (PidTagBody.exists(), False),
        (And(()), True),
        (Or(()), False),
    ],
    "absence": [
        (PidTagBody.contains("x"), False),
        (PidTagBody.contains(""), False),
        (PidTagBody.equals("x"), False),
        (PidTagBody.not_equals("x"), False),
        (PidTagImportance < 5, False),
        (PidTagImportance.has_no_bit(1), False),
        (Size(PidTagBody, Relation.LT, 10), False),
        (pair(PidTagBody, Relation.EQ, PidTagBody), False),
        (any_recipient(And(())), False),
    ],
    "count and annotation": [
        (at_most(0, PidTagSubject.exists()), True),
        (at_most(5, PidTagBody.exists()), False),
        (PidTagSubject.exists().annotated({PidTagBody: "why"}), True),
        (PidTagBody.exists().annotated({}), False),
    ],
}


@pytest.mark.parametrize(
    ("restriction", "holds"),
    [pytest.param(*row, id=f"{kind} {n}") for kind, rows in SEMANTICS.items() for n, row in enumerate(rows)],
)
def test_what_each_kind_means(restriction: Restriction, holds: bool) -> None:
    assert match(restriction, bag()) is holds


@pytest.mark.parametrize("restriction", [one for one, _ in SEMANTICS["absence"]], ids=repr)
def test_not_turns_the_answer_on_an_absent_property_round(restriction: Restriction) -> None:
    assert match(Not(restriction), bag()) is True


def test_of_a_long_word_without_diacritics_the_first_255_characters_count() -> None:
    made = PropBag()
    made[PidTagSubject] = "a" * 300

    assert match(PidTagSubject.has_phrase("a" * 255), made) is True
    assert match(PidTagSubject.has_phrase("a" * 255, ignore_non_space=False), made) is False


def test_a_time_that_its_zone_has_twice_equals_its_moment() -> None:
    """Between two zones Python calls such a time unequal to any (PEP 495)."""
    made, berlin = PropBag(), datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    made[PidTagClientSubmitTime] = berlin

    assert match(PidTagClientSubmitTime.equals(berlin), made) is True


def test_half_of_a_surrogate_pair_is_one_character_to_a_pattern() -> None:
    made = PropBag()
    made[PidTagSubject] = "a\ud800b"

    assert match(PidTagSubject.matches("^a.b$"), made) is True


def test_a_value_of_another_class_than_the_type_has_counts_as_absent() -> None:
    """A row gives what its column holds, whatever type the tag that asks has."""
    size: Property[Any] = PidTagMessageSize
    row = Row((PidTagSubject,), {PidTagSubject.bag_key: 5, size.bag_key: "5"})

    assert (
        match(PidTagSubject.not_equals("a") | PidTagSubject.contains("") | (size > 1) | (size.value_size > 0), row)
        is False
    )


# Rows inside, and names


def letter() -> Message:
    return Message(
        from_="Zoë Müller <zoe@a.test>",
        to=["Bob Smith <bob@b.test>", "FAX:+46 8 123"],
        cc="Carl <carl@c.test>",
        attachments=[Attachment(b"12345", filename="report.pdf"), Attachment(Message(subject="inner"))],
    )


@pytest.mark.parametrize(
    ("restriction", "holds"),
    [
        (any_recipient(PidTagDisplayName.contains("Smith")), True),
        (any_recipient(PidTagEmailAddress.equals("carl@c.test") & PidTagRecipientType.equals(2)), True),
        (any_recipient(PidTagEmailAddress.equals("carl@c.test") & PidTagRecipientType.equals(1)), False),
        (any_recipient(~PidTagEmailAddress.contains("@")), True),
        (any_recipient(PidTagSubject.exists()), False),
        (any_recipient(AmbiguousName("smi")), True),
        (any_attachment(PidTagAttachLongFilename.matches(r"\.pdf$")), True),
        (any_attachment(PidTagAttachSize > 5), False),
        (any_attachment(PidTagAttachDataBinary.contains(b"34")), True),
        (any_attachment(~PidTagAttachLongFilename.exists()), True),
        (AmbiguousName("mul zoe"), True),
        (AmbiguousName("ZOË"), True),
        (AmbiguousName("a.test"), True),
        (AmbiguousName("bob"), False),
        (AmbiguousName("zoe uller"), False),
        (AmbiguousName(""), True),
    ],
)
def test_what_is_asked_of_recipients_attachments_and_names(restriction: Restriction, holds: bool) -> None:
    assert match(restriction, letter()) is holds


def test_a_name_is_found_by_words_of_several_properties() -> None:
    made = PropBag()
    made[PidTagDisplayName] = "Ann Berg"
    made[PidTagAccount] = "aberg2"

    assert match(AmbiguousName("aberg2 ann"), made) is True


@pytest.mark.parametrize("name", NAME_TAGS, ids=str)
def test_a_name_is_looked_for_in_each_of_the_name_tags(name: PropertyTag[str]) -> None:
    made = PropBag()
    made[name] = "Ann Berg"

    assert match(AmbiguousName("berg"), made) is True


def test_a_name_without_words_holds_where_there_is_a_name() -> None:
    assert match(AmbiguousName("-"), bag()) is False


def test_words_of_two_properties_do_not_run_together() -> None:
    made = PropBag()
    made[PidTagDisplayName] = "Ann"
    made[PidTagSentRepresentingName] = "\u0301Berg"

    assert match(AmbiguousName("annb"), made) is False


# Laws

messages = messages_to_find()
some = restrictions(MESSAGE_TAGS)
texts = few_texts()
flags = st.tuples(st.booleans(), st.booleans(), st.booleans())
Flags = tuple[bool, bool, bool]
words = st.lists(texts, max_size=3).map(" ".join)


def subject(text: str) -> PropBag:
    made = PropBag()
    made[PidTagSubject] = text
    return made


def holds(text: str, mode: ContentMode, wanted: str, *given_flags: bool) -> bool:
    return match(Content(PidTagSubject, mode, wanted, *given_flags), subject(text))


@given(some, some, messages)
@EXAMPLES
def test_and_and_or_are_turned_round_by_not(one: Restriction, other: Restriction, message: Message) -> None:
    assert match(~(one & other), message) is match(~one | ~other, message)


@given(st.lists(some, max_size=4), messages)
@EXAMPLES
def test_and_holds_when_every_part_does_and_or_when_some_does(parts: list[Restriction], message: Message) -> None:
    facts = [match(part, message) for part in parts]

    assert (match(And(tuple(parts)), message), match(Or(tuple(parts)), message)) == (all(facts), any(facts))


@given(some, messages)
@EXAMPLES
def test_an_annotation_and_a_count_hold_as_their_part_does(restriction: Restriction, message: Message) -> None:
    expected = match(restriction, message)

    assert {match(Annotation(restriction, ()), message), match(at_most(3, restriction), message)} == {expected}


@given(some, st.lists(messages, max_size=4))
@EXAMPLES
def test_a_matcher_says_of_each_source_what_match_says(restriction: Restriction, sources: list[Message]) -> None:
    asked = matcher(restriction)

    assert [asked(source) for source in sources] == [match(restriction, source) for source in sources]


@given(texts, texts, flags)
@EXAMPLES
def test_the_whole_is_a_beginning_and_a_beginning_is_a_part(text: str, wanted: str, given_flags: Flags) -> None:
    full, prefix, part = (
        holds(text, mode, wanted, *given_flags)
        for mode in (ContentMode.FULL, ContentMode.PREFIX, ContentMode.SUBSTRING)
    )

    assert full <= prefix <= part


@given(words, words, flags)
@EXAMPLES
def test_a_phrase_is_also_found_by_its_words(text: str, wanted: str, given_flags: Flags) -> None:
    assert holds(text, ContentMode.PHRASE, wanted, *given_flags) <= holds(
        text, ContentMode.WORD_PREFIX, wanted, *given_flags
    )


@given(words, st.sampled_from(ContentMode), flags)
@EXAMPLES
def test_a_text_is_found_by_itself(text: str, mode: ContentMode, given_flags: Flags) -> None:
    assert holds(text, mode, text, *given_flags)


@given(words, words, st.sampled_from([ContentMode.WORD_PREFIX, ContentMode.PHRASE]), st.booleans())
@example("a" * 300 + "b", "a" * 300, ContentMode.WORD_PREFIX, False)
@example("e\u0301" * 200, "e\u0301" * 200, ContentMode.PHRASE, False)
@EXAMPLES
def test_words_that_are_found_exactly_are_found_without_diacritics(
    text: str, wanted: str, mode: ContentMode, ignore_case: bool
) -> None:
    """An index without diacritics never misses what an exact condition keeps."""
    assert holds(text, mode, wanted, ignore_case) <= holds(text, mode, wanted, ignore_case, True)


@given(texts, texts)
@EXAMPLES
def test_texts_that_are_equal_are_equal_with_every_flag(text: str, wanted: str) -> None:
    full = ContentMode.FULL
    answers = [holds(text, full, wanted, *some_flags) for some_flags in ((), (True,), (True, True), (True, True, True))]

    assert answers == sorted(answers)


@given(texts, texts)
@EXAMPLES
def test_ignoring_diacritics_ignores_case_too(text: str, wanted: str) -> None:
    part = ContentMode.SUBSTRING
    assert holds(text, part, wanted, False, True) is holds(text, part, wanted, True, True)


@given(texts, texts)
@EXAMPLES
def test_of_two_texts_one_relation_of_three_holds(text: str, wanted: str) -> None:
    relations = (Relation.LT, Relation.EQ, Relation.GT)
    answers = [match(Comparison(PidTagSubject, relation, wanted), subject(text)) for relation in relations]

    assert sum(answers) == 1


@given(texts, messages)
@EXAMPLES
def test_any_recipient_holds_where_the_row_of_some_recipient_does(text: str, message: Message) -> None:
    wanted = PidTagDisplayName.contains(text)

    assert match(any_recipient(wanted), message) is any(match(wanted, row) for row in message.recipients)


def test_a_restriction_is_neither_true_nor_false() -> None:
    """`and` between two restrictions would silently drop the first."""
    with pytest.raises(UsageError, match="combine with"):
        bool(PidTagSubject.exists())


def test_matching_checks_the_restriction_whatever_the_source_holds() -> None:
    with pytest.raises(TooComplex, match="need text, got a number"):
        match(Comparison(PidTagSubject, Relation.LT, 5), PropBag())
