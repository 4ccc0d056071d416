"""Looking at the full-text index of a box from outside, as any reader of the file sees it."""

from __future__ import annotations

from msgcore.base.ids import EntryId, ObjectKind
from tests.providers.internal.box import Box


def found(box: Box, column: str, phrase: str) -> set[EntryId]:
    """Give the messages, of whatever folder, in whose column the index has the phrase."""
    rows = box.sql(
        "select id from message where words_id in (select rowid from message_words where message_words match ?)",
        f'{column} : "{phrase}"',
    )
    return {EntryId(box.store.uid, ObjectKind.MESSAGE, number) for (number,) in rows}


def rows_of_index(box: Box) -> int:
    ((count,),) = box.sql("select count(*) from message_words")
    return int(count)


def check_index(box: Box) -> None:
    """See that the index agrees with its rows, and has a row for each number that messages name and no other."""
    box.sql("insert into message_words (message_words) values ('integrity-check')")
    named = box.sql("select distinct words_id from message where words_id is not null order by 1")
    assert box.sql("select rowid from message_words order by 1") == named
