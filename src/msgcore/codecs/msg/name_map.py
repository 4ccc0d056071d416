"""The map of named properties in a .msg file ([MS-OXMSG] section 2.2.3), which every object of the file shares."""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Mapping
from typing import NamedTuple
from uuid import UUID

from msgcore.codecs.compound import Storage
from msgcore.codecs.msg.layout import FIRST_NAMED, KNOWN_SETS, NAME_ENTRIES, NAME_SETS, NAME_STRINGS, NAMES
from msgcore.codecs.objects.notes import Note
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.names import named_property
from msgcore.props.tags import PS_INTERNET_HEADERS, PS_MAPI
from msgcore.props.types import PropertyType
from msgcore.props.wire import tag_from_wire

__all__ = ["NameMap", "read_name_map"]

_ENTRY = struct.Struct("<IHH")
_SIZE = struct.Struct("<I")
_MOST_ENTRIES = 0x10000 - FIRST_NAMED


class _Name(NamedTuple):
    property_set: UUID
    lid_or_name: int | str
    spelled: str

    def tag(self, kind: PropertyType) -> PropertyKey:
        if self._is_tagged:
            return tag_from_wire(int(self.lid_or_name) << 16 | kind)
        return named_property(self.property_set, self.lid_or_name, kind.kept, self.spelled)

    @property
    def key(self) -> BagKey:
        return int(self.lid_or_name) if self._is_tagged else (self.property_set, self.lid_or_name)

    @property
    def _is_tagged(self) -> bool:
        """Whether it is but another way to say a tagged property."""
        own = self.lid_or_name
        return self.property_set == PS_MAPI and isinstance(own, int) and own < FIRST_NAMED


class NameMap:
    """Which property each id from 0x8000 stands for in one file."""

    __slots__ = ("_keys", "_names", "_tags")

    def __init__(self, names: Mapping[int, _Name]) -> None:
        self._names = names
        self._keys = {number: name.key for number, name in names.items()}
        self._tags: dict[tuple[int, PropertyType], PropertyKey] = {}

    def key_of(self, number: int) -> BagKey | None:
        """Give what identifies the property in a bag; ``None`` when the file has no name for the id."""
        return self._keys.get(number)

    def tag_of(self, number: int, kind: PropertyType) -> PropertyKey:
        """Give the property with a value of that type.

        Raises:
            KeyError: the file has no name for the id.
        """
        found = self._tags.get((number, kind))
        if found is None:
            found = self._tags[number, kind] = self._names[number].tag(kind)
        return found


def read_name_map(root: Storage, note: Note) -> NameMap:
    """Read the map of a file; an entry that makes no sense is left out, and of an id's entries the first counts."""
    storage = root.storage(NAMES)
    if storage is None:
        return NameMap({})
    sets, entries, strings = (storage.stream(one) or b"" for one in (NAME_SETS, NAME_ENTRIES, NAME_STRINGS))
    count = min(len(entries) // _ENTRY.size, _MOST_ENTRIES)
    if len(entries) != count * _ENTRY.size:
        note(0, "msg-names-cut", f"{len(entries)} octets of names, of which {count} entries are read")
    set_of, string_at = _reader_of_sets(sets), _reader_of_strings(strings)
    names: dict[int, _Name] = {}
    for value, kind_and_set, place in _ENTRY.iter_unpack(memoryview(entries)[: count * _ENTRY.size]):
        property_set = set_of(kind_and_set >> 1)
        own = string_at(value) if kind_and_set & 1 else value
        number = FIRST_NAMED + place
        if property_set is None or own is None:
            note(0, "msg-name-out-of-range", f"the name of the property 0x{number:04X} is not in the file")
        elif number in names:
            note(0, "msg-name-repeated", f"another name of the property 0x{number:04X}; the first one counts")
        else:
            names[number] = _name(property_set, own)
    return NameMap(names)


def _name(property_set: UUID, own: int | str) -> _Name:
    if isinstance(own, str) and property_set == PS_INTERNET_HEADERS:
        return _Name(property_set, own.lower(), own)
    return _Name(property_set, own, own if isinstance(own, str) else "")


def _reader_of_sets(sets: bytes) -> Callable[[int], UUID | None]:
    @functools.cache
    def set_of(index: int) -> UUID | None:
        if 1 <= index <= len(KNOWN_SETS):
            return KNOWN_SETS[index - 1]
        start = (index - len(KNOWN_SETS) - 1) * 16
        return UUID(bytes_le=sets[start : start + 16]) if 0 <= start <= len(sets) - 16 else None

    return set_of


def _reader_of_strings(strings: bytes) -> Callable[[int], str | None]:
    # Names that share no octets are no longer than their stream; more than that is a trap.
    left = len(strings)

    @functools.cache
    def string_at(offset: int) -> str | None:
        nonlocal left
        start = offset + _SIZE.size
        if start > len(strings):
            return None
        (size,) = _SIZE.unpack_from(strings, offset)
        if size > len(strings) - start or size > left:
            return None
        left -= size
        return _decoded(strings[start : start + size])

    return string_at


def _decoded(octets: bytes) -> str:
    try:
        return octets.decode("utf-16-le", "surrogatepass")
    except UnicodeDecodeError:  # an odd octet at the end
        return octets.decode("utf-16-le", "replace")
