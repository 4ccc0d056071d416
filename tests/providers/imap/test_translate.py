"""Restrictions as SEARCH keys, tried on a server that is a model: keys evaluated in Python on what was appended."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.codecs import mime
from msgcore.codecs.mime.tree.bodies import html_of, text_of
from msgcore.codecs.mime.tree.contents import contents_of
from msgcore.codecs.mime.tree.entity import parse
from msgcore.model.message import Message
from msgcore.props.match import match
from msgcore.props.restriction import And, Restriction
from msgcore.props.table import (
    PidNameKeywords,
    PidTagDisplayTo,
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagInternetMessageId,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagMessageStatus,
    PidTagRead,
    PidTagSubject,
)
from msgcore.props.tags import header_property
from msgcore.providers.imap.content import message_of, prepare
from msgcore.providers.imap.flags import message_flags_in
from msgcore.providers.imap.front import read_front
from msgcore.providers.imap.record import add_record, flagged_record, keywords_with, placed_record
from msgcore.providers.imap.translate import Translator, bytes_of
from msgcore.spi.store import Incoming, MessageFlag, MessageStatus
from msgcore.testing.stores.suite import is_of_folded_bodies
from msgcore.testing.strategies import MESSAGE_TAGS, incoming, messages_to_find, restrictions
from msgcore.wire.imap.command import Argument, Atom
from msgcore.wire.imap.criteria import SearchCriteria
from msgcore.wire.imap.uid_set import UidSet
from tests.conftest import SOAK

EXAMPLES = 3_000 if SOAK else 60
STORE = bytes(range(16))
FOLDER = EntryId(STORE, ObjectKind.FOLDER, 9)
SOON = datetime(2026, 1, 1, 23, 30, tzinfo=UTC)
ANYWHERE = [timezone(timedelta(hours=hours)) for hours in (-12, 0, 14)]


@attrs.frozen
class Kept:
    """A message as the model keeps it, in the time zone of its server, and as it is loaded."""

    uid: int
    octets: bytes
    flags: frozenset[str]
    arrived: datetime
    message: Message


def entry_id(uid: int) -> EntryId:
    return EntryId(STORE, ObjectKind.MESSAGE, 7 << 32 | uid)


def uid_of(octets: bytes) -> int | None:
    number = int.from_bytes(octets[21:], "big")
    return number & 0xFFFFFFFF if octets[:21] == bytes(entry_id(0))[:21] and number >> 32 == 7 else None


def keep(uid: int, one: Incoming, zone: timezone = UTC) -> Kept:
    prepared = prepare(one, STORE)
    octets = prepared.octets()
    assert isinstance(octets, bytes)
    arrived = (one.received_at or SOON).replace(microsecond=0)
    message = message_of(octets)
    record = {
        **placed_record(entry_id(uid), FOLDER, arrived, read_front(octets).own_size(len(octets))),
        **flagged_record(prepared.flags, has_attachments=bool(message.attachments)),
    }
    add_record(message, record, prepared.flags)
    return Kept(uid, octets, frozenset(flag.lower() for flag in prepared.flags), arrived.astimezone(zone), message)


# The model


def finds(criteria: SearchCriteria | None, one: Kept) -> bool:
    return criteria is None or all_hold(criteria.arguments, one)


def all_hold(arguments: Sequence[Argument], one: Kept) -> bool:
    waiting = iter(arguments)
    held = [holds(first, waiting, one) for first in waiting]  # each key takes its arguments off the line
    return all(held)


def holds(first: Argument, rest: Iterator[Argument], one: Kept) -> bool:
    if isinstance(first, tuple):
        return all_hold(first, one)
    assert isinstance(first, Atom)
    match first.octets.decode():
        case "ALL":
            return True
        case "NOT":
            return not holds(next(rest), rest, one)
        case "OR":
            return holds(next(rest), rest, one) | holds(next(rest), rest, one)
        case "SEEN" | "ANSWERED" | "FLAGGED" | "DELETED" | "DRAFT" as flag:
            return f"\\{flag.lower()}" in one.flags
        case "KEYWORD":
            return word(rest).lower() in one.flags
        case "LARGER":
            return len(one.octets) > int(word(rest))
        case "SMALLER":
            return len(one.octets) < int(word(rest))
        case "SINCE":
            return one.arrived.date() >= day(rest)
        case "BEFORE":
            return one.arrived.date() < day(rest)
        case "UID":
            return one.uid in UidSet.parse(word(rest).encode())
        case "SUBJECT":
            return is_in_field(one, "subject", word(rest))
        case "HEADER":
            return is_in_field(one, word(rest), word(rest))
        case "BODY":
            return is_in(word(rest), body_of(one))
        case "TEXT":
            return is_in(text := word(rest), body_of(one)) or is_in(text, one.octets.decode("utf-8", "replace"))
        case other:
            raise AssertionError(f"the model has no {other}")


def word(rest: Iterator[Argument]) -> str:
    argument = next(rest)
    return argument.octets.decode() if isinstance(argument, Atom) else str(argument)


def day(rest: Iterator[Argument]) -> date:
    return datetime.strptime(word(rest), "%d-%b-%Y").replace(tzinfo=UTC).date()


def is_in_field(one: Kept, name: str, text: str) -> bool:
    header = parse(one.octets).header
    return any(is_in(text, header.decoded(raw)) for raw in header.raw_all(name.lower().encode()))


def body_of(one: Kept) -> str:
    contents = contents_of(parse(one.octets))
    if contents.plain is not None:
        return text_of(contents.plain)
    return "" if contents.html is None else html_of(contents.html)[0].decode("utf-8", "replace")


def is_in(text: str, value: str) -> bool:
    return casemapped(text) in casemapped(value)


def casemapped(text: str) -> str:
    """Compare as i;unicode-casemap does (RFC 5051): decomposed, and each character in its one-character title case."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join([one.title() if len(one.title()) == 1 else one for one in decomposed])


