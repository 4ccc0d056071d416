"""How a message stands in an mbox: its separator, its quoting, its length, and the blank line that closes it.

The four variants (RFC 4155, mbox(5) of qmail) differ in what they do about lines that look like a separator:

- mboxo puts ``>`` before ``From``, and ``>From`` stays as it is: reading cannot tell the two apart;
- mboxrd puts ``>`` before ``From``, ``>From``, ``>>From`` and so on, which reading takes off again;
- mboxcl does so, too, and says in a field Content-Length how many octets stand behind the header;
- mboxcl2 says the length and quotes nothing.

What is written here comes back octet for octet, but from mboxo. The file's Content-Length is the first field. A message
whose last line has no line end gets one; a blank at the end of its separator says so.
"""

from __future__ import annotations

import enum
import re
from datetime import UTC, datetime

import attrs

from msgcore.base.times import DAYS, MONTHS
from msgcore.codecs.mime.syntax.dates import parse_date
from msgcore.codecs.mime.tree.entity import parse
from msgcore.transfer.archive import ArchivedMessage
from msgcore.transfer.fingerprint import without_status

__all__ = ["MboxVariant", "StatedSizes", "frame", "is_separator", "unframe"]


class MboxVariant(enum.Enum):
    """The kinds of mbox files."""

    MBOXO = "mboxo"
    MBOXRD = "mboxrd"
    MBOXCL = "mboxcl"
    MBOXCL2 = "mboxcl2"

    @property
    def has_length(self) -> bool:
        return self in {MboxVariant.MBOXCL, MboxVariant.MBOXCL2}


