"""Stores of mail that others have, as the benchmark of stores uses them: each takes octets and finds words."""

from __future__ import annotations

import email
import email.utils
import mailbox
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from email.message import Message as EmailMessage
from pathlib import Path
from typing import Protocol

from msgcore.codecs import mime

__all__ = [
    "AppendedOctets",
    "BareBlobs",
    "HandwrittenStore",
    "Keeper",
    "MaildirStore",
    "MboxStore",
    "NotmuchStore",
    "with_email",
    "with_msgcore",
]


class Keeper(Protocol):
    """A store of one folder. What it was given is on the disk when a call returns."""

    def save_all(self, mails: Sequence[bytes]) -> None: ...

    def save(self, mail: bytes) -> None: ...

    def close(self) -> None: ...


class BareBlobs:
    """The limit of a database: a table of octets, and nothing that finds one."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript(
            "pragma journal_mode = wal; create table if not exists mail (id integer primary key, octets blob)"
        )
        self._connection.execute("pragma synchronous = full")

    def save_all(self, mails: Sequence[bytes]) -> None:
        self._connection.execute("begin immediate")
        self._connection.executemany("insert into mail (octets) values (?)", [(one,) for one in mails])
        self._connection.execute("commit")

    def save(self, mail: bytes) -> None:
        self.save_all([mail])

    def close(self) -> None:
        self._connection.close()


class AppendedOctets:
    """The physical limit: octets, one behind the other, and the wait for the disk."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def save_all(self, mails: Sequence[bytes]) -> None:
        self._file.write(b"".join(mails))
        os.fdatasync(self._file.fileno())

    def save(self, mail: bytes) -> None:
        self._file.write(mail)
        os.fdatasync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


class MaildirStore:
    """``mailbox.Maildir``, which waits for the disk at each message."""

    def __init__(self, path: Path) -> None:
        self._maildir = mailbox.Maildir(path, create=True)

    def save_all(self, mails: Sequence[bytes]) -> None:
        for one in mails:
            self._maildir.add(one)

    def save(self, mail: bytes) -> None:
        self._maildir.add(mail)

    def close(self) -> None:
        self._maildir.close()

    def count_word(self, word: str) -> int:
        return sum(word in one.as_string() for one in self._maildir)


class MboxStore:
    """``mailbox.mbox``, which waits for the disk at ``flush`` only."""

    def __init__(self, path: Path) -> None:
        self._mbox = mailbox.mbox(path, create=True)

    def save_all(self, mails: Sequence[bytes]) -> None:
        for one in mails:
            self._mbox.add(one)
        self._mbox.flush()

    def save(self, mail: bytes) -> None:
        self._mbox.add(mail)
        self._mbox.flush()

    def close(self) -> None:
        self._mbox.close()


class NotmuchStore:
    """notmuch over a Maildir: files are put there, then indexed."""

    def __init__(self, folder: Path) -> None:
        self._maildir = folder / "mail"
        for name in ("cur", "new", "tmp"):
            (self._maildir / name).mkdir(parents=True)
        config = folder / "config"
        config.write_text(f"[database]\npath={self._maildir}\n[new]\ntags=inbox\n[search]\nexclude_tags=\n", "utf-8")
        self._environment = {**os.environ, "NOTMUCH_CONFIG": str(config)}
        self._count = 0

    @staticmethod
    def is_there() -> bool:
        return shutil.which("notmuch") is not None

    def _run(self, *arguments: str, octets: bytes | None = None) -> bytes:
        command = ["notmuch", *arguments]
        return subprocess.run(command, env=self._environment, input=octets, check=True, capture_output=True).stdout

    def save_all(self, mails: Sequence[bytes]) -> None:
        for one in mails:
            self._count += 1
            (self._maildir / "new" / f"{self._count}.a").write_bytes(one)
        self._run("new", "--quiet")

    def save(self, mail: bytes) -> None:
        self._run("insert", octets=mail)

    def count_word(self, word: str) -> int:
        return int(self._run("count", f"body:{word}"))

    def close(self) -> None:
        pass


Facts = tuple[int, str, str, str]
"""Time, sender, subject, text."""

_WORDS = re.compile(r"<[^>]*>")


