"""Writing property values, tagged values and restrictions; what a form cannot say is refused, never left out."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

from msgcore.base.octets import OctetReader, OctetWriter
from msgcore.base.text import codec_of_code_page
from msgcore.errors import MalformedMessage, NotSupported, TooComplex, UsageError
from msgcore.props.check import MAX_DEPTH, MAX_TERMS
from msgcore.props.key import PropertyKey, PropertyName
from msgcore.props.restriction import (
    AmbiguousName,
    And,
    Annotation,
    AnyRow,
    Bitmask,
    Comparison,
    Content,
    Count,
    Exists,
    Not,
    Or,
    PropertyComparison,
    Relation,
    Restriction,
    Size,
)
from msgcore.props.types import PropertyType
from msgcore.props.values import check_kind
from msgcore.props.wire.codes import DEPTH_OF_VALUE, IGNORES, LEVELS, PR_ANR, RELATIONS, SUB_TABLES, Kind
from msgcore.props.wire.fields import char_width
from msgcore.props.wire.forms import FIXED, WireForm, WireObject, has_form, is_in_stream
from msgcore.props.wire.tags import tag_to_wire

__all__ = ["ValueWriter", "encode_restriction", "encode_value"]

_CODES = {relation: code for code, relation in RELATIONS.items()}
_TABLES = {table: tag for tag, table in SUB_TABLES.items()}
_TEXTS = frozenset({PropertyType.UNICODE, PropertyType.STRING8})
_ANR = PR_ANR << 16 | PropertyType.UNICODE


def encode_value(kind: PropertyType, value: object, form: WireForm, *, code_page: int = 1252) -> bytes:
    """Write one value; for ``MSG`` its slot of eight octets, or its stream.

    Raises:
        NotSupported: the form has no such type, or cannot say this value.
        UsageError: the value is none of the type.
    """
    return ValueWriter(form, code_page=code_page).value(kind, value).octets()


def encode_restriction(
    restriction: Restriction,
    form: WireForm = WireForm.ROP,
    *,
    ids: Mapping[PropertyName, int] | None = None,
    code_page: int = 1252,
) -> bytes:
    """Write a restriction ([MS-OXCDATA] section 2.12) in the form ``ROP`` or ``EXTENDED``.

    Raises:
        NotSupported: the form cannot say it: a named property without an id in ``ids``, a number that is too large.
        TooComplex: it is too deep, has too many terms, or is no restriction.
    """
    return ValueWriter(form, ids=ids, code_page=code_page).restriction(restriction).octets()


class ValueWriter(OctetWriter):
    """Write values one after the other, in one form. ``ids`` gives named properties their ids."""

    __slots__ = ("_codec", "_depth", "_fixed", "_ids", "_terms", "_wide", "form")

    def __init__(self, form: WireForm, *, ids: Mapping[PropertyName, int] | None = None, code_page: int = 1252) -> None:
        super().__init__()
        self.form = form
        self._fixed = FIXED[form]
        self._codec = codec_of_code_page(code_page)
        self._ids = ids
        self._wide = 2 if form is WireForm.ROP else 4
        self._depth = 0
        self._terms = 0

    def value(self, kind: PropertyType, value: object) -> ValueWriter:
        """Write a value of ``kind``, in the form ``MSG`` as :meth:`ValueReader.value` reads it.

        Raises:
            NotSupported: the form has no such type, or cannot say this value.
            UsageError: the value is none of the type.
        """
        if not has_form(kind, self.form):
            raise NotSupported(f"no value of type {kind.name} can be written as {self.form.value}")
        checked = check_kind(kind, value)
        if self.form is WireForm.MSG:
            self._as_msg(kind, checked)
        elif kind.is_multiple:
            elements = cast("tuple[object, ...]", checked)
            self.u32(len(elements))
            for element in elements:
                self._element(kind.element, element)
        else:
            if self.form is WireForm.TNEF and kind not in self._fixed:
                self.u32(1)
            self._element(kind, checked)
        return self

    def tag(self, tag: PropertyKey) -> ValueWriter:
        """Write a 32-bit property tag.

        Raises:
            NotSupported: it is a named property without an id.
        """
        self.u32(tag_to_wire(tag, self._ids))
        return self

    def tagged_value(self, tag: PropertyKey, value: object, kind: PropertyType | None = None) -> ValueWriter:
        """Write a tag, of the type ``kind`` where it is given, and a value of that type."""
        number = tag_to_wire(tag, self._ids)
        kind = tag.value_type if kind is None else kind
        self.u32(number & 0xFFFF0000 | kind)
        return self.value(kind, value)

    # Forms

    def _element(self, kind: PropertyType, value: object) -> None:
        fixed = self._fixed.get(kind)
        if fixed is not None:
            self.put(fixed.layout.pack(value if fixed.to_wire is None else fixed.to_wire(value)))
        elif kind is not PropertyType.NULL:
            write = self._tnef_element if self.form is WireForm.TNEF else self._rop_element
            write(kind, value)

    def _rop_element(self, kind: PropertyType, value: object) -> None:
        if kind in _TEXTS and isinstance(value, str):
            octets = self._encoded(kind, value)
            if "\0" in value or (kind is PropertyType.STRING8 and b"\0" in octets):
                raise NotSupported(f"text with a NUL at {value.find(chr(0))} has no form that ends with a NUL")
            self.put(octets).put(bytes(char_width(kind)))
        elif isinstance(value, Restriction):
            self._depth += DEPTH_OF_VALUE
            self.restriction(value)
            self._depth -= DEPTH_OF_VALUE
        elif not isinstance(value, bytes) or kind is PropertyType.RESTRICTION:
            raise NotSupported(f"octets that are no restriction cannot be written as {self.form.value}")
        elif kind is PropertyType.RULE_ACTION:
            self._rule_actions(value)
        else:
            # A server id is counted with 16 bits everywhere ([MS-OXCDATA] section 2.11.1).
            self._counted(len(value), 2 if kind is PropertyType.SERVER_ID else self._wide)
            self.put(value)

    def _tnef_element(self, kind: PropertyType, value: object) -> None:
        if isinstance(value, str):
            octets = self._encoded(kind, value) + bytes(char_width(kind))
        elif isinstance(value, WireObject):
            octets = value.interface.bytes_le + value.octets
        elif isinstance(value, bytes) and kind is PropertyType.BINARY:
            octets = value
        else:
            raise NotSupported(f"a {type(value).__name__} as a value of type {kind.name} cannot be written as tnef")
        self._counted(len(octets), 4)
        self.put(octets).put(bytes(-len(octets) % 4))

    def _as_msg(self, kind: PropertyType, value: object) -> None:
        fixed = self._fixed.get(kind.element)
        if fixed is not None:
            values = cast("tuple[object, ...]", value) if kind.is_multiple else (value,)
            octets, pack, convert = bytearray(), fixed.layout.pack, fixed.to_wire
            for one in values:
                octets += pack(one if convert is None else convert(one))
            self.put(bytes(octets) if is_in_stream(kind) else bytes(octets).ljust(8, b"\0"))
        elif kind.is_multiple:
            raise NotSupported(f"values of type {kind.name} stand in several streams; encode_streams writes them")
        else:
            self.put(self._encoded(kind, value) if isinstance(value, str) else cast(bytes, value))

    def _encoded(self, kind: PropertyType, text: str) -> bytes:
        if kind is PropertyType.UNICODE:
            return text.encode("utf-16-le", "surrogatepass")
        try:
            return text.encode(self._codec)
        except UnicodeError as error:
            raise NotSupported(f"{self._codec} cannot say the text; write it as PT_UNICODE") from error

    def _counted(self, count: int, width: int) -> None:
        if count >= 1 << 8 * width:
            raise NotSupported(f"{count} is more than {8 * width} bits count")
        self.put(count.to_bytes(width, "little"))

    def _rule_actions(self, octets: bytes) -> None:
        """Write blocks of rule actions as they stand, where their counts and lengths are those of this form."""
        reader = OctetReader(octets)
        try:
            count = reader.u16() if self._wide == 2 else reader.u32()
            while count and reader.left:
                reader.take(reader.u16() if self._wide == 2 else reader.u32())
                count -= 1
        except MalformedMessage as error:
            raise NotSupported(f"these are no rule actions as {self.form.value}: {error}") from error
        if count or reader.left:
            raise NotSupported(f"these are no rule actions as {self.form.value}: {count} blocks are missing")
        self.put(octets)

    # Restrictions

    def restriction(self, restriction: Restriction) -> ValueWriter:
        """Write a restriction.

        Raises:
            NotSupported: the form cannot say it.
            TooComplex: it is too deep, has too many terms, or is none.
        """
        if self.form not in {WireForm.ROP, WireForm.EXTENDED}:
            raise NotSupported(f"a restriction cannot be written as {self.form.value}")
        self._depth += 1
        self._terms += 1
        if self._depth > MAX_DEPTH:
            raise TooComplex(f"the restriction is nested deeper than {MAX_DEPTH}")
        if self._terms > MAX_TERMS:
            raise TooComplex(f"the restriction has more than {MAX_TERMS} terms")
        try:
            self._restriction(restriction)
        except (struct.error, OverflowError) as error:
            raise NotSupported(f"a number in {type(restriction).__name__} does not fit its field") from error
        self._depth -= 1
        return self

    def _restriction(self, restriction: Restriction) -> None:
        match restriction:
            case And() | Or():
                self.u8(Kind.AND if isinstance(restriction, And) else Kind.OR)
                self._counted(len(restriction.parts), self._wide)
                for part in restriction.parts:
                    self.restriction(part)
            case Not():
                self.u8(Kind.NOT)
                self.restriction(restriction.part)
            case Content():
                self._content(restriction)
            case Comparison():
                self.u8(Kind.PROPERTY).u8(_CODES[restriction.relation])
                self.tag(restriction.tag)
                self._operand(restriction.tag, restriction.value)
            case AmbiguousName():
                self.u8(Kind.PROPERTY).u8(_CODES[Relation.EQ]).u32(_ANR).u32(_ANR)
                self.value(PropertyType.UNICODE, restriction.name)
            case PropertyComparison():
                self.u8(Kind.COMPARE_PROPERTIES).u8(_CODES[restriction.relation])
                self.tag(restriction.tag).tag(restriction.other)
            case Bitmask():
                self.u8(Kind.BITMASK).u8(restriction.is_set)
                self.tag(restriction.tag).u32(restriction.mask)
            case Size():
                self.u8(Kind.SIZE).u8(_CODES[restriction.relation])
                self.tag(restriction.tag).u32(restriction.size_octets)
            case Exists():
                self.u8(Kind.EXIST)
                self.tag(restriction.tag)
            case AnyRow():
                self.u8(Kind.SUB).u32(_TABLES[restriction.table])
                self.restriction(restriction.part)
            case Count():
                self.u8(Kind.COUNT).u32(restriction.limit)
                self.restriction(restriction.part)
            case Annotation():
                self.u8(Kind.COMMENT).u8(len(restriction.values))
                for tag, value in restriction.values:
                    self.tagged_value(tag, value)
                self.u8(1)
                self.restriction(restriction.part)
            case _:
                raise TooComplex(f"{type(restriction).__name__} is no restriction")

    def _content(self, restriction: Content) -> None:
        flags = (restriction.ignore_case, restriction.ignore_non_space, restriction.is_loose)
        self.u8(Kind.CONTENT).u16(LEVELS[restriction.mode])
        self.u16(sum(bit for bit, is_on in zip(IGNORES, flags, strict=True) if is_on))
        self.tag(restriction.tag)
        kind = PropertyType.UNICODE if isinstance(restriction.value, str) else PropertyType.BINARY
        self.tagged_value(restriction.tag, restriction.value, kind)

    def _operand(self, tag: PropertyKey, value: object) -> None:
        """Write a value under the property's own type, or under the one that its Python kind has."""
        for kind in (tag.value_type, tag.value_type.element, _kind_of(value)):
            if kind is not None and has_form(kind, self.form) and _comes_back(kind, value):
                self.tagged_value(tag, value, kind)
                return
        raise NotSupported(f"{tag.label}: a {type(value).__name__} of this value has no form as {self.form.value}")


