"""Messages as the octets that are appended, and back: the octets with what stands in front of them, or a message.

A message with large files is written as it is sent, so that nobody holds them; what it is read as afterwards is worked
out before, from what it is without their content.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from msgcore.base.octets import USUAL_LIMITS
from msgcore.codecs import read_message, write_message
from msgcore.codecs.mime.piecewise import PiecewiseWriter
from msgcore.codecs.mime.source import MimeSource
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.props.table import (
    PidTagInternetMessageId,
    PidTagNativeBody,
    PidTagRtfCompressed,
    PidTagRtfInSync,
    PidTagTransportMessageHeaders,
)
from msgcore.providers.imap.categories import keywords_for
from msgcore.providers.imap.flags import flags_of
from msgcore.providers.imap.front import Front, delivery_text, read_front, write_front
from msgcore.providers.imap.line_ends import is_clean, with_crlf
from msgcore.spi.overlay import Overlay, lay_over, not_carried, overlay_to_json
from msgcore.spi.store import Incoming
from msgcore.wire.imap.command import Chunks

__all__ = ["LARGE_OCTETS", "Prepared", "message_of", "prepare"]

LARGE_OCTETS = 1 << 20
"""A message with more octets than this in files is not held as a whole."""
_LARGE_PART_OCTETS = 64 * 1024


@attrs.frozen(eq=False)
class Prepared:
    """A message ready to be appended: ``front`` before ``content``, which is written as it is sent if it is large.

    ``delivery`` is its delivery's key as text; ``message_id`` helps to find it again where a server does not say which
    unique id it gave; ``keywords`` it gets where the mailbox keeps them.
    """

    front: bytes
    content: bytes | PiecewiseWriter
    flags: tuple[str, ...]
    received_at: datetime | None
    delivery: str = ""
    message_id: str = ""
    keywords: tuple[str, ...] = ()

    @property
    def size_octets(self) -> int:
        content = self.content
        return len(self.front) + (len(content) if isinstance(content, bytes) else content.size_octets)

    def octets(self) -> bytes | Chunks:
        """Give what is appended; files are read as the chunks are taken."""
        if isinstance(self.content, bytes):
            return self.front + self.content
        return Chunks(self._chunks(self.content), self.size_octets)

    def _chunks(self, writer: PiecewiseWriter) -> Iterator[bytes]:
        if self.front:
            yield self.front
        yield from writer.chunks()


def prepare(incoming: Incoming, uid: bytes, delivery: str = "") -> Prepared:
    """Make a message ready for the store of this uid; takes time for a large one, and reads its files.

    ``delivery`` is the key of its delivery as text, where it is known so.

    Raises:
        UsageError: a file cannot be read any more, or has changed its size.
        MsgcoreError: what else writing a message raises.
    """
    message = incoming.message
    writer = _large(message)
    octets, kept = _held(message) if writer is None else (b"", read_message(writer.skeleton, form="mime"))
    overlay = _overlay(message, kept)
    clean, patch = with_crlf(octets)
    if incoming.delivery_key is not None:
        delivery = delivery_text(uid + incoming.delivery_key)
    # A CR alone ends a line for the reader, and for no server.
    said = kept if patch is None else read_message(clean, form="mime")
    # A large one is written anew, so it is neither empty nor begins with a front.
    front = write_front(clean if writer is None else b"-", delivery, overlay_to_json(overlay), patch)
    return Prepared(
        front,
        clean if writer is None else writer,
        flags_of(incoming),
        incoming.received_at,
        delivery,
        said.get(PidTagInternetMessageId, ""),
        keywords_for(message),
    )


def message_of(octets: bytes, front: Front | None = None) -> Message:
    """Read a message as the server has it; ``front`` is what stands in front of it, if it was taken off.

    Raises:
        LimitExceeded: it is larger than what can be read.
    """
    if front is None:
        front = read_front(octets)
        octets = front.own(octets)
    message = read_message(octets, form="mime")
    lay_over(message, front.overlay)
    return message


def _overlay(message: Message, kept: Message) -> Overlay:
    """Find what a message says that ``kept``, which was read from its MIME, does not."""
    if message.source is not None and message.source.form != "mime":
        return not_carried(message, kept, tags=[tag for tag in message.tags() if tag.bag_key not in _MADE_INTO_MIME])
    return not_carried(message, kept) if message.properties_set.is_changed else ()


# The body, of which there is HTML or text, and what the header is made of.
_MADE_INTO_MIME = frozenset(
    tag.bag_key for tag in (PidTagRtfCompressed, PidTagRtfInSync, PidTagNativeBody, PidTagTransportMessageHeaders)
)


def _held(message: Message) -> tuple[bytes, Message]:
    """Give a message's octets, which are MIME, and the message as it will be read from them."""
    source = message.source
    if source is None or message.is_changed or source.form != "mime":
        message.load_files()
        octets = write_message(message, form="mime")
    elif isinstance(source, MimeSource) and source.root.reading.limits is USUAL_LIMITS:
        return source.octets, Message.from_source(source)  # it has been read just so
    else:
        octets = source.octets
    return octets, read_message(octets, form="mime")


def _large(message: Message) -> PiecewiseWriter | None:
    """Give what writes a message with large files, when what it writes needs nothing done to it."""
    if message.source is not None and not message.is_changed:
        return None
    if sum(one.size_octets for one in _attachments(message) if one.is_unread_file) <= LARGE_OCTETS:
        return None
    writer = PiecewiseWriter(message, _LARGE_PART_OCTETS)
    is_held_over = False
    for chunk in writer.chunks():
        # A chunk that ends between CR and LF counts as unclean, which costs memory and nothing else.
        is_held_over |= not is_clean(chunk)
    return None if is_held_over or writer.parts() is None else writer


def _attachments(message: Message) -> Iterator[Attachment]:
    waiting, seen = [message], {id(message)}
    while waiting:
        for one in waiting.pop().attachments:
            yield one
            # One that is attached to itself is refused when it is written.
            if one.message is not None and id(one.message) not in seen:
                seen.add(id(one.message))
                waiting.append(one.message)
