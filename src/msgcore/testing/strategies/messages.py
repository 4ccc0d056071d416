"""Messages: composed ones of any shape, and ones that were read."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.codecs import mime
from msgcore.model.attachment import Attachment
from msgcore.model.levels import Importance, Sensitivity
from msgcore.model.message import Message
from msgcore.testing.strategies.addresses import bare_names, typed_addresses
from msgcore.testing.strategies.damage import mail_octets
from msgcore.testing.strategies.texts import body_texts, header_texts, long_header_texts

__all__ = ["attachments", "composed_messages", "messages", "moments", "read_messages"]

_MEDIA_TYPES = st.sampled_from(["application/octet-stream", "text/plain", "text/x-patch", "image/png", "message/x-own"])
# Made once: hypothesis checks each new strategy.
_TYPED = typed_addresses()
_ANYONE = _TYPED | bare_names()
_TEXTS = header_texts()
_LONG_TEXTS = long_header_texts()
_BODIES = body_texts()
_CONTENT_IDS = _TEXTS.filter(lambda text: text.strip("<>") == text and bool(text))
_HEADER_NAMES = st.text("abcXYZ-", min_size=1, max_size=12).map(lambda name: f"X-{name}-Own")
_HEADERS = st.lists(st.tuples(_HEADER_NAMES, _LONG_TEXTS), max_size=3, unique_by=lambda pair: pair[0].lower())


_ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_DATES = st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1))


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """Moments as a Date field holds them: whole seconds, 1900 to 2200, in any zone of whole minutes to 14 hours."""
    return draw(_DATES).replace(microsecond=0, tzinfo=draw(_ZONES))


_MOMENTS = moments()


@st.composite
def attachments(draw: st.DrawFn, depth: int = 0) -> Attachment:
    """Attachments of octets, and of messages that nest up to ``depth`` deep; no files."""
    filename = draw(st.none() | _LONG_TEXTS)
    content_id = draw(st.none() | _CONTENT_IDS)
    if depth and draw(st.booleans()):
        return Attachment(draw(composed_messages(depth - 1)), filename=filename, content_id=content_id)
    return Attachment(
        draw(st.binary(max_size=200)),
        filename=filename,
        content_type=draw(_MEDIA_TYPES),
        content_id=content_id,
        is_inline=draw(st.booleans()),
    )


@st.composite
def composed_messages(draw: st.DrawFn, depth: int = 2) -> Message:
    """Messages that an application composes, of any shape that MIME can hold.

    Recipients of any type and bare names, texts of any characters, dates in any zone, header fields, pictures that the
    HTML shows, attached messages up to ``depth`` deep. Not among them: files as attachments, a class but IPM.Note,
    properties without a field (see :func:`properties`). Pictures come first, as they do after reading.
    """
    pictures = [
        Attachment(draw(st.binary(max_size=50)), content_type="image/png", content_id=f"p{number}@x", is_inline=True)
        for number in range(draw(st.integers(0, 2)))
    ]
    html = draw(st.none() | _BODIES)
    if pictures:
        html = (html or "") + "".join(f"<img src='cid:{picture.content_id}'>" for picture in pictures)
    others = draw(st.lists(attachments(depth), max_size=2))
    return Message(
        from_=draw(st.none() | _TYPED),
        sender=draw(st.none() | _TYPED),
        to=draw(st.lists(_ANYONE, max_size=3)),
        cc=draw(st.lists(_TYPED, max_size=2)),
        bcc=draw(st.lists(_TYPED, max_size=2)),
        reply_to=draw(st.lists(_TYPED, max_size=2)),
        subject=draw(st.none() | _LONG_TEXTS),
        text=draw(st.none() | _BODIES),
        html=html,
        attachments=[*pictures, *others],
        headers=draw(_HEADERS),
        importance=draw(st.none() | st.sampled_from(Importance)),
        sensitivity=draw(st.none() | st.sampled_from(Sensitivity)),
        message_id=draw(st.none() | _TEXTS),
        date=draw(st.none() | _MOMENTS),
        in_reply_to=draw(st.none() | _TEXTS),
        references=draw(st.none() | _LONG_TEXTS),
    )


def read_messages(depth: int = 2) -> SearchStrategy[Message]:
    """Messages that were read from MIME, right and damaged, nested up to ``depth`` deep (:func:`mail_octets`)."""
    return mail_octets(depth).map(mime.read)


def messages(depth: int = 2) -> SearchStrategy[Message]:
    """Any message: :func:`composed_messages` and :func:`read_messages`, half of each."""
    composed, read = composed_messages(depth), read_messages(depth)
    # ``composed | read`` would weigh each kind of octets as much as all that is composed.
    return st.booleans().flatmap(lambda is_read: read if is_read else composed)
