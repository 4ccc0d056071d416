"""HTML and text out of RTF: a table of what stands in it and what comes out."""

from __future__ import annotations

import pytest

from msgcore.base.octets import Limits
from msgcore.codecs.rtf import RtfKind, check_rtf, html_of, kind_of, text_of
from msgcore.errors import LimitExceeded

FONTS = (
    rb"{\fonttbl{\f0\fswiss Arial;}{\f1\fmodern\fcharset128{\*\panose 020b}MS Gothic;}{\f2\fnil\fcharset204 Cyr;}"
    rb"{\f3\fnil\fcharset0\cpg936 Song;}{\f4\fnil\fcharset2 Symbol;}}"
)


def document(body: bytes, origin: bytes = b"") -> bytes:
    return rb"{\rtf1\ansi\ansicpg1252" + origin + rb" \deff0" + FONTS + rb"\uc1\pard\plain\f0\fs20 " + body + b"}"


def html(body: bytes) -> str | None:
    return html_of(document(body, rb"\fromhtml1"))


def text(body: bytes) -> str:
    return text_of(document(body))


# What both read the same: characters, octets, code pages, groups.
COMMON = [
    (rb"a\{b\}c\\d", "a{b}c\\d"),
    (b"one\r\ntwo\nthree\0four", "onetwothreefour"),
    (rb"a\par b\line c\tab d", "a\r\nb\r\nc\td"),
    (b"a\\\r\nb", "a\r\nb"),
    (rb"\'e4\'f6 \'E4", "äö ä"),
    (b"\xe4", "ä"),
    (rb"\f2\'e0\f0\'e0", "аà"),
    (rb"{\f2\'e0}\'e0", "аà"),
    (rb"\f2\'e0\plain\'e0", "аà"),
    (rb"\f1\'93\'fa\'96\'7b", "日本"),
    (rb"\f1\'83A\'83\\", "アソ"),
    (b"\\f1\\'93\r\n\\'fa", "日"),
    (rb"\f3\'c4\'e3", "你"),
    (rb"\f999\'e4", "ä"),
    (rb"\u8364?", "€"),
    (rb"\u8364 ?x", "€x"),
    (rb"\u8364\'80x", "€x"),
    (rb"\u-10179?\u-8704?", "😀"),
    (rb"\u128512?", "😀"),
    (rb"\u-10179?x", "\ufffdx"),
    (rb"\u-99999?\u9999999999?x", "\ufffd\ufffdx"),
    (rb"{\uc0\u8364}\u8364?x", "€€x"),
    (rb"\uc0\u8364 ?x", "€?x"),
    (rb"{\uc2\u26085\'93\'fa\u26412\'96\'7b}x", "日本x"),
    (rb"\uc3\u8364 EURx", "€x"),
    (rb"{\uc3\u8364 E}x", "€x"),
    (rb"\u8364\bin3 ???x", "€x"),
    (rb"\u8364\par x", "€\r\nx"),
    (rb"\uc999999999\u8364 " + b"?" * 255 + b"x", "€x"),
    (rb"a\bin4 }}{\b", "ab"),
    (rb"a\bin-5 b", "ab"),
    (rb"a{\pict\wmetafile8\bin3 }{}0123}b", "ab"),
    (rb"a{\*\unknown b{c}\bin1 }d}e", "ae"),
    (b"a{\r\n\\*\r\n\\unknown b}e", "ae"),
    (rb"a{\header H}{\info{\author A}}{\stylesheet{\s1 x;}}b", "ab"),
    (rb"a\info b", "ab"),
    (rb"{\upr{\'3f}{\*\ud{\u8364?}}}x", "€x"),
    (rb"a\thisisnoword12345678901234567890 b", "ab"),
    (rb"a\b-c", "a-c"),
    (rb"a\'zzb", "azzb"),
    (rb"\f4\'b7", "·"),
]


