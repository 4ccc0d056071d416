"""Whatever a store's users may do to its messages and folders, drawn: what is not possible is left."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.base.ids import EntryId
from msgcore.errors import UsageError
from msgcore.model.message import Message
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.store import Incoming, MessageStatus
from msgcore.testing.stores.desk import StoreDesk

__all__ = ["Step", "Upheaval", "steps"]


@attrs.frozen
class Step:
    """Something to do, with the places of a message and a folder among those that there were, the last first."""

    name: str
    message: int
    folder: int
    is_so: bool


class Upheaval:
    """Does steps at a store, and knows the entry ids that it has ever seen."""

    def __init__(self, desk: StoreDesk) -> None:
        self._desk = desk
        self._store = desk.store
        self._count = 0
        self.messages = list(desk.ids)
        self.folders = [desk.elsewhere, desk.home]

    async def do(self, step: Step) -> None:
        ability, method = METHODS[step.name]
        if self._desk.can(ability):
            with suppress(UsageError):
                await method(self, step)

    def _message(self, step: Step) -> EntryId:
        if not self.messages:
            raise UsageError("no message was ever there")
        return self.messages[-1 - step.message % len(self.messages)]

    def _folder(self, step: Step) -> EntryId:
        return self.folders[-1 - step.folder % len(self.folders)]

    def _new(self) -> str:
        self._count += 1
        return f"new {self._count}"

    async def save(self, step: Step) -> None:
        incoming = Incoming(Message(subject=self._new()), is_read=step.is_so)
        self.messages += await self._store.save(self._folder(step), [incoming], NEVER)

    async def save_associated(self, step: Step) -> None:
        incoming = Incoming(Message(subject=self._new()))
        self.messages += await self._store.save_associated(self._folder(step), [incoming], NEVER)

    async def change(self, step: Step) -> None:
        await self._store.save_changes(self._message(step), Message(subject=self._new()), NEVER)

    async def mark(self, step: Step) -> None:
        await self._store.set_read_flag([self._message(step)], step.is_so, NEVER)

    async def set_status(self, step: Step) -> None:
        status = MessageStatus.TAGGED if step.is_so else MessageStatus(0)
        await self._store.set_message_status([self._message(step)], status, MessageStatus.TAGGED, NEVER)

    async def move(self, step: Step) -> None:
        # Not to the folder that the same place is saved into: what moves there has moved already, most often.
        folder = self.folders[-1 - (step.folder + 1) % len(self.folders)]
        await self._store.move([self._message(step)], folder, NEVER)

    async def copy(self, step: Step) -> None:
        self.messages += await self._store.copy([self._message(step)], self._folder(step), NEVER)

    async def delete(self, step: Step) -> None:
        await self._store.delete([self._message(step)], NEVER)

    async def restore(self, step: Step) -> None:
        await self._store.restore([self._message(step)], NEVER)

    async def purge(self, step: Step) -> None:
        await self._store.purge([self._message(step)], NEVER)

    async def create_folder(self, step: Step) -> None:
        self.folders.append(await self._store.create_folder(self._folder(step), self._new(), NEVER))

    async def delete_folder(self, step: Step) -> None:
        await self._store.delete_folder(self._folder(step), NEVER)

    async def move_folder(self, step: Step) -> None:
        parent = self.folders[-1 - step.message % len(self.folders)]
        await self._store.move_folder(self._folder(step), parent, self._new(), NEVER)

    async def copy_folder(self, step: Step) -> None:
        parent = self.folders[-1 - step.message % len(self.folders)]
        self.folders.append(await self._store.copy_folder(self._folder(step), parent, self._new(), NEVER))

    async def empty_folder(self, step: Step) -> None:
        await self._store.empty_folder(self._folder(step), NEVER)


METHODS: Mapping[str, tuple[Capability, Callable[[Upheaval, Step], Coroutine[Any, Any, None]]]] = {
    "save": (Capability.CREATE, Upheaval.save),
    "save associated": (Capability.ASSOCIATED, Upheaval.save_associated),
    "change": (Capability.MODIFY, Upheaval.change),
    "mark": (Capability.READ_FLAGS, Upheaval.mark),
    "set status": (Capability.MESSAGE_STATUS, Upheaval.set_status),
    "move": (Capability.MOVE, Upheaval.move),
    "copy": (Capability.MOVE, Upheaval.copy),
    "delete": (Capability.DELETE, Upheaval.delete),
    "restore": (Capability.RECOVERY, Upheaval.restore),
    "purge": (Capability.RECOVERY, Upheaval.purge),
    "create folder": (Capability.FOLDERS, Upheaval.create_folder),
    "delete folder": (Capability.FOLDERS, Upheaval.delete_folder),
    "move folder": (Capability.HIERARCHY, Upheaval.move_folder),
    "copy folder": (Capability.HIERARCHY, Upheaval.copy_folder),
    "empty folder": (Capability.HIERARCHY, Upheaval.empty_folder),
}

# The newest ones most often: it takes several steps with one message to show what goes wrong between them.
_PLACES = st.sampled_from([0, 0, 0, 1, 1, 2, 3])
_OFTEN = ["change", "mark", "move", "save"]


def steps() -> SearchStrategy[Step]:
    return st.builds(Step, st.sampled_from([*_OFTEN, *METHODS]), _PLACES, _PLACES, st.booleans())
