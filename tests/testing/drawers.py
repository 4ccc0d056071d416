"""A store that is read only, of which there can be only one, and that numbers messages by their places.

Each message goes by another's number when one is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import ForeignEntryId, NotFound, UsageError
from msgcore.model import Message
from msgcore.props import PidTagEntryId, PidTagInstanceKey, Row
from msgcore.runtime import Runtime
from msgcore.spi import (
    EVERY_ROW,
    EntryId,
    FolderFacts,
    ObjectKind,
    PropertyKey,
    SpecialFolder,
    TableQuery,
    count_rows,
    limit_attachments,
    select,
)
from msgcore.testing.stores.identity import Identity

__all__ = ["NumberedByPlace"]

_UID = b"drawer in memory"
_FOLDERS = {1: SpecialFolder.ROOT, 2: SpecialFolder.IPM_SUBTREE, 3: SpecialFolder.INBOX}


@attrs.frozen
class DrawerConfig:
    """``name`` finds the drawer in :attr:`Drawer.there`."""

    name: str


class Drawer:
    config_type = DrawerConfig
    there: ClassVar[dict[str, list[Message]]] = {}
    uid = _UID
    display_name = "drawer"

    def __init__(self, config: DrawerConfig, runtime: Runtime) -> None:
        self._messages = self.there.setdefault(config.name, [])

    def special_folders(self, deadline: Deadline) -> Mapping[SpecialFolder, EntryId]:
        deadline.check(self.display_name)
        return {role: EntryId(_UID, ObjectKind.FOLDER, number) for number, role in _FOLDERS.items()}

    def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[FolderFacts]:
        below = self._number(parent, ObjectKind.FOLDER, deadline) + 1
        return [self.folder(EntryId(_UID, ObjectKind.FOLDER, below), deadline)] if below in _FOLDERS else []

    def folder(self, entry_id: EntryId, deadline: Deadline) -> FolderFacts:
        number, count = self._number(entry_id, ObjectKind.FOLDER, deadline), self.count(entry_id, EVERY_ROW, deadline)
        parent = EntryId(_UID, ObjectKind.FOLDER, number - 1) if number > 1 else None
        return FolderFacts(entry_id, parent, _FOLDERS[number].value, _FOLDERS[number], count, unread_count=count)

    def query(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> Sequence[Row]:
        return select(self._in(folder, deadline), query)

    def count(self, folder: EntryId, query: TableQuery, deadline: Deadline) -> int:
        return count_rows(self._in(folder, deadline), query)

    def row(self, entry_id: EntryId, columns: tuple[PropertyKey, ...], deadline: Deadline) -> Row:
        message = self._message(self._number(entry_id, ObjectKind.MESSAGE, deadline))
        return select([message], TableQuery(columns))[0]

    def load(self, entry_id: EntryId, load_limit_octets: int, deadline: Deadline) -> Message:
        message = self._message(self._number(entry_id, ObjectKind.MESSAGE, deadline))
        return limit_attachments(message, load_limit_octets)

    def _number(self, entry_id: EntryId, kind: int, deadline: Deadline) -> int:
        deadline.check(self.display_name)
        if entry_id.provider_uid != _UID:
            raise ForeignEntryId("the entry id is another store's")
        if entry_id.kind != kind:
            raise UsageError("the entry id names an object of another kind")
        if entry_id.number not in (_FOLDERS if kind == ObjectKind.FOLDER else self._places):
            raise NotFound("the entry id names nothing that is here")
        return entry_id.number

    @property
    def _places(self) -> range:
        return range(1, len(self._messages) + 1)

    def _in(self, folder: EntryId, deadline: Deadline) -> list[Message]:
        role = _FOLDERS[self._number(folder, ObjectKind.FOLDER, deadline)]
        return [self._message(place) for place in self._places] if role is SpecialFolder.INBOX else []

    def _message(self, place: int) -> Message:
        message = self._messages[place - 1].copy()
        for tag in (PidTagEntryId, PidTagInstanceKey):
            message.properties_set.preset(tag, bytes(EntryId(_UID, ObjectKind.MESSAGE, place)))
        return message


class NumberedByPlace(Identity):
    """The part of the suite that has to find it."""

    service_class = Drawer

    def config(self, place: Path) -> DrawerConfig:
        return DrawerConfig(f"{place}")

    def fill(self, place: Path, messages: Sequence[Message]) -> None:
        Drawer.there[f"{place}"] = list(messages)

    def take_away(self, place: Path, number: int) -> None:
        del Drawer.there[f"{place}"][number]
