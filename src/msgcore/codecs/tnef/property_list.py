"""Lists of properties in TNEF ([MS-OXTNEF] section 2.1.3.4): found in one pass, decoded when they are asked for."""

from __future__ import annotations

import array
import struct
import sys
from uuid import UUID

import attrs

from msgcore.base.octets import Limits
from msgcore.codecs.objects.notes import Note
from msgcore.codecs.tnef.legacy import NOTHING_OLDER, OlderProperties
from msgcore.errors import LimitExceeded, MalformedMessage
from msgcore.props.filled_bag import FilledBag
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.names import named_property
from msgcore.props.tags import PS_INTERNET_HEADERS, PS_MAPI
from msgcore.props.types import PropertyType
from msgcore.props.wire import ValueReader, tag_from_wire

__all__ = ["Entry", "ListBag", "PropertyList", "content_of", "find_properties", "words_of"]

_U32 = struct.Struct("<I").unpack_from
_LEAST = 8
_MULTIPLE = 0x1000
_FIRST_NAMED = 0x8000
_FIRST_NAMED_TAG = _FIRST_NAMED << 16
_FIXED = {
    **dict.fromkeys((0x0002, 0x0003, 0x0004, 0x000A, 0x000B), 4),
    **dict.fromkeys((0x0005, 0x0006, 0x0007, 0x0014, 0x0040), 8),
    0x0048: 16,
}
_WORDS = {kind: width // 4 for kind, width in _FIXED.items()}
_VARIABLE = frozenset({0x000D, 0x001E, 0x001F, 0x0102})
_BY_LID, _BY_NAME = 0, 1
_MAPI_SET = PS_MAPI.bytes_le


Entry = tuple[int, int, int]
"""Where a property stands: its 32-bit tag, the offset of its name if it has one (else 0), and that of its value."""


@attrs.define
class PropertyList:
    """Where the properties of one object stand: by their ids, and those that have names."""

    tagged: dict[BagKey, Entry] = attrs.Factory(dict[BagKey, Entry])
    named: list[Entry] = attrs.Factory(list[Entry])

    def __len__(self) -> int:
        return len(self.tagged) + len(self.named)


def find_properties(
    octets: bytes,
    start: int,
    end: int,
    listed: PropertyList,
    limits: Limits,
    note: Note,
    words: memoryview[int] | None = None,
) -> int:
    """Put the properties of the list that begins at ``start`` into ``listed``, and give the offset behind it.

    What cannot be stepped over ends it, and so does the limit of an object's properties. ``words`` are those from
    ``start`` to ``end``, where many lists stand in a row.
    """
    if end - start < 4:
        note(start, "tnef-list-cut", "a list of properties without a count")
        return end
    if words is None:
        words = words_of(octets, start, end)
    size, count = len(words), words[0]
    most = min(count, limits.header_fields - len(listed))
    tagged, fixed, place, last = listed.tagged, _WORDS, 1, (end - start - _LEAST) // 4
    for number in range(most):
        if place > last:
            note(min(start + 4 * place, end), "tnef-list-cut", f"{count} properties, {number} are there")
            return end
        tag = words[place]
        kind, at, is_named = tag & 0xFFFF, place + 1, tag >= _FIRST_NAMED_TAG
        if is_named:
            at = _behind_name(words, at)
        after = 0
        if kind in fixed:
            after = at + fixed[kind]
        elif kind in _VARIABLE and at + 1 < size and words[at] == 1:
            # Most properties by far are a number, or one text or run of octets.
            after = at + 2 + (words[at + 1] + 3 >> 2)
        value = start + 4 * at
        if not 0 < at < after <= size:
            behind = _behind_value(octets, kind, value, end) if at else 0
            if not behind:
                note(start + 4 * place, "tnef-list-cut", f"a property of type 0x{kind:04X} that does not end")
                return end
            after = at + (behind - value + 3 >> 2)
        if is_named:
            listed.named.append((tag, start + 4 * place + 4, value))
        elif (key := tag >> 16) in tagged:
            note(value, "property-repeated", f"0x{key:04X} again; the first one counts")
        else:
            tagged[key] = (tag, 0, value)
        place = after
    if count > most:
        note(start + 4 * place, "limit-properties", f"more than {limits.header_fields} properties")
        return end
    return min(start + 4 * place, end)


def words_of(octets: bytes, start: int, end: int) -> memoryview[int]:
    """View octets as numbers of 32 bits, the last of which is a whole one."""
    view = memoryview(octets)[start : end - (end - start) % 4]
    if sys.byteorder == "little":
        return view.cast("I")
    swapped = array.array("I", view.tobytes())
    swapped.byteswap()
    return memoryview(swapped)


def _behind_name(words: memoryview[int], place: int) -> int:
    """Give the place behind a property's name, or 0."""
    if place + 6 > len(words):
        return 0
    kind, size = words[place + 4], words[place + 5]
    if kind == _BY_LID:
        return place + 6
    after = place + 6 + (size + 3 >> 2)
    return after if kind == _BY_NAME and after <= len(words) else 0


def _behind_value(octets: bytes, kind: int, at: int, end: int) -> int:
    """Give the offset behind a value, or 0; the padding of the last one may be missing."""
    width = _FIXED.get(kind & ~_MULTIPLE)
    if width is not None:
        count = 1
        if kind & _MULTIPLE:
            if end - at < 4:
                return 0
            (count,) = _U32(octets, at)
            at += 4
        return at + width * count if width * count <= end - at else 0
    if kind & ~_MULTIPLE not in _VARIABLE or end - at < 4:
        return 0
    (count,) = _U32(octets, at)
    at += 4
    if count > (end - at) // 4:
        return 0
    for _ in range(count):
        if end - at < 4:
            return 0
        (size,) = _U32(octets, at)
        at += 4
        if size > end - at:
            return 0
        at = min(at + (size + 3 & ~3), end)
    return at


class ListBag(FilledBag):
    """The bag of a list of properties; ``skipped`` are the ids of what is no property of the bag.

    ``left_out`` is the first of these, such as the content of an attachment; ``older`` has what the list does not say.
    ``reader`` is that of all bags of a message; each sets it where it reads.
    """

    __slots__ = ("_names", "_note", "_octets", "_reader", "_waiting", "left_out", "older")

    def __init__(
        self,
        octets: bytes,
        listed: PropertyList,
        reader: ValueReader,
        note: Note,
        skipped: frozenset[BagKey] = frozenset(),
        older: OlderProperties = NOTHING_OLDER,
    ) -> None:
        super().__init__()
        self._octets = octets
        self._reader = reader
        self._note = note
        self._waiting = listed.tagged
        self.older = older
        self.left_out: Entry | None = None
        for key in skipped:
            self.left_out = self._waiting.pop(key, None) or self.left_out
        self._names: list[Entry] | None = None
        if listed.named:
            # Those of PS_MAPI are asked for by their ids.
            named = [one for one in listed.named if not self._waits_as_tagged(one)]
            self._names = named or None

    def _waits_as_tagged(self, entry: Entry) -> bool:
        if not self._octets.startswith(_MAPI_SET, entry[1]):
            return False
        self._add(self._tag(entry, PropertyType.UNSPECIFIED).bag_key, entry)
        return True

    def _add(self, key: BagKey, entry: Entry) -> None:
        if key in self._waiting:
            self._note(entry[2], "property-repeated", f"{key} again; the first one counts")
        else:
            self._waiting[key] = entry

    def fill(self, key: BagKey) -> None:
        if self._names is not None and type(key) is tuple:
            self._read_names()
        entry = self._waiting.pop(key, None)
        if key in self._entries or key in self._changed:
            return
        found = None if entry is None else self._decoded(entry)
        if found is None:
            found = self.older.read(key)
        if found is not None:
            self._entries[key] = found

    def fill_all(self) -> None:
        if self._names is not None:
            self._read_names()
        for key in (*self._waiting, *self.older):
            self.fill(key)

    def _read_names(self) -> None:
        named, self._names = self._names, None
        for entry in named or ():
            self._add(self._tag(entry, PropertyType.UNSPECIFIED).bag_key, entry)

    def _tag(self, entry: Entry, kind: PropertyType) -> PropertyKey:
        octets, (own_tag, at, _) = self._octets, entry
        if not at:
            return tag_from_wire(own_tag)
        property_set = UUID(bytes_le=octets[at : at + 16])
        how, number = struct.unpack_from("<II", octets, at + 16)
        if how == _BY_LID:
            if property_set == PS_MAPI and number < _FIRST_NAMED:
                return tag_from_wire(number << 16 | own_tag & 0xFFFF)
            return named_property(property_set, number, kind.kept)
        name = _name_of(octets[at + 24 : at + 24 + number])
        lowered = name.lower() if property_set == PS_INTERNET_HEADERS else name
        return named_property(property_set, lowered, kind.kept, name)

    def _decoded(self, entry: Entry) -> tuple[PropertyKey, object] | None:
        own_tag, _, at = entry
        reader = self._reader
        reader.position = at
        try:
            kind = PropertyType(own_tag & 0xFFFF)
            tag = self._tag(entry, kind)
            value = reader.value(kind)
        except (MalformedMessage, LimitExceeded, ValueError) as error:
            self._note(at, "property-malformed", f"0x{own_tag >> 16:04X}: {error}")
            reader.findings.clear()
            return None
        if reader.findings:
            for finding in reader.findings:
                self._note(finding.offset, finding.rule, finding.text)
            reader.findings.clear()
        return tag, value


def _name_of(octets: bytes) -> str:
    try:
        name = octets.decode("utf-16-le", "surrogatepass")
    except UnicodeDecodeError:
        name = octets.decode("utf-16-le", "replace")
    return name.removesuffix("\0")


def content_of(octets: bytes, entry: Entry) -> tuple[UUID | None, int, int] | None:
    """Find an attachment's content in its value: the interface that opens it (octets have none), start and end."""
    tag, _, at = entry
    kind = tag & 0xFFFF
    if kind not in {PropertyType.BINARY, PropertyType.OBJECT}:
        return None
    (count,), (size,), start = _U32(octets, at), _U32(octets, at + 4), at + 8
    if count != 1:
        return None
    if kind == PropertyType.BINARY:
        return None, start, start + size
    return None if size < 16 else (UUID(bytes_le=octets[start : start + 16]), start + 16, start + size)
