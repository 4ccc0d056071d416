"""Header fields: encoded words, addresses, dates, parameters, each against the examples of its RFC and of others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs.mime.syntax.addresses import read_addresses
from msgcore.codecs.mime.syntax.charsets import codec_of_charset
from msgcore.codecs.mime.syntax.fold import text_field
from msgcore.codecs.mime.syntax.parameters import parse_parameters
from msgcore.codecs.mime.syntax.tolerated import ignore
from msgcore.codecs.mime.syntax.words import decode_words, header_text
from msgcore.codecs.mime.tree.header_block import HeaderBlock
from msgcore.model.headers import Header
from msgcore.testing.strategies import long_header_texts


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
    assert [raw.strip() for raw in block(b"A: 1\nB: 2\na : 3\n").raw_all(b"a")] == [b"1", b"3"]


def test_a_fold_with_the_white_space_around_it_is_one_space() -> None:
    assert block(b"Subject: a \r\n\t  b\r\n c\r\n").text(b"subject") == "a b c"


_PIECES = (
    *(
        b"A:",
        b"B-c : ",
        b"junk",
        b"x y",
        b" ",
        b"\t",
        b"?",
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n ",
        b"\n\t",
        b"\0",
        b"\x0b",
        b"\x1c",
    ),
    *(b"=?utf-8?q?a", b"b?=", b"=?utf-8?q?a_b?=", b"\xe9"),
)


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map(b"".join))
def test_a_field_reads_the_same_alone_and_among_all(octets: bytes) -> None:
    header = block(octets)
    alone = [Header(header.name(one).decode(), header.decoded(header.value(one))) for one in header.each_field()]

    assert header.headers() == [one for one in alone if one.name]


@given(st.lists(st.sampled_from((*_PIECES, b"\nReceived:", b"\nreceived :", b"\nA:")), max_size=14).map(b"".join))
def test_a_field_is_found_by_its_name_as_when_all_lines_are_walked(octets: bytes) -> None:
    header = block(octets)
    walked: dict[bytes, list[bytes]] = {}
    for one in header.each_field():
        walked.setdefault(one.name, []).append(header.value(one).strip(b" \t\r\n"))
    has_junk = walked.pop(b"", None) is not None

    found = {name: [raw.strip(b" \t\r\n") for raw in header.raw_all(name)] for name in header.names()}

    assert found == walked
    assert {name: header.text(name) for name in walked} == {
        name: header.decoded(values[0]) for name, values in walked.items()
    }
    assert not header.is_kept or header.has_junk == has_junk


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
    ("=?utf-8?q?Really??= =?utf-8?q?No?_Yes!?=", "Really?No? Yes!"),  # bare question marks
    ("=?utf-8?b?Zg==?==?utf-8?q?oo?=", "foo"),
    ("=?gb2312?b?1tDO?= =?GB2312?b?xA==?=", "中文"),  # cut in the middle of a character
    ("=?iso-2022-jp?b?GyRCRnxLXBsoQg==?= =?utf-8?q?_=E8=AA=9E?=", "日本 語"),
    ("=?utf_8?q?=C3=A5?= =?x-unknown?q?=C3=A4?=", "åä"),
    ("=?us-ascii?q?=E5?=", "å"),
    ('"=?utf-8?q?=C3=A5?=" (=?utf-8?q?=C3=A4?=)', '"å" (ä)'),  # in a quoted string and in a comment
]


@pytest.mark.parametrize(("text", "decoded"), WORDS)
def test_encoded_words_decode(text: str, decoded: str) -> None:
    assert decode_words(text) == decoded


FOLDED_WORDS = [
    (b"=?utf-8?q?Hello\r\n _there!?=", "Hello there!"),  # blanks are written as _, so the fold's is none
    (b"=?utf-8?q?Hello\n there!?=", "Hello there!"),
    (b"=?utf-8?q?a_b?=\r\n\t=?utf-8?q?_c?=", "a b c"),
    (b"=?utf-8?b?w6XD\r\n pA==?=", "åä"),
]


@pytest.mark.parametrize(("octets", "decoded"), FOLDED_WORDS)
def test_words_that_are_folded_decode(octets: bytes, decoded: str) -> None:
    assert decode_words(header_text(octets)) == decoded


CHARSETS = [
    ("ISO_8859-1:1987", "latin-1"),
    ("ks_c_5601-1987", "cp949"),
    ("GB2312", "gb18030"),
    ("utf_8", "utf-8"),
    ("'utf-8'", "utf-8"),
    ("utf-8;", "utf-8"),
    ("korean", "cp949"),
    ("zlib", None),  # a codec, but no charset
    ("x" * 100, None),
]


@pytest.mark.parametrize(("name", "codec"), CHARSETS)
def test_a_charset_has_many_names(name: str, codec: str | None) -> None:
    assert codec_of_charset(name) == codec


def test_past_the_limit_encoded_words_stay_as_they_are() -> None:
    assert decode_words("=?utf-8?q?a?= x " * 3, limit=2) == "a x a x =?utf-8?q?a?= x "


@given(long_header_texts())
def test_an_unstructured_field_reads_back(value: str) -> None:
    assert block(text_field("X-Own", value)).text(b"x-own") == value


@pytest.mark.parametrize("size_octets", [390, 600, 870])
def test_a_long_address_in_a_structured_field_is_no_encoded_word(size_octets: int) -> None:
    """A mailing's own link, which a program follows, is often that long (RFC 8058, RFC 2047 section 5)."""
    value = f"<https://list.test/{'u' * size_octets}>, <mailto:leave@list.test>"

    assert text_field("List-Unsubscribe", value).replace(b"\r\n ", b" ") == f"List-Unsubscribe: {value}\r\n".encode()


