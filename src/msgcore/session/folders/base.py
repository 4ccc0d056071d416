"""What every part of a folder stands on: its store, and its entry id."""

from __future__ import annotations

from typing import Self

from msgcore.base.ids import EntryId
from msgcore.session.access import StoreAccess

__all__ = ["FolderPart"]


class FolderPart:
    """A folder of a store; each method of a part is one call of the store's provider, as a rule."""

    def __init__(self, store: StoreAccess, entry_id: EntryId) -> None:
        self._store = store
        self._id = entry_id

    @property
    def entry_id(self) -> bytes:
        return bytes(self._id)

    def _other(self, entry_id: EntryId) -> Self:
        return type(self)(self._store, entry_id)
