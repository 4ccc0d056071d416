"""A mail as DKIM sees it: its fields and its body, in the forms that survive the way (RFC 6376 section 3.4).

All of it takes time in proportion to the octets, whatever they are.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections import deque
from collections.abc import Iterable

import attrs

__all__ = ["Field", "SignedMail", "relaxed_body", "simple_body"]

_BLANKS = re.compile(rb"[ \t]+")
_MOST_FIELDS = 2_000
_MOST_HEADER_OCTETS = 256 * 1024  # a signature and a seal each take all of it


@attrs.frozen
class Field:
    """A header field: its name in lower case, and its octets as they stand, with the line end."""

    name: bytes
    octets: bytes

    @property
    def value(self) -> bytes:
        return self.octets.partition(b":")[2]

    @functools.cached_property
    def relaxed(self) -> bytes:
        """The relaxed form, without its line end (RFC 6376 section 3.4.2)."""
        return self.name + b":" + _BLANKS.sub(b" ", self.value.replace(b"\r\n", b"")).strip(b" ")


class SignedMail:
    """A mail taken apart once; hashes of its body are worked out once, too."""

    def __init__(self, octets: bytes) -> None:
        header, self.body = _split(octets)
        self.is_plain = b"\n" not in header.replace(b"\r\n", b"") and b"\r" not in header.replace(b"\r\n", b"")
        """Whether every line of the header ends with CR LF, so that everybody sees the same fields."""
        is_small = len(header) <= _MOST_HEADER_OCTETS
        self.fields: tuple[Field, ...] = tuple(_fields(header)) if is_small else ()
        self.is_readable = self.is_plain and is_small and len(self.fields) <= _MOST_FIELDS
        self._hashes: dict[bool, bytes] = {}

    def named(self, name: bytes) -> list[Field]:
        return [field for field in self.fields if field.name == name]

    def body_hash(self, *, is_relaxed: bool) -> bytes:
        """Give the SHA-256 of the body in a canonical form."""
        known = self._hashes.get(is_relaxed)
        if known is None:
            body = relaxed_body(self.body) if is_relaxed else simple_body(self.body)
            known = self._hashes[is_relaxed] = hashlib.sha256(body).digest()
        return known

    def selected(self, names: Iterable[bytes]) -> list[Field]:
        """Give the fields of these names; a name that stands again means the next one up (RFC 6376 section 5.4.2)."""
        left: dict[bytes, deque[Field]] = {}
        for field in self.fields:
            left.setdefault(field.name, deque()).append(field)
        return [left[name].pop() for name in names if left.get(name)]


def _split(octets: bytes) -> tuple[bytes, bytes]:
    if octets.startswith(b"\r\n"):
        return b"", octets[2:]
    header, blank, body = octets.partition(b"\r\n\r\n")
    return (header + b"\r\n" if blank or not header.endswith(b"\r\n") else header), body


def _fields(header: bytes) -> Iterable[Field]:
    """Give the fields; a line that is none has an empty name, so that no signature means it."""
    lines: list[bytes] = []
    for line in header.split(b"\r\n")[:-1]:
        if line[:1] in (b" ", b"\t") and lines:
            lines.append(line)
            continue
        if lines:
            yield _field(lines)
        lines = [line]
    if lines:
        yield _field(lines)


def _field(lines: list[bytes]) -> Field:
    name, colon, _ = lines[0].partition(b":")
    return Field(name.rstrip(b" \t").lower() if colon else b"", b"\r\n".join(lines) + b"\r\n")


def simple_body(body: bytes) -> bytes:
    """Give a body without empty lines at its end (section 3.4.3)."""
    return _without_empty_end(body) + b"\r\n"


def relaxed_body(body: bytes) -> bytes:
    """Give a body with one space for each run of blanks, and none at the ends of lines (section 3.4.4)."""
    if b"\t" in body:
        body = body.replace(b"\t", b" ")
    while b"  " in body:  # halves every run, so it ends soon
        body = body.replace(b"  ", b" ")
    body = body.replace(b" \r\n", b"\r\n").removesuffix(b" ")
    kept = _without_empty_end(body)
    return kept + b"\r\n" if kept else b""


def _without_empty_end(body: bytes) -> bytes:
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    return body[:end]
