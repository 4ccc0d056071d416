"""Conditions on words, as queries of the full-text table ``message_words``.

It holds the words of ``fold(text, ignore_non_space=True)``. So it answers conditions on words that fold in this way by
itself; for any other condition that a text satisfies only if it has certain words, it says which rows may satisfy it.
A query is a tree of phrases, each in one column of the table; :mod:`~msgcore.providers.internal.word_sql` writes it
for an engine.

The text of attachments is what their hooks said when the message was indexed; see :mod:`msgcore.spi.texts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import attrs

from msgcore.base.text import fold
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.restriction import (
    And,
    Annotation,
    AnyRow,
    Comparison,
    Content,
    ContentMode,
    Or,
    Relation,
    Restriction,
    SubTable,
)
from msgcore.props.table import (
    PidTagAttachLongFilename,
    PidTagBody,
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagSearchAttachments,
    PidTagSenderEmailAddress,
    PidTagSenderName,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSmtpAddress,
    PidTagSubject,
)
from msgcore.props.types import PropertyType
from msgcore.props.words import words

__all__ = [
    "Joint",
    "Phrase",
    "WordQuery",
    "WordTree",
    "as_whole_words",
    "exact_words",
    "necessary_words",
    "put_together",
]

_Places = Mapping[BagKey, str]

_EXACT: _Places = {
    PidTagSubject.bag_key: "subject",
    PidTagBody.bag_key: "body",
    PidTagSearchAttachments.bag_key: "attachments",
}
# What these texts have is somewhere among the people: not what the whole condition asks, but what rows need.
_AUTHORS = (PidTagSentRepresentingName, PidTagSentRepresentingEmailAddress, PidTagSenderName, PidTagSenderEmailAddress)
_OF_MESSAGES: _Places = {**_EXACT, **{tag.bag_key: "people" for tag in _AUTHORS}}
_INSIDE: Mapping[SubTable, _Places] = {
    SubTable.RECIPIENTS: {
        PidTagDisplayName.bag_key: "people",
        PidTagEmailAddress.bag_key: "people",
        PidTagSmtpAddress.bag_key: "people",
    },
    SubTable.ATTACHMENTS: {PidTagAttachLongFilename.bag_key: "files"},
}

_BY_WORDS = frozenset({ContentMode.WORD_PREFIX, ContentMode.PHRASE})
_WHOLE = frozenset({ContentMode.FULL, ContentMode.PHRASE})

# A longer phrase is cut: then rows decide.
_MOST_WORDS = 64
# FTS5 takes expressions that are 256 deep, and its parser's stack is 100 deep.
_MOST_PHRASES = 500
_MOST_DEEP = 12
# The words of a tsquery may have 1,048,575 octets together, a letter and an end for each among them.
_MOST_CHARACTERS = 200_000


@attrs.frozen
class Phrase:
    """Words that stand side by side in a column of the full text; the last one may go on if it ``is_prefix``."""

    column: str
    words: tuple[str, ...]
    is_prefix: bool


@attrs.frozen
class Joint:
    """Parts of which all are found, or ``is_any``; there are two or more."""

    parts: tuple[WordTree, ...]
    is_any: bool


WordTree: TypeAlias = "Phrase | Joint"


@attrs.frozen
class WordQuery:
    """A query of the full text, the restriction that it stands for, and how large it is."""

    tree: WordTree
    means: Restriction
    phrases: int
    depth: int
    characters: int


def as_whole_words(tree: WordTree) -> WordTree:
    """Give a query that asks for whole words where another asks for their beginnings."""
    if isinstance(tree, Phrase):
        return attrs.evolve(tree, is_prefix=False)
    return attrs.evolve(tree, parts=tuple(map(as_whole_words, tree.parts)))


def exact_words(restriction: Restriction) -> WordQuery | None:
    """Give the query that finds exactly the messages that satisfy a restriction, if there is one."""
    match restriction:
        case And() | Or():
            return _joined(type(restriction), _all(map(exact_words, restriction.parts)))
        case Annotation():
            part = exact_words(restriction.part)
            return part and attrs.evolve(part, means=restriction)
        case Content():
            phrase = _exact_content(restriction)
            return None if phrase is None else _alone(phrase, restriction)
        case _:
            return None


def necessary_words(restriction: Restriction, places: _Places = _OF_MESSAGES) -> WordQuery | None:
    """Give a query that finds every message that satisfies a restriction, if there is one.

    ``places`` is where the full-text table has the properties of the rows in question.
    """
    match restriction:
        case And():
            parts = (necessary_words(part, places) for part in restriction.parts)
            return _joined(And, [part for part in parts if part is not None])
        case Or():
            return _joined(Or, _all(necessary_words(part, places) for part in restriction.parts))
        case Annotation():
            return necessary_words(restriction.part, places)
        case AnyRow():
            inside = necessary_words(restriction.part, _INSIDE[restriction.table])
            return inside and attrs.evolve(inside, means=AnyRow(restriction.table, inside.means))
        case Content() | Comparison():
            phrase = _necessary_phrase(restriction, places)
            return None if phrase is None else _alone(phrase, restriction)
        case _:
            return None


def put_together(queries: Iterable[WordQuery]) -> list[WordQuery]:
    """Give as few queries as can be that ask together for all that these do."""
    found: list[WordQuery] = []
    group: list[WordQuery] = []
    for query in queries:
        whole = _joined(And, [*group, query])
        if whole is None:
            group = []
        elif group:
            found.pop()
        group.append(query)
        found.append(whole or query)
    return found


def _all(parts: Iterable[WordQuery | None]) -> list[WordQuery]:
    """Give all of them, or nothing if one is missing."""
    found: list[WordQuery] = []
    for part in parts:
        if part is None:
            return []
        found.append(part)
    return found


def _alone(phrase: Phrase, means: Restriction) -> WordQuery:
    return WordQuery(phrase, means, 1, 1, sum(map(len, phrase.words)))


def _joined(kind: type[And] | type[Or], parts: Sequence[WordQuery]) -> WordQuery | None:
    if not parts:
        return None
    phrases, depth = sum(part.phrases for part in parts), 1 + max(part.depth for part in parts)
    characters = sum(part.characters for part in parts)
    if phrases > _MOST_PHRASES or depth > _MOST_DEEP or characters > _MOST_CHARACTERS:
        return None
    means = kind(tuple(part.means for part in parts))
    # The same words in several places, as in the names of recipients and of the author, are looked up once.
    trees = tuple(dict.fromkeys(part.tree for part in parts))
    if len(trees) == 1:
        return attrs.evolve(parts[0], means=means)
    return WordQuery(Joint(trees, kind is Or), means, phrases, depth, characters)


def _exact_content(restriction: Content) -> Phrase | None:
    place = _place(restriction.tag, _EXACT)
    if place is None or restriction.mode not in _BY_WORDS or not isinstance(restriction.value, str):
        return None
    if restriction.is_loose or not restriction.ignore_non_space:
        return None
    found = words(fold(restriction.value, ignore_non_space=True))
    if not 0 < len(found) <= _MOST_WORDS:
        return None
    return Phrase(place, tuple(found), restriction.mode is ContentMode.WORD_PREFIX)


def _necessary_phrase(restriction: Content | Comparison, places: _Places) -> Phrase | None:
    place = _place(restriction.tag, places)
    wanted = restriction.value
    if place is None or not isinstance(wanted, str):
        return None
    if isinstance(restriction, Comparison):
        mode = ContentMode.FULL if restriction.relation is Relation.EQ else None
    else:
        mode = None if restriction.is_loose else restriction.mode
    if mode is None:
        return None
    text = fold(wanted, ignore_non_space=True)
    # Where the text stands inside another one, its first word may be the end of a word.
    found = words("x" + text)[1:] if mode is ContentMode.SUBSTRING else words(text)
    if not found:
        return None
    return Phrase(place, tuple(found[:_MOST_WORDS]), mode not in _WHOLE and len(found) <= _MOST_WORDS)


def _place(tag: PropertyKey, places: _Places) -> str | None:
    return places.get(tag.bag_key) if tag.value_type is PropertyType.UNICODE else None
