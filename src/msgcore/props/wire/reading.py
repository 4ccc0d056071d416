"""Reading property values, tagged values and restrictions from a buffer.

Nothing read can make more of itself than the buffer has octets for: each count is held against what is left before it
is used, restrictions nest no deeper and have no more terms than :mod:`msgcore.props.check` allows.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from msgcore.base.octets import USUAL_LIMITS, Limits
from msgcore.errors import LimitExceeded
from msgcore.props.check import MAX_DEPTH, MAX_TERMS
from msgcore.props.key import PropertyKey
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
from msgcore.props.types import INSTANCE, PropertyType
from msgcore.props.wire.codes import DEPTH_OF_VALUE, IGNORES, PR_ANR, RELATIONS, SUB_TABLES, Kind, mode_of_level
from msgcore.props.wire.fields import FieldReader, char_width
from msgcore.props.wire.forms import WireForm, WireObject, has_form, is_in_stream
from msgcore.props.wire.tags import NamesById, tag_from_wire, type_from_wire

__all__ = ["ValueReader", "decode_restriction", "decode_value"]

_TEXTS = frozenset({PropertyType.UNICODE, PropertyType.STRING8})
_SLOT = 8


def decode_value(
    kind: PropertyType, octets: bytes, form: WireForm, *, code_page: int = 1252, limits: Limits = USUAL_LIMITS
) -> object:
    """Read one value, which is all of ``octets``; for ``MSG`` its slot of eight octets, or its stream.

    Raises:
        MalformedMessage: it is none, or more octets follow.
        LimitExceeded: it is too large, or a restriction too deep.
    """
    reader = ValueReader(octets, form, code_page=code_page, limits=limits)
    value = reader.value(kind)
    reader.end()
    return value


def decode_restriction(
    octets: bytes,
    form: WireForm = WireForm.ROP,
    *,
    named: NamesById | None = None,
    code_page: int = 1252,
    limits: Limits = USUAL_LIMITS,
) -> Restriction:
    """Read a restriction, which is all of ``octets`` ([MS-OXCDATA] section 2.12), in the form ``ROP`` or ``EXTENDED``.

    Raises:
        MalformedMessage: it is none, or more octets follow.
        LimitExceeded: it is too large, too deep or has too many terms.
    """
    reader = ValueReader(octets, form, named=named, code_page=code_page, limits=limits)
    restriction = reader.restriction()
    reader.end()
    return restriction


class ValueReader(FieldReader):
    """Read values one after the other, in one form. ``named`` says what the ids from 0x8000 stand for."""

    __slots__ = ("_depth", "_named", "_terms", "_wide")

    def __init__(
        self,
        octets: bytes,
        form: WireForm,
        *,
        named: NamesById | None = None,
        code_page: int = 1252,
        limits: Limits = USUAL_LIMITS,
        position: int = 0,
    ) -> None:
        super().__init__(octets, form, code_page=code_page, limits=limits, position=position)
        self._named = named
        self._wide = 2 if form is WireForm.ROP else 4
        self._depth = 0
        self._terms = 0

    def end(self) -> None:
        """Raise ``MalformedMessage`` when octets are left."""
        if self.left:
            raise self.broken(f"{self.left} octets behind the end")

    def value(self, kind: PropertyType) -> object:
        """Read a value of ``kind``; of text in a code page (PT_STRING8) a str.

        In the form ``MSG`` it is a slot of eight octets, or a stream, which is all that is left; several values of
        variable width stand in streams of their own (:func:`msgcore.props.wire.decode_streams`).

        Raises:
            MalformedMessage: it is none.
            LimitExceeded: a restriction is too deep, or the values are too many.
        """
        if self.form is not WireForm.MSG:
            fixed = self._fixed.get(kind)
            if fixed is not None:
                return self.one(fixed)
        if not has_form(kind, self.form):
            raise self.broken(f"no value of type {kind.name} has this form")
        if self.form is WireForm.MSG:
            return self._of_msg(kind)
        return self._of_tnef(kind) if self.form is WireForm.TNEF else self._of_rop(kind)

    def tag(self) -> PropertyKey:
        """Read a 32-bit property tag."""
        return self._property(self.u32())

    def _property(self, property_tag: int) -> PropertyKey:
        try:
            return tag_from_wire(property_tag, self._named)
        except ValueError as error:
            raise self.broken(str(error)) from error

    def tagged_value(self) -> tuple[PropertyKey, object]:
        """Read a tag and a value of its type ([MS-OXCDATA] section 2.11.4); of an instance column one element."""
        property_tag = self.u32()
        tag = self._property(property_tag)
        kind = type_from_wire(property_tag & 0xFFFF)
        return tag, self.value(kind.element if property_tag & INSTANCE else kind)

    # Forms

    def _of_rop(self, kind: PropertyType) -> object:
        if kind.is_multiple:
            return self._values(kind.element, self._rop_element)
        return self._rop_element(kind)

    def _rop_element(self, kind: PropertyType) -> object:
        match kind:
            case PropertyType.UNICODE | PropertyType.STRING8:
                return self.text(self.until_nul(char_width(kind)), kind)
            case PropertyType.BINARY:
                return self.take(self.u16() if self._wide == 2 else self.u32())
            case PropertyType.SERVER_ID:
                return self.take(self.u16())
            case PropertyType.RULE_ACTION:
                return self._rule_actions()
            case PropertyType.RESTRICTION:
                self._depth += DEPTH_OF_VALUE
                found = self.restriction()
                self._depth -= DEPTH_OF_VALUE
                return found
            case _:
                return None  # PT_NULL takes no octets

    def _rule_actions(self) -> bytes:
        """Take the blocks of rule actions as they stand ([MS-OXORULE] section 2.2.5)."""
        start = self.position
        for _ in range(self.count(self._wide, self._wide)):
            self.take(self.u16() if self._wide == 2 else self.u32())
        return self._octets[start : self.position]

    def _of_tnef(self, kind: PropertyType) -> object:
        if kind.is_multiple:
            return self._values(kind.element, self._tnef_element)
        count = self.u32()
        if count != 1:
            raise self.broken(f"{count} values of the single-valued type {kind.name}")
        return self._tnef_element(kind)

    def _tnef_element(self, kind: PropertyType) -> object:
        octets = self.take(self.u32())
        if kind in _TEXTS:
            value: object = self.terminated(octets, kind)
        elif kind is PropertyType.OBJECT:
            if len(octets) < 16:
                raise self.broken("an object without the interface that opens it")
            value = WireObject(UUID(bytes_le=octets[:16]), octets[16:])
        else:
            value = octets
        self.pad(len(octets))
        return value

    def _values(self, element: PropertyType, read: Callable[[PropertyType], object]) -> tuple[object, ...]:
        fixed = self._fixed.get(element)
        if fixed is not None:
            return self.several(fixed, self.count(4, fixed.layout.size))
        least = 4 if self.form is WireForm.TNEF else char_width(element)
        return tuple([read(element) for _ in range(self.count(4, least))])

    def _of_msg(self, kind: PropertyType) -> object:
        fixed = self._fixed.get(kind.element)
        if not is_in_stream(kind) and fixed is not None:
            end = self.position + _SLOT
            value = self.one(fixed)
            self.take(end - self.position)  # reserved, to be ignored
            return value
        if kind is PropertyType.CLSID and fixed is not None:
            return self.one(fixed)
        if fixed is not None:
            if self.left % fixed.layout.size:
                raise self.broken(f"{self.left} octets for values of {fixed.layout.size}")
            return self.several(fixed, self.bounded(self.left // fixed.layout.size))
        if kind.is_multiple:
            raise self.broken(f"values of type {kind.name} stand in several streams")
        octets = self.take(self.left)
        return self.text(octets, kind) if kind in _TEXTS else octets

    # Restrictions

    def restriction(self) -> Restriction:
        """Read a restriction; only in the forms ``ROP`` and ``EXTENDED``.

        Raises:
            MalformedMessage: it is none.
            LimitExceeded: it is too deep or has too many terms.
        """
        if self.form not in {WireForm.ROP, WireForm.EXTENDED}:
            raise self.broken("no restriction has this form")
        self._depth += 1
        self._terms += 1
        if self._depth > MAX_DEPTH:
            raise LimitExceeded(f"the restriction is nested deeper than {MAX_DEPTH}")
        if self._terms > MAX_TERMS:
            raise LimitExceeded(f"the restriction has more than {MAX_TERMS} terms")
        found = self._restriction_of(self.u8())
        self._depth -= 1
        return found

    def _restriction_of(self, code: int) -> Restriction:
        match code:
            case Kind.AND:
                return And(self._parts())
            case Kind.OR:
                return Or(self._parts())
            case Kind.NOT:
                return Not(self.restriction())
            case Kind.CONTENT:
                return self._content()
            case Kind.PROPERTY:
                return self._comparison()
            case Kind.COMPARE_PROPERTIES:
                relation = self._relation()
                return PropertyComparison(self.tag(), relation, self.tag())
            case Kind.BITMASK:
                return self._bitmask()
            case Kind.SIZE:
                relation = self._relation()
                return Size(self.tag(), relation, self.u32())
            case Kind.EXIST:
                return Exists(self.tag())
            case Kind.SUB:
                return self._any_row()
            case Kind.COMMENT | Kind.ANNOTATION:
                return self._annotation()
            case Kind.COUNT:
                limit = self.u32()
                return Count(limit, self.restriction())
            case _:
                raise self.broken(f"0x{code:02X} is no kind of restriction")

    def _parts(self) -> tuple[Restriction, ...]:
        counted = self.count(self._wide)
        return tuple([self.restriction() for _ in range(counted)])

    def _content(self) -> Restriction:
        level, ignores = self.u16(), self.u16()
        mode = mode_of_level(level)
        if mode is None or ignores & ~0b111:
            raise self.broken(f"0x{ignores:04X}{level:04X} is no fuzzy level")
        tag = self.tag()
        _, value = self.tagged_value()
        if not isinstance(value, str | bytes):
            raise self.broken(f"content cannot be a {type(value).__name__}")
        return Content(tag, mode, value, *(bool(ignores & bit) for bit in IGNORES))

    def _comparison(self) -> Restriction:
        relation = self._relation()
        property_tag = self.u32()
        tag = self._property(property_tag)
        _, value = self.tagged_value()
        if property_tag >> 16 == PR_ANR and relation is Relation.EQ and isinstance(value, str):
            return AmbiguousName(value)
        return Comparison(tag, relation, value)

    def _bitmask(self) -> Restriction:
        code = self.u8()
        if code > 1:
            raise self.broken(f"{code} is no way to look at bits")
        return Bitmask(self.tag(), self.u32(), bool(code))

    def _any_row(self) -> Restriction:
        property_tag = self.u32()
        table = SUB_TABLES.get(property_tag)
        if table is None:
            raise self.broken(f"0x{property_tag:08X} is no table inside a message")
        return AnyRow(table, self.restriction())

    def _annotation(self) -> Restriction:
        values = tuple([self.tagged_value() for _ in range(self.u8())])
        present = self.u8()
        return Annotation(self.restriction() if present else And(()), values)

    def _relation(self) -> Relation:
        code = self.u8()
        relation = RELATIONS.get(code)
        if relation is None:
            raise self.broken(f"0x{code:02X} is no relation")
        return relation