@pytest.mark.parametrize(("body", "expected"), COMMON)
def test_what_text_and_html_have_in_common(body: bytes, expected: str) -> None:
    assert text(body) == expected
    assert html(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rb"{\*\htmltag64 <p>}a{\*\htmltag72 </p>}", "<p>a</p>"),
        (rb"{\*\htmltag64}a{\*\htmltag}b{\*\htmltag <i>}", "ab<i>"),
        (rb"{\*\htmltag241 <style>\par \tab p \{\}\par </style>}", "<style>\r\n\tp {}\r\n</style>"),
        (rb"{\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0 x", "&nbsp;x"),
        (rb"a\htmlrtf \b b\par {c}\htmlrtf0 d", "ad"),
        (rb"a\htmlrtf1 b{\htmlrtf0 c}d\htmlrtf0 e", "ace"),
        (rb"a\htmlrtf {b\htmlrtf0 c}d\htmlrtf0 e", "ace"),
        (rb"a\htmlrtf{\*\htmltag64 <p>}\htmlrtf0 b", "ab"),
        (rb"\htmlrtf {\f2 \htmlrtf0 \'e0\htmlrtf }\htmlrtf0 \'e0", "аà"),
        (rb"\f2{\*\htmltag84 <a title='\'e4'>}\'e0{\*\htmltag92 \u8364?</a>}", "<a title='ä'>а€</a>"),
        (b"\\f2{\\*\\htmltag84 \xe4}\xe0", "äа"),
        (rb"{\*\mhtmltag84 <a href='cid:1'>}{\*\htmltag84 <a href='x'>}", "<a href='x'>"),
        (rb"\lquote\rquote\ldblquote\rdblquote", "&lsquo;&rsquo;&ldquo;&rdquo;"),
        (rb"\bullet\endash\emdash\~\_\-", "&bull;&ndash;&mdash;&nbsp;&#8209;&shy;"),
        (rb"a\v b\v0 c", "abc"),
    ],
)
def test_html_comes_out_as_it_went_in(body: bytes, expected: str) -> None:
    assert html(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rb"\lquote\rquote\ldblquote\rdblquote\bullet\endash\emdash\~\_\-", "‘’“”•–—\xa0\u2011\xad"),
        (rb"a\v b\v0 c{\v d}e\v f\plain g", "aceg"),
        (rb"\trowd a\cell b\cell\row c\cell\row", "a\tb\r\nc\r\n"),
        (rb"{\listtext\tab 1.\tab}one\par", "\t1.\tone\r\n"),
        (rb"a{\super\chftn{\footnote\pard\plain see b}}c", "a [see b]c"),
        (rb'{\field{\*\fldinst HYPERLINK "http://a.test"}{\fldrslt{\ul here}}}!', "here!"),
        (rb"{\object\objemb{\*\objdata 0123}{\result{seen}}}", "seen"),
        (rb"a\htmlrtf b\htmlrtf0 c{\*\htmltag64 <p>}", "abc"),
    ],
)
def test_the_text_of_any_rtf(body: bytes, expected: str) -> None:
    assert text(body) == expected


@pytest.mark.parametrize(
    ("rtf", "kind"),
    [
        (document(b"", rb"\fromhtml1"), RtfKind.HTML),
        (document(b"", rb"\fromtext"), RtfKind.TEXT),
        (document(rb"\\fromhtml1"), RtfKind.NATIVE),
        (document(rb"\fromhtml1"), RtfKind.NATIVE),
        (document(b"", rb"\fromhtml0"), RtfKind.NATIVE),
        (b"\xef\xbb\xbf \r\n{\\rtf1\\fromhtml1}", RtfKind.HTML),
        (b"plain text", RtfKind.NONE),
        (b"", RtfKind.NONE),
    ],
)
def test_the_header_says_what_it_carries(rtf: bytes, kind: RtfKind) -> None:
    assert kind_of(rtf) is kind
    assert (html_of(rtf) is not None) == (kind is RtfKind.HTML)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (rb"\ansi\ansicpg1251", "а"),
        (rb"\ansi\ansicpg-535", "\ufffd"),
        (rb"\ansi\ansicpg99999", "à"),
        (rb"\mac", "‡"),
        (rb"\pc", "α"),
        (rb"\pca", "Ó"),
        (rb"", "à"),
    ],
)
def test_the_documents_code_page(header: bytes, expected: str) -> None:
    assert text_of(rb"{\rtf1" + header + rb" \'e0}") == expected


@pytest.mark.parametrize(
    ("rtf", "expected", "rules"),
    [
        (rb"{\rtf1 a{b{c", "abc", ["rtf-group-open"]),
        (rb"{\rtf1 a}b}c{d}e", "abcde", ["rtf-group-stray"]),
        (rb"{\rtf1 a}" + b"junk \0", "a", []),
        (b"{\\rtf1 a\\", "a", ["rtf-cut", "rtf-group-open"]),
        (rb"{\rtf1 a\'e", "ae", ["rtf-escape", "rtf-group-open"]),
        (rb"{\rtf1 a\bin4294967295 b}", "a", ["rtf-binary-cut", "rtf-group-open"]),
        (rb"{\rtf1 a{\pict\bin99 b}c}", "a", ["rtf-binary-cut", "rtf-group-open"]),
        (b"a b", "a b", ["rtf-signature"]),
        (b"", "", ["rtf-signature"]),
    ],
)
def test_dirty_rtf_is_read_and_told(rtf: bytes, expected: str, rules: list[str]) -> None:
    assert text_of(rtf) == expected
    assert [finding.rule for finding in check_rtf(rtf)] == rules


@pytest.mark.parametrize("read", [html_of, text_of, check_rtf])
def test_the_limit_counts_what_goes_in(read: object) -> None:
    assert callable(read)
    with pytest.raises(LimitExceeded):
        read(document(b"x", rb"\fromhtml1"), Limits(total_octets=10))
