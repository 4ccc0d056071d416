"""The SQL that a careful programmer writes by hand for one mailbox whose tables are the internal store's.

It uses the same file, the same indexes and the same settings of SQLite, on a connection of its own. It gives tuples as
the database has them: numbers instead of entry ids, FILETIMEs instead of times. It checks nothing: not that the folder
is there, that a query is what it can answer, nor a deadline; it has no errors of its own, one folder, one sort order
and one query a method, and no table in between.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

__all__ = ["HandwrittenInbox"]

_Rows = list[tuple[Any, ...]]

_LISTED = "id, subject, from_name, delivery_time, size_octets, flags"
_NEWEST = "order by delivery_time desc, id desc"
_WITH_WORD = "message_words cross join message on content_id = message_words.rowid where message_words match ?"
_INBOX = "folder_id = ? and section = 0"
# Left alone, SQLite reads a whole folder by an index whose order jumps from page to page: five times as slow.
_BY_FOLDER = "message indexed by message_by_folder"
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


class HandwrittenInbox:
    """The inbox of the file's only mailbox. Rows are ``id, subject, from_name, delivery_time, size_octets, flags``."""

    def __init__(self, path: Path) -> None:
        self._run = sqlite3.connect(path, isolation_level=None).execute
        self._run("pragma journal_mode = wal")
        self._folder: int = self._run("select id from folder where role = 'inbox'").fetchone()[0]

    def newest(self, count: int) -> _Rows:
        sql = f"select {_LISTED} from message where {_INBOX} {_NEWEST} limit ?"
        return self._run(sql, (self._folder, count)).fetchall()

    def newest_read(self, count: int) -> list[tuple[int, str, str, datetime, int, bool]]:
        """Give the newest ones with the values that a program shows."""
        return [
            (number, subject, name, _EPOCH + timedelta(microseconds=ticks // 10), size, bool(flags & 1))
            for number, subject, name, ticks, size, flags in self.newest(count)
        ]

    def newest_of_sender(self, address: str, count: int) -> _Rows:
        sql = f"select {_LISTED} from message where {_INBOX} and from_address_key = ? {_NEWEST} limit ?"
        return self._run(sql, (self._folder, address.casefold().encode(), count)).fetchall()

    def newest_with_rare_word(self, words: str, count: int) -> _Rows:
        """Take the messages that have the word, and sort them."""
        sql = (
            "select id, message.subject, from_name, delivery_time, size_octets, flags"
            f" from {_WITH_WORD} and +{_INBOX} {_NEWEST} limit ?"
        )
        return self._run(sql, (words, self._folder, count)).fetchall()

    def newest_with_common_word(self, words: str, count: int) -> _Rows:
        """List the messages that have the word, and go through all by time until there are enough in the list."""
        sql = (
            f"select {_LISTED} from message where {_INBOX}"
            f" and content_id in (select rowid from message_words where message_words match ?) {_NEWEST} limit ?"
        )
        return self._run(sql, (self._folder, words, count)).fetchall()

    def newest_with_very_common_word(self, words: str, count: int) -> _Rows:
        """Go through all by time, and ask the index for each, which pays when the list above would be long."""
        sql = (
            f"select {_LISTED} from message where {_INBOX} and exists"
            f" (select 1 from message_words where message_words match ? and rowid = content_id) {_NEWEST} limit ?"
        )
        return self._run(sql, (self._folder, words, count)).fetchall()

    def count_word(self, words: str) -> int:
        sql = f"select count(*) from {_WITH_WORD} and +{_INBOX}"
        return int(self._run(sql, (words, self._folder)).fetchone()[0])

    def count_unread(self) -> int:
        sql = f"select count(*) from {_BY_FOLDER} where {_INBOX} and flags & 1 = 0"
        return int(self._run(sql, (self._folder,)).fetchone()[0])

    def older_than(self, time: int, number: int, count: int) -> _Rows:
        """Give the next page behind a row that is known by its delivery time and its number."""
        sql = f"select {_LISTED} from message where {_INBOX} and (delivery_time, id) < (?, ?) {_NEWEST} limit ?"
        return self._run(sql, (self._folder, time, number, count)).fetchall()

    def place(self, row: int) -> tuple[int, int]:
        """Give the delivery time and the number of the row before row ``row``, for :meth:`older_than`."""
        sql = f"select delivery_time, id from message where {_INBOX} {_NEWEST} limit 1 offset ?"
        time, number = self._run(sql, (self._folder, row - 1)).fetchone()
        return time, number

    def newest_from_fraction(self, numerator: int, denominator: int, count: int) -> _Rows:
        total = self._run(f"select count(*) from message where {_INBOX}", (self._folder,)).fetchone()[0]
        sql = f"select {_LISTED} from message where {_INBOX} {_NEWEST} limit ? offset ?"
        return self._run(sql, (self._folder, count, total * numerator // denominator)).fetchall()

    def senders(self) -> _Rows:
        """Give address, messages and unread messages of each sender, by address."""
        sql = (
            "select from_address, count(*), count(*) filter (where flags & 1 = 0), min(id)"
            f" from {_BY_FOLDER} where {_INBOX} group by from_address_key order by from_address_key"
        )
        return self._run(sql, (self._folder,)).fetchall()

    def every_row(self) -> Iterator[tuple[Any, ...]]:
        return iter(self._run(f"select {_LISTED} from message where {_INBOX} {_NEWEST}", (self._folder,)))
