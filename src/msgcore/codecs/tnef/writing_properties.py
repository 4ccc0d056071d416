"""Lists of properties as they are written ([MS-OXTNEF] section 2.1.3.4)."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from msgcore.codecs.objects.people import Values
from msgcore.errors import NotSupported
from msgcore.props.key import PropertyKey
from msgcore.props.tags import NamedProperty
from msgcore.props.types import PropertyType
from msgcore.props.wire import ValueWriter, WireForm, has_form, tag_to_wire

__all__ = ["object_header", "property_list", "unwritable"]

_FIRST_NAMED, _MOST_NAMED = 0x8000, 0x7FFF
_BY_LID, _BY_NAME = 0, 1
_CONTENT = 0x3701
_LARGEST = 0xFFFFFFFF
_WRITTEN = frozenset(kind for kind in PropertyType if has_form(kind, WireForm.TNEF) and kind is not PropertyType.OBJECT)


def property_list(values: Values, extra: bytes = b"", extra_count: int = 0) -> bytes:
    """Write a list; types that the form has not are left out. ``extra`` are properties that are written already.

    Raises:
        NotSupported: a value has more than 4 GiB.
    """
    written = [entry for entry in values if entry[0].value_type in _WRITTEN]
    writer = ValueWriter(WireForm.TNEF)
    writer.u32(len(written) + extra_count)
    for number, (tag, value) in enumerate(written):
        _put_tag(writer, tag, number)
        writer.value(tag.value_type, value)
    return writer.put(extra).octets()


def unwritable(tag: PropertyKey, value: object) -> str | None:
    """Say why a property cannot stand in TNEF, or give ``None``."""
    if tag.value_type not in _WRITTEN:
        return f"TNEF has no values of the type {tag.value_type.name}"
    try:
        ValueWriter(WireForm.TNEF).value(tag.value_type, value)
    except NotSupported as error:
        return str(error)
    return None


def object_header(size_octets: int, interface: UUID) -> bytes:
    """Write what stands in front of the octets of an object that is an attachment's content.

    Raises:
        NotSupported: it has more than 4 GiB.
    """
    size = size_octets + len(interface.bytes_le)
    if size > _LARGEST:
        raise NotSupported(f"{size} octets do not fit a property of TNEF, which takes up to 4 GiB")
    head = ValueWriter(WireForm.TNEF).u32(_CONTENT << 16 | PropertyType.OBJECT).u32(1).u32(size)
    return head.put(interface.bytes_le).octets()


def _put_tag(writer: ValueWriter, tag: PropertyKey, number: int) -> None:
    if isinstance(tag, NamedProperty):
        writer.u32((_FIRST_NAMED + number % _MOST_NAMED) << 16 | tag.value_type)
        _put_name(writer, cast(NamedProperty[object], tag))
    else:
        writer.u32(tag_to_wire(tag))


def _put_name(writer: ValueWriter, tag: NamedProperty[object]) -> None:
    writer.put(tag.property_set.bytes_le)
    if isinstance(tag.lid_or_name, int):
        writer.u32(_BY_LID).u32(tag.lid_or_name)
        return
    spelled = tag.name if tag.name.lower() == tag.lid_or_name.lower() else tag.lid_or_name
    octets = spelled.encode("utf-16-le", "surrogatepass") + b"\0\0"
    writer.u32(_BY_NAME).u32(len(octets)).put(octets).put(bytes(-len(octets) % 4))