# What holds of any restriction


def kept_messages() -> st.SearchStrategy[list[Kept]]:
    several = st.lists(st.tuples(incoming(messages_to_find()), st.sampled_from(ANYWHERE)), min_size=1, max_size=4)
    return several.map(lambda found: [keep(uid, one, zone) for uid, (one, zone) in enumerate(found, 1)])


def answered_exactly() -> st.SearchStrategy[Restriction]:
    """Leave out what the server compares by its own rules."""
    return restrictions(MESSAGE_TAGS).filter(lambda one: not is_of_folded_bodies(one))


@settings(max_examples=EXAMPLES)
@given(kept_messages(), st.lists(answered_exactly(), min_size=1, max_size=6))
def test_what_is_found_and_satisfies_the_residual_is_what_matches(
    messages: list[Kept], wanted: list[Restriction]
) -> None:
    for restriction in wanted:
        selection = Translator(uid_of).translate(restriction)
        rest = selection.residual
        for one in messages:
            is_left = finds(selection.criteria, one) and (rest is None or match(rest, one.message))
            assert is_left is match(restriction, one.message), (restriction, one.octets)


@settings(max_examples=EXAMPLES)
@given(kept_messages(), answered_exactly())
def test_what_is_translated_is_found_exactly(messages: list[Kept], restriction: Restriction) -> None:
    selection = Translator(uid_of).translate(restriction)
    exact = selection.translated
    if exact is not None and selection.preselected is None:
        found = [finds(selection.criteria, one) for one in messages]
        assert found == [match(exact, one.message) for one in messages]


@settings(max_examples=EXAMPLES)
@given(kept_messages(), st.lists(answered_exactly(), min_size=1, max_size=8))
def test_a_command_is_as_long_as_it_may_be_at_most(messages: list[Kept], wanted: list[Restriction]) -> None:
    """What does not find room is left to the rows."""
    restriction = And(tuple(wanted))
    selection = Translator(uid_of, max_octets=500).translate(restriction)
    rest = selection.residual
    assert selection.criteria is None or len(bytes_of(selection.criteria)) <= 500
    for one in messages:
        is_left = finds(selection.criteria, one) and (rest is None or match(rest, one.message))
        assert is_left is match(restriction, one.message)


