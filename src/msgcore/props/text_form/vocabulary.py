"""Short names of common properties, and the forms that name any other property."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping

from msgcore.errors import RestrictionSyntax
from msgcore.props import table as known
from msgcore.props.key import PropertyKey
from msgcore.props.names import all_properties, by_id, lookup
from msgcore.props.restriction import ContentMode, Relation, SubTable
from msgcore.props.tags import Property, PropertyTag
from msgcore.props.types import PropertyType

__all__ = [
    "FOLDING_MODES",
    "METHODS_OF_CONTENT",
    "METHODS_OF_RELATION",
    "SIGNS",
    "canonical_name",
    "name_like",
    "property_by_number",
    "property_called",
    "short_name",
]

METHODS_OF_CONTENT = {
    ContentMode.FULL: "equals",
    ContentMode.SUBSTRING: "contains",
    ContentMode.PREFIX: "starts_with",
    ContentMode.WORD_PREFIX: "has_words",
    ContentMode.PHRASE: "has_phrase",
}
METHODS_OF_RELATION = {Relation.MATCHES: "matches", Relation.MEMBER_OF: "member_of"}
# What a search box does: these modes ignore case and diacritics unless flags say otherwise.
FOLDING_MODES = frozenset({ContentMode.WORD_PREFIX, ContentMode.PHRASE})
SIGNS = {
    Relation.LT: "<",
    Relation.LE: "<=",
    Relation.GT: ">",
    Relation.GE: ">=",
    Relation.EQ: "=",
    Relation.NE: "!=",
}

_SHORT_NAMES: Mapping[str, Property[object]] = {
    "address": known.PidTagEmailAddress,
    "address_type": known.PidTagAddressType,
    "attachment_text": known.PidTagSearchAttachments,
    "bcc": known.PidTagDisplayBcc,
    "body": known.PidTagBody,
    "cc": known.PidTagDisplayCc,
    "class": known.PidTagMessageClass,
    "content_id": known.PidTagAttachContentId,
    "content_type": known.PidTagAttachMimeTag,
    "created": known.PidTagCreationTime,
    "filename": known.PidTagAttachLongFilename,
    "flags": known.PidTagMessageFlags,
    "from": known.PidTagSentRepresentingEmailAddress,
    "from_name": known.PidTagSentRepresentingName,
    "has_attachments": known.PidTagHasAttachments,
    "importance": known.PidTagImportance,
    "in_reply_to": known.PidTagInReplyToId,
    "keywords": known.PidNameKeywords,
    "kind": known.PidTagRecipientType,
    "message_id": known.PidTagInternetMessageId,
    "modified": known.PidTagLastModificationTime,
    "name": known.PidTagDisplayName,
    "priority": known.PidTagPriority,
    "read": known.PidTagRead,
    "received": known.PidTagMessageDeliveryTime,
    "references": known.PidTagInternetReferences,
    "sender": known.PidTagSenderEmailAddress,
    "sender_name": known.PidTagSenderName,
    "sensitivity": known.PidTagSensitivity,
    "sent": known.PidTagClientSubmitTime,
    "size": known.PidTagMessageSizeExtended,
    "smtp_address": known.PidTagSmtpAddress,
    "status": known.PidTagMessageStatus,
    "subject": known.PidTagSubject,
    "to": known.PidTagDisplayTo,
}
_LONGEST_NAME = 100
_LIKENESS = 0.75
# The size of an attachment is another property than that of a message; a condition on the wrong one would never hold.
_INSIDE: Mapping[SubTable | None, Mapping[str, Property[object]]] = {
    None: _SHORT_NAMES,
    SubTable.RECIPIENTS: _SHORT_NAMES,
    SubTable.ATTACHMENTS: {**_SHORT_NAMES, "size": known.PidTagAttachSize},
}


def property_called(name: str, table: SubTable | None) -> Property[object]:
    """Find a property by short name, as it is meant in the rows of ``table``, or by any name that ``lookup`` knows.

    Names are taken in capital and small letters alike.

    Raises:
        UnknownProperty: there is none.
    """
    lowered = name.lower()
    return _INSIDE[table].get(lowered) or lookup(_long_names().get(lowered, name))


@functools.cache
def _long_names() -> Mapping[str, str]:
    """Give the table's names by what they are in small letters; no two are the same there for different properties."""
    names = [*known.ALIASES]
    for tag in all_properties():
        names.append(tag.name)
        if isinstance(tag, PropertyTag) and tag.pr_name:
            names.append(tag.pr_name)
    return {name.lower(): name for name in names}


@functools.lru_cache(100)
def name_like(name: str) -> str | None:
    """Give the name that was perhaps meant by one that nobody knows: a short one, or one that starts as it does."""
    wanted = name.lower()
    if len(wanted) > _LONGEST_NAME:
        return None
    long_names: Mapping[str, str] = _long_names() if wanted.startswith(("pid", "pr_")) else {}
    nearest = difflib.get_close_matches(wanted, [*_SHORT_NAMES, *long_names], 1, _LIKENESS)
    return long_names.get(nearest[0], nearest[0]) if nearest else None


def short_name(tag: PropertyKey, table: SubTable | None) -> str | None:
    return _short_names(table).get(tag)


@functools.cache
def _short_names(table: SubTable | None) -> Mapping[PropertyKey, str]:
    return {tag: name for name, tag in _INSIDE[table].items()}


def canonical_name(tag: PropertyKey) -> str | None:
    """Give the name that the generated table has for an equal property."""
    return _canonical_names().get(tag)


@functools.cache
def _canonical_names() -> Mapping[PropertyKey, str]:
    return {known_tag: known_tag.name for known_tag in all_properties()}


def property_by_number(tag: int, area: str | None, position: int) -> Property[object]:
    """Find the property with this 32-bit tag and kind of object; one that the table does not know is made.

    Raises:
        RestrictionSyntax: the tag has no type, or means several properties and no ``area`` is given.
    """
    property_id = tag >> 16
    try:
        kind = PropertyType(tag & 0xFFFF)
    except ValueError as error:
        raise RestrictionSyntax(f"0x{tag:08X} ends with no property type", position) from error
    found = [one for one in by_id(property_id, kind) if area is None or one.area == area]
    if len(set(found)) > 1:
        names = ", ".join(sorted(one.name for one in found))
        raise RestrictionSyntax(f"0x{tag:08X} is the number of several properties: {names}", position)
    return found[0] if found else PropertyTag(property_id, kind, f"0x{tag:08X}", area=area or "")
