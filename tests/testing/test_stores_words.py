"""The words in which the suite for stores tells what is wrong."""

from __future__ import annotations

from pathlib import Path

from msgcore.model.message import Message
from msgcore.spi.capability import Capability
from msgcore.testing.memory_store import MemoryStoreConfig, MemoryStoreService
from msgcore.testing.stores.desk import StoreDesk
from msgcore.testing.stores.replica import Replica
from msgcore.testing.stores.suite import Run, StoreSuite


class TestWords(StoreSuite):
    service_class = MemoryStoreService
    capabilities = frozenset({Capability.CREATE})

    def config(self, place: Path) -> MemoryStoreConfig:
        return MemoryStoreConfig(f"memory://{place}")

    def test_what_changes_leave_out_is_told_with_what_the_store_has(self, run: Run) -> None:
        async def story(desk: StoreDesk) -> tuple[str, list[str]]:
            replica = Replica(desk, desk.home)
            await replica.catch_up()
            replica.messages.clear()
            expected = (
                f"message {desk.ids[0].number}: the store has 'Lunch' in folder {desk.home.number}, unread, status 0x0;"
                " its changes say none"
            )
            return expected, await replica.differences()

        expected, told = run(story, Message(subject="Lunch"))
        assert told == [expected]
