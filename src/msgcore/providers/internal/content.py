"""Contents: messages in the form in which they came, each kept once however many messages of the database have it.

Theory of operation: a content never changes; its hash says what it is. Small ones are kept whole, packed where that
pays. Large ones are kept in pieces, beside a map of their large attachments and their skeleton, so that nobody needs
to hold them (:mod:`msgcore.providers.internal.part_map`).

On PostgreSQL several transactions write and drop contents at once, and rows are locked: who writes a message holds a
lock on its content from before it looks whether that is there, and who drops contents locks them before looking
whether a message names them. Each waits for the other's end and then sees what it did: a content that is dropped at
this moment is written again, one that is being written by another is shared, and one that gets a message stays.
Locks are taken in the order of hashes; where two transactions lock many contents in several steps and meet all the
same, one of them is run again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import attrs

from msgcore.codecs.mime.large_parts import cut_out, large_parts
from msgcore.errors import StoreBusy
from msgcore.providers.internal.content_reader import read_limited, read_octets, verify_content
from msgcore.providers.internal.dialect import chunks, look_up, new_ids
from msgcore.providers.internal.packing import PIECE_OCTETS, Packing, cut_in_pieces, pack, pack_piece
from msgcore.providers.internal.part_map import part_map_to_json
from msgcore.runtime import Connection, Engine, SqlValue

__all__ = [
    "LARGE_OCTETS",
    "LARGE_PART_OCTETS",
    "PreparedContent",
    "drop_unused_contents",
    "prepare_content",
    "read_limited",
    "read_octets",
    "verify_content",
    "write_contents",
]

LARGE_OCTETS = PIECE_OCTETS
"""A larger message is kept in pieces."""

LARGE_PART_OCTETS = 64 * 1024
"""Attachments whose bodies are so large stand in the map."""

_TRIES = 10


@attrs.frozen
class PreparedContent:
    """A content ready to be written. Equal hashes are equal contents.

    ``octets`` are packed: the whole, or where there is a ``part_map`` the skeleton, or nothing. ``pieces`` are packed,
    and may be gone through again.
    """

    hash: bytes
    size_octets: int
    packing: Packing
    octets: bytes
    part_map: str | None = None
    pieces: Iterable[bytes] = ()
    form: str = "mime"

    def apart(self, distinct: bytes) -> PreparedContent:
        """Keep it apart from others with the same octets and another ``distinct``; empty: with none."""
        return attrs.evolve(self, hash=self.hash + hashlib.sha256(distinct).digest()) if distinct else self


def prepare_content(
    octets: bytes, distinct: bytes = b"", large_octets: int = LARGE_OCTETS, form: str = "mime"
) -> PreparedContent:
    """Make a content ready; ``distinct`` keeps it apart from others with the same octets, and so does its form.

    A form is never guessed from octets again: who sends a mail that begins as another form would have it trusted.

    Raises:
        LimitExceeded: the message is larger than what can be read.
    """
    digest = hashlib.sha256(octets).digest()
    if len(octets) <= large_octets:
        packing, packed = pack(octets)
        return PreparedContent(digest, len(octets), packing, packed, form=form).apart(_mark(form)).apart(distinct)
    parts = large_parts(octets, min(LARGE_PART_OCTETS, large_octets)) if form == "mime" else ()
    skeleton = cut_out(octets, parts) if sum(part.end - part.start for part in parts) * 2 >= len(octets) else None
    return (
        PreparedContent(
            digest,
            len(octets),
            Packing.ZLIB,
            pack_piece(skeleton or b""),
            part_map_to_json(PIECE_OCTETS, None if skeleton is None else len(skeleton), parts),
            [pack_piece(piece) for piece in cut_in_pieces([octets])],
            form,
        )
        .apart(_mark(form))
        .apart(distinct)
    )


def _mark(form: str) -> bytes:
    return b"" if form == "mime" else form.encode()


# Writing


def write_contents(connection: Connection, contents: Sequence[PreparedContent]) -> tuple[list[int], list[bool]]:
    """Write those contents that are not there yet; give the numbers of all, and which of them are new.

    Of several with the same hash the first one is new.

    Raises:
        StoreBusy: others drop and write the same contents all the time.
    """
    firsts = {one.hash: one for one in reversed(contents)}
    hashes = sorted(firsts)
    numbers = look_up(connection, "hash, id", "content", "hash", hashes)
    written: dict[SqlValue, int] = {}
    for _ in range(_TRIES):
        written.update(_insert(connection, [firsts[one] for one in hashes if one not in numbers]))
        numbers.update(written)
        if connection.engine is Engine.POSTGRES:
            numbers = _locked(connection, hashes)
        if len(numbers) == len(hashes):
            fresh: set[SqlValue] = {one for one in hashes if numbers[one] == written.get(one)}
            return [numbers[one.hash] for one in contents], [_taken(fresh, one.hash) for one in contents]
    raise StoreBusy("the same contents are dropped and written all the time")


def _taken(values: set[SqlValue], value: SqlValue) -> bool:
    """Take a value out of a set, and say whether it was there."""
    was_there = value in values
    values.discard(value)
    return was_there


def _insert(connection: Connection, contents: Sequence[PreparedContent]) -> dict[SqlValue, int]:
    """Write contents in this order, those that nobody has written meanwhile; give the numbers they have or would."""
    if not contents:
        return {}
    numbers = new_ids(connection, "content", len(contents))
    connection.run_many(
        "insert into content (id, hash, form, size_octets, packing, octets, parts) values (?, ?, ?, ?, ?, ?, ?)"
        " on conflict (hash) do nothing",
        [
            (number, one.hash, one.form, one.size_octets, int(one.packing), one.octets, one.part_map)
            for number, one in zip(numbers, contents, strict=True)
        ],
    )
    for number, one in zip(numbers, contents, strict=True):
        if one.part_map is not None:
            _insert_pieces(connection, number, one)
    return {one.hash: number for number, one in zip(numbers, contents, strict=True)}


def _insert_pieces(connection: Connection, number: int, content: PreparedContent) -> None:
    """Write the pieces of a content, if it was written; one at a time, so that they are never held together."""
    if connection.value("select 1 from content where id = ?", (number,)) is None:
        return
    for position, piece in enumerate(content.pieces):
        connection.run("insert into content_piece values (?, ?, ?)", (number, position, piece))


def _locked(connection: Connection, hashes: Sequence[SqlValue]) -> dict[SqlValue, int]:
    """Give the numbers of the contents that are there, which nobody can drop before this transaction ends."""
    found: dict[SqlValue, int] = {}
    for some in chunks(hashes):
        marks = ", ".join("?" * len(some))
        sql = f"select hash, id from content where hash in ({marks}) order by hash for key share"
        found.update(connection.rows(sql, some))
    return found


# Dropping


def drop_unused_contents(connection: Connection, numbers: Iterable[int]) -> None:
    """Delete those of the contents that no message names any more, with their words."""
    wanted = list(dict.fromkeys(numbers))
    if connection.engine is Engine.POSTGRES:
        for some in chunks(wanted):
            marks = ", ".join("?" * len(some))
            connection.rows(f"select id from content where id in ({marks}) order by hash for update", some)
    for some in chunks(wanted):
        marks = ", ".join("?" * len(some))
        unused = "not exists (select 1 from message where content_id = content.id)"
        connection.run(f"delete from content where id in ({marks}) and {unused}", some)
