"""The bodies of a message, decoded, and the files that stand uuencoded in its text."""

from __future__ import annotations

import re

from msgcore.codecs.mime.charsets import code_page_of_charset, codec_of_charset, decode
from msgcore.codecs.mime.entity import Entity
from msgcore.codecs.mime.flowed import unflow
from msgcore.codecs.mime.transfer import IDENTITIES
from msgcore.codecs.mime.uuencode import UuFile, may_hold_files, uu_files, without_files
from msgcore.model.body import UTF_8

__all__ = ["UuFile", "files_in", "html_of", "text_of"]

_C1 = re.compile(rb"[\x80-\x9f]")
_WINDOWS_1252 = 1252
_LARGE = 65_536


def files_in(entity: Entity) -> list[UuFile]:
    """Find the files in a plain text."""
    if entity.media_type != "text/plain":
        return []
    if not may_hold_files(entity.reading.octets, entity.body_start, entity.end):
        return []
    return uu_files(entity.content)


def text_of(entity: Entity) -> str:
    """Decode a text body without the files in it; its line ends become LF. A CR that was encoded is data and stays.

    The lines of a flowed text are joined (RFC 3676 section 4).
    """
    parameters = entity.content_type
    octets = entity.content
    files = files_in(entity)
    if files:
        octets = without_files(octets, files)
    text = decode(octets, parameters.get("charset") or "", entity.reading.findings.at(entity.body_start))
    if "\r" in text:
        # Faster than replacing, so long as the lines are few.
        text = "\n".join(text.split("\r\n")) if len(text) <= _LARGE else text.replace("\r\n", "\n")
        if "\r" in text and entity.transfer_encoding in IDENTITIES:
            text = text.replace("\r", "\n")
    if (parameters.get("format") or "").lower() == "flowed":
        return unflow(text, delsp=(parameters.get("delsp") or "").lower() == "yes")
    return text


def html_of(entity: Entity) -> tuple[bytes, int]:
    """Give an HTML body as octets, their line ends LF, with the code page to read them by.

    A charset that has no code page is turned into UTF-8.
    """
    octets = entity.content
    charset = entity.content_type.get("charset") or ""
    if b"\r" in octets and not charset.lower().startswith("utf-16"):
        octets = b"\n".join(octets.split(b"\r\n")) if len(octets) <= _LARGE else octets.replace(b"\r\n", b"\n")
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
