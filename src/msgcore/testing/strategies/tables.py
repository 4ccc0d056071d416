"""Messages for a store's tables: few short values, so that restrictions hold for some of them and keys are equal."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.codecs import mime
from msgcore.model.address import Address
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.props.table import (
    PidTagBody,
    PidTagClientSubmitTime,
    PidTagCreationTime,
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagHasAttachments,
    PidTagImportance,
    PidTagInternetMessageId,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSize,
    PidTagMessageSizeExtended,
    PidTagSenderName,
    PidTagSensitivity,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSubject,
)
from msgcore.props.tags import Property
from msgcore.spi.store import Incoming
from msgcore.testing.strategies.restrictions import few_moments, few_texts, few_values

__all__ = ["MESSAGE_TAGS", "incoming", "messages_to_find"]

MESSAGE_TAGS: Sequence[Property[object]] = (
    PidTagSubject,
    PidTagSentRepresentingName,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagDisplayTo,
    PidTagDisplayCc,
    PidTagInternetMessageId,
    PidTagMessageClass,
    PidTagBody,
    PidTagSenderName,
    PidTagMessageFlags,
    PidTagImportance,
    PidTagSensitivity,
    PidTagMessageSize,
    PidTagMessageSizeExtended,
    PidTagClientSubmitTime,
    PidTagMessageDeliveryTime,
    PidTagCreationTime,
    PidTagHasAttachments,
)
"""The properties that :func:`messages_to_find` and a store give a message: the tags to draw restrictions over."""

_HEADER_TEXTS = few_texts(extra=())
_ADDRESSES = st.builds(
    Address, st.sampled_from(["SMTP", "FAX"]), st.sampled_from(["a@a.test", "A@a.test", "b@b.test"]), _HEADER_TEXTS
)
_RAW = st.sampled_from([b"a", b"a\0b", b"\xff", b"", b"=?utf-8?q?=00a?=", b"%", "å".encode()])


@st.composite
def messages_to_find(
    draw: st.DrawFn, own_tags: Sequence[Property[object]] = (), texts: SearchStrategy[str] | None = None
) -> Message:
    """Composed messages, and some that were read, of few short values.

    Each of ``own_tags`` may be set over the message, to one of :func:`few_values`; ``texts`` gives those of PT_UNICODE.
    """
    message = draw(_small_composed() | _RAW.map(_small_read))
    for tag in own_tags:
        if draw(st.booleans()):
            message[tag] = draw(few_values(tag.value_type, texts))
    return message


@st.composite
def _small_composed(draw: st.DrawFn) -> Message:
    return Message(
        from_=draw(st.none() | _ADDRESSES),
        to=draw(st.lists(_ADDRESSES, max_size=2)),
        cc=draw(st.lists(_ADDRESSES, max_size=1)),
        subject=draw(st.none() | _HEADER_TEXTS),
        text=draw(st.none() | _HEADER_TEXTS),
        importance=draw(st.none() | st.integers(0, 2)),
        sensitivity=draw(st.none() | st.integers(0, 3)),
        message_id=draw(st.none() | _HEADER_TEXTS),
        date=draw(st.none() | few_moments()),
        message_class=draw(st.sampled_from(["IPM.Note", "ipm.note", "IPM.Own"])),
        attachments=draw(st.lists(st.just(b"x").map(Attachment), max_size=1)),
    )


def _small_read(raw: bytes) -> Message:
    return mime.read(b"Subject: " + raw + b"\r\nFrom: " + raw + b" <a@a.test>\r\n\r\n" + raw + b"\r\n")


def incoming(messages: SearchStrategy[Message]) -> SearchStrategy[Incoming]:
    """Messages as a store takes them: read or not, sent or not, with a time of arrival or none; no delivery keys."""
    return st.builds(
        Incoming, messages, is_read=st.booleans(), is_unsent=st.booleans(), received_at=st.none() | few_moments()
    )
