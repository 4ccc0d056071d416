"""The folders of an account, and what its entry ids name.

*Theory of operation.* What the server listed last is a :class:`.folder_tree.Tree`, which never changes; a new one takes
its place as a whole, so whoever looks sees one moment. It is listed anew by :meth:`Directory.all`, when an entry id is
not known, and after :meth:`Directory.forget`. One listing at a time is under way: who asks while it is waits, and takes
one that began after he asked. Who only looks takes one of the last second (:meth:`Directory.recent`), so that a walk
through all folders is one listing; what this store itself does ends that second (:meth:`Directory.outdate`).

Two things hold until the logon ends, because a server cannot tell of them. A message that was moved is another one to
it: its entry id is *forwarded*. And a folder that was renamed *keeps* its numbers, so that its entry ids and those of
its messages stay.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.errors import ForeignEntryId, ObjectDeleted, UsageError
from msgcore.providers.imap.folder_tree import Folder, Listing, Tree, canonical, grow
from msgcore.providers.imap.ids import Identity, Numbers, message_number, split_number
from msgcore.providers.imap.listing import list_mailboxes
from msgcore.providers.imap.sessions import PooledSession, Sessions
from msgcore.runtime.abc import Runtime
from msgcore.wire.imap.responses import NamespaceEntry, StatusData

__all__ = ["Directory", "Folder", "Place"]

_SMALL = 200  # mailboxes, whose tree grows in no time
_RECENT_SECONDS = 1.0


@attrs.frozen
class Place:
    """Where a message is: the folder, and the unique id in its mailbox."""

    folder: Folder
    uid: int


class Directory:
    """The folders of an account. May be shared by threads and tasks; nobody holds a connection while awaiting it."""

    def __init__(self, runtime: Runtime, sessions: Sessions, uid: bytes) -> None:
        self._runtime = runtime
        self._sessions = sessions
        self._uid = uid
        self._lock = runtime.lock()
        self._tree: Tree | None = None
        self._personal: NamespaceEntry | None = None
        self._statuses: dict[bytes, StatusData] = {}
        self._round = self._tree_round = 0  # of the last listing that was begun, and of the tree's
        self._forgotten = 0  # how often; a listing that began before is of no use after
        self._outdated = 0  # how often; a listing that began before is not recent after
        self._recent_until = -math.inf
        self._kept: dict[Identity, Numbers] = {}
        self._forwarded: dict[int, int] = {}  # by the number of an entry id, that of where the message is now
        self._arrived: dict[int, int] = {}  # the same the other way round
        self._versions: dict[int, int] = {}  # by the number of where a message was moved to, that of its version
        self._mixed: set[int] = set()  # the tags of folders that messages have come to

    async def all(self, deadline: Deadline) -> Sequence[Folder]:
        """List the folders as they are now, each behind the one that it is in, the root first.

        Raises:
            MsgcoreError: what opening a session raises, and what the server says to LIST.
        """
        return (await self._listed(deadline)).folders

    async def recent(self, deadline: Deadline) -> Tree:
        """Give the folders as they were at most one second ago, and as they are now if this store changed something."""
        return self._recent() or await self._listed(deadline)

    def recent_folder(self, entry_id: EntryId) -> Folder | None:
        """Find a folder as it was at most one second ago, if somebody has looked; raises as :meth:`folder` does."""
        number = self._number(entry_id, ObjectKind.FOLDER)
        tree = self._recent()
        return None if tree is None else tree.by_number.get(number)

    async def folder(self, entry_id: EntryId, deadline: Deadline) -> Folder:
        """Find a folder, as it was listed last.

        Raises:
            ForeignEntryId: it is another store's.
            UsageError: it names no folder.
            ObjectDeleted: there is no such folder (any more).
        """
        number = self._number(entry_id, ObjectKind.FOLDER)
        found = (await self._known(deadline)).by_number.get(number)
        return found or (await self.now(entry_id, deadline))[1]

    async def now(self, entry_id: EntryId, deadline: Deadline) -> tuple[Tree, Folder]:
        """Find a folder as it is now, and all others with it; raises as :meth:`folder` does."""
        number = self._number(entry_id, ObjectKind.FOLDER)
        tree = await self._listed(deadline)
        if number not in tree.by_number:
            raise ObjectDeleted(f"there is no folder of the entry id {bytes(entry_id).hex()}")
        return tree, tree.by_number[number]

    async def recently(self, entry_id: EntryId, deadline: Deadline) -> tuple[Tree, Folder]:
        """Find a folder as :meth:`recent` has it, and all others with it; raises as :meth:`folder` does."""
        number = self._number(entry_id, ObjectKind.FOLDER)
        tree = self._recent()
        if tree is not None and number in tree.by_number:
            return tree, tree.by_number[number]
        return await self.now(entry_id, deadline)

    async def places(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> list[Place]:
        """Say where messages are, in the same order; whether they still are is seen there.

        Raises:
            ForeignEntryId: an entry id is another store's.
            UsageError: one names no message.
            ObjectDeleted: the folder of one is gone, or was numbered anew.
        """
        numbers = [self._number(one, ObjectKind.MESSAGE) for one in entry_ids]
        split = [split_number(self._forwarded.get(number, number)) for number in numbers]
        if not split:
            return []
        tree = await self._known(deadline)
        if any(tag not in tree.by_tag for tag, _ in split):
            tree = await self._listed(deadline)
        for entry_id, (tag, uid) in zip(entry_ids, split, strict=True):
            if tag not in tree.by_tag or not uid:
                raise ObjectDeleted(f"there is no message of the entry id {bytes(entry_id).hex()}")
        return [Place(tree.by_tag[tag], uid) for tag, uid in split]

    def entry_id(self, folder: Folder, uid: int) -> EntryId:
        """Give the entry id of a message: the one that it came with, if it was moved in this logon."""
        number = message_number(folder.tag, uid)
        return EntryId(self._uid, ObjectKind.MESSAGE, self._arrived.get(number, number))

    def is_in_order(self, folder: Folder) -> bool:
        """Say whether the entry ids of a folder's messages surely rise with their unique ids: none came here."""
        return folder.tag not in self._mixed

    def uid_in(self, folder: Folder, entry_id: bytes) -> int | None:
        """Give the unique id in a folder of the message that has this entry id there; ``None``: none can have it."""
        try:
            number = self._number(EntryId.parse(entry_id), ObjectKind.MESSAGE)
        except UsageError:
            return None
        tag, uid = split_number(self._forwarded.get(number, number))
        is_its_own = tag == folder.tag and uid > 0 and self.entry_id(folder, uid).number == number
        return uid if is_its_own else None

    def forward(self, entry_id: EntryId, folder: Folder, uid: int) -> None:
        """Note that the message of an entry id is somewhere else now, and keeps its entry id until the logon ends."""
        number, arrived = entry_id.number, message_number(folder.tag, uid)
        left = self._forwarded.get(number)
        self._forwarded[number] = arrived
        self._arrived[arrived] = number
        self._mixed.add(folder.tag)
        if left is not None and left != arrived:
            self._arrived.pop(left, None)

    def version(self, folder: Folder, uid: int) -> int:
        """Name the version of a message: nobody can change one in its place, but for its flags."""
        number = message_number(folder.tag, uid)
        return self._versions.get(number, number)

    def keep_version(self, folder: Folder, uid: int, moved: Place) -> None:
        """Note that a message was moved: it is of the version that it was of, until the logon ends."""
        self._versions[message_number(moved.folder.tag, moved.uid)] = self.version(folder, uid)

    def keep_numbers(self, folder: Folder, raw_name: bytes) -> None:
        """Note that a folder is being renamed: it and its messages keep their entry ids until the logon ends."""
        renamed = attrs.evolve(folder.identity, raw_name=canonical(raw_name, folder.delimiter))
        numbers = Numbers(folder.number, folder.tag)
        self._kept = {**self._kept, folder.identity: numbers, renamed: numbers}

    def forget(self) -> None:
        """Have the folders listed anew by whoever wants them next."""
        self._forgotten += 1
        self._tree = None
        self.outdate()

    def outdate(self) -> None:
        """Note that counts of messages may be others now: what was listed is not recent any more."""
        self._outdated += 1
        self._recent_until = -math.inf

    def _number(self, entry_id: EntryId, kind: int) -> int:
        if entry_id.provider_uid != self._uid:
            raise ForeignEntryId(f"entry id {bytes(entry_id).hex()} belongs to another store")
        if entry_id.kind != kind:
            raise UsageError(f"entry id {bytes(entry_id).hex()} names an object of another kind")
        return entry_id.number

    def _recent(self) -> Tree | None:
        return self._tree if self._runtime.monotonic() <= self._recent_until else None

    async def _known(self, deadline: Deadline) -> Tree:
        return self._tree or await self._listed(deadline)

    async def _listed(self, deadline: Deadline) -> Tree:
        asked = self._round
        await self._lock.acquire(deadline)
        try:
            # Another's listing that began after this call was made says the same as one of its own would.
            if self._tree is not None and self._tree_round > asked:
                return self._tree
            self._round += 1
            forgotten, outdated = self._forgotten, self._outdated
            listing = await self._sessions.use(deadline, self._list, get_ready=PooledSession.catch_up)
            self._personal = listing.personal
            self._statuses = {one.entry.raw_name: one.status for one in listing.mailboxes if one.status is not None}
            tree = await self._grown(listing, deadline)
            if forgotten == self._forgotten:
                self._tree, self._tree_round = tree, self._round
                recent = outdated == self._outdated
                self._recent_until = self._runtime.monotonic() + _RECENT_SECONDS if recent else -math.inf
        finally:
            self._lock.release()
        return tree

    async def _grown(self, listing: Listing, deadline: Deadline) -> Tree:
        if len(listing.mailboxes) <= _SMALL:
            return grow(listing, self._uid, self._kept)
        return await self._runtime.in_thread(lambda: grow(listing, self._uid, self._kept), deadline)

    async def _list(self, pooled: PooledSession) -> Listing:
        return await list_mailboxes(pooled.session, self._personal, self._statuses)