@pytest.mark.parametrize("name", ["X", "X" * 200, "X" * 400])
@pytest.mark.parametrize("size_octets", [399, 401, 899, 900, 901, 2_000])
def test_a_long_token_makes_no_line_longer_than_998_octets(name: str, size_octets: int) -> None:
    written = text_field(name, f"{'a' * size_octets} b")

    assert max(map(len, written.split(b"\r\n"))) <= 998
    assert decode_words(header_text(written.partition(b":")[2])) == f"{'a' * size_octets} b"


def test_what_only_looks_like_an_encoded_word_stays_as_it_is() -> None:
    value = "<https://list.test/?token=abc=?d&e=?=>"

    assert text_field("List-Unsubscribe", value) == f"List-Unsubscribe: {value}\r\n".encode()


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
    ("=?utf-8?q?Bob_=3Cbob=40b.test=3E?=", [("Bob <bob@b.test>", "")]),  # no address comes from a word
    ("bob@b.test (=?utf-8?q?B=C3=B6b?=)", [("Böb", "bob@b.test")]),
    ('"Doe, Jane" =?utf-8?q?=C3=A5?= <j@b.test>', [("Doe, Jane å", "j@b.test")]),
    ("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", [("Pete", "pete@silly.test")]),  # RFC 5322 A.5
    ("(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", []),
    (
        "A Group(Some people)\r\n :Chris <c@(his host.)public.example>, joe@b.test;",
        [("Chris", "c@public.example"), ("", "joe@b.test")],
    ),
    (
        "john.q.public@example  . com, jdoe@test   . example",
        [("", "john.q.public@example.com"), ("", "jdoe@test.example")],
    ),
    (
        "1: a@b.test, c@d.test; 2: e@f.test;, g@h.test",
        [("", name) for name in ("a@b.test", "c@d.test", "e@f.test", "g@h.test")],
    ),
    ("user@[IPv6:::1]", [("", "user@[IPv6:::1]")]),
    ("björn@exämple.test", [("", "björn@exämple.test")]),
    ("IMCEAFAX-+2B46@somewhere.test", [("", "IMCEAFAX-+2B46@somewhere.test")]),  # not ours to open
]


@pytest.mark.parametrize(("text", "expected"), ADDRESSES)
def test_addresses_read(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(a.display_name, a.email_address) for a in read_addresses(text.encode())] == expected


_MAILBOX_PIECES = (
    *("bob@b.test", "<bob@b.test>", "Bob ", '"B, b" ', "(Bob)", "( x  y )", " ", ",", ", ", "\t", "<>", "()", "(a(b))"),
    *("=?utf-8?q?B=C3=B6b?=", "=?utf-8?q?a?= =?utf-8?q?b?= ", "(=?utf-8?q?x?=)", "IMCEAFAX-1@encapsulated.invalid"),
)


@given(st.lists(st.sampled_from(_MAILBOX_PIECES), max_size=6).map("".join))
def test_usual_addresses_read_the_same_beside_a_group_without_members(text: str) -> None:
    """A group is read the long way, and what stands beside it."""
    found, beside = read_addresses(text.encode()), read_addresses(f"{text}, none:;".encode())

    assert [(a.typed, a.display_name) for a in found] == [(a.typed, a.display_name) for a in beside]


def test_an_address_of_another_type_comes_back_from_its_capsule() -> None:
    (address,) = read_addresses(b"Fax <IMCEAFAX-+2B46_1@encapsulated.invalid>")

    assert (address.address_type, address.email_address) == ("FAX", "+46/1")


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
    ("a/b; n*0*=utf-8''%C3; n*1*=utf-8''%A5", "a/b", {"n": "å"}),  # the charset again
    ("a/b; n*0*=utf-8''%C3%A5; n*1=%41", "a/b", {"n": "å%41"}),  # a piece that is not extended
    ("a/b; n*=utf-8'%C3%A5", "a/b", {"n": "å"}),
    ("a/b; n*=%C3%A5", "a/b", {"n": "å"}),
    ("a/b; n*=it's", "a/b", {"n": "it's"}),
    ('a/b; name*0="=?utf-8?q?=C3"; name*1="=A5?="', "a/b", {"name": "å"}),  # a word cut into pieces
    ("a/b; name*=utf-8''%3D%3Futf-8%3Fq%3Fx%3F%3D", "a/b", {"name": "=?utf-8?q?x?="}),  # decoded once
    ("a/b; name=report(1).pdf; x=y", "a/b", {"name": "report(1).pdf", "x": "y"}),
    ('a/b; name="C:\\docs\\x.doc"', "a/b", {"name": "C:\\docs\\x.doc"}),
    ("a/b; name=; x=", "a/b", {}),
    ('a/b; name=""', "a/b", {"name": ""}),
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
