"""Writing restrictions, sort orders and properties as text: the shortest that reads as an equal value again."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from msgcore.base.text import refuse_line_ends
from msgcore.errors import InjectionRefused, TooComplex, WrongType
from msgcore.props.check import check_size
from msgcore.props.key import PropertyKey
from msgcore.props.names import by_id
from msgcore.props.restriction import (
    AmbiguousName,
    And,
    Annotation,
    AnyRow,
    Bitmask,
    Comparison,
    Content,
    ContentMode,
    Count,
    Exists,
    Not,
    Or,
    PropertyComparison,
    Relation,
    Restriction,
    Size,
    SortKey,
    SubTable,
)
from msgcore.props.tags import PS_INTERNET_HEADERS, NamedProperty, PropertyTag
from msgcore.props.text_form.lexer import MAX_CHARACTERS
from msgcore.props.text_form.literals import write_value
from msgcore.props.text_form.vocabulary import (
    FOLDING_MODES,
    METHODS_OF_CONTENT,
    METHODS_OF_RELATION,
    SIGNS,
    canonical_name,
    short_name,
)
from msgcore.props.types import PropertyType

__all__ = ["format_property", "format_restriction", "format_sort_order"]


def format_restriction(restriction: Restriction) -> str:
    """Write a restriction as text that :func:`parse_restriction` reads as an equal one.

    Raises:
        TooComplex: it is too deep, has too many terms, or its text would be too long to be read.
        WrongType: it compares with what is no property's value.
    """
    check_size(restriction)
    text = _text(restriction, None)
    if len(text) > MAX_CHARACTERS:
        raise TooComplex(f"the text of the restriction is longer than {MAX_CHARACTERS} characters")
    return text


def format_sort_order(keys: Iterable[SortKey]) -> str:
    """Write sort keys as text: ``received desc, subject``."""
    return ", ".join(f"{_name(key.tag, None)}{' desc' if key.is_descending else ''}" for key in keys)


def format_property(tag: PropertyKey) -> str:
    """Write the name of a property as it is meant in every table: its canonical name, or a form with its number."""
    return canonical_name(tag) or _general_name(tag)


def _text(restriction: Restriction, table: SubTable | None) -> str:
    match restriction:
        case And(parts):
            return _joined("and", "all", parts, table)
        case Or(parts):
            return _joined("or", "any", parts, table)
        case Not(part):
            return f"not {_enclosed(part, table)}"
        case AnyRow(inner, part):
            return f"any {inner.value}({_text(part, inner)})"
        case Count(limit, part):
            return f"first {write_value(limit)} of ({_text(part, table)})"
        case Annotation(part, values):
            written = [f", {_name(tag, table)} = {write_value(value)}" for tag, value in values]
            return f"annotated({_text(part, table)}{''.join(written)})"
        case AmbiguousName(name):
            return f"anr({write_value(name)})"
        case _:
            return _condition(restriction, table)


def _joined(word: str, group: str, parts: tuple[Restriction, ...], table: SubTable | None) -> str:
    if len(parts) < 2:
        return f"{group}({''.join(_text(part, table) for part in parts)})"
    return f" {word} ".join([_enclosed(part, table) for part in parts])


def _enclosed(restriction: Restriction, table: SubTable | None) -> str:
    text = _text(restriction, table)
    return f"({text})" if isinstance(restriction, And | Or) and len(restriction.parts) > 1 else text


def _condition(restriction: Restriction, table: SubTable | None) -> str:
    match restriction:
        case Content(tag):
            arguments = ", ".join([write_value(restriction.value), *_flags(restriction)])
            return f"{_name(tag, table)}:{METHODS_OF_CONTENT[restriction.mode]}({arguments})"
        case Comparison(tag, relation, value) if relation in METHODS_OF_RELATION:
            return f"{_name(tag, table)}:{METHODS_OF_RELATION[relation]}({write_value(value)})"
        case Comparison(tag, relation, value):
            return f"{_name(tag, table)} {SIGNS[relation]} {write_value(value)}"
        case PropertyComparison(tag, relation, other):
            return f"{_name(tag, table)} {_sign(relation)} {_name(other, table)}"
        case Bitmask(tag, mask, is_set):
            return f"{_name(tag, table)}:{'has_any_bit' if is_set else 'has_no_bit'}({mask:#x})"
        case Size(tag, relation, size_octets):
            return f"{_name(tag, table)}:value_size {_sign(relation)} {write_value(size_octets)}"
        case Exists(tag):
            return f"{_name(tag, table)}:exists()"
        case _:
            what = type(restriction).__name__
            raise TooComplex(f"{what} is no restriction; for equality write tag.equals(value), not tag == value")


def _sign(relation: Relation) -> str:
    if relation not in SIGNS:
        raise TooComplex(f"{relation.value!r} needs a value to its right")
    return SIGNS[relation]


def _flags(content: Content) -> list[str]:
    folds = content.mode in FOLDING_MODES
    is_usual = content.ignore_case == content.ignore_non_space == folds
    given = {"ignore_case": content.ignore_case, "ignore_non_space": content.ignore_non_space}
    ignored = [flag for flag, is_given in given.items() if is_given]
    flags = [] if is_usual else ignored or ["exact"]
    if content.is_loose:
        return [*flags, "loose"]
    # Without a flag, equals() compares values.
    return flags or (["exact"] if content.mode is ContentMode.FULL else [])


def _name(tag: PropertyKey, table: SubTable | None) -> str:
    return short_name(tag, table) or format_property(tag)


def _general_name(tag: PropertyKey) -> str:
    match tag:
        case PropertyTag():
            # Without an area, a number means the one property of the table that has it.
            needs_area = tag.area or by_id(tag.id, tag.type)
            return f"tag(0x{tag.tag:08X}{f', {write_value(tag.area)}' if needs_area else ''})"
        case NamedProperty():
            name = tag.lid_or_name
            if isinstance(name, str) and _is_header(tag.property_set, tag.type, name):
                return f"header({write_value(name)})"
            written = write_value(name) if isinstance(name, str) else f"{name:#x}"
            return f"{{{tag.property_set}}}/{written}:{tag.type.name.lower()}"
        case _:
            raise WrongType(f"{tag.label}: a {type(tag).__name__} has no written form")


def _is_header(property_set: UUID, kind: PropertyType, name: str) -> bool:
    try:
        refuse_line_ends(name, "header name")
    except InjectionRefused:
        return False
    return property_set == PS_INTERNET_HEADERS and kind is PropertyType.UNICODE and name == name.lower()
