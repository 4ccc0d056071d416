"""Messages that wait at a server, as rows: what their headers say, their size there, and how they are marked.

The entry id of such a message is opaque to applications: four flag octets (zero), 16 octets that stand for the account,
and then the length of the unique id (two octets, big-endian), the unique id and the fingerprint.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, cast

from msgcore.codecs import mime
from msgcore.errors import ForeignEntryId, UsageError
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagBody,
    PidTagCreationTime,
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagHtml,
    PidTagInstanceKey,
    PidTagMessageSizeExtended,
    PidTagMessageStatus,
    PidTagRecordKey,
)
from msgcore.props.tags import Property
from msgcore.spi.journal import JournalEntry
from msgcore.spi.kept import DEFAULTS
from msgcore.spi.origin import JournalKey, Origin

__all__ = ["HeaderReader", "RemoteRow", "is_remote", "is_waiting", "journal_key", "remote_entry_id", "remote_message"]

_FLAGS = bytes(4)
_UID_END = 20
_UNIQUE_ID = 22

# What only the whole message could say.
_UNKNOWN = (PidTagBody, PidTagHtml, PidTagHasAttachments)


def is_waiting(entry: JournalEntry) -> bool:
    """Whether the message is at the server, for all that is known, and was not retrieved."""
    return entry.stored is None and entry.missing_since is None


def remote_entry_id(origin: Origin) -> bytes:
    """Make the entry id of a message at a server."""
    length = len(origin.unique_id).to_bytes(2, "big")
    return b"".join((_FLAGS, _uid(origin.account), length, origin.unique_id, origin.fingerprint))


def is_remote(account: str, entry_id: object) -> bool:
    """Whether it is the entry id of a message at this account's server."""
    return isinstance(entry_id, bytes) and entry_id.startswith(_FLAGS + _uid(account))


def journal_key(account: str, entry_id: bytes) -> JournalKey:
    """Read an entry id of a message of this account.

    Raises:
        UsageError: these are no octets.
        ForeignEntryId: it names something else.
    """
    given = cast(object, entry_id)
    if not isinstance(given, bytes):
        raise UsageError(f"need an entry id as the table gives it, got {type(given).__name__}")
    end = _UNIQUE_ID + int.from_bytes(given[_UID_END:_UNIQUE_ID], "big")
    if given[:_UID_END] != _FLAGS + _uid(account) or len(given) <= end:
        raise ForeignEntryId(f"entry id {given.hex():.80} names no message that waits at the server of {account}")
    return given[_UNIQUE_ID:end], given[end:]


def _uid(account: str) -> bytes:
    return sha256(account.encode("utf-8", "surrogatepass")).digest()[: _UID_END - len(_FLAGS)]


class HeaderReader:
    """Reads headers one at a time, and has the last one at hand: a row is asked for one property after the other."""

    def __init__(self) -> None:
        self._last: tuple[JournalEntry, Message] | None = None

    def message(self, entry: JournalEntry) -> Message:
        last = self._last
        if last is None or last[0] is not entry:
            last = self._last = entry, remote_message(entry)
        return last[1]


class RemoteRow:
    """A row that keeps the header as octets, and of its properties those that were asked for."""

    __slots__ = ("_entry", "_reader", "_values")

    def __init__(self, entry: JournalEntry, reader: HeaderReader) -> None:
        self._entry = entry
        self._reader = reader
        self._values: dict[PropertyKey, object] = {}

    def get(self, tag: Property[Any], /) -> object:
        key: PropertyKey = tag
        if key not in self._values:
            self._values[key] = self._reader.message(self._entry).get(tag)
        return self._values[key]


def remote_message(entry: JournalEntry) -> Message:
    """Make a message of the header, with what the journal says of it."""
    message = mime.read(entry.header)
    entry_id = remote_entry_id(entry.origin)
    said: dict[Property[Any], object] = {
        PidTagEntryId: entry_id,
        PidTagInstanceKey: entry_id,
        PidTagRecordKey: entry_id,
        PidTagMessageStatus: int(entry.status),
        PidTagCreationTime: entry.first_seen,
    }
    said.update({tag: value for tag, value in DEFAULTS.items() if tag not in message})
    for unknown in _UNKNOWN:
        message.properties_set.discard(unknown)
    if entry.origin.size_octets >= 0:
        said[PidTagMessageSizeExtended] = entry.origin.size_octets
    else:
        message.properties_set.discard(PidTagMessageSizeExtended)
    for tag, value in said.items():
        message.properties_set.preset(tag, value)
    return message
