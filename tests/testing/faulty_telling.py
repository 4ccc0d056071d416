"""Stores with one fault each in how they tell what happens."""

from __future__ import annotations

from collections.abc import Callable

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.spi.store import EventSink
from msgcore.testing.memory_store import MemoryStore
from msgcore.testing.stores.telling import Telling
from tests.testing.faulty_stores import store_fault


def _no_end() -> None:
    pass


@store_fault(
    Telling,
    "after_the_end_nothing_is_told",
    "what_is_deleted_is_told",
    "what_is_read_is_told_as_modified",
    "what_is_saved_into_a_folder_is_told",
)
class TellsNobody(MemoryStore):
    def advise(self, folder: EntryId | None, sink: EventSink, deadline: Deadline) -> Callable[[], None]:
        return _no_end


@store_fault(Telling, "after_the_end_nothing_is_told")
class TellsBeyondTheEnd(MemoryStore):
    def advise(self, folder: EntryId | None, sink: EventSink, deadline: Deadline) -> Callable[[], None]:
        super().advise(folder, sink, deadline)
        return _no_end
