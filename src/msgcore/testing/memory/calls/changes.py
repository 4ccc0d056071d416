"""What has changed in a store in memory since a token."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import InvalidToken, UsageError
from msgcore.spi.changes import Change, Changes
from msgcore.testing.memory.calls.base import MemoryCalls
from msgcore.testing.memory.log import Noted, noted_since
from msgcore.testing.memory.records import State

__all__ = ["ChangeCalls"]

_TOKEN = struct.Struct(">16sQQQ")
"""The store, the folder or 0, the change number that kinds are relative to, and the one up to which all was told."""


class ChangeCalls(MemoryCalls):
    """Say what has changed."""

    def changes_since(self, folder: EntryId | None, token: bytes | None, limit: int, deadline: Deadline) -> Changes:
        state = self._state(deadline)
        of_folder = 0 if folder is None else self._changing(state, folder)
        if limit < 1:
            raise UsageError(f"a limit of {limit} changes gives nothing")
        base, position = (0, 0) if token is None else self._moment(state, of_folder, token)
        noted = noted_since(self._memory.log(state), base, position, of_folder or None)
        told = _page(noted, limit)
        has_more = len(told) < len(noted)
        base, position = (base, told[-1].change) if has_more else (state.change_number, state.change_number)
        token = _TOKEN.pack(self.uid, of_folder, base, position)
        return Changes([self._change_of(one) for one in told], token, has_more)

    def _changing(self, state: State, entry_id: EntryId) -> int:
        folder = self._folder(state, entry_id)
        if folder.search is not None:
            raise UsageError(f"{folder.name!r} is a search folder: what changes are the messages of those it searches")
        return folder.number

    def _moment(self, state: State, folder: int, token: bytes) -> tuple[int, int]:
        if len(token) != _TOKEN.size or token[: _TOKEN.size - 16] != _TOKEN.pack(self.uid, folder, 0, 0)[:-16]:
            raise InvalidToken("the token is no token of these changes: start without one")
        _, _, base, position = _TOKEN.unpack(token)
        if not base <= position <= state.change_number:
            raise InvalidToken("the token is of a moment that never was: start without one")
        return base, position

    def _change_of(self, noted: Noted) -> Change:
        place = noted.place
        return Change(
            noted.what,
            EntryId(self.uid, noted.kind, noted.number),
            self._folder_id(place.folder),
            noted.change,
            is_read=place.is_read,
            is_associated=place.is_associated,
        )


def _page(noted: Sequence[Noted], limit: int) -> Sequence[Noted]:
    """Give the first changes; what is said of one message with one number stays together."""
    if len(noted) <= limit:
        return noted
    numbers = [one.change for one in noted]
    end = limit if numbers[limit] != numbers[limit - 1] else limit - 1
    return noted[: end or 2]
