"""Status lines, capabilities and listings, read from octets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.status import StatusResponse
from msgcore.errors import ProtocolBroken, ServiceBusy
from msgcore.wire.pop3 import NEVER, Capabilities, Listing
from msgcore.wire.pop3.listing import read_listing
from msgcore.wire.pop3.status import read_status


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"+OK\r\n", StatusResponse("+OK")),
        (b"+ok Hello\n", StatusResponse("+OK", "Hello")),
        (b"-ERR [IN-USE] is open\r\n", StatusResponse("-ERR", "is open", "IN-USE")),
        (b"-ERR [sys/temp] later\r\n", StatusResponse("-ERR", "later", "SYS/TEMP")),
        (b"-ERR [LOGIN-DELAY 30]\r\n", StatusResponse("-ERR", "", "LOGIN-DELAY 30")),
        (b"-ERR [127.0.0.1] go away\r\n", StatusResponse("-ERR", "[127.0.0.1] go away")),
        (b"-ERR [unclosed\r\n", StatusResponse("-ERR", "[unclosed")),
        (b"+\r\n", StatusResponse("+")),
        (b"+ Zm9v\r\n", StatusResponse("+", "Zm9v")),
        (b"+OK\x00\x1b[2J caf\xe9\r\n", StatusResponse("+OK", "[2J café")),
    ],
)
def test_a_status_line_is_word_code_and_text(line: bytes, status: StatusResponse) -> None:
    assert read_status(line) == status


@pytest.mark.parametrize(
    ("line", "protocol"),
    [
        (b"* OK [CAPABILITY IMAP4rev1] ready\r\n", "IMAP"),
        (b"*OK ready\r\n", "IMAP"),
        (b"220 mx.a.test ESMTP\r\n", "SMTP"),
        (b"SSH-2.0-x\r\n", "SSH"),
        (b"HTTP/1.1 400 Bad Request\r\n", "HTTP"),
        (b"\x15\x03\x01\x00\x02\x02\n", "TLS"),
    ],
)
def test_a_line_of_another_protocol_is_told_by_name(line: bytes, protocol: str) -> None:
    with pytest.raises(ProtocolBroken, match=f"is no answer of a POP3 server; it seems to be {protocol}"):
        read_status(line)


@given(st.binary(max_size=100))
def test_any_line_is_a_status_or_breaks_the_protocol(line: bytes) -> None:
    try:
        word = read_status(line).word
    except ProtocolBroken:
        word = "none"
    assert word in {"+OK", "-ERR", "+", "none"}


CAPA = b"""top
SASL plain SCRAM-SHA-1
SASL LOGIN
LOGIN-DELAY 900 USER
EXPIRE 60
IMPLEMENTATION A b 1.0

