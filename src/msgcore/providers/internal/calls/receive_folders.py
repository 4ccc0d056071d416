"""The internal store's receive folders, and delivery into them."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.providers.internal.calls.messages import MessageCalls
from msgcore.providers.internal.receive_folders import (
    check_class,
    drop_receive_folder,
    find_receive_folder,
    list_receive_folders,
    place_by_class,
    receive_folder,
    set_receive_folder,
)
from msgcore.providers.internal.writing import insert_messages
from msgcore.runtime import Connection
from msgcore.spi.folders import ReceiveFolder
from msgcore.spi.store import Incoming

__all__ = ["ReceiveFolderCalls"]


class ReceiveFolderCalls(MessageCalls):
    """Say where messages arrive, and deliver them."""

    async def receive_folder(self, message_class: str, deadline: Deadline) -> ReceiveFolder:
        found = await self._read(lambda c: find_receive_folder(c, self._mailbox.id, message_class), deadline)
        return receive_folder(self.uid, found)

    async def receive_folders(self, deadline: Deadline) -> Sequence[ReceiveFolder]:
        return await self._read(lambda c: list_receive_folders(c, self.uid, self._mailbox.id), deadline)

    async def set_receive_folder(self, message_class: str, folder: EntryId | None, deadline: Deadline) -> None:
        wanted = check_class(message_class)
        number = None if folder is None else self._folder(folder)

        def work(connection: Connection) -> None:
            if number is None:
                drop_receive_folder(connection, self._mailbox.id, wanted)
            else:
                set_receive_folder(connection, self._mailbox.id, wanted, number)

        await self._write(work, deadline)

    async def deliver(self, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        prepared = await self._prepared(incoming, deadline)

        def work(connection: Connection) -> list[int]:
            return insert_messages(connection, place_by_class(connection, self._mailbox.id, prepared), self._mailbox.id)

        return [self._id(number) for number in await self._write(work, deadline)]
