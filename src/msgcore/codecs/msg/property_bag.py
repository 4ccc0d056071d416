"""The properties of one object in a .msg file, decoded when they are asked for ([MS-OXMSG] sections 2.1 and 2.4)."""

from __future__ import annotations

import functools
import re
import struct
from collections.abc import Callable, Mapping
from typing import NamedTuple

from msgcore.base.octets import Limits
from msgcore.base.times import datetime_from_filetime
from msgcore.codecs.compound import Storage
from msgcore.codecs.msg.layout import FIRST_NAMED, PROPERTIES, VALUE, stream_name
from msgcore.codecs.msg.name_map import NameMap
from msgcore.codecs.objects.notes import Note
from msgcore.errors import LimitExceeded, MalformedMessage
from msgcore.props.filled_bag import FilledBag
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.types import PropertyType
from msgcore.props.wire import IN_STREAMS, ValueReader, WireForm, decode_streams, is_in_stream, tag_from_wire

__all__ = ["ObjectBag", "SharedFacts"]

_SLOT = struct.Struct("<HHI8s")
_HELD_IN_STREAM = frozenset(kind for kind in PropertyType if is_in_stream(kind))
_KINDS: Mapping[int, PropertyType] = {int(kind): kind for kind in PropertyType}
_VALUE_NAME = re.compile(f"{re.escape(VALUE)}([0-9A-Fa-f]{{4}})([0-9A-Fa-f]{{4}})", re.IGNORECASE)

_LONG = struct.Struct("<i").unpack_from
_FLAG = struct.Struct("<H").unpack_from
_TIME = struct.Struct("<q").unpack_from

# The usual types of fixed width, from the eight octets of a slot, without the way round by a reader.
_OF_SLOTS: Mapping[PropertyType, Callable[[bytes], object]] = {
    PropertyType.LONG: lambda slot: _LONG(slot)[0],
    PropertyType.BOOLEAN: lambda slot: bool(_FLAG(slot)[0]),
    PropertyType.SYSTIME: lambda slot: datetime_from_filetime(_TIME(slot)[0]),
}

Slot = tuple[int, int, int, bytes | None]
"""Type, id, flags, and eight octets; ``None`` of a stream that no slot tells of."""


class SharedFacts(NamedTuple):
    """What the objects of one file have in common."""

    names: NameMap
    limits: Limits
    note: Note


