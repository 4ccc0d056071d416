"""The bodies of a message, decoded, and the files that stand uuencoded in its text."""

from __future__ import annotations

import re

from msgcore.codecs.mime.syntax.charsets import code_page_of_charset, codec_of_charset, decode, is_wide
from msgcore.codecs.mime.syntax.flowed import unflow
from msgcore.codecs.mime.syntax.transfer import decode_text
from msgcore.codecs.mime.syntax.uuencode import UuFile, may_hold_files, uu_files, without_files
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.model.body import UTF_8

__all__ = ["UuFile", "files_in", "html_of", "text_of"]

_C1 = re.compile(rb"[\x80-\x9f]")
_WINDOWS_1252 = 1252


def files_in(entity: Entity) -> list[UuFile]:
    """Find the files in a plain text."""
    return uu_files(entity.content) if _may_hold_files(entity) else []


def _may_hold_files(entity: Entity) -> bool:
    return entity.media_type == "text/plain" and may_hold_files(entity.reading.octets, entity.body_start, entity.end)


def text_of(entity: Entity) -> str:
    """Decode a text body without the files in it; its line ends become LF. A CR that was encoded is data and stays.

    The lines of a flowed text are joined (RFC 3676 section 4).
    """
    parameters = entity.content_type
    charset = parameters.get("charset") or ""
    octets = _lines_of(entity, charset)
    if _may_hold_files(entity):
        octets = without_files(octets, uu_files(octets))
    text = decode(octets, charset, entity.reading.findings.at(entity.body_start))
    if is_wide(charset):
        text = text.replace("\r\n", "\n")
    if (parameters.get("format") or "").lower() == "flowed":
        return unflow(text, delsp=(parameters.get("delsp") or "").lower() == "yes")
    return text


def _lines_of(entity: Entity, charset: str) -> bytes:
    """Give the decoded body, its line ends LF where they are octets of their own."""
    if is_wide(charset):
        return entity.content
    return decode_text(entity.body, entity.transfer_encoding, entity.reading.findings.at(entity.body_start))


def html_of(entity: Entity) -> tuple[bytes, int]:
    """Give an HTML body as octets, their line ends LF, with the code page to read them by.

    A charset that has no code page is turned into UTF-8.
    """
    charset = entity.content_type.get("charset") or ""
    octets = _lines_of(entity, charset)
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
