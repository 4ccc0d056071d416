r"""HTML and plain text in the form of RTF, so that RTF readers show them and ours give them back ([MS-OXRTFEX]).

Nothing is lost, but that halves of surrogate pairs become U+FFFD. HTML: what a browser shows as text stands in the
open; tags, comments, character references, line ends and what is not shown stand in ``\*\htmltag`` groups, and behind
them in ``\htmlrtf`` what an RTF reader shows for them. CRLF is ``\par`` there, a bare LF or CR its octet.

Plain text: CRLF is ``\par``; a bare LF or CR is ``\par`` with an empty ``\*`` group of our own behind it, so that every
reader breaks the line, and only ours knows that it was not CRLF.
"""

from __future__ import annotations

import html as html_module
import re
import struct

from msgcore.codecs.rtf.given import given_text

__all__ = ["encapsulate_html", "encapsulate_text"]

_HEAD = (
    r"{{\rtf1\ansi\ansicpg1252\{origin} \deff0{{\fonttbl{{\f0\f{family}\fcharset0 {font};}}}}"
    "\r\n" + r"\uc1\pard\plain\f0\fs20 "
)
_HTML_HEAD = _HEAD.format(origin="fromhtml1", family="swiss", font="Arial") + r"{\*\htmltag64}"
_TEXT_HEAD = _HEAD.format(origin="fromtext", family="modern", font="Courier New")

_ESCAPED = str.maketrans(
    {code: f"\\'{code:02x}" for code in range(32)}
    | {"\\": "\\\\", "{": "\\{", "}": "\\}", "\t": "\\tab ", "\x7f": "\\'7f"}
)
_LINE_END = re.compile(r"\r\n|[\r\n]")
_LINE_ENDS_OF_TEXT = {"\r\n": "\\par\r\n", "\n": "\\par{\\*\\msgcorelf}\r\n", "\r": "\\par{\\*\\msgcorecr}\r\n"}
_BEYOND_ASCII = re.compile(r"[^\0-\x7f]++")

_PIECES = re.compile(
    r"""
      ( <!--[\s\S]*?(?:-->|\Z) | <(head|title|style|script)\b[\s\S]*?(?:</\2\s*+>|\Z) | <[A-Za-z/!?][^<>]*+>? )
    | ( (?: &(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});? | <(?![A-Za-z/!?]) | [>&] |(?!))++ )
    | ( (?:\r\n|[\r\n]|(?!))++ )
    | [^<>&\r\n]++
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TAG, _, _REFERENCE, _LINE_ENDS = range(1, 5)
_BREAKS_LINE = re.compile(r"<(?:br|hr|/(?:p|div|tr|li|h[1-6]|blockquote|pre|table|dt|dd))\b", re.IGNORECASE)
_IS_BLOCK = re.compile(
    r"<(?:[!?]|/?(?:html|head|body|p|div|t[dhr]|table|tbody|li|[ou]l|h[1-6r]|br|pre)\b)", re.IGNORECASE
)
_ENDS_CELL = re.compile(r"</t[dh]\b", re.IGNORECASE)


def encapsulate_html(html: str) -> bytes:
    """Write HTML as RTF; :func:`~msgcore.codecs.rtf.reading.html_of` gives exactly the same HTML."""
    pieces = [_HTML_HEAD]
    at_block = True
    for piece in _PIECES.finditer(given_text(html)):
        kind = piece.lastindex
        if kind is None:
            pieces.append(_escaped(piece[0]))
        elif kind == _REFERENCE:
            pieces.append(_fragment(84, piece[0], _escaped(html_module.unescape(piece[0]))))
        elif kind == _LINE_ENDS:
            pieces.append(_fragment(84, piece[0], "" if at_block else " "))
        else:
            pieces.append(_fragment(64, piece[0], _shown_for_tag(piece[0])))
        at_block = kind == _TAG and _IS_BLOCK.match(piece[0]) is not None
    pieces.append("}")
    return "".join(pieces).encode("ascii")


def encapsulate_text(text: str) -> bytes:
    """Write plain text as RTF; :func:`~msgcore.codecs.rtf.reading.text_of` gives exactly the same text."""
    pieces = re.split(r"(\r\n|[\r\n])", given_text(text))
    escaped = "".join(_LINE_ENDS_OF_TEXT.get(piece) or _escaped(piece) for piece in pieces)
    return f"{_TEXT_HEAD}{escaped}}}".encode("ascii")


def _fragment(parameter: int, html: str, shown: str) -> str:
    fragment = f"{{\\*\\htmltag{parameter} {_escaped(html)}}}"
    return fragment + (f"\\htmlrtf {shown}\\htmlrtf0 " if shown else "")


def _shown_for_tag(tag: str) -> str:
    if _BREAKS_LINE.match(tag):
        return "\\line "
    return "\\tab " if _ENDS_CELL.match(tag) else ""


def _escaped(text: str) -> str:
    r"""Escape text; CRLF becomes ``\par``, and other control characters octets."""
    if "\r\n" in text:
        return "\\par ".join(_escaped(line) for line in text.split("\r\n"))
    escaped = text.translate(_ESCAPED)
    return escaped if escaped.isascii() else _BEYOND_ASCII.sub(_units, escaped)


def _units(beyond: re.Match[str]) -> str:
    octets = beyond[0].encode("utf-16-le", "surrogatepass")
    return "".join([f"\\u{unit}?" for (unit,) in struct.iter_unpack("<h", octets)])
