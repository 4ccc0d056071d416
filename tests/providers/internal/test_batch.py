"""Saving many messages at once: the same as one by one, in one transaction."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given

from msgcore.base.octets import Limits
from msgcore.codecs import mime
from msgcore.errors import NotFound
from msgcore.model import Message, compare
from msgcore.props.table import PidTagEntryId, PidTagSubject
from msgcore.providers.internal.mailboxes import create_mailbox
from msgcore.providers.internal.prepare import prepare
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.providers.internal.special_folders import special_folders
from msgcore.providers.internal.writing import insert_messages
from msgcore.runtime import NEVER, Connection, Database
from msgcore.spi.store import Incoming, SpecialFolder
from msgcore.testing import strategies
from tests.providers.internal.box import Box
from tests.providers.internal.index import check_index, found, rows_of_index
from tests.providers.internal.strategies import incoming

# More than are looked up by one statement, and no multiple of that.
MANY = 620


def contents(box: Box) -> int:
    ((count,),) = box.sql("select count(*) from content")
    return int(count)


def test_many_messages_are_saved_in_their_order(box: Box) -> None:
    box.save(Message(subject="one that is there already"))
    ids = box.save(*(Message(subject=f"number {number % 600}") for number in range(MANY)))

    assert [box.sql("select subject from message where id = ?", one.number) for one in ids] == [
        [(f"number {number % 600}",)] for number in range(MANY)
    ]


def test_of_many_messages_each_content_is_kept_once(either_box: Box) -> None:
    known = [Message(subject=f"number {number}") for number in range(300)]
    either_box.save(*known)
    either_box.save(*(Message(subject=f"number {number % 600}") for number in range(MANY)))

    assert (contents(either_box), rows_of_index(either_box)) == (600, 600)
    check_index(either_box)


def test_a_delivery_that_comes_twice_in_one_call_is_one_message(either_box: Box) -> None:
    twice = [Incoming(Message(subject=subject), delivery_key=b"k") for subject in ("first", "second")]
    first, second = either_box.run(either_box.store.save(either_box.inbox, twice, NEVER))

    assert (first, either_box.subjects()) == (second, ["first"])


def test_of_a_delivery_that_is_there_already_nothing_is_written(box: Box) -> None:
    box.deliver(Incoming(Message(text="first"), delivery_key=b"k"))
    box.deliver(Incoming(Message(text="second"), delivery_key=b"k"))

    assert (contents(box), found(box, "body", "second")) == (1, set())


def test_deliveries_between_others_keep_their_places(either_box: Box) -> None:
    known = either_box.deliver(Incoming(Message(subject="known"), delivery_key=b"k"))
    given = [
        Incoming(Message(subject="a")),
        Incoming(Message(subject="again"), delivery_key=b"k"),
        Incoming(Message(subject="b"), delivery_key=b"l"),
    ]
    ids = either_box.run(either_box.store.save(either_box.inbox, given, NEVER))

    assert (ids[1], either_box.subjects(), len(set(ids))) == (known, ["known", "a", "b"], 3)


def numbered(*numbers: int) -> list[Incoming]:
    """Deliveries: more than are made ready without a look whether they are there."""
    return [Incoming(Message(subject=f"{one}"), delivery_key=b"%d" % one) for one in numbers]


def test_of_many_deliveries_those_that_are_there_keep_their_places(either_box: Box) -> None:
    known = either_box.run(either_box.store.save(either_box.inbox, numbered(*range(0, 40, 2)), NEVER))
    ids = either_box.run(either_box.store.save(either_box.inbox, numbered(*range(40)), NEVER))

    assert (ids[::2], len(set(ids)), len(either_box.subjects())) == (known, 40, 40)


def test_many_deliveries_that_are_all_there_are_not_written_again(either_box: Box) -> None:
    first = either_box.run(either_box.store.save(either_box.inbox, numbered(*range(20)), NEVER))
    again = either_box.run(either_box.store.save(either_box.inbox, numbered(*range(20)), NEVER))

    assert (again, len(either_box.subjects())) == (first, 20)


def test_many_deliveries_that_are_all_there_name_a_folder_that_is_gone(either_box: Box) -> None:
    folder = either_box.folder("gone")
    either_box.run(either_box.store.save(either_box.inbox, numbered(*range(20)), NEVER))
    either_box.run(either_box.store.delete_folder(folder, NEVER))

    with pytest.raises(NotFound):
        either_box.run(either_box.store.save(folder, numbered(*range(20)), NEVER))


def test_nothing_is_saved_into_a_folder_that_is_gone(box: Box) -> None:
    folder = box.folder("gone")
    box.run(box.store.delete_folder(folder, NEVER))
    with pytest.raises(NotFound):
        box.save(Message(text="lost"), folder=folder)

    assert (contents(box), rows_of_index(box)) == (0, 0)


def test_saving_no_messages_gives_no_entry_ids(box: Box) -> None:
    assert box.save() == []


def test_one_message_for_several_mailboxes_is_kept_and_indexed_once(box: Box) -> None:
    prepared = prepare(Incoming(Message(text="to all")), box.runtime.now())

    def work(connection: Connection) -> list[int]:
        mailboxes = [create_mailbox(connection, f"mailbox {number}") for number in range(5)]
        inboxes = [special_folders(connection, one.id)[SpecialFolder.INBOX] for one in mailboxes]
        return insert_messages(connection, [(inbox, prepared) for inbox in inboxes])

    database = Database.open(box.path, STORE_SCHEMA, create=False)
    numbers = box.run(database.write(box.runtime, work))
    box.run(database.close(box.runtime))

    assert {one.number for one in found(box, "body", "to all")} == set(numbers)
    assert (len(set(numbers)), contents(box), rows_of_index(box)) == (5, 1, 1)


# What was read is not read again

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@given(strategies.mail_octets())
@example(b"To: a@a.test, b@b.test\r\n\r\n")
def test_a_message_as_it_was_read_is_prepared_like_its_octets_read_anew(octets: bytes) -> None:
    """Other limits make it another reading: that one is read anew with the limits that later readers use."""
    as_read = prepare(Incoming(mime.read(octets)), NOW)

    assert prepare(Incoming(mime.read(octets, Limits(addresses=1))), NOW) == as_read


@given(incoming)
def test_preparing_leaves_the_message_as_it_was(given_one: Incoming) -> None:
    before = given_one.message.copy()
    prepare(given_one, NOW)

    assert compare(given_one.message, before) == ()


def test_a_message_of_the_store_saved_again_does_not_take_its_place_along(box: Box) -> None:
    first = box.save_one(Message(subject="s"))
    second = box.save_one(box.load(first))

    assert (box.value(second, PidTagEntryId), box.value(second, PidTagSubject)) == (bytes(second), "s")
