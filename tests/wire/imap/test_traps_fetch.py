"""FETCH as servers get it wrong: one item that makes no sense is kept as it was sent, and the others stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from msgcore.wire.imap.responses import Exists, Fetch, UnknownData, Value
from msgcore.wire.imap.structure import Envelope, ImapAddress
from tests.wire.imap.reading import fetched, one, read

ANN = ImapAddress(b"Ann", b"ann", b"a.test")


@pytest.mark.parametrize(
    ("items", "fields"),
    [
        (b"UID 5 FLAGS (\\Seen)", {"uid": 5, "flags": ("\\Seen",)}),
        (b"FLAGS (\\Seen) UID 5", {"uid": 5, "flags": ("\\Seen",)}),
        (b" UID  5  FLAGS ( \\Seen ) ", {"uid": 5, "flags": ("\\Seen",)}),
        (b"uid 5 flags (\\seen)", {"uid": 5, "flags": ("\\seen",)}),
        (b'FLAGS ("\\\\Seen" $Junk)', {"flags": ("\\Seen", "$Junk")}),
        (b"FLAGS (\\[Gmail] a]b NonJunk)", {"flags": ("\\[Gmail]", "a]b", "NonJunk")}),
        (b"FLAGS NIL", {"flags": ()}),
        (b"FLAGS (NIL)", {"flags": ("NIL",)}),
        (b"FLAGS ({3}\r\nabc)", {"flags": ("abc",)}),
        (b"RFC822.SIZE 9.3736e+06", {"size_octets": 9_373_600}),
        (b'RFC822.SIZE "12"', {"size_octets": 12}),
        (b"RFC822.SIZE 5000000000", {"size_octets": 5_000_000_000}),
        (b"MODSEQ (0)", {"modseq": 0}),
        (b"MODSEQ 7", {"modseq": 7}),
        (b"X-GM-LABELS NIL", {"labels": ()}),
        (b'X-GM-LABELS (NIL \\Inbox "Gr&APwA3w-e")', {"labels": ("NIL", "\\Inbox", "Grüße")}),
        (b"EMAILID (M1) THREADID (T1)", {"email_id": "M1", "thread_id": "T1"}),
        (b"THREADID NIL", {"other": {"THREADID": None}}),
        (b"PREVIEW {5}\r\nGr\xc3\xbc\xc3", {"preview": "GrÃ¼Ã"}),
        (b"PREVIEW NIL", {"other": {"PREVIEW": None}}),
        (b"SAVEDATE NIL", {"other": {"SAVEDATE": None}}),
        (b"BODY[] NIL", {"sections": {"BODY[]": None}}),
        (b'BODY[] ""', {"sections": {"BODY[]": b""}}),
        (b'BODY[]<0> "ab"', {"sections": {"BODY[]<0>": b"ab"}}),
        (b'body[header.fields (subject "from")] ""', {"sections": {"BODY[HEADER.FIELDS (SUBJECT FROM)]": b""}}),
        (b'BODY[HEADER.FIELDS ({3}\r\nX]Y)] "a"', {"sections": {"BODY[HEADER.FIELDS (X]Y)]": b"a"}}),
        (b'BODY[HEADER.FIELDS ( SUBJECT )] "a"', {"sections": {"BODY[HEADER.FIELDS (SUBJECT)]": b"a"}}),
        (
            b'RFC822 "a" RFC822.HEADER "b" RFC822.TEXT "c"',
            {"sections": {"RFC822": b"a", "RFC822.HEADER": b"b", "RFC822.TEXT": b"c"}},
        ),
        (b'BODY[] "a" BODY[1] "b" BODY[1] "c"', {"sections": {"BODY[]": b"a", "BODY[1]": b"c"}}),
        (b'BODY[] "C:\\temp\\\\x \\"q\\""', {"sections": {"BODY[]": b'C:\\temp\\x "q"'}}),
        (
            b"X-GUID 12 ANNOTATION (/comment (value.priv {2}\r\n\r\n))",
            {"other": {"X-GUID": b"12", "ANNOTATION": (b"/comment", (b"value.priv", b"\r\n"))}},
        ),
        (
            b"X-GM-MSGID 12345678901234567890",
            {"email_id": "12345678901234567890", "other": {"X-GM-MSGID": b"12345678901234567890"}},
        ),
        (b"BINARY.SIZE[1] 4", {"other": {"BINARY.SIZE[1]": b"4"}}),
        (
            b'INTERNALDATE "17-Jul-1996 02:44:25 -0700"',
            {"internal_date": datetime(1996, 7, 17, 2, 44, 25, tzinfo=timezone(-timedelta(hours=7)))},
        ),
        (b'INTERNALDATE " 7-jul-1996 02:44:25 +0000"', {"internal_date": datetime(1996, 7, 7, 2, 44, 25, tzinfo=UTC)}),
        (b'INTERNALDATE "7-Jul-1996 2:44:60"', {"internal_date": datetime(1996, 7, 7, 2, 44, 59, tzinfo=UTC)}),
        (b"", {}),
    ],
)
def test_what_is_said_of_a_message_is_read(items: bytes, fields: dict[str, Any]) -> None:
    assert fetched(items) == Fetch(1, **fields)


@pytest.mark.parametrize(
    ("items", "name", "sent"),
    [
        (b"MODSEQ (-1)", "MODSEQ", (b"-1",)),
        (b"RFC822.SIZE -1", "RFC822.SIZE", b"-1"),
        (b"RFC822.SIZE (1 2)", "RFC822.SIZE", (b"1", b"2")),
        (b"RFC822.SIZE 1%b" % (b"0" * 20), "RFC822.SIZE", b"1" + b"0" * 20),
        (b"RFC822.SIZE 9e9999", "RFC822.SIZE", b"9e9999"),
        (b'INTERNALDATE "00-Jan-0000 00:00:00 +0000"', "INTERNALDATE", b"00-Jan-0000 00:00:00 +0000"),
        (b'INTERNALDATE "17-Jul-1996 02:44:25 +9900"', "INTERNALDATE", b"17-Jul-1996 02:44:25 +9900"),
        # .NET's first moment, and the last one: neither can be said in UTC
        (b'INTERNALDATE "01-Jan-0001 00:00:00 +0100"', "INTERNALDATE", b"01-Jan-0001 00:00:00 +0100"),
        (b'INTERNALDATE "31-Dec-9999 23:59:59 -0100"', "INTERNALDATE", b"31-Dec-9999 23:59:59 -0100"),
        (b'INTERNALDATE "yesterday"', "INTERNALDATE", b"yesterday"),
        (b"FLAGS \\Seen", "FLAGS", b"\\Seen"),
        (b"FLAGS ((a))", "FLAGS", ((b"a",),)),
        (b"ENVELOPE ()", "ENVELOPE", ()),
        (b"ENVELOPE text", "ENVELOPE", b"text"),
        (b"BODYSTRUCTURE text", "BODYSTRUCTURE", b"text"),
        (b"BODY[] (a b)", "BODY[]", (b"a", b"b")),
        (b"EMAILID (a b)", "EMAILID", (b"a", b"b")),
        (b"UID 0", "UID", b"0"),
        (b"UID 4294967296", "UID", b"4294967296"),
    ],
)
def test_an_item_that_makes_no_sense_is_kept_and_the_others_stand(items: bytes, name: str, sent: Value) -> None:
    found = fetched(b"X-A 1 " + items + b" X-B 2")

    assert (found.other, len(found.defects)) == ({"X-A": b"1", name: sent, "X-B": b"2"}, 1)


@pytest.mark.parametrize(
    ("items", "kept"),
    [
        (b'ENVELOPE ("a" "b (NIL) UID 6', b'("a" "b (NIL) UID 6'),
        (b"ENVELOPE ((((a) UID 6", b"((((a) UID 6"),
        (b'BODY[] "open', b'"open'),
    ],
)
def test_what_is_not_closed_is_kept_to_the_end_of_the_response(items: bytes, kept: bytes) -> None:
    found = fetched(b"UID 5 " + items)

    assert (found.uid, [*found.other.values()], len(found.defects)) == (5, [kept], 1)


def test_one_message_that_makes_no_sense_leaves_those_around_it() -> None:
    octets = b'* 1 FETCH (UID 1)\r\n* 2 FETCH (UID 2 ENVELOPE ("open\r\n* 3 FETCH (UID 3)\r\n'

    assert [(found.number, found.uid, bool(found.defects)) for found in read(octets) if isinstance(found, Fetch)] == [
        (1, 1, False),
        (2, 2, True),
        (3, 3, False),
    ]


def test_a_section_without_its_content_is_a_defect() -> None:
    found = fetched(b"UID 5 BODY[]")

    assert (found.uid, found.sections, found.defects) == (5, {}, ("BODY[] has no value",))


def test_quotes_in_quotes_that_are_not_escaped_are_text() -> None:
    found = fetched(b'X-A """" X-B "a"b"c" UID 5')

    assert (found.other, found.uid) == ({"X-A": b'""', "X-B": b'a"b"c'}, 5)


