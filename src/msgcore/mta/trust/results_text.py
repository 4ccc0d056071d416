"""The text of Authentication-Results fields (RFC 8601 section 2.2): read, written, and taken out.

What is written may hold what a stranger chose; it stands in quotes, on one line, and ends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from msgcore.base.text import one_line
from msgcore.codecs.mime.syntax.words import without_comments

__all__ = ["clause", "quoted", "read_results", "without_own_results"]

_VALUE = re.compile(r"[A-Za-z0-9!#$%&'*+^_`{|}~.@-]+")
_QUOTED = re.compile(r'"(?:[^"\\]++|\\.|(?!))*+"', re.DOTALL)
_RESULT = re.compile(r"[ \t\r\n]*([A-Za-z0-9-]+)(?:[ \t\r\n]*/[ \t\r\n]*[0-9]+)?[ \t\r\n]*=[ \t\r\n]*([A-Za-z0-9-]+)")
_ID = re.compile(r'[ \t\r\n]*+("(?:[^"\\]++|\\.|(?!))*+"|[^ \t\r\n;"]++)')
_NAME = b"authentication-results"
_FIELD = re.compile(rb"^authentication-results[ \t]*+:[^\n]*+\n(?:[ \t][^\n]*+\n|(?!))*+", re.IGNORECASE | re.MULTILINE)
_LONGEST = 200
_MOST_OCTETS = 32_768


def read_results(text: str) -> tuple[str, frozenset[str]]:
    """Give whose results a field has, in lower case, and the results: ``{"spf=pass", …}``; of a text that is odd none.

    What stands in quotes or comments is no result.
    """
    if len(text) > _MOST_OCTETS:
        return "", frozenset()
    bare = without_comments(text)
    whose = _ID.match(bare)
    if whose is None:
        return "", frozenset()
    name = re.sub(r"\\(.)", r"\1", whose[1][1:-1]) if whose[1].startswith('"') else whose[1]
    pieces = _QUOTED.sub('""', bare[whose.end() :]).split(";")[1:]
    found = (_RESULT.match(piece) for piece in pieces)
    return name.lower(), frozenset(f"{one[1]}={one[2]}".lower() for one in found if one is not None)


def quoted(text: str) -> str:
    """Write a value as it may stand behind an equals sign: in quotes unless it is a plain word or address."""
    text = one_line(text, _LONGEST).encode("ascii", "replace").decode()
    if _VALUE.fullmatch(text):
        return text
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def clause(method: str, result: str, reason: str, properties: list[tuple[str, str]]) -> str:
    """Write one result with what it is about; properties that are empty are left out."""
    words = [f"{method}={result}"]
    if reason:
        words.append("reason=" + '"' + re.sub(r'(["\\])', r"\\\1", _plain(reason)) + '"')
    words += [f"{name}={quoted(value)}" for name, value in properties if value]
    lines: list[str] = []
    line = words[0]
    for word in words[1:]:
        if len(line) + len(word) > 74:
            lines.append(line)
            line = word
        else:
            line += f" {word}"
    return "\r\n\t ".join([*lines, line])


def _plain(text: str) -> str:
    return one_line(text, _LONGEST).encode("ascii", "replace").decode()


def without_own_results(octets: bytes, header: bytes, hosts: Iterable[str]) -> bytes:
    """Take out the fields that claim to be results of ``hosts`` (RFC 8601 section 5); no other octet changes.

    ``header`` is the header in lower case. A field that can be read in two ways goes, too, if one of them is a host.
    """
    if _NAME not in header:
        return octets
    own = sorted({host.lower() for host in hosts})
    named = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, own))})(?![\w-]|\.\w)")
    kept: list[bytes] = []
    position = 0
    for found in _FIELD.finditer(octets, 0, len(header) + 1):
        if _is_of(found[0].decode("utf-8", "replace"), own, named):
            kept.append(octets[position : found.start()])
            position = found.end()
    return b"".join([*kept, octets[position:]]) if position else octets


def _is_of(field: str, own: Collection[str], named: re.Pattern[str]) -> bool:
    text = field.partition(":")[2].lower()
    whose = read_results(text)[0].rstrip(".")
    # Of what is too long to be read, or may be a comment to somebody else, nobody can say where the name ends.
    is_odd = not whose or text.lstrip().startswith("(")
    return whose in own or named.search(text if is_odd else text.partition(";")[0]) is not None
