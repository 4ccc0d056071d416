"""Where responses begin and end, as servers get it wrong: what each sends, and what comes out."""

from __future__ import annotations

import pytest

from msgcore.errors import ProtocolBroken
from msgcore.wire.imap.response_reader import ResponseReader
from msgcore.wire.imap.responses import (
    Bye,
    Code,
    Continuation,
    Exists,
    Fetch,
    ListEntry,
    Response,
    SearchResult,
    Status,
    UnknownData,
)
from tests.wire.imap.reading import fetched, one, read

INBOX = ListEntry(b"INBOX", "INBOX", "/", ())


@pytest.mark.parametrize(
    ("octets", "response"),
    [
        (b"\0\0\0* 3 EXISTS\r\n", Exists(3)),
        (b"* 3 EXISTS\n", Exists(3)),
        (b"\r\n\r\n* 3 EXISTS\r\n", Exists(3)),
        (b"* 3 EXISTS \r\n", Exists(3)),
        (b"*  3  exists\r\n", Exists(3)),
        (b'* LIST () "/" {5}\r\nINBOX\r\n', INBOX),
        (b'* LIST () "/" {5} \r\nINBOX\r\n', INBOX),
        (b'* LIST () "/" { 5 }\r\nINBOX\r\n', INBOX),
        (b'* LIST () "/" {5+}\r\nINBOX\r\n', INBOX),
        (b'* LIST () "/" ~{5}\r\nINBOX\r\n', INBOX),
        (b'* LIST () "/" {5}\nINBOX\n', INBOX),
        (b"* OK {5}\r\n", Status(b"", "OK", "{5}")),
        (b"A1 NO {5}\r\n", Status(b"A1", "NO", "{5}")),
        (b"+ {5}\r\n", Continuation(b"{5}")),
        (b"+\r\n", Continuation()),
        (b"+ \r\n", Continuation()),
        (b"* OK\r\n", Status(b"", "OK")),
        (b"A1 OK\r\n", Status(b"A1", "OK")),
        (b"* BYE\r\n", Bye()),
        (b"A1  OK  done\r\n", Status(b"A1", "OK", "done")),
        (b"a1 ok done\r\n", Status(b"a1", "OK", "done")),
        (b"* [COPYUID 1 2 3] moved\r\n", Status(b"", "OK", "moved", Code("COPYUID", b"1 2 3", (b"1", b"2", b"3")))),
        (b"[COPYUID 1 2 3] moved\r\n", Status(b"", "OK", "moved", Code("COPYUID", b"1 2 3", (b"1", b"2", b"3")))),
        (b"Server Unavailable.\r\n", UnknownData(b"Server Unavailable.", "a line without a tag")),
        (b"FETCH completed.\r\n", UnknownData(b"FETCH completed.", "a line without a tag")),
        (b"* NONSENSE (a (b)) c\r\n", UnknownData(b"* NONSENSE (a (b)) c")),
        (b"* 5 NONSENSE\r\n", UnknownData(b"* 5 NONSENSE")),
        (b"*\r\n", UnknownData(b"*", "untagged data without a name")),
        (b"* SEARCH\r\n", SearchResult(numbers=())),
    ],
)
def test_a_response_is_read(octets: bytes, response: Response) -> None:
    assert one(octets) == response


def test_a_blank_line_behind_a_literal_is_skipped_where_parentheses_are_open() -> None:
    octets = b"* 1 FETCH (BODY[] {2}\r\nab\r\n)\r\n* 3 EXISTS\r\n"

    assert read(octets) == [Fetch(1, sections={"BODY[]": b"ab"}), Exists(3)]


def test_a_blank_line_behind_a_literal_ends_the_response_where_none_are_open() -> None:
    assert read(b'* LIST () "/" {5}\r\nINBOX\r\n\r\n* 3 EXISTS\r\n') == [INBOX, Exists(3)]


def test_a_parenthesis_in_quotes_opens_nothing() -> None:
    assert read(b'* LIST () "(" {5}\r\nINBOX\r\n* 3 EXISTS\r\n') == [ListEntry(b"INBOX", "INBOX", "(", ()), Exists(3)]


def test_a_literal_is_not_searched_for_its_end() -> None:
    text = b") A1 OK done\r\n* 1 EXPUNGE\r\n)\r\n{3}\r\n"
    octets = b"* 1 FETCH (BODY[] {%d}\r\n%b)\r\nA1 OK done\r\n" % (len(text), text)

    assert read(octets) == [Fetch(1, sections={"BODY[]": text}), Status(b"A1", "OK", "done")]


def test_octets_that_are_none_of_a_length_are_taken_as_they_are() -> None:
    assert fetched(b"BINARY[1] ~{4}\r\n\0\r\n\xff").sections == {"BINARY[1]": b"\0\r\n\xff"}


def test_an_endless_bye_without_a_tag_is_one_response_each_time() -> None:
    assert read(b"* BYE closing\r\n" * 1000) == [Bye("closing")] * 1000


def test_unknown_data_is_skipped_with_its_literals() -> None:
    octets = b"* XDATA (a {8}\r\n1 (\r\n2 3) (b))\r\n* 3 EXISTS\r\n"

    assert read(octets) == [UnknownData(b"* XDATA (a 1 (\r\n2 3) (b))"), Exists(3)]


@pytest.mark.parametrize(
    "length",
    [
        b"{-1}",
        b"{0x10}",
        b"{}",
        b"{1.5}",
        b"{%b5}" % (b"0" * 200),
        b"{5} " + b" " * 200,
        b"{4294967295}",
        b"{2147483648}",
        b"{1%b}" % (b"0" * 20),
    ],
)
def test_a_literal_without_a_length_that_may_be_ends_the_connection(length: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        read(b"* 1 FETCH (BODY[] " + length + b"\r\n")


def test_a_status_in_the_greeting_has_no_literal() -> None:
    assert one(b"* OK ready {2147483647}\r\n") == Status(b"", "OK", "ready {2147483647}")


def test_a_line_without_its_end_is_no_response() -> None:
    assert read(b"A1 OK done") == []


def test_octets_that_no_response_was_made_of_are_counted() -> None:
    reader = ResponseReader()
    reader.feed(b"* 1 EXISTS\r\n* 1 FETC")
    reader.next()

    assert reader.pending_octets == len(b"* 1 FETC")
