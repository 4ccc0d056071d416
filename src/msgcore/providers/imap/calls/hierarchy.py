"""The IMAP store's folders: moved, copied and emptied."""

from __future__ import annotations

from contextlib import suppress

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import CommandRefused, MsgcoreError, UsageError
from msgcore.providers.imap.calls.base import INTERRUPTS
from msgcore.providers.imap.calls.deletion import DeletingCalls, Deletion
from msgcore.providers.imap.calls.folders import FolderCalls, if_granted, ordinary
from msgcore.providers.imap.folder_names import check_free, check_name, raw_name_in, taken_for_no_name
from msgcore.providers.imap.folder_tree import Folder, Tree
from msgcore.providers.imap.special_folders import role_of_attributes, role_of_name
from msgcore.providers.imap.there import find
from msgcore.spi.store import SpecialFolder
from msgcore.wire.imap.criteria import SearchCriteria
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import MAX_UID, UidSet

__all__ = ["HierarchyCalls"]

_ALL = UidSet(((1, MAX_UID),))
_FIXED = frozenset({SpecialFolder.ROOT, SpecialFolder.IPM_SUBTREE, SpecialFolder.INBOX})


class HierarchyCalls(FolderCalls, DeletingCalls):
    """Move, copy and empty folders; see :class:`~msgcore.spi.folders.SupportsHierarchy`."""

    async def move_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> None:
        self._begin(deadline, is_read_only=False)
        await self._directory.folder(parent, deadline)
        tree, folder = await self._directory.now(entry_id, deadline)
        if parent != folder.parent_id or folder.role in _FIXED:
            _check_ordinary(folder)
        above = _place(tree, folder, parent)
        check_free(tree, above, check_name(name, above.delimiter), besides=folder)
        if (above.entry_id, name) == (folder.parent_id, folder.name):
            return
        try:
            await self._changing(deadline, lambda session: self._rename(session, tree, folder, above, name))
        except CommandRefused as error:
            now = {one.number: one for one in await self._directory.all(deadline)}
            if folder.number in now and now[folder.number].raw_name != folder.raw_name:
                return  # this call has done it, on a connection that was lost
            if taken_for_no_name(error):
                raise UsageError(f"{name!r} is no name for a folder: {error}") from error
            raise

    async def _rename(self, session: ImapSession, tree: Tree, folder: Folder, above: Folder, name: str) -> None:
        assert folder.raw_name is not None
        new = raw_name_in(tree, above, session.encode_name(name))
        await _check_role(session, folder, name)
        renamed: list[tuple[bytes, bytes]] = []
        for one in tree.below(folder):
            assert one.raw_name is not None
            renamed.append((one.raw_name, new + one.raw_name[len(folder.raw_name) :]))
            self._directory.keep_numbers(one, renamed[-1][1])
        await session.rename(folder.raw_name, new)
        for before, after in renamed:
            await if_granted(session.unsubscribe(before))
            await if_granted(session.subscribe(after))

    async def copy_folder(self, entry_id: EntryId, parent: EntryId, name: str, deadline: Deadline) -> EntryId:
        self._begin(deadline, is_read_only=False)
        await self._directory.folder(parent, deadline)
        tree, folder = await self._directory.now(entry_id, deadline)
        _check_ordinary(folder)
        above = _place(tree, folder, parent)
        check_free(tree, above, check_name(name, above.delimiter))
        copy = await self._create(tree, above, name, deadline, is_new=True)
        try:
            await self._changing(deadline, lambda session: _copy(session, tree, folder, copy), may_repeat=False)
        except INTERRUPTS:
            raise
        except BaseException:  # also in a task that is cancelled
            # All or nothing, as far as the server still answers.
            with suppress(MsgcoreError):
                await self._undone(lambda undoing: self.delete_folder(copy.entry_id, undoing))
            raise
        return copy.entry_id

    async def empty_folder(self, entry_id: EntryId, deadline: Deadline) -> None:
        self._begin(deadline, is_read_only=False)
        tree, folder = await self._directory.now(entry_id, deadline)
        inside = [one for child in tree.inside.get(folder.number, ()) for one in ordinary(tree, child)]
        if inside:
            await self._delete(inside, deadline)
        if folder.can_select:
            deletion = Deletion(folder)

            async def delete() -> None:
                await self._on(deadline, deletion.everything, folder=folder, is_read_only=False, may_repeat=False)

            await self._deleted(deletion, delete)


def _check_ordinary(folder: Folder) -> None:
    """Go on if a folder is not special.

    Raises:
        UsageError: it is.
    """
    if folder.role is not None:
        raise UsageError(f"the {folder.name or 'root'} folder stays where it is")


async def _check_role(session: ImapSession, folder: Folder, name: str) -> None:
    """Go on if a folder that is renamed keeps its role.

    A role that the server says stays where servers give roles to mailboxes, and not, as by their settings, to names.

    Raises:
        UsageError: it would lose it.
    """
    if folder.role is None or folder.raw_name is None:
        return
    entries = [one.entry for one in await session.list(folder.raw_name) if one.entry.raw_name == folder.raw_name]
    if not entries:
        return  # it is gone; or renamed, by this call, on a connection that was lost
    is_said = any(role_of_attributes(one.attributes) is folder.role for one in entries)
    if not (session.capabilities.has("CREATE-SPECIAL-USE") if is_said else role_of_name(name) is folder.role):
        raise UsageError(f"the {folder.name} folder cannot be called {name!r}: at this server its name says its role")


def _place(tree: Tree, folder: Folder, parent: EntryId) -> Folder:
    """Give the folder that another one is to go into.

    Raises:
        UsageError: the former is inside the latter, or gone.
    """
    above = tree.by_number.get(parent.number)
    if above is None or above in tree.below(folder):
        raise UsageError(f"folder {folder.name!r} cannot go into itself, or into a folder in it")
    return above


async def _copy(session: ImapSession, tree: Tree, folder: Folder, copy: Folder) -> None:
    """Copy all that is in a folder into another one, which is new."""
    assert folder.raw_name is not None
    assert copy.raw_name is not None
    for one in tree.below(folder):
        assert one.raw_name is not None
        new = copy.raw_name + one.raw_name[len(folder.raw_name) :]
        if one is not folder:
            await session.create(new)
            await if_granted(session.subscribe(new))
        if one.can_select and (await session.select(one.raw_name, is_read_only=True)).exists:
            await session.copy(await _everything(session), new)


async def _everything(session: ImapSession) -> UidSet:
    """Name all messages, each by itself where a command may be of so many only (RFC 9738), so that they are split."""
    is_limited = session.behaviour.max_messages or session.capabilities.message_limit
    return await find(session, SearchCriteria()) if is_limited else _ALL
