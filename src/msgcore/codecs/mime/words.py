"""Encoded words in header fields (RFC 2047), read wherever real mail puts them."""

from __future__ import annotations

import binascii
import re

from msgcore.codecs.mime.charsets import codec_of_charset, decode, guess
from msgcore.codecs.mime.tolerated import Note, ignore
from msgcore.codecs.mime.transfer import decode_base64

__all__ = ["clean", "decode_words", "header_text", "unfold", "without_comments"]

# Between the marks no question mark: that keeps a run of broken words linear.
_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,60})?\?([QqBb])\?([^?]*)\?=")
_COMMENT_EDGE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[()]|\\.', re.DOTALL)
_BLANK = b" \t\r\n"
_LINE_ENDS = str.maketrans("\r\n\0", "   ")


def unfold(octets: bytes) -> bytes:
    """Give a field's value as one line: each fold, with the white space around it, becomes one space."""
    line = octets.strip(_BLANK)
    if b"\n" not in line:
        return line
    return b" ".join([stripped for one in line.split(b"\n") if (stripped := one.strip(_BLANK))])


def header_text(octets: bytes, note: Note = ignore) -> str:
    """Give a field's value as text before its encoded words are decoded: unfolded; UTF-8, else windows-1252."""
    line = octets.strip(_BLANK)
    if b"\n" in line:
        line = unfold(line)
    try:
        text = line.decode("ascii")
    except UnicodeDecodeError:
        note("header-eight-bit", "8-bit octets in a header field")
        text = guess(line)
    return clean(text)


def clean(text: str) -> str:
    """Replace CR, LF and NUL, which no header value holds, by spaces."""
    return text.translate(_LINE_ENDS) if "\0" in text or "\r" in text or "\n" in text else text


def without_comments(text: str) -> str:
    """Leave the comments of a structured field out (RFC 5322 section 3.2.2); one without an end goes to the end."""
    if "(" not in text:
        return text
    kept: list[str] = []
    depth = position = 0
    for edge in _COMMENT_EDGE.finditer(text):
        if edge[0] == "(":
            if depth == 0:
                kept.append(text[position : edge.start()])
            depth += 1
        elif edge[0] == ")" and depth:
            depth -= 1
            position = edge.end()
    if depth == 0:
        kept.append(text[position:])
    return " ".join(kept)


def decode_words(text: str, note: Note = ignore, limit: int = 10_000) -> str:
    """Decode the encoded words in ``text``, once; white space between two of them falls away (section 6.2).

    Past ``limit`` words the rest stays as it is.
    """
    if "=?" not in text:
        return text
    parts: list[str] = []
    run: list[tuple[str, str, str]] = []
    position = 0
    for number, word in enumerate(_WORD.finditer(text)):
        if number >= limit:
            note("limit-encoded-words", f"more than {limit} encoded words in a field")
            break
        between = text[position : word.start()]
        if not run or between.strip(" \t"):
            parts.append(_decode_run(run, note))
            parts.append(between)
            run = []
        run.append((word[1].lower(), word[2].upper(), word[3]))
        position = word.end()
    parts.append(_decode_run(run, note))
    parts.append(text[position:])
    return clean("".join(parts))


def _decode_run(run: list[tuple[str, str, str]], note: Note) -> str:
    """Decode adjacent words. Octets of one charset are joined first: mailers cut in the middle of a character."""
    if not run:
        return ""
    groups: list[tuple[str, list[bytes]]] = []
    cut_base64 = ""
    for number, (charset, encoding, text) in enumerate(run):
        if encoding == "B":
            whole = cut_base64 + text
            following = run[number + 1][:2] if number + 1 < len(run) else None
            if len(whole) % 4 and "=" not in whole and following == (charset, "B"):
                cut_base64 = whole
                continue
            cut_base64 = ""
            octets = decode_base64(whole.encode("utf-8"), note)
        else:
            octets = binascii.a2b_qp(text.encode("utf-8"), header=True)
        if groups and groups[-1][0] == charset:
            groups[-1][1].append(octets)
        else:
            groups.append((charset, [octets]))
    return "".join(_decode_group(charset, b"".join(pieces), note) for charset, pieces in groups)


def _decode_group(charset: str, octets: bytes, note: Note) -> str:
    if codec_of_charset(charset) == "ascii" and not octets.isascii():
        return guess(octets)
    return decode(octets, charset, note)
