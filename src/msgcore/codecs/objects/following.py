"""Properties that follow from what a message says, and are written for programs that do not work them out.

One table for both directions: the writer adds what the message does not say itself; the reader knows that a value
which is just what follows says nothing, so that a message has the same ``tags`` in every form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import attrs

from msgcore.codecs.objects.people import Values, address_of, entry_id_of, reply_entries
from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.model.people import FROM, FROM_IDS, RECEIPT, RECEIPT_IDS, SENDER, SENDER_IDS, Person, PersonIds
from msgcore.model.recipient import RecipientKind
from msgcore.model.subject import split_subject
from msgcore.props.bag import UNTOUCHED, PropBag
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagBody,
    PidTagClientSubmitTime,
    PidTagConversationTopic,
    PidTagDisplayBcc,
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagHasAttachments,
    PidTagHtml,
    PidTagMessageFlags,
    PidTagNativeBody,
    PidTagNonReceiptNotificationRequested,
    PidTagNormalizedSubject,
    PidTagReadReceiptRequested,
    PidTagReplyRecipientEntries,
    PidTagReplyRecipientNames,
    PidTagRtfCompressed,
    PidTagRtfInSync,
    PidTagStoreSupportMask,
    PidTagSubject,
    PidTagSubjectPrefix,
)
from msgcore.props.tags import Property

__all__ = ["ATTACHMENTS", "FOLLOWING", "FORM_SAYS", "RECIPIENTS", "REPLY_TO", "Following"]

RECIPIENTS, REPLY_TO, ATTACHMENTS = "recipients", "reply_to", "attachments"
"""What a property can depend on beside properties."""

WorkOut = Callable[[Message], object | None]

_READ, _UNSENT, _HAS_ATTACHMENTS = 0x01, 0x08, 0x10
_PLAIN, _RTF, _HTML = 1, 2, 3


@attrs.frozen
class Following:
    """A property, what it depends on, and how it is worked out (``None``: it does not follow).

    One that ``may_be_said`` is a statement of its own where it differs from what follows, and outlives what it is
    worked out from; any other is stale then.
    """

    tag: PropertyKey
    depends_on: frozenset[BagKey | str]
    work_out: WorkOut
    may_be_said: bool = False


def _keys(*on: PropertyKey | str) -> frozenset[BagKey | str]:
    return frozenset(one if isinstance(one, str) else one.bag_key for one in on)


def _said(message: Message, tag: PropertyKey) -> Any:
    return message.said(cast("Property[object]", tag))


def _same_as(tag: PropertyKey) -> WorkOut:
    return lambda message: None if _names_another_sender(message) else _said(message, tag)


def _names_another_sender(message: Message) -> bool:
    """Whether the message itself says an address of a Sender that is not that of From."""
    said, represented = ([_own(message, tag) for tag in tags[1:3]] for tags in (SENDER, FROM))
    return said not in ([None, None], represented)


def _own(message: Message, tag: Property[str]) -> object:
    """Give what a message says by itself, and not what a source of this kind works out, which would ask again."""
    value = message.properties_set.over(tag)
    if value is not UNTOUCHED:
        return value
    source = message.source
    content = getattr(source, "content", None)
    if content is not None:
        return cast("PropBag", content.properties).get(tag)
    return None if source is None else source.value(tag)


def _sender_as_from() -> Iterable[Following]:
    """Who sent a message is whom it represents, where nobody else is named."""
    for sender, represented in zip(SENDER, FROM, strict=True):
        yield Following(sender, _keys(represented, *SENDER), _same_as(represented), may_be_said=True)


def _correspondent(message: Message, *people: Person) -> Address | None:
    """Give the first of these people that the message names."""
    for tags in people:
        name, kind, email = (_said(message, tag) for tag in tags[:3])
        found = address_of(name, kind, email, None)
        if found is not None:
            return found
    return None


def _ids(ids: PersonIds, *people: Person) -> tuple[Following, Following]:
    """Give the search key and the entry id of the first of these people."""

    def make_key(message: Message) -> object | None:
        found = _correspondent(message, *people)
        return None if found is None or not found.is_resolved else found.search_key

    def make_entry(message: Message) -> object | None:
        found = _correspondent(message, *people)
        return None if found is None else entry_id_of(found)

    key, entry = ids
    on = _keys(*(tag for tags in people for tag in tags))
    return Following(key, on, make_key), Following(entry, on, make_entry)


def _part_of_subject(number: int) -> WorkOut:
    def work_out(message: Message) -> object | None:
        subject = message.said(PidTagSubject)
        return None if subject is None else split_subject(subject)[number]

    return work_out


def _names(kind: RecipientKind) -> WorkOut:
    return lambda message: "; ".join(one.display_name for one in message.recipients if one.kind is kind)


def _reply_names(message: Message) -> object | None:
    return "; ".join(one.display_name or one.email_address for one in message.reply_to) or None


def _native_body(message: Message) -> object | None:
    if message.said(PidTagRtfCompressed) is not None:
        return _RTF
    if message.said(PidTagHtml) is not None:
        return _HTML
    return None if message.said(PidTagBody) is None else _PLAIN


def _rtf_in_sync(message: Message) -> bool | None:
    """Say that RTF which was set is the body: else Outlook shows the text beside it ([MS-OXBBODY] section 2.1.3.1).

    A file that has RTF and does not say so means its text.
    """
    is_set = message.properties_set.was_changed(PidTagRtfCompressed)
    return True if is_set and message.said(PidTagRtfCompressed) is not None else None


def _has_attachments(message: Message) -> bool:
    return any(not one.is_inline for one in message.attachments)


def _flags(message: Message) -> int:
    unsent = _UNSENT if message.said(PidTagClientSubmitTime) is None else 0
    return _READ | unsent | (_HAS_ATTACHMENTS if _has_attachments(message) else 0)


_BODIES = (PidTagBody, PidTagHtml, PidTagRtfCompressed)

FOLLOWING: tuple[Following, ...] = (
    *_sender_as_from(),
    *_ids(FROM_IDS, FROM),
    *_ids(SENDER_IDS, SENDER, FROM),
    *_ids(RECEIPT_IDS, RECEIPT),
    Following(PidTagSubjectPrefix, _keys(PidTagSubject), _part_of_subject(0)),
    Following(PidTagNormalizedSubject, _keys(PidTagSubject), _part_of_subject(1)),
    Following(PidTagConversationTopic, _keys(PidTagSubject), _part_of_subject(1), may_be_said=True),
    Following(PidTagDisplayTo, _keys(RECIPIENTS), _names(RecipientKind.TO)),
    Following(PidTagDisplayCc, _keys(RECIPIENTS), _names(RecipientKind.CC)),
    Following(PidTagDisplayBcc, _keys(RECIPIENTS), _names(RecipientKind.BCC)),
    Following(PidTagReplyRecipientEntries, _keys(REPLY_TO), lambda message: reply_entries(message.reply_to)),
    Following(PidTagReplyRecipientNames, _keys(REPLY_TO), _reply_names),
    Following(
        PidTagNonReceiptNotificationRequested,
        _keys(PidTagReadReceiptRequested),
        lambda message: message.said(PidTagReadReceiptRequested) or None,
    ),
    Following(PidTagNativeBody, _keys(*_BODIES), _native_body),
    Following(PidTagRtfInSync, _keys(PidTagRtfCompressed), _rtf_in_sync),
    Following(PidTagMessageFlags, _keys(PidTagClientSubmitTime, ATTACHMENTS), _flags),
    Following(PidTagHasAttachments, _keys(ATTACHMENTS), _has_attachments),
)
"""In the order in which they are written; the address of a Sender before what follows from it."""

FORM_SAYS: Mapping[str, Values] = {"msg": ((PidTagStoreSupportMask, 0x00040E79),)}
"""What a form's writer says of the form itself: in .msg files, that text is Unicode ([MS-OXMSG] section 2.1.1.1)."""
