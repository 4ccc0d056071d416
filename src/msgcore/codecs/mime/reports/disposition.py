"""Read and non-read reports, read (RFC 8098)."""

from __future__ import annotations

import enum
import re
from typing import TypeVar

import attrs

from msgcore.codecs.mime.reports.original import header_of_original, id_and_subject
from msgcore.codecs.mime.reports.status_fields import first_text, groups_of
from msgcore.codecs.mime.reports.typed_fields import read_address, typed_value
from msgcore.codecs.mime.syntax.transfer import decode_base64
from msgcore.codecs.mime.syntax.words import without_comments
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.mime.tree.header_block import HeaderBlock
from msgcore.model.address import Address
from msgcore.model.read_report import ActionMode, DispositionType, ReadReport, SendingMode

__all__ = ["disposition_of", "disposition_part", "read_disposition", "read_report_of"]

_PARTS = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_SEPARATORS = re.compile(r"[\s,/]+")
_MOST_TEXTS = 100
_NOBODY = Address("", "")
_Word = TypeVar("_Word", bound=enum.Enum)


def disposition_part(root: Entity) -> Entity | None:
    """Find the disposition notification of a report; one inside an attached message belongs to that."""
    return next((entity for entity in root.walk(into_messages=False) if entity.media_type in _PARTS), None)


def disposition_of(part: Entity) -> DispositionType:
    return read_disposition(first_text(groups_of(part), b"disposition"))[2]


def read_report_of(root: Entity) -> ReadReport | None:
    """Read the read or non-read report that a message is, or ``None``. Never raises."""
    part = disposition_part(root)
    if part is None:
        return None
    groups = groups_of(part)
    message_id, subject = id_and_subject(header_of_original(root))
    action, sending, kind, modifiers = read_disposition(first_text(groups, b"disposition"))
    return ReadReport(
        final_recipient=attrs.evolve(
            _address(groups, b"final-recipient") or _NOBODY, display_name=first_text(groups, b"x-display-name")
        ),
        disposition_type=kind,
        original_message_id=first_text(groups, b"original-message-id") or message_id,
        original_subject=subject,
        original_recipient=_address(groups, b"original-recipient"),
        action_mode=action,
        sending_mode=sending,
        modifiers=modifiers,
        reporting_ua=first_text(groups, b"reporting-ua"),
        mdn_gateway=typed_value(first_text(groups, b"mdn-gateway"))[1],
        errors=_texts(groups, b"error"),
        failures=_texts(groups, b"failure"),
        warnings=_texts(groups, b"warning"),
        correlation_key=decode_base64(first_text(groups, b"x-msexch-correlation-key").encode("utf-8", "replace")),
    )


def _address(groups: list[HeaderBlock], name: bytes) -> Address | None:
    return next((found for group in groups if (found := read_address(group, name)) is not None), None)


def _texts(groups: list[HeaderBlock], name: bytes) -> tuple[str, ...]:
    texts = [group.decoded(raw) for group in groups for raw in group.raw_all(name)]
    return tuple([text for text in texts if text][:_MOST_TEXTS])


def read_disposition(text: str) -> tuple[ActionMode, SendingMode, DispositionType, tuple[str, ...]]:
    """Read ``manual-action/MDN-sent-manually; displayed/error,warning`` (RFC 8098 section 3.2.6)."""
    modes, semicolon, kind = without_comments(text).lower().partition(";")
    words = [word for word in _SEPARATORS.split(modes) if word]
    if not semicolon:
        # Only one of the two is there.
        kind = words[-1] if words else ""
    kinds = [word for word in _SEPARATORS.split(kind) if word]
    return (
        _found(ActionMode, words, ActionMode.MANUAL),
        _found(SendingMode, words, SendingMode.MANUAL),
        _found(DispositionType, kinds[:1], DispositionType.UNKNOWN),
        tuple(dict.fromkeys(kinds[1:_MOST_TEXTS])),
    )


def _found(words_of: type[_Word], words: list[str], default: _Word) -> _Word:
    return next((member for member in words_of if str(member.value).lower() in words), default)
