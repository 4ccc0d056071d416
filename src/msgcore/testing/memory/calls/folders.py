"""Folders of a store in memory, as they are made, moved, copied, emptied and deleted; and their properties."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.text import fold
from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.props.computed import Owner, keys_of
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagAssociatedContentCount,
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagDisplayName,
    PidTagEntryId,
    PidTagFolderType,
    PidTagParentEntryId,
    PidTagSubfolders,
)
from msgcore.props.values import check_value
from msgcore.spi.store import Contents
from msgcore.testing.memory.calls.reading import ReadingCalls
from msgcore.testing.memory.deleting import put_away
from msgcore.testing.memory.records import State
from msgcore.testing.memory.searching import messages_in
from msgcore.testing.memory.values import KeptFolder

__all__ = ["FolderCalls"]

_ROOT, _GENERIC, _SEARCH = 0, 1, 2
_WORKED_OUT = keys_of(Owner.STORE)


class FolderCalls(ReadingCalls):
    """Write folders."""

    def create_folder(self, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        with self._change(deadline) as state:
            above = self._place(state, parent)
            _check_name(name)
            for folder in state.folders_in(above):
                if fold(folder.name) == fold(name):
                    if folder.search is not None:
                        raise UsageError(f"there is a search folder {folder.name!r} already")
                    return self._folder_id(folder.number)
            return self._folder_id(state.add_folder(above, name))

    def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            state.drop_folder(self._own_folder(state, entry_id).number)

    def _own_folder(self, state: State, entry_id: EntryId) -> KeptFolder:
        """Find a folder that is not special."""
        folder = self._folder(state, entry_id)
        if folder.role is not None:
            raise UsageError(f"the {folder.name or 'root'} folder stays where it is")
        return folder

    # The hierarchy

    def move_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            folder = self._own_folder(state, entry_id)
            above = self._place_outside(state, folder, parent)
            check_free_name(state, above, name, besides=folder.number)
            state.folders[folder.number] = attrs.evolve(folder, parent=above, name=name)

    def copy_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        with self._change(deadline) as state:
            folder = self._own_folder(state, entry_id)
            above = self._place_outside(state, folder, parent)
            check_free_name(state, above, name)
            return self._folder_id(self._copy_tree(state, folder, above, name))

    def _place_outside(self, state: State, folder: KeptFolder, parent: EntryId) -> int:
        above = self._place(state, parent)
        if above in state.tree(folder.number):
            raise UsageError(f"folder {folder.name!r} cannot go into itself, or into a folder in it")
        return above

    def _copy_tree(self, state: State, folder: KeptFolder, above: int, name: str) -> int:
        number = state.add_folder(above, name, search=folder.search)
        state.folders[number] = attrs.evolve(state.folders[number], properties=folder.properties)
        for message in [one for one in state.messages.values() if one.folder == folder.number]:
            if message.deleted_at is None:
                state.add(number, message.copied())
        for inside in state.folders_in(folder.number):
            self._copy_tree(state, inside, number, inside.name)
        return number

    def empty_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            emptied = self._folder(state, entry_id)
            number = emptied.number
            if emptied.search is not None:
                raise UsageError(
                    f"{emptied.name!r} is a search folder: delete its messages, or the search folder itself"
                )
            for folder in state.folders_in(number):
                if folder.role is not None:
                    raise UsageError(f"the {folder.name} folder in it stays where it is")
                state.drop_folder(folder.number)
            put_away(state, messages_in(state, self.uid, number).values(), self._clock.now())

    # Properties

    def folder_properties(self, entry_id: EntryId, deadline: Deadline) -> Mapping[PropertyKey, object]:
        state = self._state(deadline)
        folder = self._folder(state, entry_id)
        facts = self._facts(state, folder)
        kind = _ROOT if folder.parent is None else _GENERIC if folder.search is None else _SEARCH
        worked_out: dict[PropertyKey, object] = {
            PidTagEntryId: bytes(facts.entry_id),
            PidTagDisplayName: facts.name,
            PidTagFolderType: kind,
            PidTagContentCount: facts.content_count,
            PidTagContentUnreadCount: facts.unread_count,
            PidTagAssociatedContentCount: len(messages_in(state, self.uid, folder.number, Contents.ASSOCIATED)),
            PidTagSubfolders: bool(state.folders_in(folder.number)),
        }
        if facts.parent_id is not None:
            worked_out[PidTagParentEntryId] = bytes(facts.parent_id)
        return {**folder.properties, **worked_out}

    def set_folder_properties(
        self, entry_id: EntryId, values: Mapping[PropertyKey, object], deadline: Deadline
    ) -> None:
        with self._change(deadline) as state:
            for tag, value in values.items():
                if tag.bag_key in _WORKED_OUT:
                    raise UsageError(f"{tag.label}: the store works it out itself")
                folder = self._folder(state, entry_id)
                if tag.bag_key == PidTagDisplayName.bag_key:
                    changed = attrs.evolve(folder, name=_free_name(state, folder, check_value(tag, value)))
                else:
                    changed = attrs.evolve(folder, properties=_with(folder.properties, tag, value))
                state.folders[folder.number] = changed


def _with(properties: Mapping[PropertyKey, object], tag: PropertyKey, value: object) -> Mapping[PropertyKey, object]:
    others = {one: held for one, held in properties.items() if one.bag_key != tag.bag_key}
    return others if value is None else {**others, tag: check_value(tag, value)}


def _free_name(state: State, folder: KeptFolder, name: object) -> str:
    if folder.parent is None or not isinstance(name, str):
        raise UsageError(f"{name!r} is no name for the folder {folder.name!r}")
    check_free_name(state, folder.parent, name, besides=folder.number)
    return name


def check_free_name(state: State, parent: int, name: str, besides: int | None = None) -> None:
    """See that a folder may be called so.

    Raises:
        UsageError: it is no name, or another folder there has it.
    """
    _check_name(name)
    for folder in state.folders_in(parent):
        if folder.number != besides and fold(folder.name) == fold(name):
            raise UsageError(f"there is a folder {folder.name!r} already")


def _check_name(name: str) -> None:
    if not name.strip() or any(c < " " or "\ud800" <= c <= "\udfff" for c in name):
        raise UsageError(f"{name!r} is no name for a folder")
