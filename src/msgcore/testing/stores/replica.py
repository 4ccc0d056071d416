"""What a client keeps that follows a store by its changes, and by nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.props.table import PidTagEntryId, PidTagMessageFlags, PidTagMessageStatus, PidTagSubject
from msgcore.props.tags import Property
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.changes import Change, ChangeKind
from msgcore.spi.store import Contents, MessageFlag
from msgcore.testing.stores.desk import StoreDesk

__all__ = ["Replica"]


@attrs.frozen
class Copy:
    """What a client knows of a message."""

    folder: EntryId
    subject: str
    is_read: bool
    status: int
    is_associated: bool

    def __str__(self) -> str:
        read = "read" if self.is_read else "unread"
        associated = ", associated" if self.is_associated else ""
        return f"{self.subject!r} in folder {self.folder.number}, {read}, status {self.status:#x}{associated}"


@attrs.frozen
class FolderCopy:
    """What a client knows of a folder."""

    parent: EntryId
    name: str

    def __str__(self) -> str:
        return f"{self.name!r} in folder {self.parent.number}"


class Replica:
    """The messages of a folder, or those of the whole store and its folders, as they were at the last page.

    Of a message that is there it takes over only what the kind of its change says.
    """

    def __init__(self, desk: StoreDesk, folder: EntryId | None = None) -> None:
        self._desk = desk
        self._folder = folder
        self._token: bytes | None = None
        self._is_between_pages = False
        self.messages: dict[EntryId, Copy] = {}
        self.folders: dict[EntryId, FolderCopy] = {}

    async def turn(self, limit: int) -> bool:
        """Ask for one page, and say whether it was the last one."""
        found = await self._desk.store.changes_since(self._folder, self._token, limit, NEVER)
        for change in found.changes:
            await (self._take_folder if change.entry_id.kind == ObjectKind.FOLDER else self._take)(change)
        self._token, self._is_between_pages = found.token, found.has_more
        return not found.has_more

    async def catch_up(self, limit: int = 1_000) -> None:
        for _ in range(10_000):
            if await self.turn(limit):
                return
        raise AssertionError("the pages of changes never end")

    async def _take_folder(self, change: Change) -> None:
        if change.kind is ChangeKind.DELETED:
            assert change.entry_id in self.folders or self._is_between_pages, f"never was: {change}"
            self.folders.pop(change.entry_id, None)
            return
        assert change.kind is ChangeKind.CREATED or change.entry_id in self.folders, f"not known: {change}"
        facts = await self._desk.store.folder(change.entry_id, NEVER)
        self.folders[change.entry_id] = FolderCopy(change.folder, facts.name)

    async def _take(self, change: Change) -> None:
        known = self.messages.get(change.entry_id)
        if change.kind is ChangeKind.DELETED:
            assert known or self._is_between_pages, f"never was: {change}"
            self.messages.pop(change.entry_id, None)
            return
        subject, status = await self._said(change.entry_id)
        if change.kind is ChangeKind.CREATED:
            copy = Copy(change.folder, subject, change.is_read, status, change.is_associated)
        else:
            assert known, f"not known: {change}"
            copy = attrs.evolve(known, is_read=change.is_read, status=status)
            if change.kind is ChangeKind.MOVED:
                copy = attrs.evolve(copy, folder=change.folder)
            elif change.kind is ChangeKind.CHANGED:
                copy = attrs.evolve(copy, subject=subject)
        self.messages[change.entry_id] = copy

    @property
    def _columns(self) -> list[Property[Any]]:
        status = [PidTagMessageStatus] if self._desk.can(Capability.MESSAGE_STATUS) else []
        return [PidTagEntryId, PidTagSubject, PidTagMessageFlags, *status]

    async def _said(self, entry_id: EntryId) -> tuple[str, int]:
        row = await self._desk.store.row(entry_id, tuple(self._columns), NEVER)
        return row.get(PidTagSubject, ""), row.get(PidTagMessageStatus, 0)

    async def differences(self) -> list[str]:
        """Compare with the store as it is, and tell what is not the same."""
        messages, folders = await self._there()
        return [*_told("message", messages, self.messages), *_told("folder", folders, self.folders)]

    async def _there(self) -> tuple[dict[EntryId, Copy], dict[EntryId, FolderCopy]]:
        desk = self._desk
        within = [self._folder] if self._folder is not None else await desk.every_folder()
        messages: dict[EntryId, Copy] = {}
        folders: dict[EntryId, FolderCopy] = {}
        for folder in within:
            facts = await desk.store.folder(folder, NEVER)
            if self._folder is None and facts.parent_id is not None:
                folders[folder] = FolderCopy(facts.parent_id, facts.name)
            for contents in desk.sections:
                if contents is not Contents.DELETED:
                    messages |= await self._copies(folder, contents)
        return messages, folders

    async def _copies(self, folder: EntryId, contents: Contents) -> dict[EntryId, Copy]:
        rows = await self._desk.query(columns=self._columns, folder=folder, contents=contents)
        return {
            EntryId.parse(row[PidTagEntryId]): Copy(
                folder,
                row.get(PidTagSubject, ""),
                bool(row[PidTagMessageFlags] & MessageFlag.READ),
                row.get(PidTagMessageStatus, 0),
                contents is Contents.ASSOCIATED,
            )
            for row in rows
        }


def _told(kind: str, there: Mapping[EntryId, object], followed: Mapping[EntryId, object]) -> list[str]:
    return [
        f"{kind} {one.number}: the store has {there.get(one, 'none')}; its changes say {followed.get(one, 'none')}"
        for one in {**there, **followed}
        if there.get(one) != followed.get(one)
    ]
