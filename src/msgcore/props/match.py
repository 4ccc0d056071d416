"""The reference evaluator: what a restriction means, for every store to agree with.

Kinds are checked from the types of the properties before any row is looked at (:mod:`msgcore.props.check`): text with
text, octets with octets, numbers of any width with one another and with booleans, times with times. Then:

- An absent property satisfies no content, comparison, bitmask or size condition; ``Not`` simply turns a result round,
  so that ``~PidTagSubject.contains("x")`` holds where there is no subject. A value of another class than the
  property's type has counts as absent.
- A multiple-valued property satisfies a condition when any of its elements does. Only a tuple to compare with, the
  size, and another multiple-valued property are compared with all of it.
- Text compares by code point, octets by value, times by moment, tuples element by element. A NaN in a row differs from
  everything and stands in no other relation.
- Text is folded as the flags of a content condition say, on both sides: ``ignore_case`` by ``fold(text)``,
  ``ignore_non_space`` by ``fold(text, ignore_non_space=True)`` (MAPI has no finer meaning for it: case goes, too),
  ``is_loose`` by ``fold_loosely(text)`` whatever the others say. Octets have no case.
- ``WORD_PREFIX``: the words (:mod:`msgcore.props.words`) of the value stand in those of the text one behind the other,
  the last as the beginning of a word; ``PHRASE``: each whole. A value without any word holds wherever the property
  is there. With ``ignore_non_space`` and not loose, which is the form of indexes, a word counts by its
  first 255 characters; else whole.
- ``MATCHES``: the pattern is found anywhere in the text.
- A bitmask holds when some bit of it is set, or none when not ``is_set``, both read as 64 bits.
- The size is :func:`~msgcore.props.values.value_size` of the value.
- ``AnyRow``: some row of ``source.get(PidTagMessageRecipients)`` or ``source.get(PidTagMessageAttachments)``, a tuple
  of sources, satisfies the part; where there is no tuple there are no rows.
- ``AmbiguousName``: each word of the name begins a word of some property in ``NAME_TAGS``, both without case and
  diacritics; a name without any word holds where the row has one of those.
- ``Count`` and ``Annotation`` mean their part: which rows are the first ones only a table can say.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, Protocol, cast
from uuid import UUID

from msgcore.base.text import fold, fold_loosely
from msgcore.errors import TooComplex
from msgcore.props.check import Kind, check_restriction, kind_of
from msgcore.props.key import PropertyKey
from msgcore.props.regex import compile_pattern
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
    SubTable,
)
from msgcore.props.table import (
    PidTagAccount,
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagMessageAttachments,
    PidTagMessageRecipients,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSentRepresentingSmtpAddress,
    PidTagSmtpAddress,
)
from msgcore.props.tags import PropertyTag
from msgcore.props.values import size_octets, value_size
from msgcore.props.words import LONGEST_WORD, line_of_words, words

__all__ = ["NAME_TAGS", "Matcher", "PropertySource", "match", "matcher"]

NAME_TAGS: Sequence[PropertyTag[str]] = (
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagSmtpAddress,
    PidTagAccount,
    PidTagSentRepresentingName,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingSmtpAddress,
)
"""The properties that an ambiguous name is looked for in: those of a recipient or entry, and of a message's author."""

_RELATIONS: dict[Relation, Callable[[Any, Any], bool]] = {
    Relation.LT: operator.lt,
    Relation.LE: operator.le,
    Relation.GT: operator.gt,
    Relation.GE: operator.ge,
    Relation.EQ: operator.eq,
    Relation.NE: operator.ne,
}
_CLASSES: dict[Kind | None, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.OCTETS: (bytes,),
    Kind.NUMBER: (int, float, Decimal),
    Kind.TIME: (datetime,),
    Kind.FLOATING_TIME: (datetime,),
    Kind.GUID: (UUID,),
}
_ROWS = {SubTable.RECIPIENTS: PidTagMessageRecipients, SubTable.ATTACHMENTS: PidTagMessageAttachments}


class PropertySource(Protocol):
    """Anything that gives property values: a bag, a message, a row."""

    def get(self, tag: Any, /) -> object: ...


Matcher = Callable[[PropertySource], bool]
_Test = Callable[[Any, Any], bool]
"""Whether a value that was found stands to what is wanted as it should."""


