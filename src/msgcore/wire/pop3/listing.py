"""What waits in a maildrop, as LIST and UIDL say it (RFC 1939 sections 5 and 7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import attrs

from msgcore.base.text import one_line
from msgcore.errors import ProtocolBroken, ServiceBusy

__all__ = ["LISTING_OCTETS", "Listing", "read_listing"]

LISTING_OCTETS = 256 * 1024 * 1024
"""The longest answer to LIST or UIDL that is read."""

_LINES = 1_000_000
_UNIQUE_ID_OCTETS = 1_000  # RFC 1939 section 7 allows 70

# Every line is one, whatever it holds: its first word, and the rest without the blanks around it.
_LINE = re.compile(rb"(?m)^[ \t]*+([^ \t\r\n]++)[ \t]*+([^\n]*+)\n")


@attrs.frozen
class Listing:
    """The numbers of messages, rising; their sizes, -1 where none is told; what the server calls them.

    ``unique_ids`` is ``None`` where the server has no UIDL, and holds ``b""`` for a message that has none.
    """

    numbers: Sequence[int]
    sizes: Sequence[int]
    unique_ids: Sequence[bytes] | None = None


def read_listing(sizes: bytes, unique_ids: bytes | None) -> Listing:
    """Read the bodies of the answers to LIST and UIDL; what LIST does not name is not there.

    A size that is none is unknown; a unique id is taken as it is, and one of more than 1,000 octets as none.

    Raises:
        ProtocolBroken: LIST has a line without a number, or there are more than a million lines.
        ServiceBusy: UIDL names some messages only: those that it leaves out would be taken for new ones.
    """
    listed = {_number(word): _size(rest) for word, rest in _lines(sizes)}
    if None in listed:
        word = next(word for word, _ in _lines(sizes) if _number(word) is None)
        raise ProtocolBroken.remote(f"LIST: {_shown(word)!r} is no message number")
    numbers = tuple(sorted(number for number in listed if number is not None))
    in_order = tuple(map(listed.__getitem__, numbers))
    if unique_ids is None:
        return Listing(numbers, in_order)
    named = {_number(word): rest.rstrip() for word, rest in _lines(unique_ids)}
    unnamed = next((number for number in numbers if number not in named), None)
    if unnamed is not None:
        raise ServiceBusy(f"UIDL: no unique id is given to message {unnamed}")
    ids = map(named.__getitem__, numbers)
    return Listing(numbers, in_order, tuple(one if len(one) <= _UNIQUE_ID_OCTETS else b"" for one in ids))


def _number(word: bytes) -> int | None:
    return int(word) or None if len(word) < 10 and word.isdigit() else None


def _size(rest: bytes) -> int:
    word = rest.split(None, 1)[0] if rest.rstrip() else b""
    return int(word) if len(word) < 19 and word.isdigit() else -1


def _lines(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    if body.count(b"\n") > _LINES:
        raise ProtocolBroken.remote(f"a list of more than {_LINES} lines")
    for line in _LINE.finditer(body):
        yield line[1], line[2]


def _shown(octets: bytes) -> str:
    return one_line(octets[:100].decode("utf-8", "backslashreplace"))
