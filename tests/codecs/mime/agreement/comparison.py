"""One field of one message, as another library reads it and as msgcore does."""

from __future__ import annotations

import re

import attrs

from msgcore.codecs.mime.syntax.addresses import read_addresses
from msgcore.codecs.mime.syntax.flowed import unflow
from msgcore.codecs.mime.tree.entity import Entity

__all__ = ["CRLF", "Comparison", "as_read", "people", "shape", "urls"]

CRLF = " (CRLF)"
"""Behind the field, where the message is there in two forms and this is that with CRLF line ends."""


@attrs.frozen
class Comparison:
    """``file`` is a path inside the oracle's folder; ``field`` says where in the message; ``kind`` groups fields."""

    oracle: str
    kind: str
    file: str
    field: str
    theirs: object
    ours: object

    @property
    def is_agreed(self) -> bool:
        return self.theirs == self.ours

    @property
    def place(self) -> str:
        return f"{self.file}: {self.field}"

    @property
    def places(self) -> frozenset[str]:
        """The place, and that of the same field in the first form of a message that is there in two."""
        return frozenset({self.place, self.place.removesuffix(CRLF)})


def people(raw: bytes) -> list[tuple[str, str]]:
    """Give the display name and address of everyone in an address field."""
    return [(address.display_name, address.email_address) for address in read_addresses(raw)]


def urls(text: str) -> list[str]:
    """Give what stands between angle brackets, as the fields of mailing lists have it (RFC 2369)."""
    return re.findall(r"<([^<>]*)>", text)


def as_read(text: str, entity: Entity) -> str:
    """Give another's text as ours is: line ends are LF, and the lines of format=flowed are joined (RFC 3676)."""
    text = text.replace("\r\n", "\n")
    said = entity.content_type.parameters
    if said.get("format", "").lower() != "flowed":
        return text
    return unflow(text, delsp=said.get("delsp", "").lower() == "yes")


def shape(entity: Entity) -> str:
    """Write the tree below an entity down: ``.`` is a leaf, ``[...]`` a multipart, ``(...)`` a message in a message."""
    if entity.is_message and entity.children:
        return f"({shape(entity.children[0])})"
    if entity.children:
        return f"[{''.join(map(shape, entity.children))}]"
    return "[]" if entity.is_multipart else "."
