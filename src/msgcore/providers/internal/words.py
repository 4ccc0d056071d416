"""The full-text index: what of a message stands in it, and the SQL that keeps its rows.

Theory of operation: FTS5's tokenizer ``ascii`` takes runs of ASCII letters, ASCII digits and anything beyond ASCII, and
lower-cases ASCII. So ASCII text is given to it as it is, and of other text the words, one blank apart: what it then
finds are the words of the folded text, no more and no fewer. The text itself is not kept there. So a row cannot be
deleted: it stays when its content goes, whose number comes no more, until ``compact`` has :mod:`.word_upkeep` make the
index anew.

For PostgreSQL the text is cut here as that tokenizer does. Its rows have the words of each column with a blank on
either side of each, and all of them as lexemes with the letter of their column in front: what stands in a
``tsvector`` is given to it as it is, and no dictionary has a hand in it. It takes ``MOST_LEXEME_OCTETS`` of different
lexemes; a message with more of them is not indexed there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from msgcore.base.text import fold
from msgcore.base.times import Deadline
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
from msgcore.props.words import LONGEST_WORD, line_of_words, words
from msgcore.providers.internal.facts import MessageFacts
from msgcore.providers.internal.word_sql import LETTERS
from msgcore.runtime import Connection, Engine
from msgcore.spi.texts import MOST_SECONDS, attachment_text

__all__ = [
    "MOST_CHARACTERS",
    "MOST_LEXEME_OCTETS",
    "IndexedText",
    "can_index",
    "indexed_text",
    "is_indexed",
    "searchable",
    "tokens",
    "write_words",
]

IndexedText = tuple[str, str, str, str, str]
"""The columns of ``message_words``: subject, body, people, files, attachments."""

MOST_CHARACTERS = 64 * 1024 * 1024
"""A message with a longer text is not indexed."""

MOST_LEXEME_OCTETS = 2**20 - 1
"""How many octets the different lexemes of a ``tsvector`` may have together ([PostgreSQL] section 12.11)."""

_PEOPLE = (
    PidTagSentRepresentingName,
    PidTagSentRepresentingEmailAddress,
    PidTagSenderName,
    PidTagSenderEmailAddress,
)
_INDEXED = frozenset(tag.bag_key for tag in (PidTagSubject, PidTagBody, PidTagHtml, PidTagInternetCodepage, *_PEOPLE))

# A word of its own for the tokenizer and none for us, so that no phrase goes from one name to the next.
_APART = " \N{BROKEN BAR} "

_COLUMNS = ", ".join(LETTERS)
_INSERT_TEXT = f"insert into {{}} (rowid, {_COLUMNS}) values (?, ?, ?, ?, ?, ?)"
_INSERT_WORDS = (
    f"insert into message_words (id, {_COLUMNS}, lexemes)"
    " values (?, ?, ?, ?, ?, ?, array_to_tsvector(string_to_array(?, ' ')))"
)
_TOKENS = re.compile(rb"[0-9a-z\x80-\xff]+")
_MOST_OCTETS_A_CHARACTER = 5  # four, and a letter for each word

_HALF = (LONGEST_WORD + 1) // 2
_ASCII = bytes(range(128))
_FEW = 50  # characters beyond ASCII, up to which replacing each is the faster way


def is_indexed(tag: PropertyKey) -> bool:
    """Say whether a change of the property changes what is in the index."""
    return tag.bag_key in _INDEXED


def indexed_text(message: Message, facts: MessageFacts) -> IndexedText | None:
    """Give what the index holds of a message; ``None`` when some text is longer than what is indexed."""
    if message.said(PidTagBody) is None and len(message.get(PidTagHtml, b"")) > MOST_CHARACTERS:
        return None  # the text is made of it, with more of it at once than there should be
    body, subject, people = message.get(PidTagBody, ""), facts.subject or "", facts.people
    attachments = message.attachments
    files = [attachment.filename or "" for attachment in attachments]
    inside = attachment_text(attachments, Deadline.after(MOST_SECONDS)) if attachments else ""
    if max(len(subject), len(body), len(inside), sum(map(len, people)), sum(map(len, files))) > MOST_CHARACTERS:
        return None
    return searchable(subject), searchable(body), _apart(people), _apart(files), searchable(inside)


def _apart(texts: Collection[str]) -> str:
    """Give several texts as :func:`searchable` does."""
    if max(map(len, texts), default=0) <= LONGEST_WORD and all(map(str.isascii, texts)):
        return _APART.join(texts)
    return _APART.join(map(searchable, texts))


def searchable(text: str) -> str:
    """Give text whose words for the tokenizer are those of ``fold(text, ignore_non_space=True)``."""
    spelled = text if text.isascii() else _spelled(text)
    if spelled is None or (len(spelled) > LONGEST_WORD and _may_have_long_word(spelled)):
        return " ".join(words(fold(text, ignore_non_space=True)))
    return spelled


def _spelled(text: str) -> str | None:
    """Fold each character beyond ASCII by itself, where nothing hangs on what stands beside it; much the faster way."""
    # Octets are looked through many times faster than characters.
    octets = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    beyond = set(octets.decode("utf-8", "surrogatepass"))
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


def can_index(engine: Engine, text: IndexedText | None) -> bool:
    """Say whether the engine's index takes a text."""
    if text is None or engine is Engine.SQLITE or sum(map(len, text)) * _MOST_OCTETS_A_CHARACTER < MOST_LEXEME_OCTETS:
        return text is not None
    return len("".join(_lexemes(text)).encode()) <= MOST_LEXEME_OCTETS


def write_words(
    connection: Connection, texts: Sequence[tuple[int, IndexedText]], sqlite_table: str = "message_words"
) -> None:
    """Write rows of the index, in the order of their numbers, but for texts that it cannot take."""
    if connection.engine is Engine.SQLITE:
        connection.run_many(_INSERT_TEXT.format(sqlite_table), ((number, *text) for number, text in texts))
        return
    taken = [(number, text) for number, text in texts if can_index(connection.engine, text)]
    connection.run_many(
        _INSERT_WORDS,
        [(number, *map(_spaced, text), " ".join(_lexemes(text))) for number, text in taken],
    )


def tokens(text: str) -> list[str]:
    """Cut searchable text as the tokenizer ``ascii`` does."""
    return [token.decode() for token in _TOKENS.findall(text.encode().lower())]


def _spaced(text: str) -> str:
    return line_of_words(tokens(text))


def _lexemes(text: IndexedText) -> Iterable[str]:
    return dict.fromkeys(
        letter + token for letter, part in zip(LETTERS.values(), text, strict=True) for token in tokens(part)
    )
