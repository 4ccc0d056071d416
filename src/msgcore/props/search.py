"""What a person types into a search box, as a restriction."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from msgcore.props.restriction import And, Not, Or, Restriction, any_attachment, any_recipient
from msgcore.props.table import (
    PidTagAttachLongFilename,
    PidTagBody,
    PidTagDisplayName,
    PidTagEmailAddress,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSubject,
)
from msgcore.props.tags import Property
from msgcore.props.words import words

__all__ = ["search"]

# A minus counts only where a piece begins; a quote that nobody closes goes to the end.
_PIECE = re.compile(r'(?:(?<=\s)|^)(-?)(?:"([^"]*+)(?:"|$)|(\S++))')


def search(text: str) -> Restriction:
    """Make a restriction of what a person typed: messages that have every word of it, somewhere.

    A word counts from its beginning (``rep`` finds a report), words between double quotes stand together and whole, and
    a minus in front leaves out what has them: ``lunch "next week" -plan``. Case and diacritics do not matter. Looked
    through are subject, body, the names and addresses of author and recipients, and the names of attachments. A text
    without any word is satisfied by every message.
    """
    parts: list[Restriction] = []
    for minus, phrase, word in _PIECE.findall(text):
        if words(phrase or word):
            part = _anywhere(partial(_condition, phrase, word))
            parts.append(Not(part) if minus else part)
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _condition(phrase: str, word: str, tag: Property[str]) -> Restriction:
    return tag.has_phrase(phrase) if phrase else tag.has_words(word)


def _anywhere(condition: Callable[[Property[str]], Restriction]) -> Restriction:
    return Or(
        (
            condition(PidTagSubject),
            condition(PidTagBody),
            condition(PidTagSentRepresentingName),
            condition(PidTagSentRepresentingEmailAddress),
            any_recipient(Or((condition(PidTagDisplayName), condition(PidTagEmailAddress)))),
            any_attachment(condition(PidTagAttachLongFilename)),
        )
    )