_SEPARATOR = re.compile(rb"From [^\r\n]*")
_TIME = re.compile(rb"\d{1,2}:\d{2}")
_FIELD = re.compile(rb"\r?\n(?:[!-9;-~]{1,200}:|>?From )")
_ADDRESS = re.compile(rb"^From +(?:\S+@\S+|-|\S+(?= +\S+ +\S+ +\d))? *")
_OWN_UNENDED = re.compile(rb"From \S+ [A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} ")
_QUOTED_O = re.compile(rb"^>(From )", re.MULTILINE)
_QUOTED_RD = re.compile(rb"^>(>*From )", re.MULTILINE)
_UNQUOTED_O = re.compile(rb"^(From )", re.MULTILINE)
_UNQUOTED_RD = re.compile(rb"^(>*From )", re.MULTILINE)
_HEADER_END = re.compile(rb"\n\r?\n")
_LENGTH = re.compile(rb"^Content-Length:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_OWN_LENGTH = re.compile(rb"Content-Length:[ \t]*\d{1,15}[ \t]*\r?\n", re.IGNORECASE)
_RETURN_PATH = re.compile(rb"\s*<?([!-;=?-~]{1,320})>?\s*")
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_HEADER_OCTETS = 1024 * 1024


def is_separator(octets: bytes | bytearray, at: int) -> bool:
    """Say whether a message starts at ``at``, where a line starts with ``From``.

    It does when two of three hold: the line has a time of day, a blank line stands before it, a header field follows.
    """
    line = _SEPARATOR.match(octets, at)
    if line is None:
        return False
    before = octets[max(0, at - 4) : at]
    signs = (
        _TIME.search(line[0]) is not None,
        at == 0 or before.endswith((b"\n\n", b"\n\r\n")),
        _FIELD.match(octets, line.end()) is not None,
    )
    return sum(signs) >= 2


class StatedSizes:
    """Finds the sizes that the messages of a file have by their own word, one after the other.

    A header that does not end is not gone through again for each separator in it.
    """

    def __init__(self) -> None:
        self._ends = _Ahead(_HEADER_END)
        self._lengths = _Ahead(_LENGTH)

    def of(self, octets: bytes | bytearray, offset: int) -> int | None:
        """Give the size to the end of the body, the closing line not counted; ``None`` when it says no length.

        ``octets`` start at the message's separator, which is ``offset`` in the file, and have its header.
        """
        head = self._ends.find(octets, offset, min(_HEADER_OCTETS, len(octets)))
        if head is None:
            return None
        length = self._lengths.find(octets, offset, head.end)
        return None if length is None else head.end + length.number


@attrs.frozen
class _Found:
    """Where something stands, and the number that it says."""

    start: int
    end: int
    number: int = 0

    def moved(self, by: int) -> _Found:
        return _Found(self.start + by, self.end + by, self.number)


class _Ahead:
    """Finds the next match of a pattern, and keeps it for those who ask from between here and there."""

    def __init__(self, pattern: re.Pattern[bytes]) -> None:
        self._pattern = pattern
        self._next: _Found | None = None
        self._clear_to = 0

    def find(self, octets: bytes | bytearray, offset: int, end: int) -> _Found | None:
        """Find the first match in ``octets``, which are ``offset`` in the file, that ends by ``end``."""
        if self._next is None or self._next.start < offset:
            match = self._pattern.search(octets, max(0, self._clear_to - offset), end)
            if match is None:
                # A match of three octets may begin before the end, and go on behind it.
                self._clear_to = max(self._clear_to, offset + end - 3)
                return None
            self._next = _Found(match.start(), match.end(), int(match[1]) if match.lastindex else 0).moved(offset)
        found = self._next.moved(-offset)
        return found if found.end <= end else None


# Writing


def frame(message: ArchivedMessage, variant: MboxVariant, *, status_fields: bool = False) -> bytes:
    """Write a message as it stands in a file of a variant.

    ``status_fields`` says the flags in Status and X-Status, in the place of those that the message has.
    """
    octets = message.octets
    if status_fields:
        octets = _status(message) + without_status(octets)
    octets = _quoted(octets, variant)
    is_unended = octets != b"" and not octets.endswith(b"\n")
    parts = [_separator(message), b" \n" if is_unended else b"\n"]
    if variant.has_length:
        head = _HEADER_END.search(b"\n" + octets)
        parts.append(b"Content-Length: %d\n" % (0 if head is None else len(octets) + 1 - head.end()))
    parts += [octets, b"\n\n" if is_unended else b"\n"]
    return b"".join(parts)


def _quoted(octets: bytes, variant: MboxVariant) -> bytes:
    if variant is MboxVariant.MBOXCL2 or b"From " not in octets:
        return octets
    return (_UNQUOTED_O if variant is MboxVariant.MBOXO else _UNQUOTED_RD).sub(rb">\1", octets)


def _separator(message: ArchivedMessage) -> bytes:
    """Write the envelope's sender, from Return-Path, and the time of delivery in UTC as asctime does."""
    path = _RETURN_PATH.fullmatch(parse(message.octets).header.raw(b"return-path") or b"")
    sender = b"MAILER-DAEMON" if path is None else path[1]
    at = (message.received_at or _NO_TIME).astimezone(UTC)
    day, month = DAYS[at.weekday()], MONTHS[at.month - 1]
    return b"From %b %b" % (sender, f"{day} {month} {at.day:2} {at:%H:%M:%S} {at.year:04}".encode())


def _status(message: ArchivedMessage) -> bytes:
    """Write the flags as Pine, mutt and Dovecot do."""
    marks = {
        b"D": message.is_deleted,
        b"F": message.is_flagged,
        b"A": message.is_answered,
        b"T": message.is_draft,
    }
    more = b"".join(mark for mark, is_set in marks.items() if is_set)
    return (b"Status: RO\n" if message.is_read else b"Status: O\n") + (b"X-Status: %b\n" % more if more else b"")


# Reading


def unframe(octets: bytes, variant: MboxVariant | None, *, has_length: bool) -> tuple[bytes, datetime | None]:
    """Take off what :func:`frame` puts on, and say when the message was delivered.

    ``variant`` is ``None`` where nobody knows it; ``has_length``: the message ended where its Content-Length says.
    """
    received_at: datetime | None = None
    is_unended = False
    if octets.startswith(b"From "):
        line, _, octets = octets.partition(b"\n")
        is_unended = _OWN_UNENDED.fullmatch(line) is not None
        received_at = _time_of(line)
    if is_unended and octets.endswith(b"\n\n"):
        octets = octets[:-2]
    else:
        octets = _without_closing_line(octets, keeps_header_end=variant is None)
    if has_length:
        own = _OWN_LENGTH.match(octets)
        octets = octets if own is None else octets[own.end() :]
    return _unquoted(octets, variant, has_length=has_length), received_at


def _time_of(line: bytes) -> datetime | None:
    found = parse_date(_ADDRESS.sub(b"", line).decode("latin-1"))
    return None if found == _NO_TIME else found


def _without_closing_line(octets: bytes, *, keeps_header_end: bool) -> bytes:
    """Take the blank line that closes a message off; where others may have left it out, not the header's end."""
    for line_end in (b"\r\n", b"\n"):
        if octets == line_end or octets.endswith(b"\n" + line_end):
            shorter = octets.removesuffix(line_end)
            return octets if keeps_header_end and shorter and not _has_blank_line(shorter) else shorter
    return octets


def _has_blank_line(octets: bytes) -> bool:
    return b"\n\n" in octets or b"\n\r\n" in octets or octets.startswith((b"\n", b"\r\n"))


def _unquoted(octets: bytes, variant: MboxVariant | None, *, has_length: bool) -> bytes:
    # Who states a length has no need to quote.
    is_bare = has_length if variant is None else variant is MboxVariant.MBOXCL2
    if is_bare or b">From " not in octets:
        return octets
    return (_QUOTED_O if variant is MboxVariant.MBOXO else _QUOTED_RD).sub(rb"\1", octets)
