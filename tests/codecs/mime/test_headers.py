"""Header fields: encoded words, addresses, dates, parameters, each against the examples of its RFC and of others."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs.mime.addresses import read_addresses
from msgcore.codecs.mime.dates import format_date, parse_date
from msgcore.codecs.mime.fold import text_field
from msgcore.codecs.mime.header_block import HeaderBlock
from msgcore.codecs.mime.parameters import parse_parameters
from msgcore.codecs.mime.tolerated import ignore
from msgcore.codecs.mime.words import decode_words, header_text
from msgcore.testing.strategies import long_header_texts, moments


def block(octets: bytes) -> HeaderBlock:
    return HeaderBlock(octets)


# Finding fields


def test_a_field_is_found_whatever_its_case() -> None:
    assert block(b"SUBJECT: x\r\nTo: y\r\n").text(b"subject") == "x"


def test_of_a_repeated_field_the_first_counts() -> None:
    assert block(b"Subject: a\r\nSubject: b\r\n").text(b"subject") == "a"


def test_a_name_inside_a_folded_value_is_no_field() -> None:
    assert block(b"X: a\r\n Subject: no\r\n").text(b"subject") is None


def test_white_space_before_the_colon_is_tolerated() -> None:
    assert block(b"X: a\r\nSubject \t: yes\r\n").text(b"subject") == "yes"


def test_all_fields_of_a_name_are_given_in_order() -> None:
    assert block(b"A: 1\nB: 2\na : 3\n").raw_all(b"a") == [b" 1\n", b" 3\n"]


def test_a_fold_with_the_white_space_around_it_is_one_space() -> None:
    assert block(b"Subject: a \r\n\t  b\r\n c\r\n").text(b"subject") == "a b c"


# RFC 2047

WORDS = [
    ("(=?ISO-8859-1?Q?a?=)", "(a)"),  # section 8
    ("(=?ISO-8859-1?Q?a?= b)", "(a b)"),
    ("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"),
    ("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"),
    ("(=?ISO-8859-1?Q?a_b?=)", "(a b)"),
    ("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"),
    ("=?US-ASCII?Q?Keith_Moore?=", "Keith Moore"),
    ("=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"),
    ("=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore"),  # RFC 2231 section 5
    ("=?utf-8?q?=C3?= =?utf-8?q?=A5?=", "å"),  # one character in two words
    ("=?utf-8?b?w6XDp?= =?utf-8?b?A==?=", "åä"),  # base64 cut within its groups of four
    ("=?utf-8?Q?with space inside?=", "with space inside"),
    ("x=?utf-8?q?y?=z", "xyz"),  # glued to other text
    ("=?nonsense?q?=E5?=", "å"),
    ("=?utf-8?q?=?utf-8?q?x?=?=", "=?utf-8?q?x?="),  # decoded once
    ("=?utf-8?x?a?= =?utf-8?q?unended", "=?utf-8?x?a?= =?utf-8?q?unended"),
    ("=?utf-8?q?a=0D=0ABcc:_x?=", "a  Bcc: x"),
]


@pytest.mark.parametrize(("text", "decoded"), WORDS)
def test_encoded_words_decode(text: str, decoded: str) -> None:
    assert decode_words(text) == decoded


def test_past_the_limit_encoded_words_stay_as_they_are() -> None:
    assert decode_words("=?utf-8?q?a?= " * 3, limit=2) == "aa =?utf-8?q?a?= "


@given(long_header_texts())
def test_an_unstructured_field_reads_back(value: str) -> None:
    assert block(text_field("X-Own", value)).text(b"x-own") == value


@pytest.mark.parametrize(
    ("octets", "text"), [("å".encode(), "å"), ("å".encode("latin-1"), "å"), (b"\x80", "€"), (b"\x81", "\x81")]
)
def test_raw_eight_bit_headers_are_utf_8_or_windows_1252(octets: bytes, text: str) -> None:
    assert header_text(octets) == text


# Addresses

ADDRESSES: list[tuple[str, list[tuple[str, str]]]] = [
    ("bob@b.test", [("", "bob@b.test")]),
    ("Bob <bob@b.test>", [("Bob", "bob@b.test")]),
    ('"Joe Q. Public" <john.q.public@example.com>', [("Joe Q. Public", "john.q.public@example.com")]),
    ("=?utf-8?q?Bj=C3=B6rn?= <b@b.test>", [("Björn", "b@b.test")]),
    ('"=?utf-8?q?Bj=C3=B6rn?=" <b@b.test>', [("Björn", "b@b.test")]),  # words are not allowed in quotes
    ("=?utf-8?q?Doe,_Jane?= <j@b.test>", [("Doe, Jane", "j@b.test")]),  # nor commas as they are
    ("=?utf-8?q?a=2C?= <x@b.test>, c@b.test", [("a,", "x@b.test"), ("", "c@b.test")]),
    ("=?utf-8?q?evil=40x.test=3E?= <b@b.test>", [("evil@x.test>", "b@b.test")]),
    ("A Group:Chris <c@a.test>,joe@b.test;", [("Chris", "c@a.test"), ("", "joe@b.test")]),
    ("Undisclosed recipients:;", []),
    ("bob@b.test (Bob)", [("Bob", "bob@b.test")]),
    ("Mary Smith <@node.test:mary@example.net>, , jdoe@test", [("Mary Smith", "mary@example.net"), ("", "jdoe@test")]),
    ("<a@b.test> , <c@d.test>", [("", "a@b.test"), ("", "c@d.test")]),
    ("Kalle", [("Kalle", "")]),
    ("IMCEAFAX-+2B46@somewhere.test", [("", "IMCEAFAX-+2B46@somewhere.test")]),  # not ours to open
]


@pytest.mark.parametrize(("text", "expected"), ADDRESSES)
def test_addresses_read(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(a.display_name, a.email_address) for a in read_addresses(text.encode())] == expected


def test_an_address_of_another_type_comes_back_from_its_capsule() -> None:
    (address,) = read_addresses(b"Fax <IMCEAFAX-+2B46_1@encapsulated.invalid>")

    assert (address.address_type, address.email_address) == ("FAX", "+46/1")


# Dates

DATES = [
    ("Fri, 21 Nov 1997 09:55:06 -0600", datetime(1997, 11, 21, 15, 55, 6, tzinfo=UTC)),  # RFC 5322 appendix A
    ("21 Nov 97 09:55:06 GMT", datetime(1997, 11, 21, 9, 55, 6, tzinfo=UTC)),
    ("Tue, 1 Jul 2003 10:52:37 +0200 (CEST)", datetime(2003, 7, 1, 8, 52, 37, tzinfo=UTC)),
    ("1 Jul 2003 (a (nested) comment) 10:52 EST", datetime(2003, 7, 1, 15, 52, tzinfo=UTC)),
    ("Thu,\t13 Feb 1969 23:32:54 -0330", datetime(1969, 2, 14, 3, 2, 54, tzinfo=UTC)),
    ("Mon, 31 Dec 2012 23:59:60 +0000", datetime(2012, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ("Wed Jul  2 10:52:37 2003", datetime(2003, 7, 2, 10, 52, 37, tzinfo=UTC)),
    ("Fri, 31 Feb 2003 10:52:37 +0200", None),
    ("Fri, 1 Jul 2003 10:52:37 +9999", datetime(2003, 7, 1, 10, 52, 37, tzinfo=UTC)),  # a zone that is none
    ("Mon, 1 Jan 0001 00:00:00 +1400", None),
    ("99999999999999999999 Jan 2003 10:52:37", None),
    ("1 Jan 999999999 10:52:37 +0000", None),
    ("no date", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "moment"), DATES)
def test_dates_read(text: str, moment: datetime | None) -> None:
    assert parse_date(text) == moment


@given(moments())
def test_a_date_reads_back(moment: datetime) -> None:
    assert parse_date(format_date(moment).decode()) == moment


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_none(text: str) -> None:
    moment = parse_date(text)

    assert moment is None or moment.tzinfo is UTC


# Parameters

PARAMETERS: list[tuple[str, str, dict[str, str]]] = [
    ("text/plain; charset=us-ascii (Plain text)", "text/plain", {"charset": "us-ascii"}),  # RFC 2045 section 5.1
    ('text/plain; charset="us-ascii"', "text/plain", {"charset": "us-ascii"}),
    (  # RFC 2231 section 3
        'message/external-body; access-type=URL;\r\n URL*0="ftp://";\r\n URL*1="cs.utk.edu/pub/moore/x.tar"',
        "message/external-body",
        {"access-type": "URL", "url": "ftp://cs.utk.edu/pub/moore/x.tar"},
    ),
    (
        "application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
        "application/x-stuff",
        {"title": "This is ***fun***"},
    ),  # section 4
    (
        "a/b; t*0*=us-ascii'en'This%20is%20even%20more%20; t*1*=%2A%2A%2Afun; t*2=\"isn't it!\"",
        "a/b",
        {"t": "This is even more ***funisn't it!"},
    ),  # section 4.1
    ("Text / HTML ;CHARSET = x", "text/html", {"charset": "x"}),
    ("a/b; name=first; name=second", "a/b", {"name": "first"}),
    ("a/b; name=plain; name*=utf-8''%C3%A5", "a/b", {"name": "å"}),
    ("a/b; name=with blanks.txt; x=y", "a/b", {"name": "with blanks.txt", "x": "y"}),
    ("a/b charset=x name=y", "a/b", {"charset": "x", "name": "y"}),
    ('a/b; name="a\\"b;c"; x=y', "a/b", {"name": 'a"b;c', "x": "y"}),
    ('a/b; name="=?utf-8?q?=C3=A5?="', "a/b", {"name": "å"}),
    ('multipart/mixed; boundary="=?utf-8?q?x?="', "multipart/mixed", {"boundary": "=?utf-8?q?x?="}),
    ("a/b; n*0*=utf-8''%C3; n*1*=%A5", "a/b", {"n": "å"}),
    ("a/b; n*0=a; n*2=c", "a/b", {"n": "a"}),
    ("a/b; n*1=b", "a/b", {}),
    ("a/b; n*999999999999999999=x", "a/b", {}),
    ("a/b; filename*=utf-8''a%0D%0AB:%20c", "a/b", {"filename": "a  B: c"}),
    ('a/b; name="unended', "a/b", {"name": "unended"}),
    ("", "", {}),
]


@pytest.mark.parametrize(("text", "value", "parameters"), PARAMETERS)
def test_parameters_read(text: str, value: str, parameters: dict[str, str]) -> None:
    parsed = parse_parameters(text.encode(), ignore)

    assert (parsed.value, dict(parsed.parameters)) == (value, parameters)


@given(st.binary(max_size=120))
def test_any_octets_read_as_parameters(octets: bytes) -> None:
    parsed = parse_parameters(octets, ignore)

    assert all(name == name.lower() for name in parsed.parameters)


# Tables of the corpus: another library's answers

Compared = tuple[int, int, list[str]]


def _compare(folder: Path, table: str, ours: Callable[[str], object], theirs: Callable[[Any], object]) -> Compared:
    rows = cast("list[dict[str, Any]]", json.loads((folder / f"{table}.json").read_text("utf-8")))
    differing = [row["header"] for row in rows if ours(row["header"]) != theirs(row["expected"])]
    print(f"{table}: {len(rows) - len(differing)} of {len(rows)} agree; the others: {differing}")
    return len(rows) - len(differing), len(rows), differing


@pytest.fixture
def tables(corpus: Path) -> Path:
    return corpus / "mime" / "stalwart-mail-parser"


def _value(header: str) -> HeaderBlock:
    return block(b"X:" + header.encode("utf-8", "surrogateescape"))


def test_texts_agree_with_the_table(tables: Path) -> None:
    """The others put a space where a word is glued to text, or drop one that a fold left inside a word."""
    agreed, of, _ = _compare(
        tables, "unstructured", lambda header: _value(header).text(b"x") or None, lambda expected: expected
    )

    assert (agreed, of) >= (23, 30)


def test_dates_agree_with_the_table(tables: Path) -> None:
    """The others read a number for the month, a whole Received field, and dates without any order."""

    def theirs(expected: dict[str, Any] | None) -> datetime | None:
        if expected is None:
            return None
        offset = timedelta(hours=expected["tz_hour"], minutes=expected["tz_minute"])
        zone = timezone(-offset if expected["tz_before_gmt"] else offset)
        year, month, day, hour, minute, second = (
            int(expected[n]) for n in ("year", "month", "day", "hour", "minute", "second")
        )
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)

    agreed, of, _ = _compare(tables, "date", lambda header: parse_date(_value(header).text(b"x") or ""), theirs)

    assert (agreed, of) >= (37, 40)


def test_addresses_agree_with_the_table(tables: Path) -> None:
    """The others keep comments in names and routes in addresses, and take list commands (URLs) for addresses."""

    def theirs(expected: dict[str, Any] | None) -> list[tuple[str, str]]:
        if expected is None:
            return []
        groups = [{"addresses": expected["List"]}] if "List" in expected else expected["Group"]
        return [(a["name"] or "", a["address"] or "") for group in groups for a in group["addresses"]]

    def ours(header: str) -> list[tuple[str, str]]:
        return [(a.display_name, a.email_address) for a in read_addresses(_value(header).raw(b"x") or b"")]

    agreed, of, _ = _compare(tables, "address", ours, theirs)

    assert (agreed, of) >= (40, 60)


def test_message_ids_agree_with_the_table(tables: Path) -> None:
    def theirs(expected: str | list[str] | None) -> list[str]:
        return [expected] if isinstance(expected, str) else expected or []

    def ours(header: str) -> list[str]:
        return [part.strip("<>") for part in (_value(header).text(b"x") or "").split()]

    agreed, of, _ = _compare(tables, "id", ours, theirs)

    assert (agreed, of) >= (9, 11)
