"""What is written of a message into a file: one line about it, and its octets in their own form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from msgcore.base.times import datetime_from_filetime, filetime_from_datetime
from msgcore.codecs import read_message
from msgcore.errors import StoreCorrupt
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.providers.kept_form import as_kept
from msgcore.spi.kept import flags_set
from msgcore.spi.overlay import lay_over, not_carried, overlay_from_json, overlay_to_json
from msgcore.spi.store import Incoming, MessageFlag, MessageStatus

__all__ = ["Facts", "Prepared", "StoredContent", "hashed_key", "prepare", "read_content"]

_FORMS = frozenset({"mime", "tnef", "msg"})
_LONGEST_OVERLAY = 64 * 1024 * 1024
_NO_FLAGS = MessageFlag(0)


@attrs.frozen
class Facts:
    """What the store notes of a message beside its octets; ``overlay`` is JSON, or ``None``."""

    form: str
    size_octets: int
    delivered_at: datetime
    created_at: datetime
    modified_at: datetime
    overlay: str | None = attrs.field(default=None, repr=False)

    def to_line(self) -> bytes:
        """Write them as the first line of a file."""
        said = {
            "form": self.form,
            "size": self.size_octets,
            "delivered": filetime_from_datetime(self.delivered_at),
            "created": filetime_from_datetime(self.created_at),
            "modified": filetime_from_datetime(self.modified_at),
            "overlay": self.overlay,
        }
        return json.dumps(said, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def of_line(cls, line: bytes, where: str) -> Facts:
        """Read what :meth:`to_line` wrote.

        Raises:
            StoreCorrupt: it did not write this.
        """
        try:
            said: Mapping[str, Any] = json.loads(line)
            form, size_octets, overlay = said["form"], said["size"], said["overlay"]
            if form not in _FORMS or not isinstance(size_octets, int) or not isinstance(overlay, str | None):
                raise ValueError("its first line says nonsense")
            return cls(
                form,
                size_octets,
                datetime_from_filetime(said["delivered"]),
                datetime_from_filetime(said["created"]),
                datetime_from_filetime(said["modified"]),
                overlay,
            )
        except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
            raise StoreCorrupt(f"{where}: is no message of a post office: {error}") from error


@attrs.frozen
class Prepared:
    """A message ready to be written: its file, what its name is to say, and the hash of its delivery key."""

    facts: Facts
    octets: bytes = attrs.field(repr=False)
    flags: MessageFlag
    status: MessageStatus
    key: str | None = None

    def in_place_of(self, before: Facts) -> Prepared:
        """Keep what was noted about the arrival of what it takes the place of."""
        facts = attrs.evolve(self.facts, delivered_at=before.delivered_at, created_at=before.created_at)
        return attrs.evolve(self, facts=facts)

    @property
    def chunks(self) -> tuple[bytes, bytes]:
        return self.facts.to_line(), self.octets


def prepare(incoming: Incoming, now: datetime, flags: MessageFlag = _NO_FLAGS) -> Prepared:
    """Encode a message; raises as :func:`msgcore.codecs.write_message` does. ``flags`` are set beside its own."""
    message = incoming.message
    kept = as_kept(message)
    overlay = not_carried(message, kept.message) if message.properties_set.is_changed else ()
    flags |= flags_set(message)
    if incoming.is_read:
        flags |= MessageFlag.READ
    if incoming.is_unsent:
        flags |= MessageFlag.UNSENT
    if any(not attachment.is_inline for attachment in kept.message.attachments):
        flags |= MessageFlag.HAS_ATTACHMENTS
    delivered_at = (incoming.received_at or now).astimezone(UTC)
    facts = Facts(kept.form, len(kept.octets), delivered_at, now, now, overlay_to_json(overlay))
    key = None if incoming.delivery_key is None else hashed_key("delivery", incoming.delivery_key)
    return Prepared(facts, kept.octets, flags, MessageStatus(incoming.status), key)


def hashed_key(kind: str, key: bytes) -> str:
    """Name what may be done once only; keys of two kinds have nothing in common."""
    return hashlib.sha256(kind.encode() + b"\0" + key).hexdigest()


@attrs.frozen
class StoredContent:
    """What a file holds."""

    facts: Facts
    octets: bytes = attrs.field(repr=False)

    def message(self) -> Message:
        """Read the message, without what the store says of it.

        Raises:
            StoreCorrupt: its overlay is damaged.
        """
        message = read_message(self.octets, form=self.facts.form)
        overlay: list[tuple[PropertyKey, object | None]] = overlay_from_json(self.facts.overlay)
        lay_over(message, overlay)
        return message


def read_content(octets: bytes, where: str) -> StoredContent:
    """Read what a file holds.

    Raises:
        StoreCorrupt: it is no message, or not all of one.
    """
    end = octets.find(b"\n", 0, _LONGEST_OVERLAY)
    facts = Facts.of_line(octets[:end] if end >= 0 else b"", where)
    content = octets[end + 1 :]
    if len(content) != facts.size_octets:
        raise StoreCorrupt(f"{where}: has {len(content):,} octets of a message of {facts.size_octets:,}")
    return StoredContent(facts, content)
