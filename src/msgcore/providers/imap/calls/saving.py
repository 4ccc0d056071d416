"""The IMAP store's new messages: appended in order, all of them or none, and each delivery once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import CommandRefused, MsgcoreError, ObjectDeleted
from msgcore.providers.imap.calls.appending import AppendingCalls
from msgcore.providers.imap.content import Prepared, prepare
from msgcore.providers.imap.deliveries import find_deliveries
from msgcore.providers.imap.directory import Folder, Place
from msgcore.spi.store import Incoming
from msgcore.wire.imap.session import ImapSession

__all__ = ["SavingCalls"]


_log = logging.getLogger("msgcore.imap")


class SavingCalls(AppendingCalls):
    """Save new messages."""

    async def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        target = await self._target(folder, deadline)
        prepared = await self._runtime.in_thread(lambda: [prepare(one, self.uid) for one in incoming], deadline)
        keyed = [one for one in prepared if one.delivery]
        delivered = await self._delivered(keyed, target, deadline) if keyed else {}
        fresh = _fresh(prepared, delivered)
        places = await self._appended(target, fresh, deadline)
        for one, place in zip(fresh, places, strict=True):
            delivered[one.delivery or id(one)] = self._directory.entry_id(place.folder, place.uid)
        mine = {one.delivery: place for one, place in zip(fresh, places, strict=True) if one.delivery}
        if mine:
            delivered.update(await self._made_before(mine, keyed, deadline))
        return [delivered[one.delivery or id(one)] for one in prepared]

    async def _made_before(
        self, mine: Mapping[str, Place], prepared: Sequence[Prepared], deadline: Deadline
    ) -> dict[str, EntryId]:
        """Find the deliveries that somebody else has made since we looked; ours are removed.

        Whoever was later has the greater unique id, and sees both: so the first stays, whoever looks. Ours are saved
        also where nobody can look now.
        """
        folder = next(iter(mine.values())).folder
        try:
            first = await self._on(deadline, _Look(list(mine), _earliest(prepared)), folder=folder)
        except MsgcoreError:
            return {}
        before = {key: uid for key, uid in first.items() if uid < mine[key].uid and mine[key].folder.tag == folder.tag}
        await self._remove([mine[key] for key in before])
        return {key: self._directory.entry_id(folder, uid) for key, uid in before.items()}

    async def _delivered(
        self, prepared: Sequence[Prepared], target: Folder, deadline: Deadline
    ) -> dict[str | int, EntryId]:
        """Find what was delivered before, wherever it is now."""
        keys = list(dict.fromkeys(one.delivery for one in prepared))
        earliest = _earliest(prepared)
        found: dict[str | int, EntryId] = {}
        seen: set[int] = set()
        waiting = iter(await self._directory.all(deadline))
        while len(found) < len(keys) and (folder := next(waiting, None)) is not None:
            if not folder.can_select or not folder.messages or folder.tag in seen:
                continue
            seen.add(folder.tag)
            look = _Look([key for key in keys if key not in found], earliest)
            try:
                uids = await self._on(deadline, look, folder=folder)
            except ObjectDeleted:  # or it has another name, or other numbers
                waiting = iter(await self._directory.all(deadline))
            except CommandRefused as error:
                # Only a person can have moved a delivery into a folder that cannot be opened.
                if look.has_begun or folder.tag == target.tag:
                    raise
                self._tell_unsearched(folder, error)
            else:
                found.update({key: self._directory.entry_id(folder, uid) for key, uid in uids.items()})
        return found

    def _tell_unsearched(self, folder: Folder, error: CommandRefused) -> None:
        """Log, once, that nobody knows what is in a folder."""
        if folder.tag not in self._unsearched:
            self._unsearched.add(folder.tag)
            why = "is not searched for what was saved before, which is saved again if it was moved there"
            _log.warning("%s: folder %r %s: %s", self._display_name, folder.name, why, error)


@attrs.define
class _Look:
    """Looks for deliveries in the mailbox that is selected."""

    wanted: Sequence[str]
    earliest: datetime | None
    has_begun: bool = False

    async def __call__(self, session: ImapSession) -> dict[str, int]:
        self.has_begun = True
        return await find_deliveries(session, self.wanted, self.earliest)


def _earliest(prepared: Sequence[Prepared]) -> datetime | None:
    """Say when the first of them arrived, if it is known of all."""
    arrivals = [one.received_at for one in prepared if one.received_at is not None]
    return min(arrivals) if len(arrivals) == len(prepared) else None


def _fresh(prepared: Sequence[Prepared], delivered: dict[str | int, EntryId]) -> list[Prepared]:
    """Give what is to be appended: of several with one key the first."""
    fresh: dict[str | int, Prepared] = {}
    for one in prepared:
        if not one.delivery or one.delivery not in delivered:
            fresh.setdefault(one.delivery or id(one), one)
    return list(fresh.values())
