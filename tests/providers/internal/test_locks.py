"""Locks of submissions that were undone, and what they are settled with."""

from __future__ import annotations

import attrs
import pytest

from msgcore.model import Message, Refused
from msgcore.providers.internal import outgoing
from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.runtime import NEVER, Connection, Database, PostgresTarget
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.url import PostgresPlace
from tests.providers.internal.box import Box

LETTER = Message(from_="Ann <ann@a.test>", to=["bob@b.test"], subject="letter")


class _Undone(Exception):
    pass


def database_of(box: Box) -> Database:
    place = box.place
    if isinstance(place, PostgresPlace):
        target = PostgresTarget(place.host, place.port, place.user or "", place.dbname, place.namespace)
        return Database.open(target, STORE_SCHEMA, create=False)
    return Database.open(place, STORE_SCHEMA, create=False)


def locked(box: Box) -> OutgoingItem:
    item = box.lock()
    assert item is not None, "nothing was ready, due and free"
    return item


def test_who_gives_back_a_lock_that_was_undone_leaves_the_next_one_alone(either_box: Box) -> None:
    box = either_box
    box.submit(LETTER)
    database, uid = database_of(box), box.store.uid
    locks: list[outgoing.Lock | None] = []
    ((mailbox,),) = box.sql("select id from mailbox")

    def lock(connection: Connection) -> None:
        locks.append(outgoing.lock_due(connection, uid, mailbox, 1 << 62, box.runtime.monotonic(), 600.0))
        raise _Undone

    with pytest.raises(_Undone):
        box.run(database.write(box.runtime, lock))
    (undone,) = locks
    assert undone is not None
    item = locked(box)
    box.run(database.write(box.runtime, lambda c: outgoing.unlock(c, undone)))
    box.run(database.close(box.runtime))

    assert undone.item.token == item.token
    assert box.lock() is None


def test_a_lock_that_nobody_will_use_is_given_back(either_box: Box) -> None:
    box = either_box
    box.submit(LETTER)
    database, uid = database_of(box), box.store.uid
    ((mailbox,),) = box.sql("select id from mailbox")

    def lock(connection: Connection) -> outgoing.Lock | None:
        return outgoing.lock_due(connection, uid, mailbox, 1 << 62, box.runtime.monotonic(), 600.0)

    held = box.run(database.write(box.runtime, lock))
    assert held is not None
    assert box.lock() is None
    box.run(database.write(box.runtime, lambda c: outgoing.unlock(c, held)))
    box.run(database.close(box.runtime))

    assert locked(box).token == held.item.token + 1


def test_no_text_keeps_what_was_sent_from_being_settled(either_box: Box) -> None:
    """A server says what it likes, and the message is out already."""
    box = either_box
    box.submit(LETTER)
    item = locked(box)
    (recipient,) = item.outcomes
    hostile = Refused(550, "5.1.1", "no\0 such \udc80user", "rcpt\0")
    sent = attrs.evolve(
        item,
        state=OutgoingState.SENT,
        reason="be\0cause",
        outcomes={recipient: hostile},
        transports={recipient: "sm\0tp"},
    )
    assert box.run(box.store.settle(sent, [], NEVER))

    settled = box.run(box.store.submission(item.entry_id, NEVER))
    assert (settled.reason, settled.transports) == ("because", {recipient: "smtp"})
    assert settled.outcomes == {recipient: Refused(550, "5.1.1", "no such ?user", "rcpt")}