@given(st.integers(0, 2**32 - 1))
def test_bits_of_the_status_are_found_by_their_flags(mask: int) -> None:
    one = keep(1, Incoming(Message(), status=mask))
    asked = PidTagMessageStatus.has_any_bit(mask)
    assert finds(Translator(uid_of).translate(asked).criteria, one) is bool(mask)


@given(st.sampled_from(["Blue", "blue", "Junk", "two words"]), st.lists(st.sampled_from(["Blue", "BLUE", "Junk"])))
def test_categories_are_found_by_keywords_and_by_their_field(wanted: str, keywords: list[str]) -> None:
    plain = keep(1, Incoming(mime.read(b"Keywords: two words\r\n\r\n")))
    message = plain.message
    message.properties_set.preset(PidNameKeywords, keywords_with(message.get(PidNameKeywords, ()), keywords))
    one = attrs.evolve(plain, flags=frozenset(flag.lower() for flag in keywords), message=message)
    restriction = PidNameKeywords.equals(wanted)
    assert finds(Translator(uid_of).translate(restriction).criteria, one) or not match(restriction, message)


# What is asked for


GUARDED = 'OR {} OR HEADER "X-Msgcore-Properties" "" HEADER "X-Msgcore-Octets" ""'
DAY = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("restriction", "said"),
    [
        (PidTagRead.equals(True), "SEEN"),
        (PidTagRead.equals(False), "NOT SEEN"),
        (PidTagRead.not_equals(True), "NOT SEEN"),
        (PidTagRead.exists(), "ALL"),
        (PidTagMessageFlags.has_any_bit(MessageFlag.UNSENT), "DRAFT"),
        (PidTagMessageFlags.has_no_bit(MessageFlag.READ), "NOT SEEN"),
        (PidTagMessageStatus.has_any_bit(MessageStatus.TAGGED | MessageStatus.ANSWERED), "OR FLAGGED ANSWERED"),
        (PidTagMessageStatus.has_any_bit(MessageStatus.HIDDEN), "KEYWORD $msgcore-status-4"),
        (PidTagMessageStatus.has_any_bit(MessageStatus.DELETE_MARKED), "DELETED"),
        (PidTagEntryId.equals(bytes(entry_id(5))), "UID 5"),
        (PidTagEntryId.equals(b"of another store"), "NOT ALL"),
        (PidTagEntryId.is_in([bytes(entry_id(uid)) for uid in (4, 5, 9)]), "UID 4:5,9"),
        (~PidTagEntryId.equals(bytes(entry_id(5))), "NOT UID 5"),
        (PidTagRead.equals(True) & PidTagMessageFlags.has_any_bit(MessageFlag.UNSENT), "SEEN DRAFT"),
        (~(PidTagRead.equals(True) & PidTagMessageFlags.has_any_bit(MessageFlag.UNSENT)), "NOT (SEEN DRAFT)"),
    ],
    ids=str,
)
def test_the_server_answers_it_all(restriction: Restriction, said: str) -> None:
    selection = Translator(uid_of).translate(restriction)
    assert (shown(selection.criteria), selection.translated, selection.residual) == (said, restriction, None)


