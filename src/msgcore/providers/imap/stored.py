"""A message as it is stored, to see what is to be done to change it: and whether only its categories differ."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

import attrs

from msgcore.errors import LimitExceeded
from msgcore.model.message import Message
from msgcore.props.table import PidNameKeywords
from msgcore.props.tags import Property
from msgcore.providers.imap.content import LARGE_OCTETS, message_of, prepare
from msgcore.providers.imap.folder_tree import Folder
from msgcore.providers.imap.front import FRONT_FIELDS, NO_FRONT, Front, read_front
from msgcore.providers.imap.partial_load import fetch_beginning, fetch_whole
from msgcore.spi.kept import STORE_SAYS
from msgcore.spi.store import Incoming
from msgcore.wire.imap.session import ImapSession

__all__ = ["Stored", "categories_said", "fetch_stored", "source_octets_of"]

_FRONT = f"{FRONT_FIELDS[0]}:".lower().encode()
_NOT_COMPARED = STORE_SAYS | {PidNameKeywords.bag_key}


@attrs.frozen
class Stored:
    """What is known of a stored message; ``octets`` are all that the server has of it, if it may be worth a look."""

    flags: tuple[str, ...]
    internal_date: datetime | None
    front: Front
    octets: bytes | None = attrs.field(repr=False)


def source_octets_of(message: Message) -> int:
    """Say how many octets a message was read from, if it may be those that are stored; else -1.

    Raises:
        NotLoaded: attachments of it are not loaded.
    """
    source = message.source
    return -1 if source is None or message.has_changed_content else len(source.octets)


async def fetch_stored(session: ImapSession, folder: Folder, uid: int, source_octets: int) -> Stored:
    """Fetch a message of the mailbox that is selected; all of it if it is small, or of the size ``source_octets``.

    Raises:
        ObjectDeleted: it is gone.
    """
    beginning = await fetch_beginning(session, folder, uid)
    octets, is_whole = beginning.octets, beginning.is_whole
    front = read_front(octets)
    is_cut = front is NO_FRONT and octets[: len(_FRONT)].lower() == _FRONT
    size = beginning.size_octets
    if not is_whole and (is_cut or size <= LARGE_OCTETS or front.own_size(size) == source_octets):
        octets, is_whole = await fetch_whole(session, uid, beginning), True
        front = read_front(octets)
    fetch = beginning.fetch
    return Stored(fetch.flags or (), fetch.internal_date, front, octets if is_whole else None)


def categories_said(stored: Stored, message: Message, uid: bytes) -> tuple[str, ...] | None:
    """Give the categories that a stored message says itself; ``None`` if ``message`` differs from it in more.

    What the store says of a message does not count. ``uid`` is the store's; takes time for a large message.

    Raises:
        MsgcoreError: what writing a message raises.
    """
    if stored.octets is None:
        return None
    try:
        known = message_of(stored.front.own(stored.octets), stored.front)
    except LimitExceeded:
        return None
    said = known.get(PidNameKeywords, ())
    if _was_read_from(known, message):
        return said
    # One that was read and not changed is kept octet for octet.
    return said if message.is_changed and _is_written_as(stored, _with_categories(message, said), uid) else None


def _was_read_from(known: Message, message: Message) -> bool:
    """Say whether a message was read from the same octets, and says the same, in whatever way they are written."""
    mine, other = message.source, known.source
    assert other is not None
    if mine is None or message.has_changed_content or mine.form != other.form or mine.octets != other.octets:
        return False
    if message.own_headers or message.reply_to != known.reply_to:
        return False
    changed = (*message.properties_set.changed(), *known.properties_set.changed())
    tags = [cast("Property[Any]", tag) for tag in changed if tag.bag_key not in _NOT_COMPARED]
    return all(message.said(tag) == known.said(tag) for tag in tags)


def _is_written_as(stored: Stored, message: Message, uid: bytes) -> bool:
    assert stored.octets is not None
    if sum(one.size_octets for one in message.attachments) > len(stored.octets):
        return False  # nobody needs to read large files to see it
    return prepare(Incoming(message), uid, stored.front.delivery).octets() == stored.octets


def _with_categories(message: Message, categories: tuple[str, ...]) -> Message:
    other = message.copy()
    if categories:
        other[PidNameKeywords] = categories
    else:
        other.properties_set.discard(PidNameKeywords)
    return other
