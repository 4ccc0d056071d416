"""What a store tells of a folder, to who listens: what another logon does in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from msgcore.base.ids import EntryId
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.store import EventKind, Incoming, StoreEvent
from msgcore.testing.conformance import needs
from msgcore.testing.stores.desk import OLD, OTHER, StoreDesk
from msgcore.testing.stores.suite import Run, StoreSuite

__all__ = ["Telling"]

C = Capability
_PATIENCE_SECONDS = 30.0
_LOOK_SECONDS = 0.01
_STORES_LOOK_SECONDS = 2.0


class _Ear:
    """Who listens to the folder of the test."""

    def __init__(self, desk: StoreDesk) -> None:
        self._desk = desk
        self.events: list[StoreEvent] = []

    async def begin(self) -> Callable[[], None]:
        return await self._desk.store.advise(self._desk.home, self.events.extend, _nothing, NEVER)

    async def hears(self, kind: EventKind, entry_id: EntryId) -> bool:
        """Wait until that is told, if it is."""
        until = self._desk.clock.monotonic() + _PATIENCE_SECONDS
        wanted = StoreEvent(kind, self._desk.home, entry_id)
        while wanted not in self.events and self._desk.clock.monotonic() < until:
            await self._desk.runtime.sleep(_LOOK_SECONDS)
            if self._desk.store.can(C.NOTIFY):  # of a store that looks by itself now and then
                self._desk.clock.move(_STORES_LOOK_SECONDS)
        return wanted in self.events


def _nothing() -> None:
    pass


async def _hears_what_is_saved(desk: StoreDesk) -> bool:
    ear = _Ear(desk)
    await ear.begin()
    saved = await (await desk.beside()).save(Incoming(OTHER, is_read=True))
    return await ear.hears(EventKind.CREATED, saved[0])


async def _hears_what_is_read(desk: StoreDesk) -> bool:
    return await _hears(desk, EventKind.MODIFIED, lambda other: other.store.set_read_flag(desk.ids, True, NEVER))


async def _hears_what_is_deleted(desk: StoreDesk) -> bool:
    return await _hears(desk, EventKind.DELETED, lambda other: other.store.delete(desk.ids, NEVER))


async def _hears(desk: StoreDesk, kind: EventKind, do: Callable[[StoreDesk], Awaitable[object]]) -> bool:
    ear = _Ear(desk)
    await ear.begin()
    await do(await desk.beside())
    return await ear.hears(kind, desk.ids[0])


async def _hears_to_the_end(desk: StoreDesk) -> tuple[bool, Sequence[StoreEvent]]:
    ended, ear = _Ear(desk), _Ear(desk)
    end = await ended.begin()
    await ear.begin()
    end()
    end()
    saved = await (await desk.beside()).save(Incoming(OTHER, is_read=True))
    return await ear.hears(EventKind.CREATED, saved[0]), ended.events


class Telling(StoreSuite):
    @needs(C.NOTIFY, C.CREATE)
    def test_what_is_saved_into_a_folder_is_told(self, run: Run) -> None:
        assert run(_hears_what_is_saved)

    @needs(C.NOTIFY, C.CREATE, C.READ_FLAGS)
    def test_what_is_read_is_told_as_modified(self, run: Run) -> None:
        assert run(_hears_what_is_read, OLD)

    @needs(C.NOTIFY, C.CREATE, C.DELETE)
    def test_what_is_deleted_is_told(self, run: Run) -> None:
        assert run(_hears_what_is_deleted, OLD)

    @needs(C.NOTIFY, C.CREATE)
    def test_after_the_end_nothing_is_told(self, run: Run) -> None:
        assert run(_hears_to_the_end) == (True, [])

    @needs(C.FOLDER_NOTIFY, C.CREATE)
    def test_what_is_saved_into_one_folder_is_told(self, run: Run) -> None:
        assert run(_hears_what_is_saved)

    @needs(C.FOLDER_NOTIFY, C.CREATE, C.READ_FLAGS)
    def test_what_is_read_in_one_folder_is_told_as_modified(self, run: Run) -> None:
        assert run(_hears_what_is_read, OLD)

    @needs(C.FOLDER_NOTIFY, C.CREATE, C.DELETE)
    def test_what_is_deleted_from_one_folder_is_told(self, run: Run) -> None:
        assert run(_hears_what_is_deleted, OLD)

    @needs(C.FOLDER_NOTIFY, C.CREATE)
    def test_after_the_end_nothing_is_told_of_one_folder(self, run: Run) -> None:
        assert run(_hears_to_the_end) == (True, [])
