"""Which parts of a message are its bodies and which its attachments (reference: [MS-OXCMAIL] section 2.2.3.3).

The first text part that is not marked as an attachment is the body; when it stands in a multipart/alternative, the
other kind of text in there is the second body. All else that is a leaf, or a message, is an attachment, in the order in
which it stands.
"""

from __future__ import annotations

import re

import attrs

from msgcore.codecs.mime.charsets import code_page_of_charset, codec_of_charset, decode
from msgcore.codecs.mime.entity import Entity
from msgcore.codecs.mime.transfer import IDENTITIES
from msgcore.model.body import UTF_8

__all__ = ["Contents", "contents_of", "html_of", "text_of"]

_BODIES = frozenset({"text/plain", "text/html"})
_NO_BODIES = frozenset({"text/calendar", "text/directory", "text/vcard", "text/x-vcard", "text/rfc822-headers"})
_C1 = re.compile(rb"[\x80-\x9f]")
_WINDOWS_1252 = 1252


@attrs.frozen
class Contents:
    """The parts of a message by their part in it."""

    plain: Entity | None
    html: Entity | None
    attachments: tuple[Entity, ...]


def contents_of(root: Entity) -> Contents:
    """Sort the leaves of a tree; messages inside are leaves here."""
    leaves = _leaves(root)
    texts = [one for one in leaves if _is_text(one[0])]
    if not texts:
        return Contents(None, None, tuple([leaf for leaf, _ in leaves]))
    first, frame = texts[0]
    candidates = [first] if frame is None else [leaf for leaf, around in texts if around is frame]
    plain = html = None
    for leaf in candidates:
        if leaf.media_type == "text/html":
            html = html or leaf
        else:
            plain = plain or leaf
    bodies = (plain, html, first)
    if plain is not None and _is_empty_rest(plain):
        plain = None
    return Contents(plain, html, tuple([leaf for leaf, _ in leaves if leaf not in bodies]))


def _leaves(root: Entity) -> list[tuple[Entity, Entity | None]]:
    """Give the leaves in order, each with the outermost multipart/alternative that it stands in."""
    leaves: list[tuple[Entity, Entity | None]] = []
    waiting: list[tuple[Entity, Entity | None]] = [(root, None)]
    while waiting:
        entity, frame = waiting.pop()
        children = entity.children if entity.is_multipart else ()
        if not children:
            leaves.append((entity, frame))
            continue
        if frame is None and entity.media_type == "multipart/alternative":
            frame = entity
        waiting.extend([(child, frame) for child in children[::-1]])
    return leaves


def _is_text(leaf: Entity) -> bool:
    kind = leaf.media_type
    # A multipart without parts reads as text.
    may_be_body = kind in _BODIES or kind.startswith("multipart/")
    if not may_be_body and (kind in _NO_BODIES or not kind.startswith("text/") or not leaf.is_whole_message):
        return False
    return leaf.header.raw(b"content-disposition") is None or leaf.disposition.value != "attachment"


def _is_empty_rest(leaf: Entity) -> bool:
    """Say whether a message has no body at all, rather than an empty text."""
    return leaf.is_whole_message and leaf.body_start == leaf.end and leaf.header.raw(b"content-type") is None


def text_of(entity: Entity) -> str:
    """Decode a text body; its line ends become LF. A CR that was encoded is data and stays."""
    charset = entity.content_type.get("charset") or ""
    text = decode(entity.content, charset, entity.reading.findings.at(entity.body_start))
    if "\r" in text:
        text = "\n".join(text.split("\r\n"))  # faster than replace
        if "\r" in text and entity.transfer_encoding in IDENTITIES:
            text = text.replace("\r", "\n")
    return text


def html_of(entity: Entity) -> tuple[bytes, int]:
    """Give an HTML body as octets, their line ends LF, with the code page to read them by.

    A charset that has no code page is turned into UTF-8.
    """
    octets = entity.content
    charset = entity.content_type.get("charset") or ""
    if b"\r" in octets and not charset.lower().startswith("utf-16"):
        octets = b"\n".join(octets.split(b"\r\n"))
        if b"\r" in octets and entity.transfer_encoding in IDENTITIES:
            octets = octets.replace(b"\r", b"\n")
    codec = codec_of_charset(charset)
    if codec is None or (codec == "ascii" and not octets.isascii()):
        return octets, UTF_8 if _is_utf_8(octets) else _WINDOWS_1252
    if codec == "latin-1" and _C1.search(octets):
        return octets, _WINDOWS_1252
    code_page = code_page_of_charset(charset)
    if code_page is not None:
        return octets, code_page
    return decode(octets, charset, entity.reading.findings.at(entity.body_start)).encode("utf-8", "replace"), UTF_8


def _is_utf_8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
