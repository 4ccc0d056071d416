"""The header fields that we put in front of a message which we append, where it has what its octets cannot say.

They stand at the very front, above every trace field, so a letter that came by mail has none that is taken for ours
(RFC 5321 section 4.4: each who delivers puts something in front). The first says how long they are together; they are
taken off when the message is read, and it comes back octet for octet.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping

import attrs

from msgcore.errors import StoreCorrupt
from msgcore.providers.imap.line_ends import Patch, patch_from_octets
from msgcore.spi.overlay import Overlay, overlay_from_json

__all__ = ["DELIVERY_FIELD", "FRONT_FIELDS", "NO_FRONT", "Front", "delivery_text", "read_front", "write_front"]

DELIVERY_FIELD = "X-Msgcore-Delivery"
FRONT_FIELDS = ("X-Msgcore", DELIVERY_FIELD, "X-Msgcore-Properties", "X-Msgcore-Octets")

_FIRST = re.compile(rb"X-Msgcore: ([0-9]{1,9})\r\n", re.IGNORECASE)
_FIELD = re.compile(rb"(X-Msgcore-[A-Za-z]+): *([!-~]*(?:\r\n [!-~]+)*)\r\n", re.IGNORECASE)
_LINE_OCTETS = 760
_MOST_OCTETS = 1 << 26


@attrs.frozen
class Front:
    """What the fields in front of a message say, and how many ``octets`` they have.

    ``delivery`` is a delivery's key as text, ``overlay`` the properties that lie over the message. With a ``patch`` the
    message's own octets are others than those on the server.
    """

    size_octets: int = 0
    delivery: str = ""
    overlay: Overlay = ()
    patch: Patch | None = None

    def own(self, octets: bytes) -> bytes:
        """Give the message's own octets of those that the server has."""
        rest = octets[self.size_octets :]
        found = None if self.patch is None else self.patch.undo(rest)
        return rest if found is None else found

    def own_size(self, size_octets: int) -> int:
        """Give the size of the message's own octets by the size that it has on the server."""
        return size_octets - self.size_octets - (0 if self.patch is None else self.patch.shorter_octets)


NO_FRONT = Front()


def delivery_text(key: bytes) -> str:
    """Give a delivery's key as the header says it: all are of one length, so none is found in another."""
    return hashlib.sha256(key).hexdigest()


def write_front(octets: bytes, delivery: str = "", overlay: str | None = None, patch: Patch | None = None) -> bytes:
    """Write what belongs in front of a message; nothing, where that says all itself.

    A message without any octets, which no server takes, gets a front, and one that would be taken to have one.
    """
    fields = [
        b"%s: %s\r\n" % (DELIVERY_FIELD.encode(), delivery.encode()) if delivery else b"",
        b"" if overlay is None else _folded(b"X-Msgcore-Properties", overlay.encode()),
        b"" if patch is None else _folded(b"X-Msgcore-Octets", bytes(patch)),
    ]
    rest = b"".join(fields)
    if not rest and octets and not _FIRST.match(octets):
        return b""
    return _first(len(rest)) + rest


def read_front(octets: bytes) -> Front:
    """Read what stands in front of a message, of which at least the header is given.

    What is damaged is taken for a part of the message.
    """
    first = _FIRST.match(octets)
    size = int(first[1]) if first else 0
    if first is None or not first.end() <= size <= min(len(octets), _MOST_OCTETS):
        return NO_FRONT
    fields: dict[bytes, bytes] = {}
    place = first.end()
    while place < size:
        field = _FIELD.match(octets, place, size)
        if field is None:
            return NO_FRONT
        fields[field[1].lower()] = field[2]
        place = field.end()
    return _front(size, fields)


def _front(size: int, fields: Mapping[bytes, bytes]) -> Front:
    overlay, patch = fields.get(b"x-msgcore-properties"), fields.get(b"x-msgcore-octets")
    try:
        return Front(
            size,
            fields.get(DELIVERY_FIELD.lower().encode(), b"").decode(),
            () if overlay is None else overlay_from_json(_unfolded(overlay).decode()),
            None if patch is None else patch_from_octets(_unfolded(patch)),
        )
    except (ValueError, StoreCorrupt):
        return NO_FRONT


def _first(rest_octets: int) -> bytes:
    size = rest_octets
    while len(line := b"X-Msgcore: %d\r\n" % size) + rest_octets != size:
        size = len(line) + rest_octets
    return line


def _folded(name: bytes, octets: bytes) -> bytes:
    text = base64.b64encode(octets)
    lines = [text[start : start + _LINE_OCTETS] for start in range(0, len(text), _LINE_OCTETS)]
    return name + b":" + b"".join(b"\r\n " + line for line in lines) + b"\r\n"


def _unfolded(field: bytes) -> bytes:
    return base64.b64decode(field.replace(b"\r\n ", b""), validate=True)
