"""Where things are in a store: its special folders, and where mail of each class arrives."""

from __future__ import annotations

from collections.abc import Iterable

from msgcore.base.ids import EntryId
from msgcore.errors import NotSupported
from msgcore.model.message import Message
from msgcore.props.row import Row
from msgcore.session.access import FolderLike, StoreAccess
from msgcore.session.checked import checked_text
from msgcore.session.folder import Folder
from msgcore.session.letters import letters
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.stores.properties import store_properties
from msgcore.spi.folders import ReceiveFolder
from msgcore.spi.store import Incoming, SpecialFolder

__all__ = ["StorePlaces"]


class StorePlaces(StoreAccess):
    """Find the folders that have a role, and those where messages arrive."""

    def _special(self, role: SpecialFolder) -> Folder:
        found = self.special_folders.get(role)
        if found is None:
            raise NotSupported(f"{self.display_name} has no {role.value.replace('_', ' ')} folder")
        return Folder(self, found)

    @property
    def root(self) -> Folder:
        """The folder whose folders a person sees."""
        return self._special(SpecialFolder.IPM_SUBTREE)

    @property
    def inbox(self) -> Folder:
        return self._special(SpecialFolder.INBOX)

    @property
    def outbox(self) -> Folder:
        return self._special(SpecialFolder.OUTBOX)

    @property
    def sent_items(self) -> Folder:
        return self._special(SpecialFolder.SENT_ITEMS)

    @property
    def deleted_items(self) -> Folder:
        return self._special(SpecialFolder.DELETED_ITEMS)

    @property
    def drafts(self) -> Folder:
        return self._special(SpecialFolder.DRAFTS)

    @property
    def junk_email(self) -> Folder:
        return self._special(SpecialFolder.JUNK_EMAIL)

    @property
    def contacts(self) -> Folder:
        """The folder of people and personal distribution lists; ``address_book`` is the way to work with them."""
        return self._special(SpecialFolder.CONTACTS)

    @property
    def finder(self) -> Folder:
        """The folder for search folders; a person does not see it among the others."""
        return self._special(SpecialFolder.FINDER)

    async def properties(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Row:
        """Give the properties of the store itself ([MS-OXCSTOR] section 2.2.2.1), as a row whose columns they are.

        ``PidTagStoreSupportMask`` says what it can do, ``PidTagIpmSubtreeEntryId`` and its kin where its folders are.
        """
        return store_properties(self.provider, await self.provider.special_folders(self.deadline(timeout_seconds)))

    async def receive_folder(
        self, message_class: str = "", *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> ReceiveFolder:
        """Say where messages of a class arrive: the entry of the class, or of its longest dotted prefix.

        Raises:
            NotSupported: the store knows of no receive folders.
        """
        checked_text(message_class, "receive_folder")
        return await self.provider.receive_folder(message_class, self.deadline(timeout_seconds))

    async def receive_folders(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> tuple[ReceiveFolder, ...]:
        """List where messages arrive, by class; the entry of ``""`` is for all that have no other.

        Raises:
            NotSupported: the store knows of no receive folders.
        """
        return tuple(await self.provider.receive_folders(self.deadline(timeout_seconds)))

    async def set_receive_folder(
        self, message_class: str, folder: FolderLike | None, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Let messages of a class, and of those below it, arrive in a folder; ``None`` drops the entry.

        Raises:
            UsageError: it is no message class, the folder is a search folder, or the entry of ``""`` would be dropped.
            NotSupported: the store knows of no receive folders.
        """
        checked_text(message_class, "set_receive_folder")
        place = None if folder is None else EntryId.parse(folder)
        await self.provider.set_receive_folder(message_class, place, self.deadline(timeout_seconds))

    async def deliver(
        self, incoming: Iterable[Incoming | Message], *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> tuple[bytes, ...]:
        """Save messages, each in the receive folder of its class, all or none, and give their entry ids.

        Raises:
            NotSupported: the store knows of no receive folders.
        """
        given, deadline = letters("deliver", incoming), self.deadline(timeout_seconds)
        await self.read_files([one.message for one in given], deadline)
        return tuple(bytes(saved) for saved in await self.provider.deliver(given, deadline))
