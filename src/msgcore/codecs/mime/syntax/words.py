"""Encoded words in header fields (RFC 2047), read wherever real mail puts them."""

from __future__ import annotations

import binascii
import re

from msgcore.base.memo import Memo
from msgcore.codecs.mime.syntax.charsets import codec_of_charset, decode, guess, guess_windows
from msgcore.codecs.mime.syntax.tolerated import Note, ignore
from msgcore.codecs.mime.syntax.transfer import decode_base64

__all__ = ["clean", "decode_run", "decode_words", "has_folded_word", "header_text", "unfold", "without_comments"]

# Between the marks a bare question mark, which some mailers leave in, but no start of another word: that keeps a run of
# broken words linear.
_TEXT = r"(?:[^?=]++|\?(?!=)|=(?!\?(?!=))|(?!))*+"
_WORD = re.compile(rf"=\?([^?*\s]{{1,60}})(?:\*[^?\s]{{0,60}})?\?([QqBb])\?({_TEXT})\?=")
_ONE = rf"=\?[^?*\s]{{1,60}}(?:\*[^?\s]{{0,60}})?\?[QqBb]\?{_TEXT}\?="
_RUN = re.compile(rf"{_ONE}(?:[ \t]*+{_ONE}|(?!))*+")
# A word that was folded inside; where its blanks are written as ``_``, the fold's are none of them.
_FOLDED_WORD = re.compile(rb"=\?[^?\s]{1,60}\?[Qq]\?[^?\s]*+(?:\r?\n[ \t]++[^?\s]*+|(?!))++\?=")
_FOLD = re.compile(rb"\r?\n[ \t]++")
# Whole words in UTF-8, which most are, and runs of them.
_BASE64, _QUOTED = r"(?:[A-Za-z0-9+/]{4}|(?!))*+(?:[A-Za-z0-9+/]{2,3}={1,2})?", r"[!->@-~]*+"
_WHOLE_WORD = re.compile(rf"=\?[Uu][Tt][Ff]-8\?(?:[Bb]\?({_BASE64})|[Qq]\?({_QUOTED}))\?=")
_WHOLE = rf"=\?[Uu][Tt][Ff]-8\?(?:[Bb]\?{_BASE64}|[Qq]\?{_QUOTED})\?="
_WHOLE_RUN = re.compile(rf"{_WHOLE}(?:[ \t]*+{_WHOLE}|(?!))*+")
_SHORT = 1_000
_COMMENT_EDGE = re.compile(r'"(?:[^"\\]++|\\.|(?!))*+"?|[()]|\\.', re.DOTALL)
_BLANK = b" \t\r\n"
# As numbers, which octets are searched for many times faster than for octets.
_LF, _QUESTION_MARK = b"\n?"
_LINE_ENDS = str.maketrans("\r\n\0", "   ")


def unfold(octets: bytes) -> bytes:
    """Give a field's value as one line: each fold, with the white space around it, becomes one space."""
    line = octets.strip(_BLANK)
    if _LF not in line:
        return line
    return b" ".join([stripped for one in _whole_words(line).split(b"\n") if (stripped := one.strip(_BLANK))])


def has_folded_word(octets: bytes) -> bool:
    """Say whether an encoded word was folded inside."""
    return _FOLDED_WORD.search(octets) is not None


def _whole_words(octets: bytes) -> bytes:
    """Take folds out of encoded words."""
    if _QUESTION_MARK not in octets or b"=?" not in octets or _LF not in octets:
        return octets
    return _FOLDED_WORD.sub(lambda word: _FOLD.sub(b"" if b"_" in word[0] else b" ", word[0]), octets)


def header_text(octets: bytes, note: Note = ignore) -> str:
    """Give a field's value as text before its encoded words are decoded: unfolded; UTF-8, else windows-1252.

    UTF-8 is what a field may hold (RFC 6532 section 3.2).
    """
    line = octets.strip(_BLANK)
    if _LF in line:
        line = unfold(line)
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        note("header-eight-bit", "octets in a header field that are neither ASCII nor UTF-8")
        text = guess_windows(line)
    return clean(text) if "\r" in text or "\0" in text else text


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

    The run of words that goes past ``limit`` of them, and all behind it, stays as it is.
    """
    if "?" not in text or "=?" not in text:  # one character is found much faster than two
        return text
    if note is ignore and len(text) <= _SHORT <= limit:
        try:
            decoded = _WHOLE_RUN.sub(_decoded_run, text)
        except ValueError:
            pass  # octets that are no UTF-8, or no base64
        else:
            if "=?" not in decoded:
                return decoded
    usual = _decode_whole(text, limit)
    if usual is not None:
        return usual
    parts: list[str] = []
    position = 0
    for run in _RUN.finditer(text):
        words = run[0]
        limit -= words.count("=?")
        if limit < 0:
            note("limit-encoded-words", "too many encoded words in a field")
            break
        start, end = run.span()
        parts.append(text[position:start])
        parts.append(_decode_run(words, note))
        position = end
    parts.append(text[position:])
    return clean("".join(parts))


def decode_run(run: str, note: Note = ignore) -> str:
    """Do what :func:`decode_words` does, sooner for a text that is nothing but encoded words that were there before."""
    known = _decoded.get(run) if note is ignore else None
    return decode_words(run, note) if known is None or "=?" in known else known


def _decode_whole_run(run: str) -> str:
    """Decode words of one run, whole and in UTF-8.

    Raises:
        ValueError: they are not.
    """
    pieces = [
        binascii.a2b_qp(quoted, header=True) if quoted else binascii.a2b_base64(base64)
        for base64, quoted in _WHOLE_WORD.findall(run)
    ]
    return clean(b"".join(pieces).decode("utf-8"))


# The names of the same few people, and the subjects of threads, come again and again.
_decoded = Memo(_decode_whole_run, 512)


def _decoded_run(found: re.Match[str]) -> str:
    return _decoded[found[0]]


def _decode_whole(text: str, limit: int) -> str | None:
    """Decode words that are whole and in UTF-8; ``None`` when there are others, which take the long way."""
    parts: list[str] = []
    octets = b""
    position = 0
    try:
        for word in _WHOLE_WORD.finditer(text):
            start, end = word.span()
            between = text[position:start]
            if not octets or between.strip(" \t"):
                parts.append(octets.decode("utf-8"))
                parts.append(between)
                octets = b""
            base64, quoted = word.groups()
            octets += binascii.a2b_qp(quoted, header=True) if quoted else binascii.a2b_base64(base64 or "")
            position = end
            limit -= 1
        parts.append(octets.decode("utf-8"))
    except ValueError:
        return None
    parts.append(text[position:])
    is_all = limit >= 0 and not any("=?" in between for between in parts[1::2])
    return clean("".join(parts)) if is_all else None


def _decode_run(words: str, note: Note) -> str:
    """Decode adjacent words."""
    return _decode_any([(word[1].lower(), word[2].upper(), word[3]) for word in _WORD.finditer(words)], note)


def _decode_any(run: list[tuple[str, str, str]], note: Note) -> str:
    """Decode charset, encoding and text of words. Octets of one charset are joined: mailers cut inside a character."""
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
