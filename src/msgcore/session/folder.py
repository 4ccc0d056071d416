"""Folders of a message store."""

from __future__ import annotations

from msgcore.session.folders.archives import FolderArchives
from msgcore.session.folders.contents import FolderMessages
from msgcore.session.folders.hierarchy import FolderHierarchy
from msgcore.session.folders.searches import FolderSearches
from msgcore.session.folders.writing import FolderWriting
from msgcore.session.opening import Closing
from msgcore.session.whole_calls import each_call_whole

__all__ = ["Folder"]


@each_call_whole("_store.runtime")
class Folder(FolderHierarchy, FolderMessages, FolderWriting, FolderSearches, FolderArchives, Closing):
    """A folder. Making one does no I/O: a folder that is gone shows when it is used.

    Raises (from every method that waits):
        ObjectDeleted: the folder is gone, or a message that is named.
        ForeignEntryId: a message or folder that is named is another store's.
        NotSupported: the store cannot do it; it may be one that is only read.
    """

    async def close(self) -> None:
        """Let go of the folder; nothing is held."""

    def __repr__(self) -> str:
        return f"<Folder {self._id.number} of {self._store.display_name}>"
