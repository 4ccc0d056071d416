"""Looking at the full-text index of a box from outside, as any reader of the database sees it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.providers.internal.fulltext import Phrase
from msgcore.providers.internal.word_sql import with_words
from msgcore.runtime import NEVER, Engine
from tests.providers.internal.box import Box


def found(box: Box, column: str, phrase: str) -> set[EntryId]:
    """Give the messages, of whatever folder, in whose column the index has the phrase."""
    contents, values = with_words(Phrase(column, tuple(phrase.split()), is_prefix=False), box.engine)
    rows = box.sql(f"select id from message where content_id in ({contents})", *values)
    return {EntryId(box.store.uid, ObjectKind.MESSAGE, number) for (number,) in rows}


def indexed_contents(box: Box) -> list[int]:
    """Give the contents that the index has words of; SQLite's keeps those of contents that are gone, too."""
    if not isinstance(box.place, Path):
        return [number for (number,) in box.sql("select id from message_words order by 1")]
    with closing(sqlite3.connect(box.place, timeout=10)) as raw:
        raw.execute("create virtual table temp.token using fts5vocab (main, message_words, instance)")
        sql = "select distinct doc from temp.token where doc in (select id from content) order by 1"
        return [number for (number,) in raw.execute(sql)]


def rows_of_index(box: Box) -> int:
    return len(indexed_contents(box))


def check_index(box: Box) -> None:
    """See that the index agrees with itself, has words of no other contents than messages have, and of all of these."""
    if box.engine is Engine.SQLITE:
        box.sql("insert into message_words (message_words) values ('integrity-check')")
    named = [number for (number,) in box.sql("select distinct content_id from message where is_indexed = 1 order by 1")]
    assert set(indexed_contents(box)) <= set(named)
    assert list(box.run(box.store.check(NEVER))) == []  # it looks for a word of each
