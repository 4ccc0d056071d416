"""The internal store's folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.errors import NotFound
from msgcore.providers.internal import folders
from msgcore.providers.internal.calls.base import StoreCalls
from msgcore.providers.internal.special_folders import make_special_folders, special_folders
from msgcore.providers.internal.standing import missing_folder
from msgcore.runtime import Connection
from msgcore.spi.store import FolderFacts, SpecialFolder

__all__ = ["FolderCalls"]


class FolderCalls(StoreCalls):
    """Find folders; make, move, copy, empty and delete them."""

    async def special_folders(self, deadline: Deadline) -> Mapping[SpecialFolder, EntryId]:
        found = await self._read(lambda c: special_folders(c, self._mailbox.id), deadline)
        if len(found) < len(SpecialFolder):  # made before there were so many
            found = await self._write(lambda c: make_special_folders(c, self._mailbox.id), deadline)
        return {role: self._folder_id(number) for role, number in found.items()}

    def _folder_id(self, number: int) -> EntryId:
        return EntryId(self.uid, ObjectKind.FOLDER, number)

    async def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[FolderFacts]:
        number = self._folder(parent)

        def work(connection: Connection) -> list[FolderFacts]:
            self._check_folder(connection, number)
            return folders.folder_facts(connection, self.uid, self._mailbox.id, parent=number)

        return await self._read(work, deadline)

    async def folder(self, entry_id: EntryId, deadline: Deadline) -> FolderFacts:
        number = self._folder(entry_id)

        def work(connection: Connection) -> FolderFacts:
            for found in folders.folder_facts(connection, self.uid, self._mailbox.id, number=number):
                return found
            raise missing_folder(connection, number)

        return await self._read(work, deadline)

    async def folder_named(self, parent: EntryId, name: str, deadline: Deadline) -> FolderFacts:
        number = self._folder(parent)

        def work(connection: Connection) -> FolderFacts:
            self._check_folder(connection, number)
            for found in folders.folder_facts(connection, self.uid, self._mailbox.id, parent=number, name=name):
                return found
            raise NotFound(f"there is no folder {name!r} here")

        return await self._read(work, deadline)

    async def create_folder(self, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        above = self._folder(parent)
        number = await self._write(lambda c: folders.make_folder(c, self._mailbox.id, above, name), deadline)
        return self._folder_id(number)

    async def move_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> None:
        number, above = self._folder(entry_id), self._folder(parent)
        mailbox = self._mailbox.id
        await self._write(lambda c: folders.move_folder(c, mailbox, number, above, name, deadline), deadline)

    async def copy_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        number, above = self._folder(entry_id), self._folder(parent)
        mailbox = self._mailbox.id
        copy = await self._write(lambda c: folders.copy_folder(c, mailbox, number, above, name, deadline), deadline)
        return self._folder_id(copy)

    async def empty_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        number, now = self._folder(entry_id), self._now()
        await self._write(lambda c: folders.empty_folder(c, self._mailbox.id, number, now), deadline)

    async def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        number = self._folder(entry_id)
        await self._write(lambda c: folders.delete_folder(c, self._mailbox.id, number), deadline)
