"""The journals of a mailbox: the SQL of one transaction, on a connection that is handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import datetime_from_filetime, filetime_from_datetime
from msgcore.providers.internal.dialect import chunks, last_id
from msgcore.providers.internal.prepare import Prepared
from msgcore.providers.internal.standing import Section
from msgcore.runtime import Connection, Row
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey, Origin
from msgcore.spi.store import MessageStatus

__all__ = [
    "EntryKey",
    "entry_keys",
    "forget_entries",
    "journals_of_no_message",
    "note_entries",
    "note_stored",
    "read_entries",
    "stored_numbers",
]

EntryKey = tuple[int, bytes, bytes]
"""What names an entry: the number of its journal, the unique id, and the fingerprint."""

_NAMES = "journal_id, unique_id, fingerprint, size_octets, status, first_seen"
_STORED = (
    f"insert into journal_entry ({_NAMES}, message_id) values (?, ?, ?, ?, ?, ?, ?)"
    " on conflict (journal_id, unique_id, fingerprint) do update set size_octets = excluded.size_octets,"
    " status = excluded.status, message_id = excluded.message_id, missing_since = null, header = excluded.header"
)
_NOTED = (
    f"insert into journal_entry ({_NAMES}, missing_since, header) values (?, ?, ?, ?, ?, ?, ?, ?)"
    " on conflict (journal_id, unique_id, fingerprint) do update set size_octets = excluded.size_octets,"
    " status = excluded.status, missing_since = excluded.missing_since, header = excluded.header"
)
_READ = (
    "select unique_id, fingerprint, size_octets, status, first_seen, missing_since, header, message_id,"
    " (select section from message where id = message_id) from journal_entry where journal_id = ?"
)


# What is retrieved


def entry_keys(connection: Connection, origins: Sequence[tuple[int, Origin | None]]) -> list[EntryKey | None]:
    """Give the keys of entries by mailbox and origin, in the same order; journals that are not there are begun."""
    accounts = {(mailbox, origin.account) for mailbox, origin in origins if origin is not None}
    journals = {one: _begun_journal(connection, *one) for one in sorted(accounts)}
    return [None if origin is None else (journals[mailbox, origin.account], *origin.key) for mailbox, origin in origins]


def stored_numbers(connection: Connection, keys: Iterable[EntryKey | None]) -> Mapping[EntryKey, int]:
    """Give the numbers of the messages that entries became, of those that became one."""
    found: dict[EntryKey, int] = {}
    for some in chunks([key for key in keys if key is not None]):
        marks = ", ".join(["(?, ?, ?)"] * len(some))
        # SQLite makes a cross join in the order in which it is written, and reads all entries for an "in (values …)".
        sql = (
            f"with wanted (journal, one, print) as (values {marks})"
            " select journal_id, unique_id, fingerprint, message_id from wanted cross join journal_entry where"
            " journal_id = journal and unique_id = one and fingerprint = print and message_id is not null"
        )
        rows = connection.rows(sql, [part for key in some for part in key])
        found.update(((journal, unique_id, fingerprint), number) for journal, unique_id, fingerprint, number in rows)
    return found


def note_stored(connection: Connection, messages: Iterable[tuple[EntryKey | None, int, Prepared]]) -> None:
    """Write of each entry which message it became, by its number."""
    connection.run_many(
        _STORED,
        [
            (*key, one.origin.size_octets, int(one.remote_status), one.created, number)
            for key, number, one in messages
            if key is not None and one.origin is not None
        ],
    )


# What is asked for and noted


def read_entries(
    connection: Connection, uid: bytes, mailbox: int, account: str, after: JournalKey | None, limit: int
) -> list[JournalEntry]:
    """Read entries by rising key, the first one behind ``after``."""
    journal = _journal(connection, mailbox, account)
    if journal is None:
        return []
    behind = "" if after is None else " and (unique_id, fingerprint) > (?, ?)"
    rows = connection.rows(
        f"{_READ}{behind} order by unique_id, fingerprint limit ?", (journal, *(after or ()), min(limit, 1 << 31))
    )
    return [_entry(uid, account, row) for row in rows]


def _entry(uid: bytes, account: str, row: Row) -> JournalEntry:
    unique_id, fingerprint, size_octets, status, first_seen, missing_since, header, number, section = row
    return JournalEntry(
        Origin(account, unique_id, fingerprint, size_octets),
        datetime_from_filetime(first_seen),
        MessageStatus(status),
        header,
        None if missing_since is None else datetime_from_filetime(missing_since),
        None if number is None else EntryId(uid, ObjectKind.MESSAGE, number),
        is_gone=number is not None and section in {None, Section.DELETED},
    )


def note_entries(connection: Connection, mailbox: int, entries: Sequence[JournalEntry]) -> None:
    """Write entries, or what is new of those that are there; which messages they became they do not say."""
    keys = entry_keys(connection, [(mailbox, one.origin) for one in entries])
    connection.run_many(
        _NOTED,
        [
            (
                *(key or ()),
                *(one.origin.size_octets, int(one.status), filetime_from_datetime(one.first_seen)),
                *(None if one.missing_since is None else filetime_from_datetime(one.missing_since), one.header),
            )
            for key, one in zip(keys, entries, strict=True)
        ],
    )


def forget_entries(connection: Connection, mailbox: int, account: str, keys: Sequence[JournalKey]) -> None:
    """Take entries out of a journal."""
    journal = _journal(connection, mailbox, account)
    if journal is not None:
        connection.run_many(
            "delete from journal_entry where journal_id = ? and unique_id = ? and fingerprint = ?",
            [(journal, *key) for key in keys],
        )


def journals_of_no_message(connection: Connection, mailbox: int) -> list[int]:
    """Find journals of a mailbox in which an entry names a message that never was."""
    rows = connection.rows(
        "select distinct journal.id from journal join journal_entry on journal_id = journal.id"
        " where mailbox_id = ? and message_id > ?",
        (mailbox, last_id(connection, "message")),
    )
    return [number for (number,) in rows]


def _journal(connection: Connection, mailbox: int, account: str) -> int | None:
    """Find the journal of an account."""
    sql = "select id from journal where mailbox_id = ? and account = ?"
    found: int | None = connection.value(sql, (mailbox, _octets_of(account)))
    return found


def _begun_journal(connection: Connection, mailbox: int, account: str) -> int:
    """Find the journal of an account, or begin it; the mailbox is locked."""
    known = _journal(connection, mailbox, account)
    if known is not None:
        return known
    sql = "insert into journal (mailbox_id, account) values (?, ?) returning id"
    return int(connection.value(sql, (mailbox, _octets_of(account))))


def _octets_of(account: str) -> bytes:
    return account.encode("utf-8", "surrogatepass")
