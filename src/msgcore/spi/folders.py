"""What a store may be able to do with folders, beyond making and deleting them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.props.key import PropertyKey
from msgcore.props.restriction import Restriction
from msgcore.spi.answer import Answer
from msgcore.spi.store import Incoming

__all__ = [
    "ReceiveFolder",
    "Search",
    "SupportsAssociated",
    "SupportsFolderProperties",
    "SupportsHierarchy",
    "SupportsReceiveFolders",
    "SupportsSearchFolders",
]


@attrs.frozen
class ReceiveFolder:
    """Where messages of a class arrive, and of all classes below it that have no entry of their own."""

    message_class: str
    folder: EntryId


@attrs.frozen
class Search:
    """What a search folder shows: messages of the folders in ``scope`` (and below) that satisfy ``restriction``."""

    restriction: Restriction
    scope: tuple[EntryId, ...]
    is_recursive: bool = True


@runtime_checkable
class SupportsHierarchy(Protocol):
    """A store whose folders can be moved, copied and emptied. Special folders stay where they are."""

    def move_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> Answer[None]:
        """Move a folder with all that is in it below ``parent``, as ``name``; so it is renamed, too.

        Raises:
            UsageError: it is special, the name is taken or none, or ``parent`` is inside it.
        """
        ...

    def copy_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> Answer[EntryId]:
        """Copy a folder with all that is in it but what is deleted, and give the copy's entry id.

        Raises:
            UsageError: as :meth:`move_folder` does; the name of the folder itself is taken, too.
        """
        ...

    def empty_folder(self, entry_id: EntryId, deadline: Deadline) -> Answer[None]:
        """Delete all messages and folders in a folder, not what programs keep in it ([MS-OXCFOLD] section 2.2.1.9).

        Its messages may be restored as any that are deleted; the folders in it are gone for good.

        Raises:
            UsageError: it is a search folder, or has a special folder in it.
        """
        ...


@runtime_checkable
class SupportsFolderProperties(Protocol):
    """A store whose folders have properties."""

    def folder_properties(self, entry_id: EntryId, deadline: Deadline) -> Answer[Mapping[PropertyKey, object]]:
        """Give all properties of a folder, those that the store works out among them ([MS-OXCFOLD] section 2.2.2).

        The latter are ``PidTagEntryId``, ``PidTagParentEntryId`` (not of the root), ``PidTagDisplayName``,
        ``PidTagFolderType`` (0 root, 1 generic, 2 search), ``PidTagContentCount``, ``PidTagContentUnreadCount``,
        ``PidTagAssociatedContentCount`` and ``PidTagSubfolders`` at least.
        """
        ...

    def set_folder_properties(
        self, entry_id: EntryId, values: Mapping[PropertyKey, object], deadline: Deadline
    ) -> Answer[None]:
        """Set properties of a folder; ``None`` deletes one. ``PidTagDisplayName`` renames it, also a special one.

        Raises:
            UsageError: the store works one out itself, or a value is not of its property's type; the name is taken or
                none, or the folder is the root.
        """
        ...


@runtime_checkable
class SupportsReceiveFolders(Protocol):
    """A store that knows where a new message belongs by its class ([MS-OXCSTOR] section 3.2.5.2).

    Classes are compared without case. In a new store the entry of ``""`` is the inbox; there may be others. An entry
    whose folder is deleted goes with it; that of ``""`` becomes the inbox again.
    """

    def receive_folder(self, message_class: str, deadline: Deadline) -> Answer[ReceiveFolder]:
        """Find the entry of the class, or of its longest dotted prefix; the one of ``""`` is for all others."""
        ...

    def receive_folders(self, deadline: Deadline) -> Answer[Sequence[ReceiveFolder]]:
        """List the entries by class."""
        ...

    def set_receive_folder(self, message_class: str, folder: EntryId | None, deadline: Deadline) -> Answer[None]:
        """Make or change an entry; ``None`` drops it.

        Raises:
            UsageError: it is no message class, the folder is a search folder, or the entry of ``""`` would be dropped.
        """
        ...

    def deliver(self, incoming: Sequence[Incoming], deadline: Deadline) -> Answer[Sequence[EntryId]]:
        """Save new messages, each in the receive folder of its class, and give their entry ids in the same order."""
        ...


@runtime_checkable
class SupportsSearchFolders(Protocol):
    """A store with folders that show what a search finds, at every moment ([MS-OXCFOLD] section 2.2.1.4).

    A message in one is the message itself, with the folder that it is kept in as its parent. Neither messages nor
    folders are put into a search folder (``UsageError``), which has no associated or deleted contents.
    """

    def create_search_folder(self, parent: EntryId, name: str, search: Search, deadline: Deadline) -> Answer[EntryId]:
        """Make a search folder.

        Raises:
            UsageError: the name is taken, or the scope is empty or names a search folder.
            TooComplex: what the restriction asks is more than the store evaluates.
        """
        ...

    def search_criteria(self, entry_id: EntryId, deadline: Deadline) -> Answer[Search]:
        """Give what a search folder shows; ``UsageError`` for a folder that is none."""
        ...

    def set_search_criteria(self, entry_id: EntryId, search: Search, deadline: Deadline) -> Answer[None]:
        """Make a search folder show something else; raises as :meth:`create_search_folder` does."""
        ...


@runtime_checkable
class SupportsAssociated(Protocol):
    """A store whose folders have associated contents: messages that programs keep, and no person sees.

    They have the flag ``ASSOCIATED``, and stay associated wherever they are moved or copied.
    """

    def save_associated(
        self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline
    ) -> Answer[Sequence[EntryId]]:
        """Save messages among the associated contents of a folder (``Contents.ASSOCIATED`` queries them)."""
        ...