def test_a_message_numbered_0_is_given_as_such() -> None:
    assert one(b"* 0 FETCH (FLAGS ())\r\n") == Fetch(0, flags=())


def test_a_message_number_past_32_bits_is_no_fetch() -> None:
    assert isinstance(one(b"* 4294967296 FETCH (FLAGS ())\r\n"), UnknownData)


def test_a_fetch_without_a_list_is_no_fetch() -> None:
    assert read(b"* 1 FETCH\r\n* 3 EXISTS\r\n") == [
        UnknownData(b"* 1 FETCH", "FETCH without a list"),
        Exists(3),
    ]


def envelope(sent: bytes) -> tuple[Envelope | None, bool]:
    """Read an envelope; say whether there were defects."""
    found = fetched(b"ENVELOPE " + sent)
    return found.envelope, bool(found.defects)


WHOLE = Envelope(b"d", b"s", (ANN,), (ANN,), (ANN,), (), (), (), b"<i>", b"<m>")
LIST = b'(("Ann" NIL "ann" "a.test"))'
SENT = b'("d" "s" %b %b %b NIL NIL NIL "<i>" "<m>")' % (LIST, LIST, LIST)


@pytest.mark.parametrize(
    "sent",
    [
        SENT,
        SENT.replace(b'"s"', b"{1}\r\ns"),
        SENT.replace(b'"Ann"', b"{3}\r\nAnn"),
        SENT.replace(b'"ann"', b"ann"),
        SENT.replace(b'"<i>"', b"{3}\r\n<i>").replace(b'"d"', b"{1}\r\nd"),
        SENT.replace(b"NIL NIL NIL", b"() () ()"),
        SENT.replace(b"NIL NIL NIL", b'"" "" ""'),
        SENT.replace(b" ", b"  "),
        b"(" + SENT + b")",
        b"((" + SENT + b"))",
    ],
)
def test_an_envelope_is_the_same_in_whatever_way_it_is_written(sent: bytes) -> None:
    assert envelope(sent) == (WHOLE, False)


