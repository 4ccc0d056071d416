"""Contents: kept octet for octet, once for all who have them, and found damaged when they are."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.codecs.mime.large_parts import large_parts
from msgcore.errors import NotLoaded, StoreCorrupt
from msgcore.model import Message
from msgcore.providers.internal.content import (
    LARGE_OCTETS,
    PreparedContent,
    drop_unused_contents,
    prepare_content,
    read_limited,
    read_octets,
    verify_content,
    write_contents,
)
from msgcore.providers.internal.content_reader import ContentReader
from msgcore.providers.internal.mailboxes import create_mailbox
from msgcore.providers.internal.packing import PIECE_OCTETS
from msgcore.providers.internal.prepare import prepare
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.providers.internal.standing import Standing, standing_of
from msgcore.providers.internal.writing import insert_messages, purge_messages
from msgcore.runtime import BlockingRuntime, Connection, Database, SqlValue
from msgcore.spi.limited import LeftOut, limit_attachments
from msgcore.spi.store import Incoming
from tests.codecs.mime.corpus_files import each_corpus_message, messages_in
from tests.conftest import SOAK

T = TypeVar("T")


class Contents:
    """The contents of a database."""

    def __init__(self, path: Path) -> None:
        self.runtime = BlockingRuntime()
        self.database = Database.open(path, STORE_SCHEMA, create=True)

    def do(self, work: Callable[[Connection], T]) -> T:
        return self.runtime.run(self.database.write(self.runtime, work))

    def sql(self, statement: str, *values: SqlValue) -> None:
        self.do(lambda connection: connection.run(statement, values))

    def write(self, *contents: PreparedContent) -> tuple[list[int], list[bool]]:
        return self.do(lambda connection: write_contents(connection, contents))

    def put(self, content: PreparedContent) -> int:
        return self.write(content)[0][0]

    def read(self, number: int) -> bytes:
        return self.do(lambda connection: read_octets(connection, number))

    def range(self, number: int, start: int, count: int) -> bytes:
        return self.do(lambda connection: ContentReader(connection, number).range(start, count))

    def verify(self, number: int) -> None:
        self.do(lambda connection: verify_content(connection, number))

    def count(self, table: str = "content") -> int:
        return self.do(lambda connection: int(connection.value(f"select count(*) from {table}")))


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contents]:
    opened = Contents(tmp_path_factory.mktemp("contents") / "mail.db")
    yield opened
    opened.runtime.run(opened.database.close(opened.runtime))


@pytest.fixture
def empty(contents: Contents) -> Contents:
    contents.sql("delete from content")
    return contents


def noise(size_octets: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size_octets)


def letter(*files: bytes) -> bytes:
    return mime.write(Message(subject="s", text="text", attachments=files))


LARGE = letter(noise(300_000), b"small", noise(400_000, 1))
"""A message with two large attachments, in more than three pieces."""


# Round trips

SIZES = [0, 1, 16_383, 16_384, LARGE_OCTETS, LARGE_OCTETS + 1, 2 * PIECE_OCTETS - 1, 2 * PIECE_OCTETS, 600_000]
FILLINGS: dict[str, Callable[[int], bytes]] = {
    "text": lambda size: (b"some words in a line\r\n" * (size // 22 + 1))[:size],
    "base64": lambda size: base64.encodebytes(noise(size))[:size],
    "noise": noise,
}


@settings(max_examples=1_000 if SOAK else 40)
@given(st.sampled_from(SIZES), st.integers(0, 100), st.sampled_from([*FILLINGS]))
def test_octets_of_any_size_come_back(contents: Contents, size: int, more: int, filling: str) -> None:
    octets = FILLINGS[filling](size + more)

    assert contents.read(contents.put(prepare_content(octets))) == octets


@each_corpus_message()
def test_the_corpus_comes_back_octet_for_octet_whole_and_in_pieces(contents: Contents, folder: Path) -> None:
    for path in messages_in(folder):
        octets = path.read_bytes()
        whole, cut = prepare_content(octets), prepare_content(octets, b"apart", large_octets=0)
        numbers, _ = contents.write(whole, cut)
        assert [contents.read(number) for number in numbers] == [octets, octets], path.name


@settings(max_examples=1_000 if SOAK else 40)
@given(st.integers(0, len(LARGE) + 10), st.integers(0, len(LARGE)))
def test_a_range_is_a_slice(contents: Contents, start: int, count: int) -> None:
    number = contents.put(prepare_content(LARGE))

    assert contents.range(number, start, count) == LARGE[start : start + count]


def test_a_range_of_a_small_content_is_a_slice(contents: Contents) -> None:
    assert contents.range(contents.put(prepare_content(b"abcdef")), 2, 3) == b"cde"


def test_text_takes_less_than_its_own_size(contents: Contents) -> None:
    text = FILLINGS["text"](20_000)
    number = contents.put(prepare_content(text))

    kept = contents.do(lambda db: db.value("select length(octets) from content where id = ?", (number,)))
    assert kept < 1_000


# Once for all


def test_contents_with_the_same_octets_are_one(empty: Contents) -> None:
    numbers, is_new = empty.write(prepare_content(b"a"), prepare_content(b"b"), prepare_content(b"a"))

    assert (numbers[0] == numbers[2], is_new, empty.count()) == (True, [True, True, False], 2)


def test_a_content_that_is_there_is_not_written_again(empty: Contents) -> None:
    number = empty.put(prepare_content(LARGE))

    assert empty.write(prepare_content(LARGE)) == ([number], [False])


def test_a_prepared_content_that_is_given_twice_is_new_once(empty: Contents) -> None:
    """As when one letter goes to many mailboxes: its words are written once."""
    content = prepare_content(b"a")

    assert empty.write(content, content)[1] == [True, False]


def test_what_is_kept_apart_is_not_shared(empty: Contents) -> None:
    numbers, is_new = empty.write(prepare_content(b"a"), prepare_content(b"a", b"x"), prepare_content(b"a", b"y"))

    assert (len(set(numbers)), is_new) == (3, [True, True, True])


def test_a_content_that_is_kept_apart_later_is_the_same_as_one_that_was_at_once() -> None:
    assert prepare_content(b"a").apart(b"x").hash == prepare_content(b"a", b"x").hash


def test_mailboxes_share_a_content_and_the_last_message_takes_it_along(empty: Contents) -> None:
    def save(connection: Connection, name: str) -> tuple[int, Standing]:
        mailbox = create_mailbox(connection, name).id
        inbox = connection.value("select id from folder where mailbox_id = ? and role = 'inbox'", (mailbox,))
        prepared = prepare(Incoming(mime.read(LARGE)), empty.runtime.now())
        (number,) = insert_messages(connection, [(inbox, prepared)])
        return mailbox, standing_of(connection, mailbox, [number])[0]

    counts: list[int] = []
    placed = [empty.do(partial(save, name=name)) for name in ("ann", "bob")]
    counts.append(empty.count())
    for mailbox, standing in placed:
        empty.do(partial(purge_messages, mailbox=mailbox, messages=[standing]))
        counts.append(empty.count())

    assert counts == [1, 1, 0]


def test_an_unused_content_goes_with_its_pieces(empty: Contents) -> None:
    number = empty.put(prepare_content(LARGE))
    empty.do(lambda connection: drop_unused_contents(connection, [number]))

    assert (empty.count(), empty.count("content_piece")) == (0, 0)


# Without large attachments


def test_a_message_above_the_limit_is_read_without_its_large_attachments(contents: Contents) -> None:
    number = contents.put(prepare_content(LARGE))
    limited = contents.do(lambda connection: read_limited(connection, number, 1_000))

    assert len(limited.octets) < 2_000
    assert [one.filename for one in mime.read(limited.octets).attachments] == [None] * 3
    assert {path: one.size_octets for path, one in limited.left_out.items()} == {(0,): 300_000, (2,): 400_000}


def test_a_message_up_to_the_limit_is_read_whole(contents: Contents) -> None:
    number = contents.put(prepare_content(LARGE))

    assert contents.do(lambda db: read_limited(db, number, len(LARGE))) == (LARGE, {}, len(LARGE), "mime")


def test_a_large_text_is_read_whole_whatever_the_limit(contents: Contents) -> None:
    octets = mime.write(Message(text="words in a line\n" * 30_000))
    number = contents.put(prepare_content(octets))

    assert contents.do(lambda db: read_limited(db, number, 1_000)) == (octets, {}, len(octets), "mime")


@pytest.fixture
def limited() -> Message:
    """A large message in which another one has a large attachment."""
    inner = mime.read(letter(noise(100_000)))
    octets = mime.write(Message(subject="outer", attachments=[noise(300_000), b"few", inner]))
    parts = large_parts(octets, 100_000)
    skeleton = octets
    for part in reversed(parts):
        skeleton = skeleton[: part.start] + skeleton[part.end :]
    left_out = {part.path: LeftOut(part.size_octets, part.end - part.start) for part in parts}
    return limit_attachments(mime.read(skeleton), 1_000, left_out)


def test_attachments_that_were_left_out_tell_their_size(limited: Message) -> None:
    inner = limited.attachments[2].message
    assert inner is not None
    assert [one.size_octets for one in (*limited.attachments[:2], *inner.attachments)] == [300_000, 3, 100_000]


def test_the_size_of_an_attached_message_counts_what_was_left_out(limited: Message) -> None:
    inner = limited.attachments[2].message
    assert inner is not None
    assert inner.size_octets == len(letter(noise(100_000)))


def test_an_attachment_that_was_left_out_names_the_call_that_streams_it(limited: Message) -> None:
    with pytest.raises(NotLoaded, match=r"attachment 0 .*open_attachment\(0\)"):
        _ = limited.attachments[0].data


def test_an_attachment_left_out_of_an_attached_message_names_the_limit_to_raise(limited: Message) -> None:
    inner = limited.attachments[2].message
    assert inner is not None
    with pytest.raises(NotLoaded, match=r"attachment 0 of attached message 2 .*load_limit_octets$"):
        _ = inner.attachments[0].data


def test_a_message_without_its_attachments_is_not_written(limited: Message) -> None:
    with pytest.raises(NotLoaded, match="cannot be written"):
        mime.write(limited)


# Damage


def test_a_missing_content_is_told(contents: Contents) -> None:
    with pytest.raises(StoreCorrupt, match="content 999999 is missing"):
        contents.read(999_999)


@pytest.mark.parametrize(
    "damage",
    [
        "delete from content_piece where content_id = ? and position = 1",
        "delete from content_piece where content_id = ? and position = 3",
        "update content_piece set position = 9 where content_id = ? and position = 1",
        "insert into content_piece select content_id, 4, octets from content_piece where content_id = ? limit 1",
        "update content_piece set octets = x'00' where content_id = ? and position = 0",
        "update content_piece set octets = substr(octets, 1, 1000) where content_id = ? and position = 0",
        "update content set packing = 7 where id = ?",
        "update content set size_octets = size_octets + 1 where id = ?",
        "update content set size_octets = size_octets - 1 where id = ?",
        "update content set parts = '' where id = ?",
        "update content set parts = '[]' where id = ?",
        "update content set parts = '[0,null,[]]' where id = ?",
        "update content set parts = '[1,null,[[[0],5,4,\"\",0,0,0]]]' where id = ?",
        "update content set parts = '[\"a\",null,[]]' where id = ?",
        "update content set parts = replace(parts, 'base64', 'rot13') where id = ?",
    ],
)
def test_damage_is_told(empty: Contents, damage: str) -> None:
    number = empty.put(prepare_content(LARGE))
    empty.sql(damage, number)

    with pytest.raises(StoreCorrupt):
        empty.read(number)


@each_corpus_message()
def test_the_corpus_is_found_in_order(contents: Contents, folder: Path) -> None:
    for path in messages_in(folder):
        contents.verify(contents.put(prepare_content(path.read_bytes(), b"pieces", large_octets=0)))


def test_another_content_under_a_hash_is_found(empty: Contents) -> None:
    number = empty.put(prepare_content(b"abc"))
    empty.sql("update content set octets = x'616264' where id = ?", number)

    with pytest.raises(StoreCorrupt, match="not what its hash says"):
        empty.verify(number)


def test_another_skeleton_is_found(empty: Contents) -> None:
    number = empty.put(prepare_content(LARGE))
    other = prepare_content(LARGE.replace(b"small", b"large").replace(b"text", b"taxt"))
    empty.do(lambda db: db.run("update content set octets = ? where id = ?", (other.octets, number)))

    with pytest.raises(StoreCorrupt, match="its skeleton is another message's"):
        empty.verify(number)


@settings(max_examples=1_000 if SOAK else 30)
@given(st.integers(0, 3), st.integers(0, 10**9), st.integers(1, 255))
def test_an_octet_of_a_piece_that_has_changed_never_shows_in_the_content(
    contents: Contents, position: int, at: int, change: int
) -> None:
    content = prepare_content(LARGE)
    number = contents.put(content)
    pieces = list(content.pieces)
    piece = bytearray(pieces[position])
    piece[at % len(piece)] ^= change
    sql = "update content_piece set octets = ? where content_id = ? and position = ?"
    contents.sql(sql, bytes(piece), number, position)
    try:
        # Two bits of zlib's header mean nothing to a reader.
        assert contents.read(number) == LARGE
    except StoreCorrupt:
        pass
    finally:
        contents.sql(sql, pieces[position], number, position)
