"""Messages as Outlook's forms hold them: properties of every type on messages, recipients and attachments."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.codecs import rtf
from msgcore.codecs.compound import NewStorage, write_compound
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagAttachMethod,
    PidTagCreationTime,
    PidTagDisplayType,
    PidTagMessageClass,
    PidTagRtfCompressed,
    PidTagSendRichInfo,
)
from msgcore.props.types import PropertyType
from msgcore.testing.strategies.messages import composed_messages
from msgcore.testing.strategies.properties import KEPT_TYPES, properties
from msgcore.testing.strategies.texts import body_texts

__all__ = ["object_messages"]

_TYPES_OF_FILES = tuple(
    kind for kind in KEPT_TYPES if kind.element not in {PropertyType.SERVER_ID, PropertyType.RULE_ACTION}
)
_CLASSES = st.sampled_from(
    [
        "IPM.Note",
        "IPM.Appointment",
        "IPM.Schedule.Meeting.Request",
        "IPM.Contact",
        "IPM.Task",
        "IPM.Post",
        "IPM.Own.Form",
    ]
)
# Made once: hypothesis checks each new strategy.
_PROPERTIES = st.lists(properties(_TYPES_OF_FILES), max_size=3)
_PROPERTIES_BY_ID = st.lists(properties(_TYPES_OF_FILES), max_size=2, unique_by=lambda pair: pair[0].bag_key)
_TIMES = st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
_STREAMS = st.dictionaries(st.text("abcXYZ", min_size=1, max_size=8), st.binary(max_size=100), max_size=3)


@st.composite
def _ole_objects(draw: st.DrawFn) -> Attachment:
    streams = {name.upper(): octets for name, octets in draw(_STREAMS).items()}
    octets = write_compound(NewStorage(clsid=draw(st.uuids()), streams=streams))
    attachment = Attachment(octets, filename="drawing")
    attachment[PidTagAttachMethod] = AttachMethod.STORAGE
    return attachment


def _rtf_bodies() -> SearchStrategy[bytes]:
    texts = body_texts()
    html, text = texts.map(rtf.encapsulate_html), texts.map(rtf.encapsulate_text)
    return (html | text | st.just(rb"{\rtf1\ansi Hello {\b you}}")).map(rtf.compress)


_OLE_OBJECTS = _ole_objects()
_RTF = _rtf_bodies()


@st.composite
def _recipients(draw: st.DrawFn, given: Recipient) -> Recipient:
    """The same recipient with more in its row."""
    usual: list[tuple[PropertyKey, object]] = []
    if draw(st.booleans()):
        usual = [(PidTagSendRichInfo, draw(st.booleans())), (PidTagDisplayType, draw(st.sampled_from([1, 5, 6])))]
    return attrs.evolve(given, properties=(*usual, *draw(_PROPERTIES_BY_ID)))


@st.composite
def object_messages(draw: st.DrawFn, depth: int = 1) -> Message:
    """Messages that TNEF and .msg files carry without a loss: :func:`composed_messages` and more.

    Classes of Outlook's kinds; properties of every type but those of servers, tagged and named, on the message, its
    recipients and its attachments; RTF bodies; OLE objects; files with times of their own; messages inside, ``depth``
    deep. No PT_SVREID, PT_ACTIONS and PT_RESTRICTION, which these forms do not have.
    """
    message = draw(composed_messages(0))
    message[PidTagMessageClass] = draw(_CLASSES)
    for tag, value in draw(_PROPERTIES):
        message[tag] = value
    packed = draw(st.none() | _RTF)
    if packed is not None:
        message[PidTagRtfCompressed] = packed
    message.recipients = [draw(_recipients(one)) for one in message.recipients]
    others = draw(st.lists(_OLE_OBJECTS, max_size=1))
    if depth:
        others += [Attachment(one) for one in draw(st.lists(object_messages(depth - 1), max_size=1))]
    message.attachments = [*message.attachments, *others]
    for attachment in message.attachments:
        moment = draw(st.none() | _TIMES)
        if moment is not None:
            attachment[PidTagCreationTime] = moment
        for tag, value in draw(_PROPERTIES):
            attachment[tag] = value
    return message