class ObjectBag(FilledBag):
    """The bag of a storage, whose slots begin behind ``header`` octets; ``skipped`` are no properties of it.

    Text that is not Unicode is in ``code_page``. A value of ``added`` only says what every such file says.
    """

    __slots__ = ("_added", "_shared", "_storage", "_waiting", "code_page")

    def __init__(
        self,
        storage: Storage,
        shared: SharedFacts,
        header: int,
        code_page: int,
        skipped: frozenset[BagKey] = frozenset(),
        added: Mapping[PropertyKey, object] = {},
    ) -> None:
        super().__init__()
        self._added = {tag.bag_key: value for tag, value in added.items()}
        self._storage = storage
        self._shared = shared
        self.code_page = code_page
        self._waiting: dict[BagKey, Slot] = {}
        slots = self._slots(header)
        self._add(slots, skipped)
        self._add(self._strays(slots), skipped)

    def _slots(self, header: int) -> list[Slot]:
        octets = self._storage.stream(PROPERTIES)
        if octets is None:
            self._note("msg-properties-missing", f"no {PROPERTIES}")
            return []
        count, rest = divmod(len(octets) - header, _SLOT.size)
        if count < 0 or rest:
            self._note("msg-properties-cut", f"{PROPERTIES} of {len(octets)} octets")
        return list(_SLOT.iter_unpack(memoryview(octets)[header : header + max(count, 0) * _SLOT.size]))

    def _strays(self, slots: list[Slot]) -> list[Slot]:
        """Find the streams that no slot tells of."""
        told = {stream_name(number, kind) for kind, number, _, _ in slots}
        strays: list[Slot] = []
        for name in self._storage.streams():
            if name in told:
                continue
            found = _VALUE_NAME.fullmatch(name)
            if found is None or stream_name(int(found[1], 16), int(found[2], 16)) in told:
                continue
            self._note("msg-slot-missing", f"no slot for {name}")
            strays.append((int(found[2], 16), int(found[1], 16), 0, None))
        return strays

    def _add(self, slots: list[Slot], skipped: frozenset[BagKey]) -> None:
        """Take slots in; an id from 0x8000 that the file has no name for means nothing."""
        waiting, key_of = self._waiting, self._shared.names.key_of
        for slot in slots:
            number = slot[1]
            if number in skipped:
                continue
            key = number if number < FIRST_NAMED else key_of(number)
            if key is None:
                self._note("msg-name-missing", f"the file has no name for the property 0x{number:04X}")
            elif key in waiting:
                self._note("property-repeated", f"0x{number:04X} again; the first one counts")
            else:
                waiting[key] = slot

    def _note(self, rule: str, text: str) -> None:
        self._shared.note(0, rule, f"{self._storage.name}: {text}")

    def fill(self, key: BagKey) -> None:
        slot = self._waiting.pop(key, None)
        if slot is None or key in self._entries or key in self._changed:
            return
        try:
            entry = self._decoded(slot)
            if key not in self._added or self._added[key] != entry[1]:
                self._entries[key] = entry
        except (MalformedMessage, LimitExceeded, ValueError, OverflowError) as error:
            self._note("property-malformed", f"0x{slot[1]:04X}{slot[0]:04X}: {error}")

    def fill_all(self) -> None:
        for key in tuple(self._waiting):
            self.fill(key)

    def _decoded(self, slot: Slot) -> tuple[PropertyKey, object]:
        code, number, _, octets = slot
        kind = _KINDS.get(code)
        if kind is None:
            raise MalformedMessage(f"0x{code:04X} is no property type")
        tag = _tagged(number, kind) if number < FIRST_NAMED else self._shared.names.tag_of(number, kind)
        if kind is PropertyType.BINARY:
            return tag, self._stream(number, code)
        if kind in IN_STREAMS:
            return tag, self._several(number, kind)
        if kind not in _HELD_IN_STREAM:
            return tag, self._of_slot(kind, octets, tag)
        value = self._read(kind, self._stream(number, code), tag)
        return tag, value.removesuffix("\0") if isinstance(value, str) else value

    def _of_slot(self, kind: PropertyType, octets: bytes | None, tag: PropertyKey) -> object:
        if octets is None:
            raise MalformedMessage("a stream with a value of fixed width, which stands in its slot")
        usual = _OF_SLOTS.get(kind)
        return self._read(kind, octets, tag) if usual is None else usual(octets)

    def _read(self, kind: PropertyType, octets: bytes, tag: PropertyKey) -> object:
        if kind is PropertyType.UNICODE and not len(octets) & 1:
            return octets.decode("utf-16-le", "surrogatepass")
        reader = ValueReader(octets, WireForm.MSG, code_page=self.code_page, limits=self._shared.limits)
        value = reader.value(kind)
        for finding in reader.findings:
            self._note(finding.rule, f"{tag.label}: {finding.text}")
        return value

    def _several(self, number: int, kind: PropertyType) -> tuple[object, ...]:
        lengths = self._stream(number, kind)
        width = 8 if kind is PropertyType.MV_BINARY else 4
        count = len(lengths) // width
        streams: list[bytes] = []
        for place in range(count):
            octets = self._storage.stream(stream_name(number, kind, place))
            if octets is None:
                raise MalformedMessage(f"{count} values, {place} are there")
            streams.append(octets)
        return decode_streams(kind, lengths[: count * width], streams, code_page=self.code_page)

    def _stream(self, number: int, code: int) -> bytes:
        octets = self._storage.stream(stream_name(number, code))
        if octets is None:
            raise MalformedMessage("no stream with the value")
        return octets


@functools.lru_cache(maxsize=4096)  # files have the same properties over and over
def _tagged(number: int, kind: PropertyType) -> PropertyKey:
    return tag_from_wire(number << 16 | kind)
