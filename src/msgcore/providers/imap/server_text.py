"""What a server may find of text in bodies and attachments, which it alone sees, by comparing as it does.

A condition is asked for by the words of its text: as they are written, and without case and diacritics where these do
not matter. A server may know other spellings, too, or whole words only. Beside a condition on bodies, as one of several
alternatives, a condition on fields is asked for in the same way: else the server could not narrow down either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

import attrs

from msgcore.base.text import fold
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.restriction import (
    AmbiguousName,
    And,
    Annotation,
    AnyRow,
    Comparison,
    Content,
    Or,
    Relation,
    Restriction,
    SubTable,
)
from msgcore.props.table import (
    PidTagAttachLongFilename,
    PidTagBody,
    PidTagDisplayBcc,
    PidTagDisplayCc,
    PidTagDisplayName,
    PidTagDisplayTo,
    PidTagEmailAddress,
    PidTagNormalizedSubject,
    PidTagSenderEmailAddress,
    PidTagSenderName,
    PidTagSenderSmtpAddress,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSentRepresentingSmtpAddress,
    PidTagSmtpAddress,
    PidTagSubject,
)
from msgcore.props.types import PropertyType
from msgcore.props.words import words
from msgcore.providers.imap.columns import Level, asked_of_rows, needs_of
from msgcore.wire.imap.criteria import SearchCriteria, all_of, key, or_

__all__ = ["ServerText", "looks_inside"]

Places = tuple[tuple[str, ...], ...]
"""Search keys, in one of which a text may stand."""

_MOST_WORDS = 4
_ASCII_RUN = re.compile("[A-Za-z0-9]+")

_ANYWHERE: Places = (("TEXT",),)
_SUBJECT: Places = (("SUBJECT",),)
_AUTHOR: Places = (("HEADER", "From"), ("HEADER", "Sender"))
_RECIPIENTS: Places = (("HEADER", "To"), ("HEADER", "Cc"), ("HEADER", "Bcc"))
_PLACES: Mapping[BagKey, Places] = {
    PidTagBody.bag_key: (("BODY",),),
    PidTagSubject.bag_key: _SUBJECT,
    PidTagNormalizedSubject.bag_key: _SUBJECT,
    PidTagDisplayTo.bag_key: _RECIPIENTS[:1],
    PidTagDisplayCc.bag_key: _RECIPIENTS[1:2],
    PidTagDisplayBcc.bag_key: _RECIPIENTS[2:],
    **dict.fromkeys(
        (
            tag.bag_key
            for tag in (
                PidTagSentRepresentingName,
                PidTagSentRepresentingEmailAddress,
                PidTagSentRepresentingSmtpAddress,
                PidTagSenderName,
                PidTagSenderEmailAddress,
                PidTagSenderSmtpAddress,
            )
        ),
        _AUTHOR,
    ),
}
_PLACES_OF_ROWS: Mapping[SubTable, Mapping[BagKey, Places]] = {
    SubTable.RECIPIENTS: dict.fromkeys(
        (tag.bag_key for tag in (PidTagDisplayName, PidTagEmailAddress, PidTagSmtpAddress)), _RECIPIENTS
    ),
    SubTable.ATTACHMENTS: {PidTagAttachLongFilename.bag_key: _ANYWHERE},
}


@attrs.frozen
class _Found:
    """Keys, and for a single condition those that would find its words anywhere in the message."""

    criteria: SearchCriteria
    anywhere: SearchCriteria | None = None


def looks_inside(restriction: Restriction) -> bool:
    """Say whether a restriction asks for something of which only the server knows without fetching the message."""
    return needs_of(asked_of_rows(restriction)).level is Level.WHOLE


class ServerText:
    """Narrows down by text as the server compares it; ``other`` does so for conditions that are not on text.

    ``knows_utf8``: it takes words that are not ASCII.
    """

    def __init__(self, other: Callable[[Restriction], SearchCriteria | None], *, knows_utf8: bool) -> None:
        self._other = other
        self._knows_utf8 = knows_utf8

    def narrowed(self, restriction: Restriction) -> SearchCriteria | None:
        """Give keys that find the messages where a restriction holds, by the server's rules, and perhaps others."""
        found = self._narrowed(restriction, _PLACES, self._other)
        return None if found is None else found.criteria

    def _narrowed(
        self,
        restriction: Restriction,
        places: Mapping[BagKey, Places],
        other: Callable[[Restriction], SearchCriteria | None],
    ) -> _Found | None:
        match restriction:
            case Annotation():
                return self._narrowed(restriction.part, places, other)
            case And():
                found = [self._narrowed(part, places, other) for part in restriction.parts]
                there = [one.criteria for one in found if one is not None]
                return _Found(all_of(*dict.fromkeys(there))) if there else None
            case Or():
                return _either([self._narrowed(part, places, other) for part in restriction.parts])
            case AnyRow():  # what is no text there is nothing that the message says itself
                return self._narrowed(restriction.part, _PLACES_OF_ROWS[restriction.table], lambda _: None)
            case AmbiguousName():
                return self._standing(restriction.name, _AUTHOR, is_folded=True)
            case Content(value=str(text)) if where := _places_of(restriction.tag, places):
                is_folded = restriction.ignore_case or restriction.ignore_non_space or restriction.is_loose
                return self._standing(text, where, is_folded=is_folded)
            case Comparison(relation=Relation.EQ, value=str(text)) if where := _places_of(restriction.tag, places):
                return self._standing(text, where, is_folded=False)
            case _:
                found_so = other(restriction)
                return None if found_so is None else _Found(found_so)

    def _standing(self, text: str, places: Places, *, is_folded: bool) -> _Found | None:
        """Ask for the words of a text in one of the places; ``None``: it has none."""
        wanted = self._spellings(text, is_folded=is_folded)
        if not wanted:
            return None
        return _Found(or_(*(_all_in(place, wanted) for place in places)), _all_in(("TEXT",), wanted))

    def _spellings(self, text: str, *, is_folded: bool) -> Sequence[Sequence[str]]:
        """Give the longest words of a text, each as the server is to look for it."""
        composed = unicodedata.normalize("NFC", text) if is_folded else text
        found = words(composed, None) if self._knows_utf8 else _ASCII_RUN.findall(composed)
        longest = sorted(dict.fromkeys(found), key=len, reverse=True)[:_MOST_WORDS]
        return [_spelled(word) if is_folded else [word] for word in longest]


def _places_of(tag: PropertyKey, places: Mapping[BagKey, Places]) -> Places:
    return places.get(tag.bag_key, ()) if tag.value_type is PropertyType.UNICODE else ()


def _spelled(word: str) -> Sequence[str]:
    """Give a word as it is written, and without diacritics when it has some: servers do not look at case."""
    if word.isascii():
        return [word]
    return list(dict.fromkeys((word, fold(word, ignore_non_space=True))))


def _all_in(place: tuple[str, ...], wanted: Sequence[Sequence[str]]) -> SearchCriteria:
    return all_of(*(or_(*(key(*place, spelling) for spelling in spellings)) for spellings in wanted))


def _either(parts: Sequence[_Found | None]) -> _Found | None:
    there = [part for part in parts if part is not None]
    if len(there) < len(parts):
        return None
    # What is found anywhere in the message needs not be looked for in one place of it, too.
    wide = dict.fromkeys(part.criteria for part in there if part.criteria == part.anywhere)
    kept = [part.criteria for part in there if part.anywhere not in wide]
    same = {part.anywhere for part in there}
    return _Found(or_(*dict.fromkeys([*wide, *kept])), same.pop() if len(same) == 1 else None)
