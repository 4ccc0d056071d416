"""Identifiers, times, octets, text and status codes."""

from __future__ import annotations

import codecs
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.ids import EntryId, ObjectKind, new_time_ordered_id, search_key
from msgcore.base.octets import Limits, OctetReader, OctetWriter
from msgcore.base.status import EnhancedStatus, Reply, StatusResponse
from msgcore.base.text import Secret, codec_of_code_page, decoder_of_code_page, fold, one_line, refuse_line_ends
from msgcore.base.times import Deadline, datetime_from_filetime, filetime_from_datetime
from msgcore.errors import (
    CommandRefused,
    InjectionRefused,
    LimitExceeded,
    MalformedMessage,
    NotFound,
    TimedOut,
    UsageError,
)

utc_times = st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)


class StillClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@given(utc_times)
def test_a_time_survives_filetime_to_the_microsecond(moment: datetime) -> None:
    assert datetime_from_filetime(filetime_from_datetime(moment)) == moment


def test_filetime_counts_from_1601() -> None:
    """[MS-DTYP] section 2.3.3; the Unix epoch is the well-known example."""
    assert filetime_from_datetime(datetime(1970, 1, 1, tzinfo=UTC)) == 116_444_736_000_000_000


def test_a_naive_time_has_no_filetime() -> None:
    with pytest.raises(ValueError, match="naive"):
        filetime_from_datetime(datetime(2026, 1, 1))


@pytest.mark.parametrize("intervals", [2**63, -(2**63), 2**80])
def test_a_filetime_past_the_calendar_is_a_typed_error(intervals: int) -> None:
    with pytest.raises(LimitExceeded):
        datetime_from_filetime(intervals)


def test_a_deadline_ends_by_its_own_clock() -> None:
    clock = StillClock()
    deadline = Deadline.after(5, clock)
    assert deadline.remaining_seconds() == 5

    clock.seconds = 6

    assert deadline.is_past
    with pytest.raises(TimedOut, match="look-up"):
        deadline.check("look-up")


def test_the_sooner_of_two_deadlines_counts() -> None:
    clock = StillClock()
    assert Deadline.after(5, clock).sooner(9).remaining_seconds() == 5
    assert Deadline.after(5, clock).sooner(2).remaining_seconds() == 2


def test_no_deadline_never_ends() -> None:
    assert Deadline.after(None).remaining_seconds() == float("inf")


@pytest.mark.parametrize("seconds", ["5", float("nan"), 10**400, [1]])
def test_a_timeout_that_is_no_number_is_a_typed_error(seconds: float) -> None:
    with pytest.raises(UsageError, match="timeout_seconds: need a number"):
        Deadline.after(seconds)


@given(st.binary(min_size=16, max_size=16), st.integers(0, 255), st.integers(0, 2**64 - 1))
def test_an_entry_id_survives_its_octets(uid: bytes, kind: int, number: int) -> None:
    entry_id = EntryId(uid, kind, number)
    assert EntryId.parse(bytes(entry_id)) == entry_id
    assert bytes(entry_id)[4:20] == uid


@given(st.binary(min_size=16, max_size=16), st.integers(0, 255), st.integers(0, 2**64 - 1))
def test_an_entry_id_is_found_by_its_octets(uid: bytes, kind: int, number: int) -> None:
    entry_id = EntryId(uid, kind, number)
    found: dict[bytes | EntryId, str] = {entry_id: "by the entry id", bytes(entry_id): "by its octets"}

    assert found == {entry_id: "by its octets"}


def test_entry_ids_differ_where_their_octets_do() -> None:
    first, other = EntryId(bytes(16), 5, 1), EntryId(bytes(16), 5, 2)

    assert (first == bytes(other), first == other, first == EntryId(bytes(16), 5, 1)) == (False, False, True)


@given(st.binary(max_size=40))
def test_any_other_octets_are_no_entry_id(octets: bytes) -> None:
    if len(octets) == 29 and octets[:4] == bytes(4):
        return
    with pytest.raises(NotFound):
        EntryId.parse(octets)


def test_a_search_key_is_upper_case_with_a_nul() -> None:
    assert search_key("SMTP", "bob@b.test") == b"SMTP:BOB@B.TEST\0"
    assert ObjectKind.MESSAGE == 5


def test_time_ordered_ids_are_uuids_of_version_7_in_order() -> None:
    first, second = new_time_ordered_id(), new_time_ordered_id()
    assert first[:6] <= second[:6]
    assert first[6] >> 4 == 7
    assert first[8] >> 6 == 0b10


@given(st.integers(0, 255), st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1))
def test_what_the_octet_writer_puts_the_reader_takes(a: int, b: int, c: int, d: int) -> None:
    octets = OctetWriter().u8(a).u16(b).u32(c).u64(d).put(b"end\0").octets()
    reader = OctetReader(octets)
    assert (reader.u8(), reader.u16(), reader.u32(), reader.u64(), reader.until_nul()) == (a, b, c, d, b"end")
    assert reader.left == 0