""".replace(b"\n", b"\r\n")


def test_capabilities_come_in_any_letter_case_and_twice() -> None:
    assert Capabilities.of_body(CAPA).mechanisms == ("PLAIN", "SCRAM-SHA-1", "LOGIN")


def test_what_capa_says_of_times_is_numbers() -> None:
    told = Capabilities.of_body(CAPA)

    assert (told.login_delay_seconds, told.expire_days, told.implementation) == (900, 60, "A b 1.0")


def test_what_capa_does_not_name_is_not_offered() -> None:
    told = Capabilities.of_body(CAPA)

    assert (told.has_top, told.has_uidl, told.can_pipeline) == (True, False, False)


def test_the_wait_between_logins_is_at_most_a_day() -> None:
    assert Capabilities.of_body(b"LOGIN-DELAY 999999999\r\n").login_delay_seconds == 86_400


@pytest.mark.parametrize(
    ("text", "days"), [("EXPIRE NEVER", NEVER), ("EXPIRE 0", 0), ("EXPIRE", None), ("EXPIRE -1", None), ("", None)]
)
def test_expiry_is_days_never_or_not_told(text: str, days: object) -> None:
    assert Capabilities.of_body(f"{text}\r\n".encode()).expire_days == days


def test_more_than_500_capabilities_break_the_protocol() -> None:
    with pytest.raises(ProtocolBroken, match="501 capabilities"):
        Capabilities.of_body(b"X\r\n" * 501)


LISTS = st.dictionaries(
    st.integers(1, 999_999_999), st.tuples(st.integers(0, 10**18 - 1), st.from_regex(rb"[!-~]{1,70}", fullmatch=True))
)


@given(LISTS, st.sampled_from([b" ", b"  ", b"\t"]), st.sampled_from([b"", b" ", b" x y"]))
def test_lists_are_read_as_they_were_written(listed: dict[int, tuple[int, bytes]], gap: bytes, rest: bytes) -> None:
    sizes = b"".join(b"%d%b%d%b\r\n" % (number, gap, size, rest) for number, (size, _) in listed.items())
    unique_ids = b"".join(b"%d%b%b\r\n" % (number, gap, unique_id) for number, (_, unique_id) in listed.items())

    numbers = tuple(sorted(listed))
    expected = Listing(numbers, tuple(listed[n][0] for n in numbers), tuple(listed[n][1] for n in numbers))
    assert read_listing(sizes, unique_ids) == expected


@pytest.mark.parametrize("size", [b"-1", b"", b"100000000000000000000", b"many", b"1.5", b"0x10"])
def test_a_size_that_is_none_is_unknown(size: bytes) -> None:
    """Security P07: what LIST says of a size is advice."""
    assert read_listing(b"1 " + size + b"\r\n", None).sizes == (-1,)


@pytest.mark.parametrize("number", [b"0", b"-1", b"a", b"1000000000", b"1.", b"\xb2"])
def test_a_listed_number_that_is_none_breaks_the_protocol(number: bytes) -> None:
    with pytest.raises(ProtocolBroken, match="is no message number"):
        read_listing(number + b" 10\r\n", None)


@pytest.mark.parametrize(
    ("line", "unique_id"),
    [
        (b"1 ../../etc/passwd", b"../../etc/passwd"),
        (b"1 '; DROP TABLE x", b"'; DROP TABLE x"),
        (b"1   blanks  ", b"blanks"),
        (b"1 " + b"x" * 1_000, b"x" * 1_000),
        (b"1 " + b"x" * 1_001, b""),
        (b"1 \xff\x00", b"\xff\x00"),
        (b"1 ", b""),
        (b"1", b""),
        (b"x y\r\n1 a", b"a"),
        (b"2 other\r\n1 a", b"a"),
    ],
)
def test_a_unique_id_is_taken_as_it_is(line: bytes, unique_id: bytes) -> None:
    """Security P08."""
    assert read_listing(b"1 10\r\n", line + b"\r\n").unique_ids == (unique_id,)


def test_a_unique_id_that_stands_twice_stays_so() -> None:
    assert read_listing(b"1 1\r\n2 1\r\n", b"1 a\r\n2 a\r\n").unique_ids == (b"a", b"a")


@pytest.mark.parametrize("named", [b"", b"1 a\r\n", b"x y\r\n1 a\r\n3 c\r\n"])
def test_unique_ids_of_some_messages_only_are_not_taken(named: bytes) -> None:
    """RFC 1939 section 7: each message has one. Without it a message would be taken for a new one."""
    with pytest.raises(ServiceBusy, match="no unique id is given to message"):
        read_listing(b"1 1\r\n2 1\r\n", named)


def test_more_than_a_million_lines_are_not_read() -> None:
    with pytest.raises(ProtocolBroken, match="a list of more than 1000000 lines"):
        read_listing(b"\n" * 1_000_001, None)


def test_what_list_does_not_name_is_not_there() -> None:
    assert read_listing(b"2 5\r\n", b"1 a\r\n2 b\r\n3 c\r\n") == Listing((2,), (5,), (b"b",))


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_any_lists_are_read_or_break_the_protocol(sizes: bytes, unique_ids: bytes) -> None:
    try:
        listing = read_listing(sizes, unique_ids)
    except (ProtocolBroken, ServiceBusy):
        return
    assert len(listing.numbers) == len(listing.sizes) == len(listing.unique_ids or ())
