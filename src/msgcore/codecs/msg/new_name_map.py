"""The map of named properties as it is written ([MS-OXMSG] section 2.2.3).

Programs that look for the id of a name find it in one of 31 streams of entries, which a hash of the name chooses; those
that would be empty are left out.
"""

from __future__ import annotations

import struct
import zlib
from uuid import UUID

from msgcore.codecs.compound import NewStorage
from msgcore.codecs.msg.layout import (
    FIRST_NAMED,
    KNOWN_SETS,
    NAME_ENTRIES,
    NAME_SETS,
    NAME_STRINGS,
    stream_name,
)
from msgcore.errors import NotSupported
from msgcore.props.key import PropertyName
from msgcore.props.tags import PS_INTERNET_HEADERS, NamedProperty
from msgcore.props.types import PropertyType

__all__ = ["NewNameMap"]

_FIRST_BUCKET, _BUCKETS = 0x1000, 31
_LAST_NAMED = 0xFFFE
_ENTRY = struct.Struct("<IHH")
_SIZE = struct.Struct("<I")


class NewNameMap:
    """Gives names their ids, in the order in which they are asked for."""

    def __init__(self) -> None:
        self._ids: dict[PropertyName, int] = {}
        self._spelled: dict[PropertyName, str] = {}

    def id_of(self, tag: NamedProperty[object]) -> int:
        """Give the id of a named property.

        Raises:
            NotSupported: the file has 32,767 names already.
        """
        name = (tag.property_set, tag.lid_or_name)
        known = self._ids.get(name)
        if known is not None:
            return known
        number = FIRST_NAMED + len(self._ids)
        if number > _LAST_NAMED:
            raise NotSupported(f"a .msg file with more than {len(self._ids)} names of properties")
        self._ids[name] = number
        if isinstance(tag.lid_or_name, str):
            is_spelled = tag.property_set == PS_INTERNET_HEADERS and tag.name.lower() == tag.lid_or_name
            self._spelled[name] = tag.name if is_spelled else tag.lid_or_name
        return number

    def storage(self) -> NewStorage:
        """Write the map."""
        sets: dict[UUID, int] = {known: number for number, known in enumerate(KNOWN_SETS, 1)}
        entries, strings = bytearray(), bytearray()
        buckets: dict[int, bytearray] = {}
        for (property_set, own), number in self._ids.items():
            kind = sets.setdefault(property_set, len(sets) + 1) << 1
            if isinstance(own, int):
                value = hashed = own
            else:
                octets = _wide(self._spelled[property_set, own])
                value, hashed, kind = len(strings), _hash(property_set, own), kind | 1
                strings += _SIZE.pack(len(octets)) + octets + bytes(-len(octets) % 4)
            place = number - FIRST_NAMED
            entries += _ENTRY.pack(value, kind, place)
            bucket = _FIRST_BUCKET + (hashed ^ kind) % _BUCKETS
            buckets.setdefault(bucket, bytearray()).extend(_ENTRY.pack(hashed, kind, place))
        own_sets = b"".join([one.bytes_le for one in sets][len(KNOWN_SETS) :])
        streams = {NAME_SETS: own_sets, NAME_ENTRIES: bytes(entries), NAME_STRINGS: bytes(strings)}
        for bucket in sorted(buckets):
            streams[stream_name(bucket, PropertyType.BINARY)] = bytes(buckets[bucket])
        return NewStorage(streams=streams)


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _hash(property_set: UUID, name: str) -> int:
    """Compute what a name is found by: of a header field, the name in lower case ([MS-OXMSG] section 2.2.3.2.2.1)."""
    return _crc(_wide(name.lower() if property_set == PS_INTERNET_HEADERS else name))


def _crc(octets: bytes) -> int:
    """Compute the CRC of [MS-OXRTFCP] section 3.1.3.2, which begins at 0 and is not turned round at the end."""
    return zlib.crc32(octets, 0xFFFFFFFF) ^ 0xFFFFFFFF
