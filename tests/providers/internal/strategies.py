"""Messages, restrictions and sort orders for the internal store, with texts that its encodings could lose."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from msgcore.model import Attachment, Message
from msgcore.props.table import (
    PidTagEntryId,
    PidTagInstanceKey,
    PidTagParentEntryId,
    PidTagRead,
    PidTagRecordKey,
    PidTagSenderEmailAddress,
    PidTagStoreEntryId,
)
from msgcore.props.tags import PS_PUBLIC_STRINGS, NamedProperty, Property, PropertyTag
from msgcore.props.types import PropertyType
from msgcore.testing import strategies

COLOUR: NamedProperty[str] = NamedProperty(PS_PUBLIC_STRINGS, "Colour", PropertyType.UNICODE)
NUMBER: PropertyTag[int] = PropertyTag(0x6801, PropertyType.LONG, "Number")
OCTETS: PropertyTag[bytes] = PropertyTag(0x6802, PropertyType.BINARY, "Octets")
WORDS: PropertyTag[tuple[str, ...]] = PropertyTag(0x6803, PropertyType.MV_UNICODE, "Words")

_OWN: Sequence[Property[object]] = (COLOUR, NUMBER, OCTETS, WORDS)
_TAGS: Sequence[Property[object]] = (*strategies.MESSAGE_TAGS, PidTagRead, PidTagSenderEmailAddress, *_OWN)
_IDS = (PidTagEntryId, PidTagInstanceKey, PidTagRecordKey, PidTagParentEntryId, PidTagStoreEntryId)
# Halves of surrogate pairs: applications may set them.
_TEXTS = strategies.few_texts(extra=["\0", "\ud800", "\udcff", "\n", "\x7f"])
_SUBJECTS = strategies.few_texts(extra=["\ud800", "\udcff"])
_WANTED = _TEXTS | st.sampled_from(["IPM.Note", "IPM.", "a@a.test", "SMTP", "a b", "b a", "aa"])
_BODIES = st.lists(strategies.few_texts(extra=["a b", "b", "aa", "-"]), min_size=1, max_size=4).map(" ".join)
_FILES = st.lists(strategies.few_texts(extra=[".txt"]), max_size=2)


@st.composite
def _messages(draw: st.DrawFn) -> Message:
    message = draw(strategies.messages_to_find(_OWN, _TEXTS))
    if draw(st.booleans()):
        message.subject = draw(_SUBJECTS)
    if draw(st.booleans()):
        message.text = draw(_BODIES)
    if draw(st.booleans()):
        message.attachments = tuple(Attachment(b"x", filename=name) for name in draw(_FILES))
    return message


incoming = strategies.incoming(_messages())
restrictions = strategies.restrictions(_TAGS, _WANTED)
sort_orders = strategies.sort_orders((*_TAGS, *_IDS))