@pytest.mark.parametrize(
    ("restriction", "said"),
    [
        (PidTagSubject.contains("report", ignore_case=True), GUARDED.format('SUBJECT "report"')),
        (PidTagSubject.contains("Report"), GUARDED.format('SUBJECT "Report"')),
        (PidTagSubject.equals("a b"), GUARDED.format('(SUBJECT "a" SUBJECT "b")')),
        (PidTagSubject.contains("password", ignore_case=True), GUARDED.format('(SUBJECT "word" SUBJECT "pa")')),
        (PidTagSubject.contains("caf\u00e9 noir", ignore_case=True), GUARDED.format('(SUBJECT "noir" SUBJECT "caf")')),
        (PidTagDisplayTo.contains("Bob"), GUARDED.format('HEADER "To" "Bob"')),
        (PidTagInternetMessageId.equals("<1@a.test>"), GUARDED.format('HEADER "Message-ID" "<1@a.test>"')),
        (PidTagInternetMessageId.exists(), GUARDED.format('HEADER "Message-ID" ""')),
        (header_property("X-Own").contains("v"), GUARDED.format('HEADER "x-own" "v"')),
        (PidNameKeywords.equals("Blue"), "OR KEYWORD Blue " + GUARDED.format('HEADER "Keywords" ""')),
        (PidNameKeywords.equals("two words"), GUARDED.format('HEADER "Keywords" ""')),
        (PidTagMessageSizeExtended > 100, "LARGER 100"),
        (PidTagMessageSizeExtended < 100, 'OR SMALLER 100 HEADER "X-Msgcore" ""'),
        (PidTagMessageDeliveryTime >= DAY, "SINCE 8-Mar-2026"),
        (PidTagMessageDeliveryTime < DAY, "BEFORE 13-Mar-2026"),
    ],
    ids=str,
)
def test_the_server_narrows_it_down(restriction: Restriction, said: str) -> None:
    selection = Translator(uid_of).translate(restriction)
    found = (shown(selection.criteria), selection.translated, selection.preselected, selection.residual)
    assert found == (said, None, restriction, restriction)


@pytest.mark.parametrize(
    "restriction",
    [
        PidTagSubject.has_words("report"),
        PidTagSubject.contains("report", ignore_non_space=True),
        PidTagSubject.contains("\u00e5\u00e4\u00f6", ignore_case=True),
        PidTagSubject.contains("SS", ignore_case=True),
        PidTagSubject.not_equals("a"),
        PidTagSubject > "a",
        ~PidTagSubject.contains("report"),
        ~PidTagMessageSizeExtended.equals(5),
        PidTagHasAttachments.equals(True),
        PidTagMessageFlags.has_any_bit(MessageFlag.HAS_ATTACHMENTS | MessageFlag.READ),
        PidTagSubject.contains("a") | PidTagHasAttachments.equals(True),
    ],
    ids=str,
)
def test_the_rows_decide_it_alone(restriction: Restriction) -> None:
    selection = Translator(uid_of).translate(restriction)
    assert (selection.criteria, selection.residual) == (None, restriction)


def test_of_a_conjunction_each_part_is_answered_where_it_can_be() -> None:
    exact, narrowed, left = PidTagRead.equals(True), PidTagSubject.contains("a"), PidTagSubject.has_words("b")
    selection = Translator(uid_of).translate(exact & narrowed & left)
    found = (selection.translated, selection.preselected, selection.residual)
    assert found == (exact, narrowed, narrowed & left)


def test_alternatives_are_narrowed_down_when_each_of_them_is() -> None:
    either = PidTagRead.equals(True) | PidTagSubject.contains("a")
    selection = Translator(uid_of).translate(either)
    assert (shown(selection.criteria), selection.residual) == ("OR SEEN " + GUARDED.format('SUBJECT "a"'), either)


def test_a_server_that_finds_whole_words_only_is_not_asked_for_text() -> None:
    selection = Translator(uid_of, finds_parts_of_words=False).translate(PidTagSubject.contains("repor"))
    assert selection.criteria is None


def test_no_restriction_asks_for_nothing() -> None:
    assert Translator(uid_of).translate(None).criteria is None


@pytest.mark.parametrize("flag", [MessageFlag.READ, MessageFlag.UNSENT, MessageFlag.FROM_ME, MessageFlag.RESEND])
def test_a_message_flag_is_asked_for_by_the_name_that_it_is_kept_by(flag: MessageFlag) -> None:
    said = shown(Translator(uid_of).translate(PidTagMessageFlags.has_any_bit(flag)).criteria)
    system = {"SEEN": "\\Seen", "DRAFT": "\\Draft"}
    assert message_flags_in([system.get(said, said.removeprefix("KEYWORD "))]) == flag


def shown(criteria: SearchCriteria | None) -> str:
    return "" if criteria is None else bytes_of(criteria).decode()
