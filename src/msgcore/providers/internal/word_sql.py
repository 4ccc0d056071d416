"""Full-text queries in SQL: for SQLite's FTS5, and for the ``tsvector`` of PostgreSQL.

A query is made of words alone, which have neither quotes nor signs: nothing else of a restriction gets into it.

PostgreSQL has a message's words as lexemes, each with the letter of its column in front, so that one index tells which
messages have them; whether they stand side by side the columns say, whose words have a blank on either side.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgcore.providers.internal.fulltext import Joint, Phrase, WordTree
from msgcore.runtime import Engine, SqlValue

__all__ = ["LETTERS", "with_words"]

LETTERS = {"subject": "s", "body": "b", "people": "p", "files": "f", "attachments": "a"}
"""The columns of ``message_words``, and what is in front of the lexemes of each."""


def with_words(tree: WordTree, engine: Engine) -> tuple[str, tuple[SqlValue, ...]]:
    """Write the SELECT of the contents that have the words, and its values."""
    if engine is Engine.SQLITE:
        return "select rowid from message_words where message_words match ?", (_match(tree),)
    sql = "select id from message_words where lexemes @@ cast(? as tsquery)"
    values: tuple[SqlValue, ...] = (_tsquery(tree),)
    for part in tree.parts if isinstance(tree, Joint) and not tree.is_any else (tree,):
        if any(len(phrase.words) > 1 for phrase in _phrases(part)):
            side_by_side, places = _side_by_side(part)
            sql, values = f"{sql} and {side_by_side}", (*values, *places)
    return sql, values


def _phrases(tree: WordTree) -> Iterator[Phrase]:
    if isinstance(tree, Phrase):
        yield tree
    else:
        for part in tree.parts:
            yield from _phrases(part)


def _match(tree: WordTree) -> str:
    if isinstance(tree, Joint):
        return (" OR " if tree.is_any else " AND ").join(f"({_match(part)})" for part in tree.parts)
    return f'{tree.column} : "{" ".join(tree.words)}"{" *" if tree.is_prefix else ""}'


def _tsquery(tree: WordTree) -> str:
    if isinstance(tree, Joint):
        return (" | " if tree.is_any else " & ").join(f"({_tsquery(part)})" for part in tree.parts)
    lexemes = [f"'{LETTERS[tree.column]}{word}'" for word in tree.words]
    return " & ".join(lexemes) + (":*" if tree.is_prefix else "")


def _side_by_side(tree: WordTree) -> tuple[str, tuple[SqlValue, ...]]:
    """Write the whole query as a condition on the columns, for rows that have the words somewhere."""
    if isinstance(tree, Phrase):
        return f"position(? in {tree.column}) > 0", (f" {' '.join(tree.words)}{'' if tree.is_prefix else ' '}",)
    parts = [_side_by_side(part) for part in tree.parts]
    word = " or " if tree.is_any else " and "
    return f"({word.join(sql for sql, _ in parts)})", tuple(value for _, values in parts for value in values)
