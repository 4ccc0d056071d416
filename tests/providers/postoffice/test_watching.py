"""What happens in a mailbox is told to whoever listens, whoever did it."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from msgcore.base.ids import EntryId
from msgcore.providers.postoffice.office import Office
from msgcore.providers.postoffice.store import PostOfficeStore
from msgcore.runtime import NEVER, Runtime
from msgcore.spi.store import EventKind, Incoming, SpecialFolder, StoreEvent
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call
from tests.providers.postoffice.boxes import deliver, folders_of, letter, logged_on

PAUSE_SECONDS = 3.0
MOST_PAUSES = 50_000


class Ear:
    """A store that is listened to, on a clock that is moved when something has been done by somebody else."""

    def __init__(self, office: Office, runtime: Runtime, clock: ManualClock) -> None:
        mailbox = office.mailbox("bob")
        assert mailbox is not None
        self.other = logged_on(office.path)
        self._office = office
        self._store = PostOfficeStore(mailbox, runtime)
        self._runtime = runtime
        self._clock = clock
        self._told = runtime.event()
        self._events: list[StoreEvent] = []

    async def listen(self, folder: EntryId | None) -> None:
        self._end = await self._store.advise(folder, self._take, NEVER)

    def _take(self, events: Sequence[StoreEvent]) -> None:
        self._events += events
        self._told.set()

    async def heard(self) -> list[tuple[EventKind, EntryId]]:
        """Let the time pass until something is told, and give that."""
        for _ in range(MOST_PAUSES):
            if self._told.is_set:
                break
            self._clock.move(PAUSE_SECONDS)
            await self._runtime.in_thread(lambda: time.sleep(0.0005))  # whoever looks needs a turn
        assert self._told.is_set, "nothing was told"
        self._told.clear()
        events, self._events = self._events, []
        return [(one.kind, one.entry_id) for one in events]

    def close(self) -> None:
        self._end()
        self._store.close()


@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
def test_a_store_tells_what_others_do_in_it(office: Office, mode: Mode) -> None:
    clock = ManualClock()

    async def main(runtime: Runtime) -> None:
        ear = Ear(office, runtime, clock)
        store, folders = ear.other, folders_of(ear.other)
        await ear.listen(None)
        deliver(office.path, "t1", "new")
        [(kind, one)] = await ear.heard()
        assert kind is EventKind.NEW_MAIL
        store.set_read_flag([one], True, NEVER)
        assert await ear.heard() == [(EventKind.MODIFIED, one)]
        store.move([one], folders["Drafts"], NEVER)
        assert await ear.heard() == [(EventKind.MOVED, one)]
        made = store.create_folder(folders["Inbox"], "made", NEVER)
        assert await ear.heard() == [(EventKind.CREATED, made)]
        store.delete([one], NEVER)
        assert await ear.heard() == [(EventKind.DELETED, one)]
        ear.close()

    call(runtime_on(mode, clock), main)


@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
def test_a_folder_tells_of_its_messages_only(office: Office, mode: Mode) -> None:
    clock = ManualClock()

    async def main(runtime: Runtime) -> None:
        ear = Ear(office, runtime, clock)
        store, inbox = ear.other, ear.other.special_folders(NEVER)[SpecialFolder.INBOX]
        drafts = store.special_folders(NEVER)[SpecialFolder.DRAFTS]
        await ear.listen(inbox)
        store.save(drafts, [Incoming(letter("elsewhere"))], NEVER)
        [one] = store.save(inbox, [Incoming(letter("here"))], NEVER)
        assert await ear.heard() == [(EventKind.CREATED, one)]
        store.move([one], drafts, NEVER)
        assert await ear.heard() == [(EventKind.DELETED, one)]
        ear.close()

    call(runtime_on(mode, clock), main)
