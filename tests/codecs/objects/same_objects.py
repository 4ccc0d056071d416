"""All that a message says that was read from a form of properties, to compare two of them."""

from __future__ import annotations

from msgcore.codecs.objects.source import MessageObject, ObjectSource
from msgcore.model.message import Message
from msgcore.props.bag import PropBag
from msgcore.props.key import BagKey
from msgcore.props.table import PidTagAttachDataBinary

__all__ = ["Place", "differences", "facts_of", "object_of"]

Place = tuple[str | int, ...]
"""Which attachment of which, and then ``"row"`` and its number, ``"attachment"``, or nothing."""


def object_of(message: Message) -> MessageObject:
    source = message.source
    assert isinstance(source, ObjectSource)
    return source.content


def facts_of(message: Message) -> dict[tuple[Place, BagKey], object]:
    """Map every property of a message, its rows and attachments, and those of messages in it, to its value."""
    facts: dict[tuple[Place, BagKey], object] = {}
    waiting: list[tuple[Place, Message]] = [((), message)]
    while waiting:
        place, one = waiting.pop()
        content = object_of(one)
        _add(facts, place, content.properties)
        for number, row in enumerate(content.rows()):
            _add(facts, (*place, "row", number), row)
        for number, attachment in enumerate(content.attachments()):
            where = (*place, "attachment", number)
            _add(facts, where, attachment.properties)
            if attachment.message is None:
                facts[where, PidTagAttachDataBinary.bag_key] = attachment.data
            else:
                facts.pop((where, PidTagAttachDataBinary.bag_key), None)
                waiting.append(((*where, "message"), attachment.message))
    return facts


def _add(facts: dict[tuple[Place, BagKey], object], place: Place, bag: PropBag) -> None:
    facts.update({(place, tag.bag_key): value for tag, value in bag.items()})


def differences(left: Message, right: Message) -> dict[tuple[Place, BagKey], tuple[object, object]]:
    """Map each property that two messages do not have alike to both values."""
    one, other = facts_of(left), facts_of(right)
    return {key: (one.get(key), other.get(key)) for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
