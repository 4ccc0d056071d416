"""The full-text index: what of a message stands in it, and the SQL that keeps its rows.

Theory of operation: FTS5's tokenizer ``ascii`` takes runs of ASCII letters, ASCII digits and anything beyond ASCII, and
lower-cases ASCII. So ASCII text is given to it as it is, and of other text the words, one blank apart: what it then
finds are the words of the folded text, no more and no fewer. A row is there as long as some message names it. Rows keep
their text, because FTS5 forgets a row by the words that it was given: taken from the message again, by another version
of Unicode perhaps, they might be others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgcore.base.text import fold
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagBody,
    PidTagHtml,
    PidTagInternetCodepage,
    PidTagSenderEmailAddress,
    PidTagSenderName,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSubject,
)
from msgcore.props.words import LONGEST_WORD, words
from msgcore.runtime import Connection

__all__ = [
    "MOST_CHARACTERS",
    "IndexedText",
    "drop_unused_words",
    "indexed_text",
    "is_indexed",
    "searchable",
    "write_words",
]

IndexedText = tuple[str, str, str, str]
"""The columns of ``message_words``: subject, body, people, files."""

MOST_CHARACTERS = 64 * 1024 * 1024
"""A message with a longer text is not indexed."""

_PEOPLE = (
    PidTagSentRepresentingName,
    PidTagSentRepresentingEmailAddress,
    PidTagSenderName,
    PidTagSenderEmailAddress,
)
_INDEXED = frozenset(tag.bag_key for tag in (PidTagSubject, PidTagBody, PidTagHtml, PidTagInternetCodepage, *_PEOPLE))

# A word of its own for the tokenizer and none for us, so that no phrase goes from one name to the next.
_APART = " \N{BROKEN BAR} "

_HALF = (LONGEST_WORD + 1) // 2
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_FEW = 50  # characters beyond ASCII, up to which replacing each is the faster way


def is_indexed(tag: PropertyKey) -> bool:
    """Say whether a change of the property changes what is in the index."""
    return tag.bag_key in _INDEXED


def indexed_text(message: Message) -> IndexedText | None:
    """Give what the index holds of a message; ``None`` when some text is longer than what is indexed."""
    html = message.get(PidTagHtml)
    if html is not None and len(html) > MOST_CHARACTERS:
        return None
    subject, body = message.get(PidTagSubject, ""), message.get(PidTagBody, "")
    people = _people(message)
    files = [attachment.filename or "" for attachment in message.attachments]
    if max(len(subject), len(body), sum(map(len, people)), sum(map(len, files))) > MOST_CHARACTERS:
        return None
    return (
        searchable(subject),
        searchable(body),
        _APART.join(map(searchable, people)),
        _APART.join(map(searchable, files)),
    )


def _people(message: Message) -> Iterable[str]:
    found = dict.fromkeys([message.get(tag, "") for tag in _PEOPLE])
    for recipient in message.recipients:
        found[recipient.address.display_name] = None
        found[recipient.email_address] = None
    return found


def searchable(text: str) -> str:
    """Give text whose words for the tokenizer are those of ``fold(text, ignore_non_space=True)``."""
    spelled = text if text.isascii() else _spelled(text)
    if spelled is None or (len(spelled) > LONGEST_WORD and _may_have_long_word(spelled)):
        return " ".join(words(fold(text, ignore_non_space=True)))
    return spelled


def _spelled(text: str) -> str | None:
    """Fold each character beyond ASCII by itself, where nothing hangs on what stands beside it; much the faster way."""
    beyond = set(_BEYOND_ASCII.findall(text))
    if len(beyond) > _FEW:
        return None
    for character in beyond:
        alone = _folded_alone(character)
        if alone is None:
            return None
        text = text.replace(character, alone)
    return text


@lru_cache(maxsize=4_096)
def _folded_alone(character: str) -> str | None:
    """Give what a character is in folded text, with a blank wherever a word ends; ``None`` for what joins a letter."""
    folded = fold(character, ignore_non_space=True)
    found = words(f"x{folded}x")
    if found == ["x", "x"]:
        return " " if folded else None
    if unicodedata.category(character).startswith("M") or not folded.isalnum():
        return None
    if found == ["x", folded, "x"]:
        return f" {folded} "
    return folded if len(found) == 1 else None


def _may_have_long_word(text: str) -> bool:
    """Say whether there may be a word that is longer than what of it counts: it would fill one of these pieces."""
    return any(text[start : start + _HALF].isalnum() for start in range(0, len(text) - _HALF + 1, _HALF))


def write_words(connection: Connection, texts: Sequence[tuple[int, IndexedText]]) -> None:
    """Write rows of the index, in the order of their numbers."""
    connection.run_many(
        "insert into message_words (rowid, subject, body, people, files) values (?, ?, ?, ?, ?)",
        ((number, *text) for number, text in texts),
    )


def drop_unused_words(connection: Connection, numbers: Iterable[int | None]) -> None:
    """Delete those of the rows that no message names any more."""
    connection.run_many(
        "delete from message_words where rowid = ?1 and not exists (select 1 from message where words_id = ?1)",
        [(number,) for number in dict.fromkeys(numbers) if number is not None],
    )
