"""What coroutines open with ``async with``, and when its time begins."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from msgcore import Message, ProfileAdmin, aio
from msgcore.props.table import PidTagStatusString
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


async def _cancel_all_tasks() -> None:
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def with_spooler(folder: Path) -> ProfileAdmin:
    admin = ProfileAdmin(folder)
    mailbox = {"service": "personal-folders", "path": str(folder / "mail.db")}
    admin.create("work", [mailbox, {"service": "smtp", "url": "smtp://127.0.0.1:9", "email": "a@a.test"}])
    return admin


def test_a_session_whose_tasks_were_cancelled_is_logged_off_all_the_same(tmp_path: Path) -> None:
    """As frameworks do it when they end."""

    async def story() -> None:
        async with aio.logon("work", admin=with_spooler(tmp_path)) as session:
            await session.start_spooler()
            await session.advise(id)
            await _cancel_all_tasks()

    asyncio.run(story())


def test_a_spooler_whose_task_was_cancelled_says_so_and_may_be_started_again(tmp_path: Path) -> None:
    async def story() -> list[str]:
        async with aio.logon("work", admin=with_spooler(tmp_path)) as session:
            await session.start_spooler()
            await _cancel_all_tasks()
            said = [(await session.status_table().query_rows(9))[-1][PidTagStatusString]]
            await session.start_spooler()
            return [*said, (await session.status_table().query_rows(9))[-1][PidTagStatusString]]

    cancelled, anew = asyncio.run(story())
    assert ("cancelled" in cancelled, "cancelled" in anew) == (True, False)


FORKED = """
import os, sys
from pathlib import Path
import msgcore
from tests.session.test_contexts import with_spooler

session = msgcore.logon("work", admin=with_spooler(Path(sys.argv[1])))
session.start_spooler()
session.advise(id)
child = os.fork()
session.close()
if child == 0:
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_child_does_not_wait_for_its_parents_spooler(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKED, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    # Whoever waited in vain would say so.
    assert (done.stdout, done.stderr) == ("0\n", "")
