"""Blind recipients: where a message tells of them, and its properties without that."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgcore.codecs.nested import messages_in
from msgcore.codecs.objects.people import ROLE, Values
from msgcore.model.message import Message
from msgcore.model.recipient import RecipientKind
from msgcore.props.table import (
    PidTagDisplayBcc,
    PidTagOriginalDisplayBcc,
    PidTagRecipientType,
    PidTagTransportMessageHeaders,
)
from msgcore.props.tags import header_property

__all__ = ["BLIND_FIELDS", "is_blind", "names_blind", "without_blind", "without_fields"]

BLIND_FIELDS = frozenset({"bcc", "resent-bcc"})

_NAMING = (PidTagDisplayBcc, PidTagOriginalDisplayBcc, *map(header_property, sorted(BLIND_FIELDS)))
_NAMING_KEYS = frozenset(tag.bag_key for tag in _NAMING)
_HEADERS = PidTagTransportMessageHeaders.bag_key


def names_blind(message: Message) -> bool:
    """Say whether a message or one in it tells of blind recipients: in a row, a property, or the header."""
    waiting = [message]
    for one in waiting:
        if any(map(one.said, _NAMING)) or any(recipient.kind is RecipientKind.BCC for recipient in one.recipients):
            return True
        if _fields(BLIND_FIELDS).search(one.said(PidTagTransportMessageHeaders) or ""):
            return True
        waiting += messages_in(one)
    return False


def is_blind(row: Values) -> bool:
    """Say whether a row of the recipient table is that of a blind recipient, whatever marks its role carries."""
    roles = [value for tag, value in row if tag == PidTagRecipientType]
    return bool(roles) and isinstance(roles[0], int) and roles[0] & ROLE == RecipientKind.BCC


def without_blind(properties: Values) -> Values:
    """Give the properties of a message without what tells of blind recipients."""
    return tuple(
        (tag, without_fields(value, BLIND_FIELDS) if tag.bag_key == _HEADERS and isinstance(value, str) else value)
        for tag, value in properties
        if not (value and tag.bag_key in _NAMING_KEYS)
    )


def without_fields(header: str, names: Iterable[str]) -> str:
    """Give a header without the fields of these names, in lower case."""
    return _fields(names).sub("", header)


def _fields(names: Iterable[str]) -> re.Pattern[str]:
    """Match a field of these names with the lines that it goes on in."""
    return re.compile(
        rf"(?:\A|(?<=[\r\n]))(?:{'|'.join(map(re.escape, sorted(names)))})[ \t]*+:[^\r\n]*+"
        r"(?:(?:\r\n|\r|\n)[ \t][^\r\n]*+|(?!))*+(?:\r\n|\r|\n|\Z)",
        re.IGNORECASE,
    )