def with_email(octets: bytes) -> Facts:
    """Read what is listed and searched with the standard library."""
    message = email.message_from_bytes(octets)
    date = email.utils.parsedate_to_datetime(message["Date"])
    return (
        int(date.timestamp()),
        email.utils.parseaddr(message["From"])[1].lower(),
        str(message["Subject"]),
        _text(message),
    )


def _text(message: EmailMessage) -> str:
    for part in message.walk():
        if part.get_content_type() in {"text/plain", "text/html"}:
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            text = payload.decode(part.get_content_charset("utf-8"), "replace")
            return text if part.get_content_type() == "text/plain" else _WORDS.sub(" ", text)
    return ""


def with_msgcore(octets: bytes) -> Facts:
    """Read the same with msgcore's reader: what is left of the comparison is SQL."""
    message = mime.read(octets)
    sender = message.from_
    date = message.date or datetime.now(UTC)
    return (
        int(date.timestamp()),
        "" if sender is None else sender.email_address.lower(),
        message.subject,
        message.text or "",
    )


_TABLES = """
pragma page_size = 16384;
pragma journal_mode = wal;
create table if not exists mail (id integer primary key, octets blob not null);
create table if not exists listing (
    id integer primary key, folder integer, date integer, sender text, subject text, size integer, flags integer,
    change integer
);
create index if not exists by_date on listing (folder, date);
create index if not exists by_sender on listing (folder, sender, date);
create index if not exists by_change on listing (folder, change);
create virtual table if not exists words using fts5 (subject, body, content = '');
"""


class HandwrittenStore:
    """What a careful programmer writes: mail, a narrow listing, two indexes, changes, and full text.

    ``read`` takes apart what it is given. It keeps no hash of the octets, no recipients, no counts, no key for
    sorting by subject, and forgets no word (its full text keeps none of the text).
    """

    def __init__(self, path: Path, read: Callable[[bytes], Facts]) -> None:
        self._read = read
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript(_TABLES)
        self._connection.execute("pragma synchronous = full")
        self._next = (self._connection.execute("select max(id) from listing").fetchone()[0] or 0) + 1

    def save_all(self, mails: Sequence[bytes]) -> None:
        self._connection.execute("begin immediate")
        self._insert(mails)
        self._connection.execute("commit")

    def save(self, mail: bytes) -> None:
        self.save_all([mail])

    def _insert(self, mails: Iterable[bytes]) -> None:
        rows = [(number, octets, *self._read(octets)) for number, octets in enumerate(mails, self._next)]
        many = self._connection.executemany
        many("insert into mail values (?, ?)", [(number, octets) for number, octets, *_ in rows])
        many(
            "insert into listing values (?, 1, ?, ?, ?, ?, 0, ?)",
            [(number, date, sender, subject, len(octets), number) for number, octets, date, sender, subject, _ in rows],
        )
        many(
            "insert into words (rowid, subject, body) values (?, ?, ?)",
            [(number, subject, text) for number, _, _, _, subject, text in rows],
        )
        self._next += len(rows)

    def count_word(self, word: str) -> int:
        sql = "select count(*) from words cross join listing on id = words.rowid where words match ? and folder = 1"
        return int(self._connection.execute(sql, (word,)).fetchone()[0])

    def newest_with_word(self, word: str, count: int) -> list[tuple[int, str, str]]:
        sql = (
            "select id, sender, subject from listing where folder = 1"
            " and id in (select rowid from words where words match ?) order by date desc limit ?"
        )
        return self._connection.execute(sql, (word, count)).fetchall()

    def counts(self) -> tuple[int, int]:
        found: tuple[int, int] = self._connection.execute(
            "select count(*), count(*) filter (where flags & 1 = 0) from listing where folder = 1"
        ).fetchone()
        return found

    def last_change(self) -> int:
        return int(self._connection.execute("select max(change) from listing where folder = 1").fetchone()[0])

    def touch(self, numbers: Iterable[int]) -> None:
        """Mark messages as read, each a change with a number."""
        last = self.last_change()
        self._connection.execute("begin immediate")
        self._connection.executemany(
            "update listing set flags = 1, change = ? where id = ?",
            [(change, number) for change, number in enumerate(numbers, last + 1)],
        )
        self._connection.execute("commit")

    def changes_since(self, change: int) -> list[tuple[int, int]]:
        sql = "select id, flags from listing where folder = 1 and change > ? order by change"
        return self._connection.execute(sql, (change,)).fetchall()

    def close(self) -> None:
        self._connection.close()
