"""Writing message rows: the SQL of one transaction, on a connection that is handed in.

Every operation numbers what it changes, keeps the counts of folders, and brings search folders up to date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain

import attrs

from msgcore.props.key import PropertyName
from msgcore.providers.internal.content import drop_unused_contents, write_contents
from msgcore.providers.internal.dialect import as_stored, chunks, look_up, new_ids
from msgcore.providers.internal.journal import EntryKey, entry_keys, note_stored, stored_numbers
from msgcore.providers.internal.named_properties import make_ids
from msgcore.providers.internal.numbers import take_numbers
from msgcore.providers.internal.prepare import COLUMN_NAMES, Prepared
from msgcore.providers.internal.searches import update_searches
from msgcore.providers.internal.standing import Section, Standing, Tally
from msgcore.providers.internal.words import can_index, write_words
from msgcore.runtime import Connection, SqlValue
from msgcore.spi.store import MessageFlag

__all__ = [
    "copy_messages",
    "insert_message",
    "insert_messages",
    "move_messages",
    "purge_messages",
    "put_away",
    "restore_messages",
    "update_message",
]

_NAMES = (
    *("id", "folder_id", "section", "delivery_key", "content_id", "is_indexed", "overlay"),
    *("created_number", "arrived_number", "content_number", "change_number", *COLUMN_NAMES),
)
_INSERT = f"insert into message ({', '.join(_NAMES)}) values ({', '.join('?' * len(_NAMES))})"

# What the store notes about a message's arrival stays when the message changes.
_OF_ARRIVAL = ("delivery_time", "creation_time", "status")
_KEPT_FLAGS = int(
    MessageFlag.READ
    | MessageFlag.UNSENT
    | MessageFlag.SUBMIT
    | MessageFlag.FROM_ME
    | MessageFlag.ASSOCIATED
    | MessageFlag.READ_RECEIPT_PENDING
    | MessageFlag.NON_READ_RECEIPT_PENDING
)
_COPIED = (
    *("content_id", "is_indexed", "overlay"),
    *(name for name in COLUMN_NAMES if name != "flags"),
)
_PENDING = int(MessageFlag.READ_RECEIPT_PENDING | MessageFlag.NON_READ_RECEIPT_PENDING)
_ASSOCIATED = int(MessageFlag.ASSOCIATED)


@attrs.frozen
class _Fresh:
    number: int
    folder: int
    prepared: Prepared


def insert_messages(
    connection: Connection, placed: Sequence[tuple[int, Prepared]], mailbox: int | None = None
) -> list[int]:
    """Write messages, each into the folder with the number before it, and give their numbers.

    One that was stored before, by its origin or its delivery key, is not written again, and gives the number that it
    has. The journal's entries of all that have an origin say so. ``mailbox`` is whose folders they are, where they are
    one's.

    Raises:
        LimitExceeded: the store would have more named properties than it takes.
    """
    mailboxes = _mailboxes_of(connection, placed, mailbox)
    keys = entry_keys(connection, [(mailboxes[folder], one.origin) for folder, one in placed])
    numbers, fresh = _numbered(connection, placed, keys)
    contents, is_new = write_contents(connection, [one.prepared.content for one in fresh])
    texts = [
        (content, one.prepared.text)
        for content, is_new_one, one in zip(contents, is_new, fresh, strict=True)
        if is_new_one and one.prepared.text is not None
    ]
    write_words(connection, sorted(texts))
    changes = _take_numbers(connection, [mailboxes[one.folder] for one in fresh])
    _name_properties(connection, mailboxes, fresh)
    engine, tally = connection.engine, Tally()
    rows: list[tuple[SqlValue, ...]] = []
    for one, content, change in zip(fresh, contents, changes, strict=True):
        prepared = one.prepared
        section, indexed = _section(prepared.flags), int(can_index(engine, prepared.text))
        head = (one.number, one.folder, section, prepared.delivery_key, content, indexed, prepared.overlay)
        rows.append((*head, change, change, change, change, *as_stored(engine, prepared.columns)))
        tally.add(one.folder, section, prepared.flags)
    connection.run_many(_INSERT, rows)
    tally.write(connection)
    _update_searches(connection, mailboxes, fresh)
    note_stored(connection, zip(keys, numbers, (one for _, one in placed), strict=True))
    return numbers


def insert_message(connection: Connection, folder: int, prepared: Prepared, mailbox: int | None = None) -> int:
    """Write one message as :func:`insert_messages` does."""
    return insert_messages(connection, [(folder, prepared)], mailbox)[0]


def _numbered(
    connection: Connection, placed: Sequence[tuple[int, Prepared]], keys: Sequence[EntryKey | None]
) -> tuple[list[int], list[_Fresh]]:
    """Give a number to each message, and those that are not there yet."""
    delivery_keys = [one.delivery_key for _, one in placed if one.delivery_key is not None]
    delivered = look_up(connection, "delivery_key, id", "message", "delivery_key", delivery_keys)
    known: dict[object, int] = dict(chain(delivered.items(), stored_numbers(connection, keys).items()))
    free = iter(new_ids(connection, "message", len(placed)))
    numbers: list[int] = []
    fresh: list[_Fresh] = []
    for (folder, prepared), key in zip(placed, keys, strict=True):
        names = [name for name in (key, prepared.delivery_key) if name is not None]
        number = next((known[name] for name in names if name in known), None)
        if number is None:
            number = next(free)
            fresh.append(_Fresh(number, folder, prepared))
        known.update(dict.fromkeys(names, number))
        numbers.append(number)
    return numbers, fresh


def _mailboxes_of(
    connection: Connection, placed: Sequence[tuple[int, Prepared]], mailbox: int | None
) -> dict[SqlValue, int]:
    if mailbox is not None:
        return {folder: mailbox for folder, _ in placed}
    return look_up(connection, "id, mailbox_id", "folder", "id", sorted({folder for folder, _ in placed}))


def _take_numbers(connection: Connection, mailboxes: Sequence[int]) -> list[int]:
    """Take a change number in each of the mailboxes, which are locked in one order by all."""
    taken = {
        mailbox: iter(take_numbers(connection, mailbox, mailboxes.count(mailbox))) for mailbox in sorted({*mailboxes})
    }
    return [next(taken[mailbox]) for mailbox in mailboxes]


def _section(flags: int) -> Section:
    return Section.ASSOCIATED if flags & _ASSOCIATED else Section.MESSAGES


def _name_properties(connection: Connection, mailboxes: dict[SqlValue, int], fresh: Iterable[_Fresh]) -> None:
    """Give named properties ids in the stores that their messages go to."""
    wanted: defaultdict[int, dict[PropertyName, None]] = defaultdict(dict)
    for one in fresh:
        if one.prepared.names:
            wanted[mailboxes[one.folder]].update(dict.fromkeys(one.prepared.names))
    for mailbox, names in wanted.items():
        make_ids(connection, mailbox, names)


def _update_searches(connection: Connection, mailboxes: dict[SqlValue, int], fresh: Iterable[_Fresh]) -> None:
    changed: defaultdict[int, list[int]] = defaultdict(list)
    for one in fresh:
        changed[mailboxes[one.folder]].append(one.number)
    for mailbox, numbers in changed.items():
        update_searches(connection, mailbox, numbers)


def update_message(connection: Connection, mailbox: int, old: Standing, prepared: Prepared) -> int:
    """Write a message anew over its row, and give the number of the change; what is noted about its arrival stays.

    Raises:
        LimitExceeded: the store would have more named properties than it takes.
    """
    if prepared.names:
        make_ids(connection, mailbox, prepared.names)
    (content,), (is_new,) = write_contents(connection, [prepared.content])
    if is_new and prepared.text is not None:
        write_words(connection, [(content, prepared.text)])
    (change,) = take_numbers(connection, mailbox, 1)
    columns = dict(zip(COLUMN_NAMES, as_stored(connection.engine, prepared.columns), strict=True))
    columns["flags"] = (old.flags & _KEPT_FLAGS) | (prepared.flags & ~_KEPT_FLAGS)
    values: dict[str, SqlValue] = {
        "content_id": content,
        "is_indexed": int(can_index(connection.engine, prepared.text)),
        "overlay": prepared.overlay,
        "content_number": change,
        "change_number": change,
        **{name: value for name, value in columns.items() if name not in _OF_ARRIVAL},
    }
    setters = ", ".join(f"{name} = ?" for name in values)
    connection.run(f"update message set {setters} where id = ?", (*values.values(), old.number))
    drop_unused_contents(connection, [old.content])
    update_searches(connection, mailbox, [old.number])
    return change


def move_messages(connection: Connection, mailbox: int, messages: Sequence[Standing], folder: int) -> None:
    """Move messages to another folder of the mailbox; those that are there stay as they are."""
    moved = [one for one in messages if one.folder != folder]
    changes = take_numbers(connection, mailbox, len(moved))
    connection.run_many(
        "update message set folder_id = ?, arrived_number = ?, change_number = ? where id = ?",
        [(folder, change, change, one.number) for one, change in zip(moved, changes, strict=True)],
    )
    _note_gone(connection, mailbox, moved, changes, is_move=True)
    tally = Tally()
    tally.take(moved)
    for one in moved:
        tally.add(folder, one.section, one.flags)
    tally.write(connection)
    update_searches(connection, mailbox, [one.number for one in moved])


def copy_messages(connection: Connection, mailbox: int, messages: Sequence[Standing], folder: int) -> list[int]:
    """Copy messages into a folder, without what was noted about their sending, and give the numbers of the copies."""
    changes = take_numbers(connection, mailbox, len(messages))
    numbers = list(new_ids(connection, "message", len(messages)))
    copied = ", ".join(_COPIED)
    tally = Tally()
    for one, number, change in zip(messages, numbers, changes, strict=True):
        flags = one.flags & ~(MessageFlag.SUBMIT | _PENDING)
        connection.run(
            "insert into message (id, folder_id, section, flags, created_number, arrived_number, content_number,"
            f" change_number, {copied}) select ?, ?, section, ?, ?, ?, ?, ?, {copied} from message where id = ?",
            (number, folder, flags, change, change, change, change, one.number),
        )
        tally.add(folder, one.section, flags)
    tally.write(connection)
    update_searches(connection, mailbox, numbers)
    return numbers


def put_away(connection: Connection, mailbox: int, messages: Sequence[Standing], now: int) -> None:
    """Delete messages with the chance to be restored; a receipt that was asked for is owed for those never read."""
    changes = take_numbers(connection, mailbox, len(messages))
    connection.run_many(
        "update message set section = ?, deleted_time = ?, change_number = ?, flags = ? where id = ?",
        [
            (Section.DELETED, now, change, one.flags & ~_PENDING, one.number)
            for one, change in zip(messages, changes, strict=True)
        ],
    )
    unread = [one for one in messages if one.is_unread and one.flags & MessageFlag.NON_READ_RECEIPT_PENDING]
    connection.run_many(
        "insert into receipt (message_id, is_read, since) values (?, 0, ?) on conflict do nothing",
        [(one.number, now) for one in unread],
    )
    _note_gone(connection, mailbox, messages, changes)
    tally = Tally()
    tally.take(messages)
    tally.write(connection)
    update_searches(connection, mailbox, [one.number for one in messages])


def restore_messages(connection: Connection, mailbox: int, messages: Sequence[Standing]) -> None:
    """Bring messages back that were put away: to whoever synchronises they are new ones.

    That they were not read is owed no more; as long as nobody has told the sender so, his receipt is pending again.
    """
    untold = _owed_unread(connection, [one.number for one in messages])
    changes = take_numbers(connection, mailbox, len(messages))
    tally = Tally()
    for one, change in zip(messages, changes, strict=True):
        section = _section(one.flags)
        flags = one.flags | _PENDING if one.number in untold else one.flags
        connection.run(
            "update message set section = ?, deleted_time = null, flags = ?, created_number = ?, arrived_number = ?,"
            " change_number = ? where id = ?",
            (section, flags, change, change, change, one.number),
        )
        tally.add(one.folder, section, one.flags)
    connection.run_many("delete from receipt where message_id = ? and is_read = 0", [(one.number,) for one in messages])
    tally.write(connection)
    update_searches(connection, mailbox, [one.number for one in messages])


def _owed_unread(connection: Connection, numbers: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for some in chunks(numbers):
        marks = ", ".join("?" * len(some))
        sql = f"select message_id from receipt where is_read = 0 and message_id in ({marks})"
        found.update(number for (number,) in connection.rows(sql, some))
    return found


def purge_messages(connection: Connection, mailbox: int, messages: Sequence[Standing]) -> None:
    """Delete messages for good, with what no other message needs."""
    seen = [one for one in messages if one.section != Section.DELETED]
    _note_gone(connection, mailbox, seen, take_numbers(connection, mailbox, len(seen)))
    tally = Tally()
    tally.take(seen)
    tally.write(connection)
    update_searches(connection, mailbox, [one.number for one in seen], are_gone=True)
    connection.run_many("delete from message where id = ?", [(one.number,) for one in messages])
    drop_unused_contents(connection, [one.content for one in messages])


def _note_gone(
    connection: Connection, mailbox: int, messages: Sequence[Standing], changes: Sequence[int], *, is_move: bool = False
) -> None:
    connection.run_many(
        "insert into gone (mailbox_id, number, folder_id, object_id, is_folder, is_move, is_associated, created_number,"
        " arrived_number) values (?, ?, ?, ?, 0, ?, ?, ?, ?)",
        [
            (
                *(mailbox, change, one.folder, one.number, int(is_move), int(one.is_associated)),
                *(one.created_number, one.arrived_number),
            )
            for one, change in zip(messages, changes, strict=True)
        ],
    )
