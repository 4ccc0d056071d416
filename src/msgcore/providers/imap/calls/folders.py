"""The IMAP store's folders: found, made and deleted."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import CommandRefused, UsageError
from msgcore.providers.imap.calls.base import Calls
from msgcore.providers.imap.folder_names import check_name, folder_of_name, raw_name_in, taken_for_no_name
from msgcore.providers.imap.folder_tree import Folder, Tree
from msgcore.providers.imap.ids import IPM_SUBTREE
from msgcore.providers.imap.listing import status_items
from msgcore.providers.imap.sessions import PooledSession
from msgcore.providers.imap.special_folders import attribute_of, role_of_name
from msgcore.spi.store import FolderFacts, SpecialFolder
from msgcore.wire.imap.responses import StatusData
from msgcore.wire.imap.session import ImapSession

__all__ = ["FolderCalls"]

T = TypeVar("T")

_GONE = re.compile(r"\b(?:does not|doesn't) exist|\bno such\b|\bnon-?existent\b|\bunknown mailbox\b", re.IGNORECASE)


class FolderCalls(Calls):
    """Find folders; make and delete them.

    What is only looked at may be as it was at most one second ago, unless this store has changed something since.
    """

    def _begin(self, deadline: Deadline, *, is_read_only: bool = True) -> None:
        """Do as :meth:`.base.Calls._begin` says; before what may change something, what was listed is outdated."""
        super()._begin(deadline, is_read_only=is_read_only)
        if not is_read_only:
            self._directory.outdate()

    async def _on(
        self,
        deadline: Deadline,
        work: Callable[[ImapSession], Awaitable[T]],
        *,
        folder: Folder | None = None,
        is_read_only: bool = True,
        may_repeat: bool = True,
    ) -> T:
        """Do as :meth:`.base.Calls._on` says; after what may have changed something, too, it is outdated."""
        try:
            return await super()._on(deadline, work, folder=folder, is_read_only=is_read_only, may_repeat=may_repeat)
        finally:
            if not (is_read_only and may_repeat):
                self._directory.outdate()

    async def special_folders(self, deadline: Deadline) -> Mapping[SpecialFolder, EntryId]:
        self._begin(deadline)
        tree = await self._directory.recent(deadline)
        return {one.role: one.entry_id for one in tree.folders if one.role is not None}

    async def folders(self, parent: EntryId, deadline: Deadline) -> Sequence[FolderFacts]:
        self._begin(deadline)
        tree, above = await self._directory.recently(parent, deadline)
        return [*map(_facts, tree.inside.get(above.number, ()))]

    async def folder(self, entry_id: EntryId, deadline: Deadline) -> FolderFacts:
        self._begin(deadline)
        recent = self._directory.recent_folder(entry_id)
        if recent is not None:
            return _facts(recent)
        folder = await self._folder(entry_id, deadline)
        if folder.raw_name is None:
            return _facts(folder)
        status = await self._status(folder, deadline)
        if status is None or (status.uid_validity or 0) != folder.uid_validity:
            # It is gone, or another one now; or it never had numbers.
            _, folder = await self._directory.now(entry_id, deadline)
            return _facts(folder)
        return _facts(attrs.evolve(folder, messages=status.messages or 0, unseen=status.unseen or 0))

    async def _status(self, folder: Folder, deadline: Deadline) -> StatusData | None:
        """Ask for a mailbox's numbers; ``None`` when the server does not say them."""
        raw_name = folder.raw_name
        if raw_name is None or not folder.can_select:
            return None

        async def work(pooled: PooledSession) -> StatusData | None:
            try:
                return await pooled.session.status(raw_name, status_items(pooled.session))
            except CommandRefused:
                return None

        return await self._sessions.use(deadline, work, get_ready=PooledSession.catch_up)

    async def create_folder(self, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        self._begin(deadline, is_read_only=False)
        tree, above = await self._directory.now(parent, deadline)
        return (await self._create(tree, above, name, deadline)).entry_id

    async def _create(
        self, tree: Tree, above: Folder, name: str, deadline: Deadline, *, is_new: bool = False
    ) -> Folder:
        """Make a folder, or find the one of that name; not, if it is to be new.

        Raises:
            UsageError: it is no name for a folder, or somebody else has made the one that is to be new.
            CommandRefused: the server makes none.
        """
        known = folder_of_name(tree, above, check_name(name, above.delimiter))
        if known is not None and known.can_select:
            return known
        refusal = await self._changing(
            deadline, lambda session: _make(session, tree, above, name), may_repeat=not is_new
        )
        tree, above = await self._directory.now(above.entry_id, deadline)
        made = folder_of_name(tree, above, name)
        if made is not None and not (is_new and refusal is not None):
            return made
        if made is not None:
            raise UsageError(f"there is a folder {made.name!r} already")
        if refusal is None:
            raise UsageError(f"{name!r} is no name for a folder: the server took it, and lists no folder of that name")
        raise UsageError(f"{name!r} is no name for a folder: {refusal}") if taken_for_no_name(refusal) else refusal

    async def delete_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        self._begin(deadline, is_read_only=False)
        tree, folder = await self._directory.now(entry_id, deadline)
        await self._delete(ordinary(tree, folder), deadline)

    async def _delete(self, folders: Sequence[Folder], deadline: Deadline) -> None:
        """Delete folders, each listed behind the one that it is in: the innermost first."""

        async def work(session: ImapSession) -> None:
            for folder in reversed(folders):
                assert folder.raw_name is not None
                try:
                    await session.delete(folder.raw_name)
                except CommandRefused as error:
                    if folder.can_select and not _means_gone(error):
                        raise
                    continue  # it is gone; a level that there is no mailbox at goes with the last one below it
                await if_granted(session.unsubscribe(folder.raw_name))

        try:
            await self._changing(deadline, work)
        except CommandRefused:
            left = {one.number for one in await self._directory.all(deadline)}
            if any(folder.number in left for folder in folders):
                raise  # else somebody else has deleted them, or this call has, on a connection that was lost

    async def _changing(
        self, deadline: Deadline, work: Callable[[ImapSession], Awaitable[T]], *, may_repeat: bool = True
    ) -> T:
        """Change mailboxes on a session that has none selected; the folders are listed anew after that."""

        async def run(pooled: PooledSession) -> T:
            return await work(pooled.session)

        try:
            return await self._sessions.use(deadline, run, get_ready=PooledSession.look_away, may_repeat=may_repeat)
        finally:
            self._directory.forget()


def ordinary(tree: Tree, folder: Folder) -> list[Folder]:
    """Give a folder and all that are in it, each behind the one that it is in.

    Raises:
        UsageError: one of them is special.
    """
    those = tree.below(folder)
    for one in those:
        if one.role is not None:
            raise UsageError(f"the {one.name or 'root'} folder stays where it is")
    return those


async def if_granted(command: Coroutine[Any, Any, object]) -> None:
    """Ask for what is good to have, and no harm where the server refuses it."""
    with suppress(CommandRefused):
        await command


async def _make(session: ImapSession, tree: Tree, above: Folder, name: str) -> CommandRefused | None:
    """Make a mailbox, subscribed to as other clients expect it; give what the server says against it."""
    raw_name = raw_name_in(tree, above, session.encode_name(name))
    use = _special_use(tree, above, name) if session.capabilities.has("CREATE-SPECIAL-USE") else ""
    try:
        try:
            await session.create(raw_name, use)
        except CommandRefused:
            if not use:
                raise
            await session.create(raw_name)
    except CommandRefused as error:
        return error
    await if_granted(session.subscribe(raw_name))
    return None


def _special_use(tree: Tree, above: Folder, name: str) -> str:
    """Say what a new folder is for that is called as the special ones are, where none has its role yet (RFC 6154)."""
    role = role_of_name(name) if above.number == IPM_SUBTREE else None
    return "" if role is None or any(one.role is role for one in tree.folders) else attribute_of(role)


def _means_gone(error: CommandRefused) -> bool:
    """Say whether there is no such mailbox (any more); RFC 5530 has a code for it."""
    code = str(error.reply.code).partition(" ")[0].upper()
    return code == "NONEXISTENT" or (not code and _GONE.search(error.reply.text) is not None)


def _facts(folder: Folder) -> FolderFacts:
    return FolderFacts(folder.entry_id, folder.parent_id, folder.name, folder.role, folder.messages, folder.unseen)
