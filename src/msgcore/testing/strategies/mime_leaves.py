"""Leaves of MIME trees: text in a charset, and octets, each in a transfer encoding."""

from __future__ import annotations

import binascii
from collections.abc import Callable

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.testing.strategies.mime_fields import draw_field, draw_parameter

__all__ = ["CHARSETS", "Leaf", "draw_octets", "draw_text"]

_ASCII = "aB1 .=-\t~_?<&>"
# MIME name, Python's codec, some letters.
CHARSETS: tuple[tuple[str, str, str], ...] = (
    ("us-ascii", "ascii", ""),
    ("utf-8", "utf-8", "åあ😀\u2028"),
    ("iso-8859-1", "iso8859-1", "åÉß\xa0"),
    ("iso-8859-2", "iso8859-2", "łőč"),
    ("iso-8859-15", "iso8859-15", "å€"),
    ("windows-1252", "cp1252", "å€“"),
    ("windows-1251", "cp1251", "Привет"),
    ("koi8-r", "koi8-r", "Привет"),
    ("iso-2022-jp", "iso2022-jp", "日本ア"),
    ("shift_jis", "cp932", "日本ア"),
    ("gb2312", "gb2312", "中文"),
    ("big5", "big5", "中文"),
    ("euc-kr", "euc-kr", "한글"),
)
"""The charsets of text leaves: MIME name, Python's codec, letters that it has beside ASCII."""


@attrs.frozen
class Leaf:
    """A leaf without a name: what it holds, its two fields (empty: left out), its encoded body."""

    media_type: str
    text: str | None
    content: bytes | None
    type_field: bytes
    encoding_field: bytes
    body: bytes


_YES_OR_NO = st.booleans()


def _texts(letters: str) -> SearchStrategy[str]:
    ascii_letters = st.sampled_from(_ASCII + "\n")
    return st.text(ascii_letters | st.sampled_from(letters) if letters else ascii_letters, max_size=40)


_TEXTS = st.sampled_from([(charset, codec, _texts(letters)) for charset, codec, letters in CHARSETS])
_TEXT_TYPES = st.sampled_from(["text/plain", "text/html", "text/x-own"])
_OCTETS_TYPES = st.sampled_from(["application/octet-stream", "image/png", "application/x-own", "message/x-own"])
_OCTETS = st.binary(max_size=80)
_ENCODINGS = st.sampled_from(["base64", "quoted-printable"])
_ENCODINGS_OF_7BIT = st.sampled_from(["", "7bit", "base64", "quoted-printable"])
_ENCODINGS_OF_8BIT = st.sampled_from(["8bit", "base64", "quoted-printable"])
_CASES: SearchStrategy[Callable[[str], str]] = st.sampled_from([str, str.upper])
_WIDTHS = st.sampled_from([76, 72, 4])
_LAST_LINE_ENDS = st.sampled_from([b"", b"\n"])


def draw_text(draw: st.DrawFn) -> Leaf:
    charset, codec, texts = draw(_TEXTS)
    text = draw(texts)
    octets = text.encode(codec)
    encoding = draw(_ENCODINGS_OF_7BIT if octets.isascii() else _ENCODINGS_OF_8BIT)
    media_type = draw(_TEXT_TYPES)
    is_default = media_type == "text/plain" and charset == "us-ascii"
    type_field = b""
    if not is_default or draw(_YES_OR_NO):
        tokens = [media_type.encode(), draw_parameter(draw, b"charset", charset.encode())]
        type_field = draw_field(draw, b"Content-Type", tokens)
    match encoding:
        case "base64":
            # What is encoded has the line ends of the canonical form (RFC 2045 section 6.8).
            body = _draw_base64(draw, octets.replace(b"\n", b"\r\n"))
        case "quoted-printable":
            body = binascii.b2a_qp(octets)
        case _:
            body = octets
    return Leaf(media_type, text, None, type_field, _draw_encoding(draw, encoding), body)


def draw_octets(draw: st.DrawFn) -> Leaf:
    media_type = draw(_OCTETS_TYPES)
    content = draw(_OCTETS)
    encoding = draw(_ENCODINGS)
    if encoding == "base64":
        body = _draw_base64(draw, content)
    else:
        body = binascii.b2a_qp(content, istext=False).replace(b"\r\n", b"\n")
    type_field = draw_field(draw, b"Content-Type", [media_type.encode()])
    return Leaf(media_type, None, content, type_field, _draw_encoding(draw, encoding), body)


def _draw_encoding(draw: st.DrawFn, encoding: str) -> bytes:
    if not encoding:
        return b""
    return draw_field(draw, b"Content-Transfer-Encoding", [draw(_CASES)(encoding).encode()])


def _draw_base64(draw: st.DrawFn, octets: bytes) -> bytes:
    """Write base64 in lines of 76, 72 or 4, the last one with or without its line end."""
    width = draw(_WIDTHS)
    encoded = binascii.b2a_base64(octets, newline=False)
    lines = [encoded[start : start + width] for start in range(0, len(encoded), width)]
    return b"\n".join(lines) + draw(_LAST_LINE_ENDS)
