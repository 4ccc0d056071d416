"""Journals of the internal store: what the suite for all stores does not say of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from msgcore.base.ids import EntryId
from msgcore.model import Message
from msgcore.props.table import PidTagCreationTime
from msgcore.providers.internal.mailboxes import create_mailbox
from msgcore.providers.internal.store import InternalStore
from msgcore.runtime import NEVER, Connection
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import UNIQUE_ID_OCTETS, Origin
from msgcore.spi.recovery import Fault
from msgcore.spi.store import Incoming, SpecialFolder
from tests.providers.internal.box import Box
from tests.providers.internal.test_locks import database_of

ACCOUNT = "ann at a.test"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)

# More than are looked up by one statement, and no multiple of that.
MANY = 620


def fetched(number: int, account: str = ACCOUNT, delivery_key: bytes | None = None) -> Incoming:
    origin = Origin(account, b"", b"%d" % number)
    return Incoming(Message(subject=f"number {number}"), origin=origin, delivery_key=delivery_key)


def save(box: Box, *incoming: Incoming) -> list[EntryId]:
    return list(box.run(box.store.save(box.inbox, incoming, NEVER)))


def journal(box: Box, account: str = ACCOUNT) -> list[JournalEntry]:
    return list(box.run(box.store.journal(account, None, 1_000, NEVER)))


def count(box: Box, table: str) -> int:
    ((found,),) = box.sql(f"select count(*) from {table}")
    return int(found)


# Many at once


def test_of_many_messages_those_that_were_stored_are_not_stored_again(either_box: Box) -> None:
    known = save(either_box, *map(fetched, range(300)))
    ids = save(either_box, *map(fetched, range(MANY)))

    assert (ids[:300], len({*ids}), count(either_box, "message")) == (known, MANY, MANY)


def test_contents_of_what_was_stored_before_are_not_written(either_box: Box) -> None:
    """A server that gives another message by the same name changes nothing of the one that is here."""
    save(either_box, fetched(1))
    again = Incoming(Message(subject="another"), origin=fetched(1).origin)
    save(either_box, again)

    assert (either_box.subjects(), count(either_box, "content")) == (["number 1"], 1)


# Beside a delivery key


@pytest.mark.parametrize("how_many", [1, 20])
def test_what_was_delivered_by_its_key_has_an_entry_that_names_it(either_box: Box, how_many: int) -> None:
    keys = [b"%d" % number for number in range(how_many)]
    delivered = save(either_box, *(Incoming(Message(subject="delivered"), delivery_key=key) for key in keys))
    ids = save(either_box, *(fetched(number, delivery_key=key) for number, key in enumerate(keys)))

    assert ids == delivered == sorted((one.stored for one in journal(either_box) if one.stored), key=bytes)


def test_the_origin_says_more_than_the_delivery_key(either_box: Box) -> None:
    first, other = save(either_box, fetched(1), Incoming(Message(subject="other"), delivery_key=b"k"))
    (again,) = save(either_box, fetched(1, delivery_key=b"k"))

    assert (again, again == other) == (first, False)


# What is retrieved is there


def test_what_is_stored_is_not_missing_at_the_server(either_box: Box) -> None:
    origin = fetched(1).origin
    assert origin is not None
    either_box.run(either_box.store.note([JournalEntry(origin, NOON, missing_since=NOON)], NEVER))
    save(either_box, fetched(1))

    assert [one.missing_since for one in journal(either_box)] == [None]


def test_what_is_stored_was_first_seen_when_it_was_saved(either_box: Box) -> None:
    (entry_id,) = save(either_box, fetched(1))
    assert [one.first_seen for one in journal(either_box)] == [either_box.value(entry_id, PidTagCreationTime)]


# Names of accounts


@pytest.mark.parametrize("account", ["\0", "half a \ud800", "Ann\n", "x" * 500], ids=["NUL", "half", "LF", "long"])
def test_an_account_may_have_any_name(either_box: Box, account: str) -> None:
    save(either_box, fetched(1, account))
    assert [one.origin.account for one in journal(either_box, account)] == [account]


def test_the_longest_keys_have_room_in_the_index(either_box: Box) -> None:
    """Octets of chance, which no index makes shorter."""
    chance = random.Random(1)
    origin = Origin(ACCOUNT, chance.randbytes(UNIQUE_ID_OCTETS), chance.randbytes(UNIQUE_ID_OCTETS))
    save(either_box, Incoming(Message(), origin=origin))

    assert [one.origin for one in journal(either_box)] == [origin]


# Mailboxes of one database


@pytest.fixture
def two(either_box: Box) -> Iterator[tuple[Box, InternalStore, int]]:
    """A mailbox that has an entry of message 1, and another one of the database, with its number, that has one, too."""
    save(either_box, fetched(1))
    mailbox = either_box.transact(lambda connection: create_mailbox(connection, "eve"))
    database = database_of(either_box)
    other = InternalStore(either_box.runtime, database, mailbox)
    special = either_box.run(other.special_folders(NEVER))
    either_box.run(other.save(special[SpecialFolder.INBOX], [fetched(1), fetched(2)], NEVER))
    yield either_box, other, mailbox.id
    either_box.run(database.close(either_box.runtime))


def test_each_mailbox_has_journals_of_its_own(two: tuple[Box, InternalStore, int]) -> None:
    box, other, _ = two
    found = [list(box.run(store.journal(ACCOUNT, None, 9, NEVER))) for store in (box.store, other)]

    assert [[(one.origin.fingerprint, one.stored is not None) for one in entries] for entries in found] == [
        [(b"1", True)],
        [(b"1", True), (b"2", True)],
    ]


def test_journals_go_with_their_mailbox(two: tuple[Box, InternalStore, int]) -> None:
    box, _, number = two

    def remove(connection: Connection) -> None:
        connection.run("delete from mailbox where id = ?", (number,))

    box.transact(remove)
    assert (count(box, "journal"), count(box, "journal_entry"), len(journal(box))) == (1, 1, 1)


# Checking


def faults(box: Box) -> list[Fault]:
    return list(box.run(box.store.check(NEVER)))


def test_a_journal_in_use_has_no_fault(either_box: Box) -> None:
    ids = save(either_box, *map(fetched, range(4)))
    origin = Origin(ACCOUNT, b"waits", b"")
    either_box.run(either_box.store.note([JournalEntry(origin, NOON, header=b"Subject: waits\r\n\r\n")], NEVER))
    either_box.run(either_box.store.delete(ids[:1], NEVER))
    either_box.run(either_box.store.purge(ids[1:2], NEVER))

    assert faults(either_box) == []


def test_an_entry_of_a_message_that_never_was_is_a_fault(either_box: Box) -> None:
    save(either_box, fetched(1))
    either_box.sql("update journal_entry set message_id = message_id + 1")

    assert faults(either_box) == [Fault("journal 1", "an entry names a message that never was")]


def test_an_entry_of_a_message_of_another_mailbox_is_a_fault(two: tuple[Box, InternalStore, int]) -> None:
    box, _, _ = two
    box.sql("update journal_entry set message_id = (select max(id) from message) where journal_id = 1")

    assert faults(box) == [Fault("journal 1", "an entry names a message of another mailbox")]
