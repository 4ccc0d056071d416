"""What a user submits: whose it says that it is, and what it lacks (RFC 6409 sections 6 and 8).

Only fields that are missing are added, in front of the others, and a Date or Message-ID that is none is replaced; of
what carries a signature (DKIM) already, nothing is touched. All the rest stays as it came, to the octet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import attrs

from msgcore.base.ids import new_message_id
from msgcore.codecs.mime.syntax.address_writing import address_field
from msgcore.codecs.mime.syntax.addresses import read_addresses
from msgcore.codecs.mime.syntax.dates import format_date, parse_date
from msgcore.model.address import SMTP, Address

__all__ = ["Submission", "completed", "read_submission"]

_FIELD = re.compile(rb"^([!-9;-~]++)[ \t]*+:((?:[^\n]++|\n[ \t]|(?!))*+)(?:\n|\Z)", re.MULTILINE)
_FIRST = re.compile(rb"[!-9;-~]++[ \t]*+:")
_MBOX = re.compile(rb">?From (?![ \t]*+:)[^\n]*+\n")
_MESSAGE_ID = re.compile(rb"\s*+<[^<>\s@]++@[^<>\s@]++>\s*+")
# A comment without others inside, or what stands together: quoted strings count as part of that.
_RUN = re.compile(rb'\((?:[^()\\]++|\\.|(?!))*+\)|((?:"(?:[^"\\]++|\\.|(?!))*+"|[^\s<>(),;:"\[\]]|(?!))++)', re.DOTALL)
_SIGNATURE = b"dkim-signature"
_NEEDED = frozenset({b"from", b"date", b"message-id"})
_KNOWN = _NEEDED | {b"sender", _SIGNATURE}
_MOST_AUTHORS = 100
_MOST_OCTETS = 32 * 1024


@attrs.frozen
class Submission:
    """What stands in the header of a mail.

    ``authors`` are the addresses of From and Sender, and what else in them some reader takes for one; ``lacks`` are the
    fields that have to be added, in lower case, and ``spans`` where that stands which is taken off: those of them that
    are wrong, and the line in front of the header that a mail has in an mbox. ``fault`` says why it cannot be sent, or
    is empty.
    """

    authors: tuple[Address, ...] = ()
    lacks: frozenset[bytes] = frozenset()
    spans: tuple[tuple[int, int], ...] = ()
    has_header: bool = True
    fault: str = ""


def read_submission(octets: bytes) -> Submission:
    """Read what has to be known of a mail before it is sent for a user."""
    header = octets[: _header_end(octets)]
    from_line = _MBOX.match(header)
    if header and not _FIRST.match(header, from_line.end() if from_line else 0):
        return Submission(lacks=_NEEDED, has_header=False)
    found: dict[bytes, re.Match[bytes]] = {}
    for field in _FIELD.finditer(header):
        name = field[1].lower()
        if name in found and name != _SIGNATURE:
            return Submission(fault=f"more than one field {name.decode()}")
        if name in _KNOWN:
            found[name] = field
            if len(field[2]) > _MOST_OCTETS and name != _SIGNATURE:
                return Submission(fault=f"the field {name.decode()} is too long")
    authors: list[Address] = []
    for name in found.keys() & {b"from", b"sender"}:
        addresses = read_addresses(found[name][2], limit=_MOST_AUTHORS + 1)
        if not addresses or not all(one.email_address for one in addresses):
            return Submission(fault=f"no address in the field {name.decode()}")
        known = {one.email_address for one in addresses}
        authors += (*addresses, *(one for one in _seen_addresses(found[name][2]) if one.email_address not in known))
    if len(authors) > _MOST_AUTHORS:
        return Submission(fault=f"more than {_MOST_AUTHORS} authors")
    spans = [from_line.span()] if from_line else []
    if _SIGNATURE in found:
        return Submission(tuple(authors), spans=tuple(spans))
    wrong = {name for name, is_right in _CHECKS.items() if name in found and not is_right(found[name][2])}
    spans += sorted(found[name].span() for name in wrong)
    return Submission(tuple(authors), frozenset(wrong | (_NEEDED - found.keys())), tuple(spans))


def _seen_addresses(value: bytes) -> Iterator[Address]:
    """Give all that looks like an address outside of comments and quoted strings.

    In ``<bob@b.test> <ann@a.test>`` or ``bob@b.test <ann@a.test>``, which are nothing by RFC 5322, one reader finds the
    first address and the next one the last.
    """
    for run in _RUN.finditer(value):
        local, _, domain = (run[1] or b"").rpartition(b"@")
        if local and b"." in domain and b'"' not in domain:
            yield Address(SMTP, run[1].decode("utf-8", "replace"))


def completed(octets: bytes, read: Submission, sender: Address | None, host: str, now: datetime) -> bytes:
    """Give a mail with the fields that it lacked; From is the sender, who cannot be the author where he is nobody."""
    if not read.lacks and not read.spans:
        return octets
    added: list[bytes] = []
    if b"from" in read.lacks and sender is not None:
        added.append(address_field("From", [sender], utf8=not sender.email_address.isascii()) or b"")
    if b"date" in read.lacks:
        added.append(b"Date: " + format_date(now) + b"\r\n")
    if b"message-id" in read.lacks:
        added.append(f"Message-ID: {new_message_id(host)}\r\n".encode())
    for start, end in reversed(read.spans):
        octets = octets[:start] + octets[end:]
    return b"".join(added) + (b"" if read.has_header else b"\r\n") + octets


def _is_date(value: bytes) -> bool:
    return parse_date(" ".join(value.decode("latin-1").split())) is not None


def _is_message_id(value: bytes) -> bool:
    return _MESSAGE_ID.fullmatch(value) is not None


_CHECKS: Mapping[bytes, Callable[[bytes], bool]] = {b"date": _is_date, b"message-id": _is_message_id}


def _header_end(octets: bytes) -> int:
    if octets.startswith((b"\r\n", b"\n")):
        return 0
    ends = [end for end in (octets.find(b"\r\n\r\n"), octets.find(b"\n\n")) if end >= 0]
    return octets.find(b"\n", min(ends)) + 1 if ends else len(octets)
