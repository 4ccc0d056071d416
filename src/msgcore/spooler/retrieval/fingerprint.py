"""What tells messages apart to which a server gives one unique id."""

from __future__ import annotations

import hashlib
import re

import attrs

__all__ = ["Header", "fingerprint_of_message", "header_of", "read_header"]

_OCTETS = 16

# What servers and filters add, or change later: such a field says nothing of which message it is.
_CHANGEABLE = re.compile(
    rb"(?mi)^(?:status|x-status|x-uidl?|content-length|lines|x-keywords|x-text-classification"
    rb"|x-(?:mozilla-|imap|antivirus|spam-|popfile-)[^:\s]*)[ \t]*:"
    rb".*\n?(?:[ \t].*\n?)*"
)


@attrs.frozen
class Header:
    """A header, and what it says of which message it is: nothing, if it has no field that lasts (``is_blank``).

    ``changeable_octets`` is the size of the fields that servers add or change.
    """

    octets: bytes = attrs.field(repr=False)
    fingerprint: bytes
    is_blank: bool
    changeable_octets: int


def read_header(octets: bytes) -> Header:
    """Read the header of a message, which may be all that is given of it.

    In the fingerprint (16 octets) fields that servers add or change do not count, nor do the kinds of line ends.
    """
    header = header_of(octets)
    lasting = _lasting(header)
    changeable = sum(len(found[0]) + found[0].count(b"\n") for found in _CHANGEABLE.finditer(_lines(header)))
    return Header(header, _hash(lasting), not lasting.strip(), changeable)


def header_of(octets: bytes) -> bytes:
    """Give the header of a message, or what a server gives as such: what stands before the first empty line."""
    if octets.startswith((b"\r\n", b"\n")):
        return b""
    end = octets.find(b"\n\r\n")
    bare = octets.find(b"\n\n", 0, end + 1 if end >= 0 else len(octets))
    first = bare if bare >= 0 else end
    return octets if first < 0 else octets[: first + 1]


def fingerprint_of_message(octets: bytes) -> bytes:
    """Hash all of a message (16 octets), the header as :func:`read_header` does."""
    header = header_of(octets)
    return _hash(_lasting(header), octets[len(header) :])


def _lasting(header: bytes) -> bytes:
    return _CHANGEABLE.sub(b"", _lines(header)).rstrip(b"\n")


def _lines(header: bytes) -> bytes:
    return header.replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"


def _hash(*parts: bytes) -> bytes:
    found = hashlib.blake2b(digest_size=_OCTETS)
    for part in parts:
        found.update(part)
    return found.digest()
