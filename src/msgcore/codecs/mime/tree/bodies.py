"""The bodies of a message, decoded, and the files that stand uuencoded in its text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgcore.codecs.mime.syntax.charsets import decode_as
from msgcore.codecs.mime.syntax.flowed import unflow
from msgcore.codecs.mime.syntax.text_form import TextForm, text_form
from msgcore.codecs.mime.syntax.tolerated import Note
from msgcore.codecs.mime.syntax.transfer import decode_text
from msgcore.codecs.mime.syntax.uuencode import UuFile, uu_files, without_files
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.model.body import UTF_8, html_from_octets
from msgcore.model.html_fragment import location_as_shown, shown_content_ids, shown_locations

__all__ = ["HtmlBody", "UuFile", "files_in", "html_of", "text_of", "whole_text_of"]

_C1 = re.compile(rb"[\x80-\x9f]")
_WINDOWS_1252 = 1252
# ``<meta charset="iso-8859-2">``, ``<meta http-equiv=Content-Type content="text/html; charset=iso-8859-2">``
_META = re.compile(rb"<meta\s[^>]{0,300}?\bcharset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_META_WITHIN = 4_096
_ESCAPE = 0x1B


def files_in(entity: Entity) -> list[UuFile]:
    """Find the files in a plain text."""
    return uu_files(entity.content) if entity.may_hold_files else []


def text_of(entity: Entity) -> str:
    """Decode a text body without the files in it; its line ends become LF. A CR that was encoded is data and stays.

    The lines of a flowed text are joined (RFC 3676 section 4).
    """
    form = entity.content_type.text_form
    note = entity.reading.findings.at(entity.body_start)
    octets = _lines_of(entity, form, note)
    if entity.may_hold_files:
        octets = without_files(octets, uu_files(octets))
    text = decode_as(octets, form.codec, form.charset, note)
    if form.is_wide and "\r" in text:
        text = text.replace("\r\n", "\n")
    return unflow(text, delsp=form.has_delsp) if form.is_flowed else text


def _lines_of(entity: Entity, form: TextForm, note: Note) -> bytes:
    """Give the decoded body, its line ends LF where they are octets of their own."""
    if form.is_wide:
        return entity.content
    return decode_text(entity.reading.octets[entity.body_start : entity.end], entity.header.transfer_encoding, note)


def whole_text_of(texts: Sequence[Entity]) -> str:
    """Decode a plain text that stands in several parts; each begins on a line of its own."""
    if len(texts) == 1:
        return text_of(texts[0])
    found = [text for entity in texts if (text := text_of(entity))]
    return "".join([text if text.endswith("\n") else text + "\n" for text in found[:-1]] + found[-1:])


def html_of(entity: Entity) -> tuple[bytes, int]:
    """Give an HTML body as octets, their line ends LF, with the code page to read them by.

    A charset that has no code page is turned into UTF-8. Where the part names no charset, or one that is not true, and
    the octets are not in UTF-8, the HTML itself may name one, as it does for browsers.
    """
    form = entity.content_type.text_form
    note = entity.reading.findings.at(entity.body_start)
    octets = _lines_of(entity, form, note)
    codec = form.codec
    if codec is None or (codec == "ascii" and not octets.isascii()):
        if _is_utf_8(octets) and _ESCAPE not in octets:
            return octets, UTF_8
        form = _form_in_html(octets)
        codec = form.codec
        if codec in {None, "ascii", "utf-7"} or form.is_wide:
            return octets, UTF_8 if _is_utf_8(octets) else _WINDOWS_1252
    if codec == "latin-1" and _C1.search(octets):
        return octets, _WINDOWS_1252
    if form.code_page is not None:
        return octets, form.code_page
    return decode_as(octets, codec, form.charset, note).encode("utf-8", "replace"), UTF_8


def _form_in_html(octets: bytes) -> TextForm:
    found = _META.search(octets, 0, _META_WITHIN)
    return text_form({} if found is None else {"charset": found[1].decode("ascii")})


class HtmlBody:
    """The HTML body of a message, if it has one, decoded when it is first asked for.

    It knows nothing of the message: attachments hold it, which the message holds.
    """

    __slots__ = ("_entity", "_ids", "_locations", "_octets")

    def __init__(self, entity: Entity | None) -> None:
        self._entity = entity
        self._octets: tuple[bytes, int] | None = None if entity is not None else (b"", 0)
        self._ids: frozenset[str] | None = None
        self._locations: frozenset[str] | None = None

    @property
    def is_there(self) -> bool:
        return self._entity is not None

    @property
    def octets(self) -> tuple[bytes, int]:
        """The HTML with its code page; empty when there is none."""
        if self._octets is None:
            assert self._entity is not None
            self._octets = html_of(self._entity)
        return self._octets

    def shows_id(self, content_id: str | None) -> bool:
        """Say whether the HTML refers to a Content-ID."""
        if not content_id:
            return False
        if self._ids is None:
            self._ids = shown_content_ids(self._text())
        return content_id in self._ids

    def shows_location(self, location: str | None) -> bool:
        """Say whether the HTML refers to a Content-Location."""
        address = location_as_shown(location) if location else ""
        if not address:
            return False
        if self._locations is None:
            self._locations = shown_locations(self._text())
        return address in self._locations

    def _text(self) -> str:
        octets, code_page = self.octets
        return html_from_octets(octets, code_page) if octets else ""


def _is_utf_8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
