"""Looking after the full-text index: whether it has what it should, and making it anew.

It is made anew when rows of it belong to contents that are gone, whose words are to be in the file no longer than
these, or when another version of Unicode made it: some hundred contents at a time, each lot in a transaction of its
own, so that others go on. On PostgreSQL their rows are written anew one by one. In SQLite, where rows cannot be
deleted, another table is filled, which then takes the place of the old one; contents are numbered there in the order of
commits, so what comes meanwhile comes behind. Whoever begins drops the table that somebody else may be filling, and who
finds his gone leaves the work to him.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from msgcore.base.ids import new_uid
from msgcore.base.times import Deadline
from msgcore.errors import LimitExceeded, StoreCorrupt
from msgcore.providers.internal.dialect import chunks, last_id
from msgcore.providers.internal.facts import facts_of
from msgcore.providers.internal.fulltext import Phrase
from msgcore.providers.internal.records import load_message, read_content
from msgcore.providers.internal.word_sql import LETTERS, with_words
from msgcore.providers.internal.words import IndexedText, can_index, indexed_text, tokens, write_words
from msgcore.runtime import Connection, Engine

__all__ = [
    "ContentText",
    "begin_anew",
    "begin_index",
    "end_anew",
    "is_worn",
    "made_by_other_unicode",
    "texts_after",
    "unfindable",
    "write_anew",
]

ContentText = tuple[int, int, IndexedText | None]
"""A content, a message that has it, and what the index should hold of it; ``None`` where it cannot."""

_AT_ONCE = 250
_CHARACTERS_AT_ONCE = 16 * 1024 * 1024
_ANEW = "words_anew_"
_LEFT_OVER = "select name from sqlite_schema where name like ? and sql like 'create virtual table %'"

_INDEXED = (
    "select content_id, min(id) from message where is_indexed <> 0 and content_id > ? group by content_id"
    " order by content_id limit ?"
)


def begin_index(connection: Connection) -> None:
    """Note by which version of Unicode the index is made, with which contents it begins."""
    contents = int(connection.value("select count(*) from content"))
    connection.run("delete from words_index")
    connection.run(
        "insert into words_index (id, unicode_version, last_content, contents) values (1, ?, ?, ?)",
        (unicodedata.unidata_version, last_id(connection, "content"), contents),
    )


def made_by_other_unicode(connection: Connection) -> str | None:
    """Give the version of Unicode that made the index, when it is another one than words are now told apart by."""
    version: str | None = connection.value("select unicode_version from words_index")
    return None if version in {None, unicodedata.unidata_version} else version


def is_worn(connection: Connection) -> bool:
    """Say whether the index has words that it should not have, or has other ones."""
    if made_by_other_unicode(connection) is not None:
        return True
    row = connection.row("select last_content, contents from words_index")
    if row is None or connection.engine is Engine.POSTGRES:  # there a row goes with its content
        return False
    contents = int(connection.value("select count(*) from content"))
    return last_id(connection, "content") - int(row[0]) + int(row[1]) > contents


def begin_anew(connection: Connection) -> str:
    """Begin to index every content again; give what :func:`write_anew` and :func:`end_anew` want to know."""
    if connection.engine is Engine.POSTGRES:
        return "message_words"
    for (name,) in connection.rows(_LEFT_OVER, (f"{_ANEW}%",)):
        connection.run(f"drop table {name}")
    table = f"{_ANEW}{new_uid().hex()}"
    made: str = connection.value("select sql from sqlite_schema where name = 'message_words'")
    _, _, columns = made.partition(" using ")
    connection.run(f"create virtual table {table} using {columns}")
    connection.run(f"insert into {table} ({table}, rank) values ('automerge', 8)")  # as the schema says
    return table


def write_anew(connection: Connection, table: str, texts: Sequence[ContentText]) -> None:
    """Write the words of some contents anew, as far as these are there yet."""
    if not _is_there(connection, table):
        return
    if connection.engine is Engine.POSTGRES:
        texts = _replaceable(connection, texts)
    write_words(connection, [(content, text) for content, _, text in texts if text is not None], table)
    without = [(content,) for content, _, text in texts if not can_index(connection.engine, text)]
    connection.run_many("update message set is_indexed = 0 where content_id = ?", without)


def end_anew(connection: Connection, table: str, last: int, deadline: Deadline) -> None:
    """Index what has come behind the content ``last``, and have what was made take the place of what was.

    Raises:
        TimedOut: the deadline passed; the index is to be as it was.
    """
    if not _is_there(connection, table):
        return
    if connection.engine is Engine.SQLITE:
        while texts := texts_after(connection, last, deadline):
            write_anew(connection, table, texts)
            last = texts[-1][0]
        connection.run("drop table message_words")
        connection.run(f"alter table {table} rename to message_words")
    begin_index(connection)


def _is_there(connection: Connection, table: str) -> bool:
    if connection.engine is Engine.POSTGRES:
        return True
    return connection.value("select 1 from sqlite_schema where name = ?", (table,)) is not None


def _replaceable(connection: Connection, texts: Sequence[ContentText]) -> Sequence[ContentText]:
    """Make room for the rows of contents; give those that are there, and stay until the transaction ends."""
    there: set[int] = set()
    for some in chunks([content for content, _, _ in texts]):
        marks = ", ".join("?" * len(some))
        sql = f"select id from content where id in ({marks}) order by hash for no key update"
        there.update(number for (number,) in connection.rows(sql, some))
        connection.run(f"delete from message_words where id in ({marks})", some)
    return [one for one in texts if one[0] in there]


def unfindable(connection: Connection, deadline: Deadline) -> Iterator[int]:
    """Give messages, one of each content, that a word of theirs does not find."""
    key = "rowid" if connection.engine is Engine.SQLITE else "id"
    last = 0
    while texts := texts_after(connection, last, deadline):
        for content, message, text in texts:
            word = None if text is None else _a_word(text)
            if word is not None:
                sql, values = with_words(word, connection.engine)
                found = connection.value(f"select {key} from ({sql}) as found where {key} = ?", (*values, content))
                if found is None:
                    yield message
        last = texts[-1][0]


def _a_word(text: IndexedText) -> Phrase | None:
    """Give the longest word of a text, which few others have, where it stands."""
    found = [(len(word), word, column) for column, part in zip(LETTERS, text, strict=True) for word in tokens(part)]
    if not found:
        return None
    _, word, column = max(found)
    return Phrase(column, (word,), is_prefix=False)


def texts_after(connection: Connection, last: int, deadline: Deadline) -> list[ContentText]:
    """Give the texts of the next contents behind one; none behind the last.

    Raises:
        TimedOut: the deadline passed.
    """
    found: list[ContentText] = []
    characters = 0
    for content, message in connection.rows(_INDEXED, (last, _AT_ONCE)):
        deadline.check("reading messages for their words")
        text = _text(connection, message)
        found.append((content, message, text))
        characters += sum(map(len, text or ()))
        if characters > _CHARACTERS_AT_ONCE:
            break
    return found


def _text(connection: Connection, message: int) -> IndexedText | None:
    """Give what the index should hold of a message; ``None`` also for one that is damaged, which others
    tell, or too large to be read."""
    try:
        found = load_message(read_content(connection, message), {})
        return indexed_text(found, facts_of(found))
    except (StoreCorrupt, LimitExceeded):
        return None
