"""What coroutines open with ``async with``, and when its time begins."""

from __future__ import annotations

import asyncio
from pathlib import Path

from msgcore import Message, aio
from msgcore.session.direct import open_store
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode


def test_a_folder_and_an_attachment_are_entered_as_others_are(tmp_path: Path) -> None:
    async def story() -> bytes:
        async with aio.open_store(f"sqlite:///{tmp_path / 'mail.db'}") as store, store.inbox as inbox:
            entry_id = await inbox.save(Message(attachments=[b"octets"]))
            async with store.open_message(entry_id) as stored, stored.open_attachment(0) as stream:
                return await stream.read()

    assert asyncio.run(story()) == b"octets"


def test_the_time_to_open_a_store_begins_when_it_is_opened(tmp_path: Path) -> None:
    clock = ManualClock()
    runtime = runtime_on(Mode.ASYNCIO, clock)
    opening = open_store(f"sqlite:///{tmp_path / 'mail.db'}", runtime, timeout_seconds=60)
    clock.move(61)

    async def story() -> str:
        async with opening as store:
            return (await store.inbox.facts()).name

    assert asyncio.run(story()) == "Inbox"
