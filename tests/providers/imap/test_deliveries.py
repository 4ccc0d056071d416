"""Deliveries that are known again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from msgcore.model.message import Message
from msgcore.props.table import PidTagSubject
from msgcore.providers.imap.front import delivery_text
from msgcore.runtime.abc import NEVER
from msgcore.spi.store import Incoming, SpecialFolder, TableQuery
from msgcore.testing.servers import LoopbackImapServer
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