def match(restriction: Restriction, source: PropertySource) -> bool:
    """Say whether ``source`` satisfies ``restriction``; for many sources make a :func:`matcher` once.

    Raises:
        TooComplex, WrongType, MissingExtra: as :func:`~msgcore.props.check.check_restriction` does.
    """
    check_restriction(restriction)
    return matcher(restriction)(source)


def matcher(restriction: Restriction) -> Matcher:
    """Give a function that says whether a source satisfies a restriction that has been checked.

    Folding what is wanted, compiling patterns and choosing by type are done once, here.
    """
    match restriction:
        case And():
            return _every([matcher(part) for part in restriction.parts])
        case Or():
            return _some([matcher(part) for part in restriction.parts])
        case Not():
            return _opposite(matcher(restriction.part))
        case Exists():
            return _exists(restriction.tag)
        case Content():
            return _content(restriction)
        case Comparison():
            return _comparison(restriction)
        case PropertyComparison():
            return _two_properties(restriction)
        case Bitmask():
            return _any_value(restriction.tag, _has_bit if restriction.is_set else _has_no_bit, restriction.mask)
        case Size():
            return _size(restriction)
        case AnyRow():
            return _any_row(_ROWS[restriction.table], matcher(restriction.part))
        case AmbiguousName():
            return _ambiguous_name(restriction.name)
        case Count() | Annotation():
            return matcher(restriction.part)
        case _:
            raise TooComplex(f"{type(restriction).__name__} is no restriction")


def _every(parts: Sequence[Matcher]) -> Matcher:
    def holds(source: PropertySource) -> bool:
        # A generator would cost more than the loop.
        for part in parts:  # noqa: SIM110
            if not part(source):
                return False
        return True

    return holds


def _some(parts: Sequence[Matcher]) -> Matcher:
    def holds(source: PropertySource) -> bool:
        for part in parts:  # noqa: SIM110
            if part(source):
                return True
        return False

    return holds


def _opposite(part: Matcher) -> Matcher:
    return lambda source: not part(source)


def _exists(tag: PropertyKey) -> Matcher:
    return lambda source: source.get(tag) is not None


def _any_value(tag: PropertyKey, test: _Test, wanted: object) -> Matcher:
    """Hold where the value, or any element of a multiple-valued one, passes the test."""
    classes = _CLASSES[kind_of(tag)]

    def one(source: PropertySource) -> bool:
        found = source.get(tag)
        return isinstance(found, classes) and test(found, wanted)

    def several(source: PropertySource) -> bool:
        found = source.get(tag)
        if isinstance(found, tuple):
            for element in cast("tuple[object, ...]", found):
                if isinstance(element, classes) and test(element, wanted):
                    return True
        return False

    return several if tag.value_type.is_multiple else one


# Text and octets


def _content(restriction: Content) -> Matcher:
    wanted = restriction.value
    if not isinstance(wanted, str):
        return _any_value(restriction.tag, _plain_test(restriction.mode, bytes), wanted)
    form = _form(restriction)
    if restriction.mode in {ContentMode.WORD_PREFIX, ContentMode.PHRASE}:
        longest = LONGEST_WORD if restriction.ignore_non_space and not restriction.is_loose else None
        is_prefix = restriction.mode is ContentMode.WORD_PREFIX
        return _has_words(restriction.tag, form, words(form(wanted), longest), longest, is_prefix)
    test = _plain_test(restriction.mode, str)
    if form is not str:
        return _any_value(restriction.tag, lambda found, folded: test(form(found), folded), form(wanted))
    return _any_value(restriction.tag, test, wanted)


def _form(restriction: Content) -> Callable[[str], str]:
    """Give how both sides are folded; ``str`` where they are not."""
    if restriction.is_loose:
        return fold_loosely
    if restriction.ignore_non_space:
        return partial(fold, ignore_non_space=True)
    return fold if restriction.ignore_case else str


def _plain_test(mode: ContentMode, kind: type[str] | type[bytes]) -> _Test:
    match mode:
        case ContentMode.FULL:
            return operator.eq
        case ContentMode.PREFIX:
            return kind.startswith
        case _:
            return operator.contains


def _has_words(
    tag: PropertyKey, form: Callable[[str], str], wanted: list[str], longest: int | None, is_prefix: bool
) -> Matcher:
    some_word = max(wanted, key=len, default="")

    def stands_in(found: str, phrase: str) -> bool:
        text = form(found)
        # Most rows lack the word, which is found out without taking their text apart.
        return some_word in text and phrase in line_of_words(words(text, longest))

    return _any_value(tag, stands_in, line_of_words(wanted, is_cut=is_prefix))