@pytest.mark.parametrize("count", [-1, 4, 2**32, 2**63])
def test_a_length_past_the_end_takes_nothing(count: int) -> None:
    reader = OctetReader(b"abc")
    with pytest.raises(MalformedMessage):
        reader.take(count)
    assert reader.left == 3


def test_a_wide_nul_is_found_on_its_own_alignment() -> None:
    assert OctetReader("aĀ\0b".encode("utf-16-le")).until_nul(2) == "aĀ".encode("utf-16-le")


def test_a_secret_shows_nowhere() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {secret:>20} {[secret]}"
    assert secret.reveal() == "hunter2"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize("text", ["a\rb", "a\nb", "a\0b", "\r\n"])
def test_line_ends_are_refused(text: str) -> None:
    with pytest.raises(InjectionRefused, match="subject"):
        refuse_line_ends(text, "subject")


@given(st.text())
def test_text_of_a_peer_becomes_one_printable_line(text: str) -> None:
    line = one_line(text, 100)
    assert len(line) <= 100
    assert not any(c < " " or c in "\x7f\u2028\u2029" for c in line)


@pytest.mark.parametrize(
    ("code_page", "codec"),
    [(65001, "utf-8"), (1252, "cp1252"), (932, "cp932"), (28605, "iso8859-15"), (20866, "koi8-r"), (99999, "cp1252")],
)
def test_a_code_page_names_a_python_codec(code_page: int, codec: str) -> None:
    assert codec_of_code_page(code_page) == codec


def test_ascii_with_eight_bits_is_read_as_windows_1252() -> None:
    assert decoder_of_code_page(20127) == "cp1252"
    assert decoder_of_code_page(932) == "cp932"


def test_every_code_page_has_a_codec_that_there_is() -> None:
    """ISO 8859 has no part 12, which a file may name all the same; texts of Outlook for Mac are in its own."""
    for code_page in (-1, *range(10000, 10100), *range(28590, 28610), *range(51930, 51960)):
        assert codecs.lookup(codec_of_code_page(code_page))
    assert b"\x8a".decode(codec_of_code_page(10000)) == "ä"


def test_folding_ignores_case_and_if_asked_diacritics() -> None:
    assert fold("STRASSE") == fold("straße")
    assert fold("Ærø") != fold("aero")
    assert fold("Éa", ignore_non_space=True) == fold("ea")


def test_an_enhanced_status_is_split_from_its_text() -> None:
    """RFC 2034 section 4."""
    assert EnhancedStatus.split("5.1.1 no such user") == (EnhancedStatus(5, 1, 1), "no such user")
    assert EnhancedStatus.split("5.1.1") == (EnhancedStatus(5, 1, 1), "")
    assert EnhancedStatus.split("3.1.1 odd") == (None, "3.1.1 odd")


@pytest.mark.parametrize("text", ["", "5.1", "5.1.1.1", "6.1.1", "5.1.1234", "a.b.c"])
def test_other_text_is_no_enhanced_status(text: str) -> None:
    with pytest.raises(MalformedMessage):
        EnhancedStatus.parse(text)


@pytest.mark.parametrize(
    ("code", "is_temporary"),
    [
        ("IN-USE", True),
        ("SYS/TEMP", True),
        ("SYS/TEMP/DISK", True),
        ("LOGIN-DELAY 5", True),
        ("SYS/TEMPO", False),
        ("SYS", False),
        ("SYS/PERM", False),
        ("", False),
    ],
)
def test_a_response_code_says_what_the_one_above_it_says(code: str, is_temporary: bool) -> None:
    """RFC 2449 section 8."""
    assert StatusResponse("-ERR", "no", code).is_temporary == is_temporary


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (StatusResponse("-ERR", "corrupt", "SYS/PERM"), "pop3 a.test:110: RETR 3: -ERR [SYS/PERM] corrupt"),
        (Reply(550, ("no such user",)), "pop3 a.test:110: RETR 3: 550 no such user"),
    ],
)
def test_a_refusal_names_who_refused_what(reply: Reply | StatusResponse, text: str) -> None:
    assert str(CommandRefused(reply, "pop3 a.test:110: RETR 3")) == text


def test_a_refusal_of_a_status_response_shows_its_word() -> None:
    assert str(CommandRefused(StatusResponse("-ERR", "no"))) == "-ERR no"


def test_a_negative_reply_raises_with_its_text() -> None:
    reply = Reply(550, ("no such user",), EnhancedStatus(5, 1, 1))
    with pytest.raises(CommandRefused, match="550 no such user") as caught:
        reply.raise_unless_positive()
    assert caught.value.is_permanent
    assert Reply(250, ("ok",)).raise_unless_positive().is_positive


@pytest.mark.parametrize("limit", [None, "7", 7.5, True, -1])
def test_a_limit_that_is_no_number_of_anything_is_refused(limit: Any) -> None:
    with pytest.raises(UsageError, match=r"^parts: need an integer from 0 on, got "):
        Limits(parts=limit)