@pytest.mark.parametrize(
    ("sent", "whole"),
    [
        (b'("d" "s" NIL NIL NIL NIL NIL NIL)', Envelope(b"d", b"s")),
        (b'("d" "s" NIL NIL NIL NIL NIL NIL "<i>")', Envelope(b"d", b"s", in_reply_to=b"<i>")),
        (
            b'("d" "s" NIL NIL NIL NIL NIL NIL "<i>" "<m>" NIL 3)',
            Envelope(b"d", b"s", in_reply_to=b"<i>", message_id=b"<m>"),
        ),
        (b'(("d") "s" NIL NIL NIL NIL NIL NIL NIL "<m>")', Envelope(None, b"s", message_id=b"<m>")),
        (b'("d" "s" "ann" NIL NIL NIL NIL NIL NIL NIL)', Envelope(b"d", b"s")),
        (b'("d" "s" (NIL ("Ann" NIL "ann" "a.test") "x") NIL NIL NIL NIL NIL NIL NIL)', Envelope(b"d", b"s", (ANN,))),
        (b'("d" "s" ("Ann" NIL "ann" "a.test") NIL NIL NIL NIL NIL NIL NIL)', Envelope(b"d", b"s", (ANN,))),
        (
            b'("d" "s" (("Ann" NIL "ann" "a.test" "more" NIL)) NIL NIL NIL NIL NIL NIL NIL)',
            Envelope(b"d", b"s", (ANN,)),
        ),
        (
            b'("d" "s" (("Ann" NIL "ann")) NIL NIL NIL NIL NIL NIL NIL)',
            Envelope(b"d", b"s", (ImapAddress(b"Ann", b"ann", None),)),
        ),
        (b'("d" "s" (("ann@a.test" NIL "Ann" NIL)) NIL NIL NIL NIL NIL NIL NIL)', Envelope(b"d", b"s", (ANN,))),
    ],
)
def test_an_envelope_that_is_wrong_is_given_as_far_as_it_goes_with_a_defect(sent: bytes, whole: Envelope) -> None:
    assert envelope(sent) == (whole, True)


def test_a_group_is_given_as_it_was_sent() -> None:
    sent = b'(NIL NIL NIL NIL NIL ((NIL NIL "team" NIL)(NIL NIL "ann" "a.test")(NIL NIL NIL NIL)) NIL NIL NIL NIL)'

    assert envelope(sent) == (
        Envelope(
            to=(
                ImapAddress(None, b"team", None),
                ImapAddress(None, b"ann", b"a.test"),
                ImapAddress(None, None, None),
            )
        ),
        False,
    )


def test_octets_that_are_no_text_stay_in_an_envelope() -> None:
    found, _ = envelope(b'("d" "\xff\0\xfe" (("\xe4" NIL "ann" ".MISSING-HOST-NAME.")) NIL NIL NIL NIL NIL NIL NIL)')

    assert found == Envelope(b"d", b"\xff\0\xfe", (ImapAddress(b"\xe4", b"ann", b".MISSING-HOST-NAME."),))
