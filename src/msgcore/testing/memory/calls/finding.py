"""Search folders and receive folders of a store in memory, and associated contents."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.text import fold
from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.props.check import check_restriction
from msgcore.props.table import PidTagMessageClass
from msgcore.spi.folders import ReceiveFolder, Search
from msgcore.spi.store import Incoming, MessageFlag
from msgcore.testing.memory.calls.folders import FolderCalls, check_free_name
from msgcore.testing.memory.journal import add_once
from msgcore.testing.memory.records import State
from msgcore.testing.memory.values import KeptFolder, KeptMessage, KeptSearch, keep

__all__ = ["FindingCalls", "take_in"]

# [MS-OXCSTOR] section 2.2.1.3.1.2: parts of visible ASCII with dots between them, 255 octets at most.
_MESSAGE_CLASS = re.compile(r"(?=.{0,255}\Z)(?:[ -\-/-~]+(?:\.[ -\-/-~]+)*)?\Z")


class FindingCalls(FolderCalls):
    """Say where messages are found, and where they belong."""

    # Search folders

    def create_search_folder(self, parent: EntryId, name: str, search: Search, deadline: Deadline) -> EntryId:
        check_restriction(search.restriction)
        with self._change(deadline) as state:
            above = self._place(state, parent)
            check_free_name(state, above, name)
            return self._folder_id(state.add_folder(above, name, search=self._kept_search(state, search)))

    def search_criteria(self, entry_id: EntryId, deadline: Deadline) -> Search:
        found = self._search_of(self._folder(self._state(deadline), entry_id))
        return Search(found.restriction, tuple(self._folder_id(one) for one in found.scope), found.is_recursive)

    def set_search_criteria(self, entry_id: EntryId, search: Search, deadline: Deadline) -> None:
        check_restriction(search.restriction)
        with self._change(deadline) as state:
            folder = self._folder(state, entry_id)
            self._search_of(folder)
            state.folders[folder.number] = attrs.evolve(folder, search=self._kept_search(state, search))

    def _search_of(self, folder: KeptFolder) -> KeptSearch:
        if folder.search is None:
            raise UsageError(f"{folder.name!r} is no search folder")
        return folder.search

    def _kept_search(self, state: State, search: Search) -> KeptSearch:
        if not search.scope:
            raise UsageError("a search needs folders to search in")
        scope = tuple(self._place(state, one) for one in search.scope)
        return KeptSearch(search.restriction, scope, search.is_recursive)

    # Receive folders

    def receive_folder(self, message_class: str, deadline: Deadline) -> ReceiveFolder:
        found, folder = _receiving(self._state(deadline), message_class)
        return ReceiveFolder(found, self._folder_id(folder))

    def receive_folders(self, deadline: Deadline) -> Sequence[ReceiveFolder]:
        entries = sorted(self._state(deadline).receiving.items())
        return [ReceiveFolder(name, self._folder_id(folder)) for _, (name, folder) in entries]

    def set_receive_folder(self, message_class: str, folder: EntryId | None, deadline: Deadline) -> None:
        with self._change(deadline) as state:
            if _MESSAGE_CLASS.match(message_class) is None:
                raise UsageError(f"{message_class!r} is no message class")
            if folder is not None:
                state.receiving[fold(message_class)] = (message_class, self._place(state, folder))
            elif message_class:
                state.receiving.pop(fold(message_class), None)
            else:
                raise UsageError("messages of no other class need a folder, too")

    def deliver(self, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        messages = [(keep(one, self._clock.now()), one) for one in incoming]
        with self._change(deadline) as state:
            return [self._message_id(number) for number in take_in(state, messages)]

    # Associated contents

    def save_associated(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        messages = [(keep(one, self._clock.now(), MessageFlag.ASSOCIATED), one) for one in incoming]
        with self._change(deadline) as state:
            number = self._place(state, folder)
            return [self._message_id(add_once(state, number, *message)) for message in messages]


def _receiving(state: State, message_class: str) -> tuple[str, int]:
    """Find the entry of a class, or of the longest part of it that ends before a dot."""
    wanted = fold(message_class)
    while wanted and wanted not in state.receiving:
        wanted = wanted.rpartition(".")[0]
    return state.receiving[wanted]


def _place_of(state: State, incoming: Incoming) -> int:
    return _receiving(state, incoming.message.get(PidTagMessageClass, ""))[1]


def take_in(state: State, messages: Sequence[tuple[KeptMessage, Incoming]]) -> list[int]:
    """Put each message, unless it came before, into the receive folder of its class, and give their numbers."""
    return [add_once(state, _place_of(state, one), kept, one) for kept, one in messages]
