"""The map of named properties: each store gives them ids of its own, from 0x8000 on ([MS-OXCPRPT] section 3.1.5.10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from msgcore.errors import LimitExceeded, UsageError
from msgcore.props.key import PropertyName
from msgcore.props.tags import check_name
from msgcore.runtime import Connection

__all__ = ["FIRST_ID", "MOST_NAMED_PROPERTIES", "ids_of", "make_ids", "names_of"]

FIRST_ID = 0x8000

# What Exchange takes as a rule. Ids would end at 0xFFFE.
MOST_NAMED_PROPERTIES = 16_384

# What an index of PostgreSQL takes is 2,704 octets a row.
_MOST_OCTETS_OF_A_NAME = 2_000


def ids_of(connection: Connection, mailbox: int, names: Sequence[PropertyName]) -> list[int | None]:
    """Give the ids of names, in the same order; ``None`` for one that has none.

    Raises:
        UsageError: one is no name.
    """
    sql = "select id from named_property where mailbox_id = ? and property_set = ? and lid_or_name = ?"
    return [connection.value(sql, (mailbox, *_key(name))) for name in names]


def make_ids(
    connection: Connection, mailbox: int, names: Iterable[PropertyName], most: int = MOST_NAMED_PROPERTIES
) -> list[int]:
    """Give the ids of names, in the same order; a name without one gets the next.

    Raises:
        LimitExceeded: the store would have more than ``most`` named properties.
    """
    wanted = list(names)
    found = dict(zip(wanted, ids_of(connection, mailbox, wanted), strict=True))
    highest = connection.value("select max(id) from named_property where mailbox_id = ?", (mailbox,))
    following = FIRST_ID if highest is None else highest + 1
    made: dict[PropertyName, int] = {}
    for name, known in found.items():
        if known is None:
            made[name] = following + len(made)
    if following + len(made) > FIRST_ID + most:
        raise LimitExceeded(f"the store takes {most} named properties; {next(iter(made))} would be one more")
    rows = [(mailbox, *_key(name), number) for name, number in made.items()]
    connection.run_many(
        "insert into named_property (mailbox_id, property_set, lid_or_name, id) values (?, ?, ?, ?)", rows
    )
    return [made[name] if known is None else known for name in wanted for known in (found[name],)]


def names_of(connection: Connection, mailbox: int, ids: Sequence[int]) -> list[PropertyName | None]:
    """Give what ids name, in the same order; ``None`` for one that names nothing."""
    sql = "select property_set, lid_or_name from named_property where mailbox_id = ? and id = ?"
    rows = [connection.row(sql, (mailbox, number)) for number in ids]
    return [None if row is None else (UUID(bytes=row[0]), _lid_or_name(row[1])) for row in rows]


def _key(name: PropertyName) -> tuple[bytes, bytes]:
    check_name(*name)
    return name[0].bytes, _octets_of(name[1]) if isinstance(name[1], str) else b"l%d" % name[1]


def _octets_of(name: str) -> bytes:
    try:
        octets = name.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{name!r:.80} is no name of a property: it has half a character") from error
    if len(octets) > _MOST_OCTETS_OF_A_NAME:
        raise UsageError(
            f"a property's name of {len(octets):,} octets is too long; it may have {_MOST_OCTETS_OF_A_NAME:,}"
        )
    return b"n" + octets


def _lid_or_name(key: bytes) -> int | str:
    return key[1:].decode() if key.startswith(b"n") else int(key[1:])
