"""Compare two messages by what they mean."""

from __future__ import annotations

from typing import cast

import attrs

from msgcore.model.levels import Importance, Sensitivity
from msgcore.model.message import Message
from msgcore.props.computed import Owner, keys_of
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagBody,
    PidTagHtml,
    PidTagImportance,
    PidTagMessageClass,
    PidTagSensitivity,
)
from msgcore.props.tags import Property

__all__ = ["Difference", "compare"]

# These follow from the form a message was kept in, from its recipients, or from where and when it was put.
_NOT_SAID = keys_of(Owner.STORE) | keys_of(Owner.TRANSPORT)
# What a message means that does not say it.
_MEANT: dict[BagKey, object] = {
    PidTagMessageClass.bag_key: "IPM.Note",
    PidTagImportance.bag_key: int(Importance.NORMAL),
    PidTagSensitivity.bag_key: int(Sensitivity.NORMAL),
}


@attrs.frozen
class Difference:
    """One place where two messages differ."""

    where: str
    left: object
    right: object


def compare(left: Message, right: Message) -> tuple[Difference, ...]:
    """Give every difference in properties, recipients, reply addresses and attachments; ``()`` when they say the same.

    Line ends of the bodies are compared as one kind, and final ones do not count: MIME cannot keep them apart. What a
    store notes about a message (its entry id, its folder, when it came, whether it was read) does not count.
    """
    found: list[Difference] = []
    tags = {tag.bag_key: tag for tag in (*left.tags(), *right.tags())}
    for key, tag in tags.items():
        if key not in _NOT_SAID:
            _note(found, tag.label, _property(left, tag), _property(right, tag))
    _note(found, "recipients", _people(left), _people(right))
    _note(found, "reply_to", [str(address) for address in left.reply_to], [str(address) for address in right.reply_to])
    _note(found, "attachments", len(left.attachments), len(right.attachments))
    for number, (one, other) in enumerate(zip(left.attachments, right.attachments, strict=False)):
        where = f"attachments[{number}]"
        _note(found, f"{where}.filename", one.filename, other.filename)
        _note(found, f"{where}.content_type", one.content_type, other.content_type)
        _note(found, f"{where}.content_id", one.content_id, other.content_id)
        if one.message is not None and other.message is not None:
            found.extend(attrs.evolve(d, where=f"{where}.{d.where}") for d in compare(one.message, other.message))
        else:
            _note(found, f"{where}.data", one.data, other.data)
    return tuple(found)


def _note(found: list[Difference], where: str, left: object, right: object) -> None:
    if left != right:
        found.append(Difference(where, left, right))


def _property(message: Message, tag: PropertyKey) -> object:
    value = message.said(cast("Property[object]", tag))
    if value is None:
        return _MEANT.get(tag.bag_key)
    if tag.bag_key == PidTagBody.bag_key and isinstance(value, str):
        return value.replace("\r\n", "\n").rstrip("\n")
    if tag.bag_key == PidTagHtml.bag_key and isinstance(value, bytes):
        return value.replace(b"\r\n", b"\n").rstrip(b"\n")
    return value


def _people(message: Message) -> list[tuple[int, str, str]]:
    return [(int(r.kind), r.address.typed, r.address.display_name or r.email_address) for r in message.recipients]
