"""Compare two messages by what they mean, property by property.

What only follows from something else does not count: what a store notes about a message, the keys and ids made of an
address, the names of a file for old systems, the number of an attachment. Nor do line ends of the bodies count, and
final ones: MIME cannot keep them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import cast

import attrs

from msgcore.errors import NotLoaded
from msgcore.model.attachment import Attachment, AttachMethod
from msgcore.model.defaults import MEANT_OF_FILE
from msgcore.model.meaning import Meanings, meaning_in_row, signed
from msgcore.model.message import Message, check_message
from msgcore.model.pairing import address_and_name, each_pair, paired_attachments, paired_recipients, person
from msgcore.model.recipient import Recipient
from msgcore.props.computed import Owner, keys_of
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagAttachContentId,
    PidTagAttachDataBinary,
    PidTagAttachExtension,
    PidTagAttachFilename,
    PidTagAttachFlags,
    PidTagAttachLongFilename,
    PidTagAttachmentHidden,
    PidTagAttachMethod,
    PidTagAttachMimeTag,
    PidTagCreationTime,
    PidTagDisplayName,
    PidTagLastModificationTime,
    PidTagRtfInSync,
    PidTagSubject,
    PidTagTnefCorrelationKey,
)
from msgcore.props.tags import Property

__all__ = ["Difference", "compare", "differences"]

# These follow from the form a message was kept in, from its recipients, or from where and when it was put. The key only
# says to which mail the TNEF in it belongs, and the other one which bodies were made of each other.
_OF_THE_FORM = {PidTagTnefCorrelationKey.bag_key, PidTagRtfInSync.bag_key}
_NOT_SAID = keys_of(Owner.STORE) | keys_of(Owner.TRANSPORT) | _OF_THE_FORM


@attrs.frozen
class Difference:
    """One place where two messages differ: its path, the two values, and the property if it is one."""

    where: str
    left: object
    right: object
    tag: PropertyKey | None = None


def compare(left: Message, right: Message) -> tuple[Difference, ...]:
    """Give every difference in properties, recipients, reply addresses and attachments; ``()`` when they say the same.

    ``where`` is the property's name, ``recipients`` when other people get it or in another order,
    ``recipients[2].PidTagX`` for what the row of one says, ``attachments`` when there are more or fewer,
    ``attachments[0].…`` for one, and so on into attached messages; numbers are those of the left message. Whatever
    their order, recipients are paired by address and attachments by name. An attachment that was not loaded is compared
    by its size.

    Raises:
        UsageError: one of them is no message.
    """
    check_message(left)
    check_message(right)
    return tuple(
        attrs.evolve(found, where=f"{path}{found.where}")
        for path, one, other in each_pair(left, right)
        for found in differences(one, other)
    )


def differences(left: Message, right: Message) -> Iterator[Difference]:
    """Give the differences between two messages but for those in attached messages."""
    one, other = Meanings(left), Meanings(right)
    for tag, its_tag in _either(one.tags, other.tags):
        if tag.bag_key not in _NOT_SAID:
            yield from _unless_same(tag.label, one.of(tag), other.of(its_tag), tag)
    mine, its = left.recipients, right.recipients
    yield from _unless_same("recipients", list(map(person, mine)), list(map(person, its)))
    for number, place in paired_recipients(mine, its):
        yield from _rows(f"recipients[{number}]", mine[number], its[place])
    replies, its_replies = (list(map(address_and_name, one.reply_to)) for one in (left, right))
    yield from _unless_same("reply_to", replies, its_replies)
    yield from _unless_same("attachments", len(left.attachments), len(right.attachments))
    for number, place in paired_attachments(left.attachments, right.attachments):
        yield from _attachments(f"attachments[{number}]", left.attachments[number], right.attachments[place])


def _either(left: Iterable[PropertyKey], right: Iterable[PropertyKey]) -> Iterable[tuple[PropertyKey, PropertyKey]]:
    """Give the properties that one of two things has, as each of them has it; those of the first one first."""
    its = {tag.bag_key: tag for tag in right}
    mine = {tag.bag_key: (tag, its.get(tag.bag_key, tag)) for tag in left}
    return {**mine, **{key: (tag, tag) for key, tag in its.items() if key not in mine}}.values()


def _unless_same(where: str, left: object, right: object, tag: PropertyKey | None = None) -> Iterator[Difference]:
    if left != right and not (left != left and right != right):  # noqa: PLR0124  # as a number that is none does
        yield Difference(where, left, right, tag)


def _rows(where: str, left: Recipient, right: Recipient) -> Iterator[Difference]:
    for tag, its_tag in _either(*([tag for tag, _ in row.properties] for row in (left, right))):
        if tag.bag_key not in _NOT_SAID:
            values = meaning_in_row(left, tag), meaning_in_row(right, its_tag)
            yield from _unless_same(f"{where}.{tag.label}", *values, tag)


# Attachments

_SHORT_WAY = frozenset(
    tag.bag_key
    for tag in (PidTagAttachLongFilename, PidTagAttachMimeTag, PidTagAttachContentId, PidTagAttachDataBinary)
)
# An attached file has times of its own. Its names for old systems follow from its name, and from what the HTML shows
# whether a list of files leaves it out.
_NOT_SAID_OF_FILES = (
    _NOT_SAID - {PidTagCreationTime.bag_key, PidTagLastModificationTime.bag_key}
    | {tag.bag_key for tag in (PidTagAttachmentHidden, PidTagAttachFilename, PidTagAttachExtension)}
    | _SHORT_WAY
)
_SHOWN_IN_HTML = 0x04  # of PidTagAttachFlags: follows from what the HTML body shows


def _attachments(where: str, left: Attachment, right: Attachment) -> Iterator[Difference]:
    yield from _unless_same(f"{where}.filename", left.filename, right.filename, PidTagAttachLongFilename)
    yield from _unless_same(f"{where}.content_type", left.content_type, right.content_type, PidTagAttachMimeTag)
    yield from _unless_same(f"{where}.content_id", left.content_id, right.content_id, PidTagAttachContentId)
    for tag, its_tag in _either(left.tags(), right.tags()):
        if tag.bag_key not in _NOT_SAID_OF_FILES:
            yield from _unless_same(f"{where}.{tag.label}", _of_file(left, tag), _of_file(right, its_tag), tag)
    if left.message is None or right.message is None:
        yield from _unless_same(f"{where}.message", left.message is not None, right.message is not None)
        yield from _contents(where, left, right)


def _contents(where: str, left: Attachment, right: Attachment) -> Iterator[Difference]:
    try:
        yield from _unless_same(f"{where}.data", left.data, right.data, PidTagAttachDataBinary)
    except NotLoaded:
        yield from _unless_same(f"{where}.data", left.size_octets, right.size_octets, PidTagAttachDataBinary)


def _of_file(attachment: Attachment, tag: PropertyKey) -> object:
    value = signed(tag, attachment.properties.get(cast("Property[object]", tag)))
    if tag.bag_key == PidTagAttachFlags.bag_key:
        return (value if isinstance(value, int) else 0) & ~_SHOWN_IN_HTML
    if value is None or value == "":
        follows = _FOLLOWING.get(tag.bag_key)
        return MEANT_OF_FILE.get(tag.bag_key) if follows is None else follows(attachment)
    return value


def _display_name(attachment: Attachment) -> str | None:
    inner = attachment.message
    return attachment.filename or (None if inner is None else inner.said(PidTagSubject)) or None


_FOLLOWING: Mapping[BagKey, Callable[[Attachment], object]] = {
    PidTagAttachMethod.bag_key: lambda attachment: int(
        AttachMethod.BY_VALUE if attachment.message is None else AttachMethod.EMBEDDED_MESSAGE
    ),
    PidTagDisplayName.bag_key: _display_name,
}
