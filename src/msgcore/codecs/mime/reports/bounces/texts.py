"""What a bounce says in words, and the message it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import attrs

from msgcore.codecs.mime.syntax.charsets import decode
from msgcore.codecs.mime.syntax.transfer import decode_content
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.mime.tree.header_block import HeaderBlock
from msgcore.model.html_text import text_from_html

__all__ = ["BLANK_LINES", "Notice", "first_header", "read_text", "split_notice"]

_MOST_OCTETS = 262_144
_MOST_NOTICE = 65_536
_MOST_PARAGRAPHS = 12
BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_KNOWN = (b"message-id", b"subject", b"from")


@attrs.frozen
class Notice:
    """The words of the server, and the original where it follows them as text."""

    text: str
    original: str


def read_text(root: Entity) -> str:
    """Give the text of the first texts, plain if there is any, else of the HTML; no more than 256 KB, line ends LF."""
    leaves = [one for one in root.walk(into_messages=False) if not one.children]
    # A multipart whose boundary does not occur in it is read as it stands.
    plain = [one for one in leaves if one.media_type == "text/plain" or one.is_multipart]
    if plain:
        return "\n\n".join(_first_texts(plain))
    html = (one for one in leaves if one.media_type == "text/html")
    return "\n\n".join(text_from_html(text, links=False) for text in _first_texts(html))


def _first_texts(leaves: Iterable[Entity]) -> Iterator[str]:
    left = _MOST_OCTETS
    for leaf in leaves:
        octets = decode_content(leaf.body[:left], leaf.transfer_encoding)
        left -= len(octets)
        text = decode(octets, leaf.content_type.get("charset") or "")
        yield text.replace("\r\n", "\n").replace("\r", "\n")
        if left <= 0:
            return


def split_notice(text: str, markers: Iterable[re.Pattern[str]]) -> Notice:
    """Cut a text at the first marker behind which the original stands."""
    found = [match for marker in markers if (match := marker.search(text)) is not None and match.start() > 0]
    if not found:
        return Notice(text[:_MOST_NOTICE], "")
    first = min(found, key=lambda match: (match.start(), -match.end()))
    return Notice(text[: min(first.start(), _MOST_NOTICE)], text[first.end() :])


def first_header(text: str) -> HeaderBlock | None:
    """Find the header of a message near the beginning of a text."""
    paragraphs = BLANK_LINES.split(text.strip("\n"), maxsplit=_MOST_PARAGRAPHS)
    for paragraph in paragraphs[:_MOST_PARAGRAPHS]:
        block = HeaderBlock(paragraph.encode("utf-8", "replace"))
        if any(block.raw(name) is not None for name in _KNOWN):
            return block
    return None