def _comes_back(kind: PropertyType, value: object) -> bool:
    """Say whether a value comes back as it was from a wire that calls it ``kind``."""
    try:
        checked = check_kind(kind, value)
    except UsageError:
        return False
    if isinstance(checked, tuple) and kind.is_multiple:
        return all(_comes_back(kind.element, element) for element in cast("tuple[object, ...]", checked))
    if kind in _RANGES and isinstance(checked, int):
        return checked in _RANGES[kind]
    return checked == value or (isinstance(value, float) and math.isnan(value))


_RANGES = {
    PropertyType.SHORT: range(-(1 << 15), 1 << 15),
    PropertyType.LONG: range(-(1 << 31), 1 << 31),
    PropertyType.I8: range(-(1 << 63), 1 << 63),
    PropertyType.ERROR: range(1 << 32),
}


def _kind_of(value: object) -> PropertyType | None:
    match value:
        case bool():
            return PropertyType.BOOLEAN
        case int():
            return PropertyType.LONG if -(1 << 31) <= value < 1 << 31 else PropertyType.I8
        case float():
            return PropertyType.DOUBLE
        case Decimal():
            return PropertyType.CURRENCY
        case str():
            return PropertyType.UNICODE
        case bytes():
            return PropertyType.BINARY
        case datetime():
            return PropertyType.SYSTIME if value.tzinfo is not None else PropertyType.FLOATING_TIME
        case UUID():
            return PropertyType.CLSID
        case _:
            return None
