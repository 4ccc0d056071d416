"""What RFC 5256 compares of messages: subjects without prefixes, sent dates, and strings whatever their letter case."""

from __future__ import annotations

import base64
import binascii
import email.utils
import quopri
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from msgcore.errors import UsageError
from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.structure import Envelope, ImapAddress

__all__ = ["SORT_ITEMS", "casemapped", "check_keys", "sent_at", "sorted_by", "thread_subject"]

SORT_ITEMS = ("ENVELOPE", "INTERNALDATE", "RFC822.SIZE")
"""What :func:`sorted_by` needs to know of the messages."""

_WORD = re.compile(rb"=\?([^?*\s]{1,40})(?:\*[^?\s]*)?\?([BbQq])\?([^?\s]*)\?=")
_BETWEEN = re.compile(rb"(=\?[^?\s]+\?[BbQq]\?[^?\s]*\?=)\s+(?==\?[^?\s]+\?[BbQq]\?[^?\s]*\?=)")
_BLOB = r"\[[^\[\]]*\]\s*"
_LEADER = re.compile(rf"(?:\s+|(?:{_BLOB})*(?:re|fwd?)\s*(?:{_BLOB})?:)", re.IGNORECASE)
_BLOBS = re.compile(rf"(?:{_BLOB})*")
_TRAILER = re.compile(r"\(fwd\)$", re.IGNORECASE)
_FORWARDED = re.compile(r"\[fwd:(.*)\]$", re.IGNORECASE | re.DOTALL)
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_LONGEST_SUBJECT = 10_000


def thread_subject(subject: bytes | None) -> tuple[str, bool]:
    """Give the base subject, as it is compared, and whether it is of a reply or a forward (RFC 5256 section 2.1)."""
    text = " ".join(_decoded((subject or b"")[:_LONGEST_SUBJECT]).split())
    is_answer = False
    while True:
        while (shorter := _TRAILER.sub("", text).rstrip()) != text:
            is_answer, text = True, shorter
        text, is_led = _without_leaders(text)
        is_answer |= is_led
        forwarded = _FORWARDED.match(text)
        if forwarded is None:
            return casemapped(text), is_answer
        is_answer, text = True, forwarded[1].strip()


def _without_leaders(text: str) -> tuple[str, bool]:
    is_led = False
    while True:
        leader = _LEADER.match(text)
        if leader is not None:
            is_led |= ":" in leader[0]
            text = text[leader.end() :]
            continue
        blobs = _BLOBS.match(text)
        assert blobs is not None
        end = blobs.end()
        # Of nothing but blobs the last one stays.
        return text[end:] if end < len(text) else text[max(0, text.rfind("[")) :], is_led


def casemapped(text: str) -> str:
    """Give text as ``i;unicode-casemap`` compares it (RFC 5051)."""
    if text.isascii():
        return text.upper()
    # Of characters that become several, as ß does, that RFC takes none.
    titles = (title if len(title := one.title()) == 1 else one for one in text)
    return unicodedata.normalize("NFKD", "".join(titles))


def sent_at(fetch: Fetch) -> datetime:
    """Give the sent date, in UTC: that of the header, else when the message arrived (RFC 5256 section 2.2)."""
    text = "" if fetch.envelope is None else (fetch.envelope.date or b"").decode("latin-1")
    try:
        found = email.utils.parsedate_tz(text)
        if found is not None:
            zone = timezone(timedelta(seconds=found[9] or 0))
            return datetime(*found[:6], tzinfo=zone).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        pass  # a date that is none
    return fetch.internal_date or _NEVER


def sorted_by(keys: Sequence[str], messages: Sequence[Fetch]) -> tuple[int, ...]:
    """Give the unique ids of messages in the order of SORT's ``keys`` (RFC 5256 section 3).

    Raises:
        UsageError: there is no such key.
    """
    ordered = sorted(messages, key=lambda one: one.uid or 0)
    for name, is_reverse in reversed(check_keys(keys)):
        ordered.sort(key=_KEYS[name], reverse=is_reverse)
    return tuple(one.uid for one in ordered if one.uid is not None)


def check_keys(keys: Sequence[str]) -> list[tuple[str, bool]]:
    """Give what to sort by, each with whether it goes down.

    Raises:
        UsageError: there is no such key.
    """
    found: list[tuple[str, bool]] = []
    is_reverse = False
    for key in (word for one in keys for word in one.upper().split()):
        if key == "REVERSE" and not is_reverse:
            is_reverse = True
        elif key in _KEYS:
            found.append((key, is_reverse))
            is_reverse = False
        else:
            raise UsageError(f"{key!r} is nothing to sort by")
    if is_reverse or not found:
        raise UsageError(f"{' '.join(keys)!r} says not what to sort by")
    return found


def _mailbox(addresses: Sequence[ImapAddress]) -> str:
    return casemapped(_text(addresses[0].mailbox)) if addresses else ""


def _shown(addresses: Sequence[ImapAddress]) -> str:
    """Give what is shown of the first address (RFC 5957)."""
    if not addresses:
        return ""
    first = addresses[0]
    if first.name:
        return casemapped(_decoded(first.name))
    host = f"@{_text(first.host)}" if first.host else ""
    return casemapped(f"{_text(first.mailbox)}{host}")


def _of_envelope(read: Callable[[Envelope], str]) -> Callable[[Fetch], str]:
    return lambda fetch: read(fetch.envelope or Envelope())


_KEYS: dict[str, Callable[[Fetch], Any]] = {
    "ARRIVAL": lambda fetch: fetch.internal_date or _NEVER,
    "CC": _of_envelope(lambda envelope: _mailbox(envelope.cc)),
    "DATE": sent_at,
    "DISPLAYFROM": _of_envelope(lambda envelope: _shown(envelope.from_)),
    "DISPLAYTO": _of_envelope(lambda envelope: _shown(envelope.to)),
    "FROM": _of_envelope(lambda envelope: _mailbox(envelope.from_)),
    "SIZE": lambda fetch: fetch.size_octets or 0,
    "SUBJECT": _of_envelope(lambda envelope: thread_subject(envelope.subject)[0]),
    "TO": _of_envelope(lambda envelope: _mailbox(envelope.to)),
}


def _text(octets: bytes | None) -> str:
    return (octets or b"").decode("utf-8", "replace")


def _decoded(octets: bytes) -> str:
    """Read text with encoded words (RFC 2047); what is none stays as it is."""
    if b"=?" not in octets:
        return _text(octets)
    octets = _BETWEEN.sub(rb"\1", octets)
    parts: list[str] = []
    at = 0
    for word in _WORD.finditer(octets):
        parts += [_text(octets[at : word.start()]), _word(word)]
        at = word.end()
    return "".join([*parts, _text(octets[at:])])


def _word(word: re.Match[bytes]) -> str:
    charset, kind, text = word[1].decode("latin-1"), word[2].upper(), word[3]
    try:
        octets = base64.b64decode(text) if kind == b"B" else quopri.decodestring(text.replace(b"_", b" "))
        return octets.decode(charset, "replace")
    except (LookupError, ValueError, binascii.Error):
        return _text(word[0])
