"""Sent mail that belongs elsewhere than into the default store's Sent Items: into an account's own, or nowhere.

A submission says so itself: ``PidTagSentMailEntryId`` names the folder, ``PidTagDeleteAfterSubmit`` says that no copy
is kept ([MS-OXOMSG] sections 2.2.3.10 and 2.2.3.8). The entry id of a store stands for its Sent Items, where the store
could not be asked for that folder. What was sent is in Sent Items first, and leaves it only when the other store has
it, under a delivery key: who is cut in between finds it here again, and does not save it twice.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.errors import LimitExceeded, MsgcoreError, NotFound, OperationCancelled, SetupError, TryAgain
from msgcore.model.message import Message
from msgcore.model.outcome import Accepted, Delivered
from msgcore.props.table import (
    PidTagDeleteAfterSubmit,
    PidTagEntryId,
    PidTagLastModificationTime,
    PidTagSentMailEntryId,
)
from msgcore.runtime.abc import Runtime
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.outgoing_queue import OutgoingItem
from msgcore.spi.store import NO_LOAD_LIMIT, Incoming, SpecialFolder, TableQuery

__all__ = ["file_sent_mail", "is_late"]

_log = logging.getLogger("msgcore.spooler")

_DAYS = 30
"""What was submitted longer ago is where it is for good. Its Date may say anything."""

_PAGE = 50


async def file_sent_mail(
    runtime: Runtime,
    queue: GuardedStore,
    sent_items: EntryId,
    stores: Mapping[bytes, GuardedStore],
    submitters: Mapping[bytes, Collection[str]],
    deadline: Deadline,
    late: Collection[EntryId] = (),
) -> bool:
    """Put what was sent where it belongs; say whether all of it is there.

    ``stores`` are those that are open, by their uid, and ``submitters`` the transports of their accounts, where they
    have some. What cannot be put there stays in Sent Items, for the next time; where the folder is no more, for good.
    ``late`` are messages that waited in the outbox for so long that they are not looked for.
    """
    filing = _Filing(queue, stores, submitters, deadline)
    are_late_filed = all([await filing.file_late(entry_id) for entry_id in late])
    since = runtime.now() - timedelta(days=_DAYS)
    is_marked = PidTagSentMailEntryId.exists() | PidTagDeleteAfterSubmit.equals(True)
    columns = (PidTagEntryId, PidTagSentMailEntryId, PidTagDeleteAfterSubmit)
    start = 0
    while True:
        query = TableQuery(columns, (PidTagLastModificationTime >= since) & is_marked, (), start, _PAGE)
        rows = await queue.query(sent_items, query, deadline)
        for row in rows:
            start += not await filing.file(EntryId.parse(row[PidTagEntryId]), row.get(PidTagSentMailEntryId))
        if len(rows) < _PAGE:
            return not start and are_late_filed


def is_late(item: OutgoingItem, now: datetime) -> bool:
    """Whether a submission that was sent ``now`` waited for so long that it is not looked for."""
    return item.submitted_at < now - timedelta(days=_DAYS)


@attrs.frozen
class _Filing:
    queue: GuardedStore
    stores: Mapping[bytes, GuardedStore]
    submitters: Mapping[bytes, Collection[str]]
    deadline: Deadline
    away: set[bytes] = attrs.field(factory=set[bytes])
    """The stores that cannot be reached: no other message waits for them this time."""

    async def file(self, entry_id: EntryId, folder: bytes | None) -> bool:
        """File one message, and say whether it has left Sent Items."""
        try:
            if folder is not None and not await self._saved_elsewhere(entry_id, EntryId.parse(folder)):
                return False
            await self.queue.delete([entry_id], self.deadline)
        except OperationCancelled:
            raise
        except (NotFound, LimitExceeded) as error:
            return await self._unmark(entry_id, error)
        except MsgcoreError as error:
            _log.warning("a sent message stays in Sent Items until the next time: %s", error)
            self.deadline.check("file sent mail")
            return False
        return True

    async def file_late(self, entry_id: EntryId) -> bool:
        """File a message that may be marked or not, or gone."""
        try:
            message = await self.queue.load(entry_id, NO_LOAD_LIMIT, self.deadline)
        except OperationCancelled:
            raise
        except NotFound:
            return True
        except MsgcoreError as error:
            _log.warning("a sent message stays in Sent Items until the next time: %s", error)
            return False
        folder = message.get(PidTagSentMailEntryId)
        if folder is None and not message.get(PidTagDeleteAfterSubmit, False):
            return True
        return await self.file(entry_id, folder)

    async def _saved_elsewhere(self, entry_id: EntryId, folder: EntryId) -> bool:
        store = self.stores.get(folder.provider_uid)
        if store is None or folder.provider_uid in self.away:
            return False
        try:
            await self._save(entry_id, store, folder)
        except (TryAgain, SetupError):
            self.away.add(folder.provider_uid)
            raise
        return True

    async def _save(self, entry_id: EntryId, store: GuardedStore, folder: EntryId) -> None:
        """See that the message is in a store, or that its server has put it there by itself."""
        keeps_its_own = store.can(Capability.SENT_MAIL) and await store.keeps_sent_mail(self.deadline)
        if keeps_its_own and await self._was_taken(entry_id, self.submitters.get(store.uid)):
            return
        if folder.kind == ObjectKind.STORE:
            sent_items = (await store.special_folders(self.deadline)).get(SpecialFolder.SENT_ITEMS)
            if sent_items is None:
                raise NotFound(f"{store.display_name} has no folder for sent mail")
            folder = sent_items
        message = await self._unmarked(entry_id)
        key = b"sent " + bytes(entry_id)
        copy = Incoming(message, is_read=True, received_at=message.date, delivery_key=key)
        await store.save(folder, [copy], self.deadline)

    async def _was_taken(self, entry_id: EntryId, submitters: Collection[str] | None) -> bool:
        """Say whether a server has taken the message for anybody: of what it refused, or never saw, it keeps nothing.

        Of a store without ``submitters`` whoever took it is believed to be its server.
        """
        try:
            item = await self.queue.submission(entry_id, self.deadline)
        except NotFound:
            return False
        return any(
            isinstance(outcome, Accepted | Delivered) and (not submitters or item.transports.get(one) in submitters)
            for one, outcome in item.outcomes.items()
        )

    async def _unmarked(self, entry_id: EntryId) -> Message:
        message = await self.queue.load(entry_id, NO_LOAD_LIMIT, self.deadline)
        for tag in (PidTagSentMailEntryId, PidTagDeleteAfterSubmit):
            if tag in message:
                del message[tag]
        return message

    async def _unmark(self, entry_id: EntryId, why: MsgcoreError) -> bool:
        """Leave it where it is for good; or say that this is for the next time. Somebody else may have filed it."""
        try:
            unmarked = await self._unmarked(entry_id)
            _log.warning("a sent message stays in Sent Items: %s", why)
            await self.queue.save_changes(entry_id, unmarked, self.deadline)
        except OperationCancelled:
            raise
        except NotFound:
            return True
        except MsgcoreError as error:  # ObjectChanged: somebody has it open, and it holds up no other
            _log.warning("a sent message is looked at again the next time: %s", error)
            self.deadline.check("file sent mail")
            return False
        return True