def _ambiguous_name(name: str) -> Matcher:
    beginnings = [line_of_words([word], is_cut=True) for word in dict.fromkeys(_name_words(name))]

    def holds(source: PropertySource) -> bool:
        found = [value for value in map(source.get, NAME_TAGS) if isinstance(value, str)]
        line = line_of_words(_name_words("\n".join(found)))
        return bool(found) and all(beginning in line for beginning in beginnings)

    return holds


def _name_words(text: str) -> list[str]:
    return words(fold(text, ignore_non_space=True))


# Values


def _comparison(restriction: Comparison) -> Matcher:
    tag, wanted = restriction.tag, restriction.value
    if restriction.relation is Relation.MATCHES:
        is_found_in = compile_pattern(cast(str, wanted))
        return _any_value(tag, lambda found, _: is_found_in(found), None)
    relation = _relation(restriction.relation, tag)
    if not isinstance(wanted, tuple):
        return _any_value(tag, relation, _in_utc(wanted))
    whole = tuple(_in_utc(element) for element in cast("tuple[object, ...]", wanted))

    def holds(source: PropertySource) -> bool:
        found = source.get(tag)
        return isinstance(found, tuple) and relation(found, whole)

    return holds


def _two_properties(restriction: PropertyComparison) -> Matcher:
    tag, other = restriction.tag, restriction.other
    relation = _relation(restriction.relation, tag)
    is_whole = tag.value_type.is_multiple and other.value_type.is_multiple
    classes = (tuple,) if is_whole else _CLASSES[kind_of(tag)]
    if is_whole and kind_of(tag) is Kind.NUMBER:
        relation = partial(_elements_stand, relation)

    def wholes(source: PropertySource) -> bool:
        left, right = source.get(tag), source.get(other)
        return isinstance(left, classes) and isinstance(right, classes) and relation(left, right)

    def elements(source: PropertySource) -> bool:
        return any(
            isinstance(left, classes) and isinstance(right, classes) and relation(left, right)
            for left in _elements(source.get(tag))
            for right in _elements(source.get(other))
        )

    return wholes if tag.value_type.is_multiple is other.value_type.is_multiple else elements


def _elements_stand(relation: _Test, left: Any, right: Any) -> bool:
    """Compare tuples as Python does, which takes a NaN to equal itself where it is one object."""
    for one, other in zip(left, right, strict=False):
        if one != other:
            return relation(one, other)
    return relation(len(left), len(right))


def _elements(value: object) -> tuple[object, ...]:
    return cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)


def _relation(relation: Relation, tag: PropertyKey) -> _Test:
    test = _RELATIONS[relation]
    if kind_of(tag) is not Kind.NUMBER or relation in {Relation.EQ, Relation.NE}:
        return test

    def stands(left: object, right: object) -> bool:
        try:
            return test(left, right)
        except InvalidOperation:  # a Decimal and a NaN
            return False

    return stands


def _in_utc(value: object) -> object:
    """Give a time in UTC: in two zones, times that a zone has twice a year equal none (PEP 495)."""
    return value.astimezone(UTC) if isinstance(value, datetime) and value.utcoffset() is not None else value


def _has_bit(found: Any, mask: Any) -> bool:
    return bool(found & mask)


def _has_no_bit(found: Any, mask: Any) -> bool:
    return not found & mask


def _size(restriction: Size) -> Matcher:
    tag, relation, wanted = restriction.tag, _RELATIONS[restriction.relation], restriction.size_octets
    # Of text and octets it is the same, and found faster.
    measure = size_octets if kind_of(tag) in {Kind.TEXT, Kind.OCTETS} else partial(value_size, tag.value_type)
    classes = (tuple,) if tag.value_type.is_multiple else _CLASSES[kind_of(tag)]

    def holds(source: PropertySource) -> bool:
        found = source.get(tag)
        return isinstance(found, classes) and relation(measure(found), wanted)

    return holds


def _any_row(tag: PropertyKey, part: Matcher) -> Matcher:
    def holds(source: PropertySource) -> bool:
        rows = source.get(tag)
        return isinstance(rows, tuple) and any(map(part, cast("tuple[PropertySource, ...]", rows)))

    return holds
