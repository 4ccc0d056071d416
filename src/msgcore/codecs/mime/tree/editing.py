"""Replacing fields of a header that was read, and putting its lines in order."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping

from msgcore.base.octets import Limits
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.mime.tree.rebuild import line_end_of, raw_body_of, raw_header_of, rebuild

__all__ = [
    "BLIND_FIELDS",
    "NO_LIMITS",
    "body_without_blind_fields",
    "crlf_field",
    "edited_header",
    "has_blind_fields",
    "kept_fields",
    "may_hold_blind_fields",
]

BLIND_FIELDS = frozenset({b"bcc", b"resent-bcc"})
"""Fields that no other recipient may see."""

_BLIND_MARKS = tuple(line_end + name for line_end in (b"\n", b"\r") for name in BLIND_FIELDS)

NO_LIMITS = Limits(total_octets=sys.maxsize, header_octets=sys.maxsize, header_fields=sys.maxsize, parts=sys.maxsize)
"""For octets that are written again: nothing of them may be left out."""

_TO_SPACE = bytes.maketrans(b"\r\0", b"  ")


def kept_fields(
    entity: Entity, replacements: Mapping[bytes, bytes | None], dropped_prefixes: tuple[bytes, ...] = ()
) -> Iterator[bytes]:
    """Give the fields of a header in order, as they stand, but for those that are replaced or go away.

    A replacement stands where the first field of its name stood, or behind all others. Lines that are no fields go:
    with other fields around them they could be taken for the body.
    """
    left = dict(replacements)
    octets, header, start = entity.reading.octets, entity.header, entity.header_start
    for field in header.each_field():
        if field.name in replacements:
            yield left.pop(field.name, None) or b""
        elif field.name and not field.name.startswith(dropped_prefixes):
            yield octets[start + field.start : start + field.end]
    yield from (written for written in left.values() if written)


def edited_header(entity: Entity, replacements: Mapping[bytes, bytes | None], added: Iterable[bytes] = ()) -> bytes:
    """Give a header with some fields replaced and some added behind it, with its blank line; the rest as it stands.

    What is new gets the line ends of the message.
    """
    line_end = line_end_of(entity)
    new = {name: written and written.replace(b"\r\n", line_end) for name, written in replacements.items()}
    fields = [field for field in kept_fields(entity, new) if field]
    fields.extend(field.replace(b"\r\n", line_end) for field in added)
    blank = entity.reading.octets[entity.header_end : entity.body_start] or line_end
    return b"".join(_closed(field, line_end) for field in fields) + blank


def _closed(field: bytes, line_end: bytes) -> bytes:
    return field if field.endswith(line_end[-1:]) else field + line_end


def has_blind_fields(entity: Entity) -> bool:
    return any(entity.header.raw(name) is not None for name in BLIND_FIELDS)


def may_hold_blind_fields(octets: bytes) -> bool:
    """Say whether a look at every message in a message is worth while."""
    lowered = octets.lower()
    return any(lowered.find(mark) >= 0 for mark in _BLIND_MARKS)


def body_without_blind_fields(root: Entity) -> bytes:
    """Give the body of a message; the messages in it without Bcc, but for those in what is signed."""
    body = root.reading.octets[root.body_start :]
    if not may_hold_blind_fields(body) or not any(
        entity.depth and entity.is_whole_message and has_blind_fields(entity) for entity in root.walk()
    ):
        return body

    def header_of(entity: Entity) -> bytes:
        if entity is root:
            return b""
        is_blind = entity.is_whole_message and has_blind_fields(entity)
        return edited_header(entity, dict.fromkeys(BLIND_FIELDS)) if is_blind else raw_header_of(entity)

    def body_of(entity: Entity) -> bytes | None:
        return entity.body if entity.media_type == "multipart/signed" else raw_body_of(entity)

    return rebuild(root, header_of, body_of)


def crlf_field(field: bytes) -> bytes:
    """Give one field with CRLF line ends only; a bare CR or NUL in it, which reads as a space, becomes one.

    ``field`` has LF or CRLF at the end of each line. Lines of nothing but white space fall away: some programs take
    them for the end of the header.
    """
    lines = (line.rstrip(b"\r").translate(_TO_SPACE) for line in field.split(b"\n"))
    return b"".join(line + b"\r\n" for line in lines if line.strip(b" \t"))
