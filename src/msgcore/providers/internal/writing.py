"""Writing message rows: the SQL of one transaction, on a connection that is handed in.

Rows are numbered here and not by SQLite, so that each table is filled by one statement for all messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgcore.errors import NotFound
from msgcore.props.key import PropertyName
from msgcore.providers.internal.named_properties import make_ids
from msgcore.providers.internal.prepare import COLUMN_NAMES, Prepared
from msgcore.providers.internal.words import drop_unused_words, write_words
from msgcore.runtime import Connection, SqlValue
from msgcore.spi.store import MessageFlag

__all__ = ["delete_messages", "drop_unused", "insert_message", "insert_messages", "update_message"]

_NAMES = ("id", "folder_id", "delivery_key", "content_id", "words_id", "overlay", *COLUMN_NAMES)
_INSERT = f"insert into message ({', '.join(_NAMES)}) values ({', '.join('?' * len(_NAMES))})"
_LOOKED_UP_AT_ONCE = 250

# What the store notes about a message's arrival stays when the message changes.
_OF_ARRIVAL = ("delivery_time", "creation_time")
_KEPT_FLAGS = MessageFlag.READ | MessageFlag.UNSENT | MessageFlag.SUBMIT | MessageFlag.FROM_ME


def insert_messages(connection: Connection, placed: Sequence[tuple[int, Prepared]]) -> list[int]:
    """Write messages, each into the folder with the number before it, and give their numbers.

    One whose delivery key is there already is not written again, and gives the number that it has.

    Raises:
        LimitExceeded: the store would have more named properties than it takes.
    """
    delivery_keys = [one.delivery_key for _, one in placed if one.delivery_key is not None]
    known: dict[SqlValue, int] = _look_up(connection, "delivery_key, id", "message", "delivery_key", delivery_keys)
    following = _last_number(connection, "message") + 1
    numbers: list[int] = []
    fresh: list[tuple[int, int, Prepared]] = []
    for folder, prepared in placed:
        key = prepared.delivery_key
        number = following + len(fresh) if key is None else known.setdefault(key, following + len(fresh))
        if number == following + len(fresh):
            fresh.append((number, folder, prepared))
        numbers.append(number)
    _name_properties(connection, [(folder, prepared) for _, folder, prepared in fresh])
    messages = [prepared for _, _, prepared in fresh]
    contents = _write_contents(connection, messages)
    texts = _write_texts(connection, contents, messages)
    connection.run_many(
        _INSERT,
        (
            (number, folder, one.delivery_key, content_id, words_id, one.overlay, *one.columns)
            for (number, folder, one), content_id, words_id in zip(fresh, contents, texts, strict=True)
        ),
    )
    return numbers


def insert_message(connection: Connection, folder: int, prepared: Prepared) -> int:
    """Write one message as :func:`insert_messages` does."""
    return insert_messages(connection, [(folder, prepared)])[0]


def update_message(connection: Connection, number: int, prepared: Prepared) -> None:
    """Write a message anew over its row; what the store notes about its arrival stays.

    Raises:
        NotFound: it is gone.
        LimitExceeded: the store would have more named properties than it takes.
    """
    row = connection.row("select content_id, words_id, flags, folder_id from message where id = ?", (number,))
    if row is None:
        raise NotFound(f"message {number} is not in the store (any more)")
    _name_properties(connection, [(row[3], prepared)])
    contents = _write_contents(connection, [prepared])
    columns = dict(zip(COLUMN_NAMES, prepared.columns, strict=True))
    columns["flags"] = (int(row[2]) & _KEPT_FLAGS) | (int(str(columns["flags"])) & ~_KEPT_FLAGS)
    values: dict[str, SqlValue] = {
        "content_id": contents[0],
        "words_id": _write_texts(connection, contents, [prepared])[0],
        "overlay": prepared.overlay,
        **{name: value for name, value in columns.items() if name not in _OF_ARRIVAL},
    }
    setters = ", ".join(f"{name} = ?" for name in values)
    connection.run(f"update message set {setters} where id = ?", (*values.values(), number))
    drop_unused(connection, [row[:2]])


def delete_messages(connection: Connection, numbers: Iterable[int]) -> None:
    """Delete messages, with what no other message needs."""
    gone: list[tuple[int, int | None]] = []
    for number in numbers:
        gone += connection.rows("select content_id, words_id from message where id = ?", (number,))
        connection.run("delete from message where id = ?", (number,))
    drop_unused(connection, gone)


def drop_unused(connection: Connection, named: Iterable[tuple[int, int | None]]) -> None:
    """Delete contents and rows of the full-text index, given by number, that no message names any more."""
    pairs = list(named)
    connection.run_many(
        "delete from content where id = ? and not exists (select 1 from message where content_id = content.id)",
        [(content_id,) for content_id in dict.fromkeys(content_id for content_id, _ in pairs)],
    )
    drop_unused_words(connection, (words_id for _, words_id in pairs))


def _name_properties(connection: Connection, placed: Iterable[tuple[int, Prepared]]) -> None:
    """Give named properties ids in the stores that their messages go to."""
    wanted: dict[int, dict[PropertyName, None]] = {}
    for folder, prepared in placed:
        if prepared.names:
            wanted.setdefault(folder, {}).update(dict.fromkeys(prepared.names))
    for folder, names in wanted.items():
        make_ids(connection, connection.value("select mailbox_id from folder where id = ?", (folder,)), names)


def _write_contents(connection: Connection, messages: Sequence[Prepared]) -> list[int]:
    """Write those contents that are not there yet, and give the numbers of all."""
    known = _look_up(connection, "hash, id", "content", "hash", [one.hash for one in messages])
    following = _last_number(connection, "content") + 1
    fresh: list[tuple[int, Prepared]] = []
    for one in messages:
        if known.setdefault(one.hash, following + len(fresh)) == following + len(fresh):
            fresh.append((known[one.hash], one))
    connection.run_many(
        "insert into content (id, hash, form, octets) values (?, ?, ?, ?)",
        ((number, one.hash, one.form, one.octets) for number, one in fresh),
    )
    return [known[one.hash] for one in messages]


def _write_texts(connection: Connection, contents: Sequence[int], messages: Sequence[Prepared]) -> list[int | None]:
    """Index those texts that are not indexed yet, and give the numbers of all; before the messages are written."""
    shared = [number for number, one in zip(contents, messages, strict=True) if not one.has_own_text]
    indexed = set(_look_up(connection, "words_id, 0", "message", "words_id", shared))
    own = min(connection.value("select min(words_id) from message") or 0, 0)
    numbers: list[int | None] = []
    fresh: list[tuple[int, Prepared]] = []
    for content_id, one in zip(contents, messages, strict=True):
        if one.text is None:
            numbers.append(None)
            continue
        if one.has_own_text:
            own -= 1
        number = own if one.has_own_text else content_id
        if number not in indexed:
            indexed.add(number)
            fresh.append((number, one))
        numbers.append(number)
    write_words(connection, [(number, one.text) for number, one in fresh if one.text is not None])
    return numbers


def _last_number(connection: Connection, table: str) -> int:
    """Give the highest number that a row of the table ever had."""
    return int(connection.value("select seq from sqlite_sequence where name = ?", (table,)) or 0)


def _look_up(
    connection: Connection, columns: str, table: str, key: str, wanted: Sequence[SqlValue]
) -> dict[SqlValue, int]:
    """Give two columns of the rows that have one of the wanted keys, the second by the first."""
    found: dict[SqlValue, int] = {}
    for some in _chunks(wanted):
        marks = ", ".join("?" * len(some))
        found.update(connection.rows(f"select {columns} from {table} where {key} in ({marks})", some))
    return found


def _chunks(wanted: Sequence[SqlValue]) -> Iterator[Sequence[SqlValue]]:
    """Cut into pieces of one length, so that few statements differ; or leave a few as they are."""
    for start in range(0, len(wanted), _LOOKED_UP_AT_ONCE):
        some = wanted[start : start + _LOOKED_UP_AT_ONCE]
        yield some if start == 0 else [*some, *[some[0]] * (_LOOKED_UP_AT_ONCE - len(some))]
