"""Deliveries that are known again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import CommandRefused, ServiceBusy
from msgcore.model.message import Message
from msgcore.props.table import PidTagEntryId, PidTagSubject
from msgcore.providers.imap.front import delivery_text
from msgcore.runtime.abc import NEVER
from msgcore.spi.store import Incoming, SpecialFolder, TableQuery
from msgcore.testing.memory_mailboxes import MemoryAccount
from msgcore.testing.servers import LoopbackImapServer
from msgcore.testing.servers.faults import Fault
from msgcore.wire.imap.server import Answer
from msgcore.wire.imap.server.turn import Turn
from tests.providers.imap.accounts import PASSWORD, Probe, at_loopback, tell

MOMENT = datetime(2020, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        yield server


async def subjects(store: Probe, *incoming: Incoming) -> list[str]:
    """Save each by itself, and say what is there then."""
    inbox = (await store.special_folders(NEVER))[SpecialFolder.INBOX]
    for one in incoming:
        await store.save(inbox, [one], NEVER)
    rows = await store.query(inbox, TableQuery((PidTagSubject,)), NEVER)
    return [row[PidTagSubject] for row in rows]


def test_a_letter_that_came_with_the_field_is_no_delivery(server: LoopbackImapServer) -> None:
    """Whoever guesses a key could else keep a message from being saved."""

    async def story(store: Probe) -> list[str]:
        field = b"X-Msgcore-Delivery: " + delivery_text(store.uid + b"k").encode()
        server.put("ann", b"Return-Path: <eve@e.test>\r\n" + field + b"\r\nSubject: forged\r\n\r\ntext\r\n")
        return await subjects(store, Incoming(Message(subject="true"), delivery_key=b"k"))

    assert tell(at_loopback(server), story) == ["forged", "true"]


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=20), -timedelta(days=20)])
def test_a_delivery_is_known_again_by_its_time_of_arrival(server: LoopbackImapServer, later: timedelta) -> None:
    first = Incoming(Message(subject="once"), received_at=MOMENT, delivery_key=b"k")
    again = Incoming(Message(subject="again"), received_at=MOMENT + later, delivery_key=b"k")

    assert tell(at_loopback(server), lambda store: subjects(store, first, again)) == ["once"]


async def _delete(account: MemoryAccount) -> None:
    await account.delete(b"Other")


async def _rename(account: MemoryAccount) -> None:
    await account.rename(b"Other", b"Another")


async def _renumber(account: MemoryAccount) -> None:
    account.mailbox(b"Other").renew()


MEANWHILE = {"deleted": (_delete, ["", "again"]), "renamed": (_rename, [""]), "renumbered": (_renumber, [""])}


@pytest.mark.parametrize(("change", "expected"), MEANWHILE.values(), ids=list(MEANWHILE))
def test_a_folder_that_is_another_one_by_the_time_it_is_looked_at_hinders_no_delivery(
    server: LoopbackImapServer, change: Callable[[MemoryAccount], Awaitable[None]], expected: list[str]
) -> None:
    """It was said that the folder to save in is gone; a sent message then never came into it."""
    account = server.account("ann")
    account.add(b"Other")
    server.put("ann", b"Subject:\r\n\r\n")

    async def act(turn: Turn) -> Answer:
        await change(account)
        return await turn.carry_out()

    async def story(store: Probe) -> list[str]:
        other = (await store.by_name())["Other"].entry_id
        await store.save(other, [Incoming(Message(subject="once"), delivery_key=b"k")], NEVER)
        server.add("EXAMINE", "Other", Fault(act, 1))
        return await subjects(store, Incoming(Message(subject="again"), delivery_key=b"k"))

    assert tell(at_loopback(server), story) == expected


def test_a_folder_that_cannot_be_opened_hinders_no_delivery_into_another_and_is_told_of_once(
    server: LoopbackImapServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.account("ann").add(b"Shared")
    server.put("ann", b"Subject: x\r\n\r\n", b"Shared")
    server.answer("NO [NOPERM] not yours", at="EXAMINE", about="Shared")

    async def story(store: Probe) -> list[str]:
        await subjects(store, Incoming(Message(subject="once"), delivery_key=b"k"))
        return await subjects(store, Incoming(Message(subject="another"), delivery_key=b"l"))

    assert tell(at_loopback(server), story) == ["once", "another"]
    told = [one.getMessage() for one in caplog.records if one.name == "msgcore.imap"]
    assert len(told) == 1, told
    assert "'Shared' is not searched" in told[0]
    assert "not yours" in told[0]


@pytest.mark.parametrize("refusal", ["UID SEARCH", "EXAMINE"])
def test_what_nobody_can_look_for_where_it_belongs_is_not_saved(server: LoopbackImapServer, refusal: str) -> None:
    server.put("ann", b"Subject: x\r\n\r\n")
    server.answer("NO not now", at=refusal, times=1)

    with pytest.raises(CommandRefused):
        tell(at_loopback(server), lambda store: subjects(store, Incoming(Message(), delivery_key=b"k")))
    assert len(server.mailbox("ann").messages()) == 1


def test_a_folder_that_is_busy_is_waited_for(server: LoopbackImapServer) -> None:
    server.account("ann").add(b"Other")
    server.put("ann", b"Subject: x\r\n\r\n", b"Other")
    server.answer("NO [INUSE] not now", at="EXAMINE", about="Other", times=1)

    with pytest.raises(ServiceBusy):
        tell(at_loopback(server), lambda store: subjects(store, Incoming(Message(), delivery_key=b"k")))


def test_of_a_delivery_that_two_make_at_once_the_first_is_kept(server: LoopbackImapServer) -> None:
    """Two programs that filed what was sent from one profile left two copies."""

    async def story(store: Probe) -> tuple[list[EntryId], list[bytes]]:
        inbox = (await store.special_folders(NEVER))[SpecialFolder.INBOX]
        one = Incoming(Message(subject="once"), delivery_key=b"k")
        saved = await store.save(inbox, [one], NEVER)
        [kept] = server.mailbox("ann").messages().values()
        await store.delete(saved, NEVER)

        async def act(turn: Turn) -> Answer:
            server.put("ann", kept.octets)
            return await turn.carry_out()

        server.add("APPEND", "INBOX", Fault(act, 1))
        told = await store.save(inbox, [Incoming(Message(subject="before")), one], NEVER)
        rows = await store.query(inbox, TableQuery((PidTagEntryId, PidTagSubject)), NEVER)
        return list(told), [row[PidTagEntryId] for row in sorted(rows, key=lambda row: row[PidTagSubject])]

    told, there = tell(at_loopback(server), story)
    assert [bytes(one) for one in told] == there
