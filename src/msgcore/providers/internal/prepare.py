"""Making a message ready to be written, before the transaction: its octets, its columns, its words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import attrs

from msgcore.base.text import fold
from msgcore.base.times import filetime_from_datetime
from msgcore.codecs.beyond_mime import may_be_lost_in_mime
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey, PropertyName
from msgcore.props.table import PidTagDisplayTo
from msgcore.providers.internal.columns import column_of
from msgcore.providers.internal.content import PreparedContent, prepare_content
from msgcore.providers.internal.facts import MessageFacts, facts_of
from msgcore.providers.internal.large import has_large_files, prepare_large
from msgcore.providers.internal.records import clean
from msgcore.providers.internal.words import IndexedText, indexed_text, is_indexed
from msgcore.providers.kept_form import as_kept
from msgcore.runtime import SqlValue
from msgcore.spi.kept import flags_set
from msgcore.spi.origin import Origin
from msgcore.spi.overlay import lay_over, not_carried, overlay_to_json
from msgcore.spi.store import NO_STATUS, Incoming, MessageFlag, MessageStatus

__all__ = ["COLUMN_NAMES", "Prepared", "prepare"]

COLUMN_NAMES = (
    *("flags", "message_class", "subject", "subject_key", "from_name", "from_name_key", "from_type", "from_address"),
    *("from_address_key", "display_to", "display_to_key", "display_cc", "internet_message_id", "importance"),
    *("sensitivity", "size_octets", "submit_time", "delivery_time", "creation_time", "modification_time", "status"),
)
"""Of the table ``message``, what a message says itself, in the order of :attr:`Prepared.columns`."""

# As plain numbers, whose bits are put together in a tenth of the time.
_READ, _UNSENT, _HAS_ATTACHMENTS = int(MessageFlag.READ), int(MessageFlag.UNSENT), int(MessageFlag.HAS_ATTACHMENTS)
_PENDING = int(MessageFlag.READ_RECEIPT_PENDING | MessageFlag.NON_READ_RECEIPT_PENDING)
_CREATED = COLUMN_NAMES.index("creation_time")


@attrs.frozen
class Prepared:
    """A message ready to be written: the transaction only writes.

    ``text`` is what the full-text index holds of it (``None``: too much). ``names`` are the named properties in the
    overlay, for which the store needs ids.
    """

    content: PreparedContent
    overlay: str | None
    columns: tuple[SqlValue, ...]
    text: IndexedText | None
    names: tuple[PropertyName, ...] = ()
    delivery_key: bytes | None = None
    origin: Origin | None = None
    remote_status: MessageStatus = NO_STATUS

    @property
    def created(self) -> int:
        """When it was made ready: the FILETIME of its creation."""
        return int(self.columns[_CREATED] or 0)

    @property
    def flags(self) -> int:
        return int(self.columns[0] or 0)

    @property
    def message_class(self) -> str:
        return str(self.columns[1])


def prepare(incoming: Incoming, now: datetime, flags: int = 0, folder: Path | None = None) -> Prepared:
    """Encode a message and work out its columns and words; ``flags`` are set beside its own.

    Takes time for large messages; needs no database. ``folder`` is where large ones are written to meanwhile.
    """
    message = incoming.message
    content, kept = prepare_large(message, folder) if _is_piecewise(message) else _whole(message)
    overlay = not_carried(message, kept, _as_held) if message.is_changed else ()
    if overlay:
        lay_over(kept, overlay)
        # Where the overlay has a hand in the words, other messages with these octets may have other words.
        own_words = overlay_to_json((tag, value) for tag, value in overlay if is_indexed(tag))
        content = content.apart(own_words.encode()) if own_words else content
    facts = facts_of(kept)
    return Prepared(
        content,
        overlay_to_json(overlay) if overlay else None,
        _columns(incoming, facts, kept, content.size_octets, now, flags),
        indexed_text(kept, facts),
        tuple([tag.bag_key for tag, _ in overlay if not isinstance(tag.bag_key, int)]),
        incoming.delivery_key,
        incoming.origin,
        incoming.remote_status,
    )


def _whole(message: Message) -> tuple[PreparedContent, Message]:
    kept = as_kept(message)
    return prepare_content(kept.octets, form=kept.form), kept.message


def _is_piecewise(message: Message) -> bool:
    """Say whether a message is written piece by piece: as MIME, which has to have room for all that it says."""
    if not has_large_files(message) or may_be_lost_in_mime(message):
        return False
    return message.source is None or message.source.form == "mime"


def _columns(
    incoming: Incoming, facts: MessageFacts, kept: Message, size_octets: int, now: datetime, flags: int
) -> tuple[SqlValue, ...]:
    # From the content with its overlay, which is what every later reader of the row sees.
    modified = filetime_from_datetime(now)
    submitted, arrived = facts.submit_time, incoming.received_at
    return (
        _flags(incoming, facts, kept) | int(flags),
        clean(facts.message_class),
        *_folded(facts.subject),
        *_folded(facts.from_name),
        clean(facts.from_type),
        *_folded(facts.from_address),
        *_folded(facts.display_to or incoming.message.get(PidTagDisplayTo, "")),
        clean(facts.display_cc),
        clean(facts.internet_message_id),
        facts.importance,
        facts.sensitivity,
        size_octets,
        filetime_from_datetime(submitted) if submitted else None,
        filetime_from_datetime(arrived) if arrived else modified,
        modified,
        modified,
        int(incoming.status),
    )


def _flags(incoming: Incoming, facts: MessageFacts, kept: Message) -> int:
    flags = int(flags_set(incoming.message))
    if incoming.is_read:
        flags |= _READ
    if incoming.is_unsent:
        flags |= _UNSENT
    elif not incoming.is_read and facts.asks_for_receipt:
        flags |= _PENDING
    if any(not attachment.is_inline for attachment in kept.attachments):
        flags |= _HAS_ATTACHMENTS
    return flags


def _folded(text: str | None) -> tuple[SqlValue, SqlValue]:
    """Give text and its key for search and sort."""
    if text is None:
        return None, None
    if text.isascii():
        return text, text.lower().encode()
    kept = clean(text)
    return kept, fold(kept).encode()


def _as_held(tag: PropertyKey, value: object) -> object:
    # What a row cannot hold the message does not say either.
    return clean(value) if isinstance(value, str) and column_of(tag) is not None else value
