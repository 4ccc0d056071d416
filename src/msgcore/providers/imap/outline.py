"""A message as its structure tells it (BODYSTRUCTURE): whether it has attachments, without fetching it.

What the structure says is written as a message whose bodies are empty, or are those that were fetched, and read by the
code that reads whole messages: so both come to the same. Where a server and this library disagree about the parts of a
damaged message, the structure is not trusted (:func:`is_trusted`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping

from msgcore.base.octets import USUAL_LIMITS
from msgcore.codecs.mime.syntax.uuencode import may_hold_files
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.tree.shown import content_id_of, may_be_hidden
from msgcore.codecs.mime.tree.view import MimeView
from msgcore.wire.imap.structure import BodyPart

__all__ = ["attachments_in", "is_trusted", "parts_of", "texts_to_see"]

_MOST_TEXTS = 16
_LEAST_FILE_OCTETS = 18  # of an uuencoded file, from "begin 644 x" to "end"
_BOUNDARY = secrets.token_hex(16)  # no letter can know it
_TOKEN = re.compile(r"[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+")
_BOUNDARIES = re.compile(rb"[!#-\[\]-~]{1,70}")
_SECTION = b"x-section"
_NO_BODIES: Mapping[str, bytes] = {}


def parts_of(structure: BodyPart) -> Iterator[BodyPart]:
    """Give a part and all below it, in the order in which they stand."""
    waiting = [structure]
    while waiting:
        part = waiting.pop()
        yield part
        waiting += part.parts[::-1]


def is_trusted(structure: BodyPart) -> bool:
    """Say whether this library reads the parts of the message as the server does."""
    most = USUAL_LIMITS.parts
    for count, part in enumerate(parts_of(structure)):
        if part.is_opaque or count >= most or part.section.count(".") >= USUAL_LIMITS.nesting - 1:
            return False
        if not _TOKEN.fullmatch(part.media_type) or not _TOKEN.fullmatch(part.subtype):
            return False
        if part.is_multipart and not (part.parts and _BOUNDARIES.fullmatch(part.parameters.get("boundary", b""))):
            return False
        # A part without anything is what servers make of what they do not understand.
        if structure.is_multipart and part.content_type == "text/plain" and part.size_octets <= 0:
            return False
    return True


def texts_to_see(structure: BodyPart) -> tuple[str, ...] | None:
    """Name the sections of the texts on which it depends whether the message has attachments.

    Files may be uuencoded in a plain text, and HTML may show what would else be an attachment. ``None``: there are so
    many that a command has no room for them.
    """
    if structure.content_type == "text/plain":  # as most are
        is_body = structure.disposition != "attachment"
        return (structure.section,) if is_body and not 0 <= structure.size_octets < _LEAST_FILE_OCTETS else ()
    contents = _view(structure, _NO_BODIES).contents
    needed: list[Entity] = []
    for part in contents.attachments:
        if contents.html is None or not may_be_hidden(part):
            return ()
        if part.disposition.value != "inline" or not content_id_of(part):
            needed = [contents.html]
    needed += [one for one in contents.texts if one.media_type == "text/plain"]
    if len(needed) > _MOST_TEXTS:
        return None
    sections = {part.section: part for part in parts_of(structure)}
    found = [entity.header.text(_SECTION) or "" for entity in needed]
    return tuple(one for one in found if not 0 <= sections[one].size_octets < _LEAST_FILE_OCTETS)


def attachments_in(structure: BodyPart, bodies: Mapping[str, bytes] = _NO_BODIES) -> bool:
    """Say whether the message has attachments that the body does not show; ``bodies`` are the texts, by section."""
    if structure.content_type == "text/plain" and not any(may_hold_files(one, 0, len(one)) for one in bodies.values()):
        return structure.disposition == "attachment"
    return _view(structure, bodies).has_attachments


def _view(structure: BodyPart, bodies: Mapping[str, bytes]) -> MimeView:
    written: list[bytes] = []
    _write(structure, bodies, written)
    return MimeView(parse(b"".join(written)))


def _write(part: BodyPart, bodies: Mapping[str, bytes], written: list[bytes]) -> None:
    # As deep as the limit of nesting, at most.
    boundary = f"{_BOUNDARY}-{part.section}-"
    written += _fields(part, boundary)
    if not part.is_multipart:
        written.append(bodies.get(part.section, b""))
        return
    for one in part.parts:
        written.append(f"\r\n--{boundary}\r\n".encode())
        _write(one, bodies, written)
    written.append(f"\r\n--{boundary}--\r\n".encode())


def _fields(part: BodyPart, boundary: str) -> Iterator[bytes]:
    if part.is_multipart:
        yield f'Content-Type: {part.content_type}; boundary="{boundary}"\r\n'.encode()
    else:
        yield f"Content-Type: {part.content_type}".encode()
        for name in ("charset", "format", "delsp"):
            if name in part.parameters:
                yield f"; {name}=".encode() + _quoted(part.parameters[name])
        if _is_named(part):
            yield b"; name=x"
        yield b"\r\n"
    if _TOKEN.fullmatch(part.disposition):
        yield f"Content-Disposition: {part.disposition}\r\n".encode()
    if _TOKEN.fullmatch(part.encoding) and not part.is_multipart:
        yield f"Content-Transfer-Encoding: {part.encoding}\r\n".encode()
    if part.content_id is not None:
        yield b"Content-ID: " + _in_line(part.content_id) + b"\r\n"
    if part.location is not None:
        yield b"Content-Location: " + _in_line(part.location) + b"\r\n"
    yield f"X-Section: {part.section}\r\n\r\n".encode()


def _is_named(part: BodyPart) -> bool:
    """Say whether the part has the name of a file, in whatever form."""
    return any(
        name.partition("*")[0] == wanted
        for wanted, parameters in (("name", part.parameters), ("filename", part.disposition_parameters))
        for name in parameters
    )


def _quoted(value: bytes) -> bytes:
    return b'"' + _in_line(value).replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _in_line(value: bytes) -> bytes:
    return b" ".join(value.split())
