"""Subjects, references and the conversation index of answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from msgcore import Message
from msgcore.base.times import filetime_from_datetime
from msgcore.model.thread import base_subject, next_index, references_to

BEGUN = datetime(2026, 1, 5, 10, tzinfo=UTC)
GUID = bytes(range(16))


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Report", "Report"),
        ("Re: Report", "Report"),
        ("RE: FW: re:Report", "Report"),
        ("AW: WG: Bericht", "Bericht"),
        ("SV: VS: Antw: Odp: R: TR: Rapport", "Rapport"),
        ("Re[2]: Re(3): Re^4: Report", "Report"),
        ("回复：转发：报告", "报告"),
        (" Fwd : Report ", "Report"),
        ("[list] Re: Report", "[list] Re: Report"),
        ("Result: good", "Result: good"),
        ("Re", "Re"),
        ("Re:", ""),
        ("a\r\nBcc: x\0y", "a Bcc: x y"),
        ("Re: " * 50_000 + "end", "end"),
    ],
)
def test_prefixes_are_taken_off_a_subject(subject: str, base: str) -> None:
    assert base_subject(subject) == base


@pytest.mark.parametrize(
    ("references", "in_reply_to", "expected"),
    [
        (None, None, ["<c@x>"]),
        ("<a@x> <b@x>", "<b@x>", ["<a@x>", "<b@x>", "<c@x>"]),
        (None, "<b@x>", ["<b@x>", "<c@x>"]),
        (None, "<a@x> <b@x>", ["<c@x>"]),
        ("<a@x> <a@x> <c@x> junk", None, ["<a@x>", "<c@x>"]),
    ],
)
def test_references_grow_by_the_message(references: str | None, in_reply_to: str | None, expected: list[str]) -> None:
    message = Message(message_id="<c@x>", references=references, in_reply_to=in_reply_to)
    assert references_to(message) == expected


def test_of_many_references_the_first_and_the_last_are_kept() -> None:
    message = Message(message_id="<own@x>", references=[f"<{n}@x>" for n in range(100)])
    assert references_to(message) == ["<0@x>", *(f"<{n}@x>" for n in range(62, 100)), "<own@x>"]


def test_a_message_without_id_is_no_reference() -> None:
    assert references_to(Message(references="<a@x>")) == ["<a@x>"]


def header(*, is_long: bool = False) -> bytes:
    """The header of a conversation index: as [MS-OXOMSG] says, or with one octet more of the time as Outlook has it."""
    time = filetime_from_datetime(BEGUN).to_bytes(8, "big")
    return (time[:6] if is_long else b"\1" + time[:5]) + GUID


def delta_of(index: bytes) -> tuple[bool, int]:
    bits = int.from_bytes(index[-5:-1], "big")
    return bool(bits >> 31), bits & 0x7FFF_FFFF


def test_an_answer_adds_five_octets_to_the_conversation_index() -> None:
    index = next_index(header(), BEGUN + timedelta(hours=1))
    assert index is not None
    assert (index[:22], len(index), index[-1] & 0x0F) == (header(), 27, 0)


@pytest.mark.parametrize("is_long", [False, True])
def test_the_time_since_the_first_message_stands_in_it(is_long: bool) -> None:
    index = next_index(header(is_long=is_long), BEGUN + timedelta(days=100))
    assert index is not None
    is_coarse, delta = delta_of(index)
    # The header keeps the time to 2**24 or 2**16 units of 100 ns, the delta to 2**18: within two seconds.
    assert not is_coarse
    assert timedelta(microseconds=(delta << 18) / 10) - timedelta(days=100) < timedelta(seconds=2)


def test_after_two_years_the_unit_is_coarser() -> None:
    index = next_index(header(), BEGUN + timedelta(days=730))
    assert index is not None
    is_coarse, delta = delta_of(index)
    assert is_coarse
    assert abs(timedelta(microseconds=(delta << 23) / 10) - timedelta(days=730)) < timedelta(seconds=3)


def test_an_answer_from_before_the_first_message_has_no_delta() -> None:
    index = next_index(header(), BEGUN - timedelta(days=1))
    assert index is not None
    assert delta_of(index) == (False, 0)


@pytest.mark.parametrize(
    "index", [b"", b"\1" * 21, header() + b"12", b"\2" + header()[1:], header() + b"12345" * 1_000]
)
def test_what_is_no_index_is_not_continued(index: bytes) -> None:
    assert next_index(index, BEGUN) is None


@pytest.mark.parametrize("size", [40, 251, 580])
def test_a_long_message_id_is_referred_to(size: int) -> None:
    """Some systems keep a whole record in it."""
    message_id = f"<{'i' * size}@x.test>"

    assert references_to(Message(message_id=message_id)) == [message_id]


@pytest.mark.parametrize(
    ("message_id", "expected"), [("a@x", ["<a@x>"]), (" a@x ", ["<a@x>"]), ("a b@x", []), ("a@x, b@x", []), ("a", [])]
)
def test_a_message_id_without_angles_gets_them(message_id: str, expected: list[str]) -> None:
    assert references_to(Message(message_id=message_id)) == expected
