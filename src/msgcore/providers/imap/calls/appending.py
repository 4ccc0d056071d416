"""The IMAP store's messages appended: all of them or none, and where they are then."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from msgcore.base.times import Deadline
from msgcore.errors import CommandRefused, MsgcoreError
from msgcore.providers.imap.arrivals import Print
from msgcore.providers.imap.calls.reach import INTERRUPTS, ReachCalls
from msgcore.providers.imap.content import Prepared
from msgcore.providers.imap.directory import Folder, Place
from msgcore.providers.imap.there import keywords_kept
from msgcore.wire.imap.appending import Letter
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_codes import AppendUid

__all__ = ["AppendingCalls"]

# As much as goes into one command, at a server that takes several messages in one: all of it is taken or nothing.
_BATCH_OCTETS = 8 << 20
_BATCH = 100
_CODE = "APPENDUID"


class AppendingCalls(ReachCalls):
    """Append messages."""

    async def _appended(self, target: Folder, prepared: Sequence[Prepared], deadline: Deadline) -> list[Place]:
        """Append messages in pieces; when a later one is refused, those before it are removed again."""
        places: list[Place] = []
        try:
            for batch in _batches(prepared):
                await self._append(target, batch, places, deadline)
        except INTERRUPTS:
            raise
        except BaseException as error:  # also in a task that is cancelled
            await self._remove(places)
            if isinstance(error, CommandRefused):
                raise self._refused(error, target) from error
            raise
        return places

    async def _append(self, folder: Folder, batch: Sequence[Prepared], places: list[Place], deadline: Deadline) -> None:
        """Append messages, and note in ``places`` where they are, also of those before one that is refused."""
        raw_name = folder.raw_name
        assert raw_name is not None
        said: list[AppendUid | None] = []
        least_uid = done = 0

        async def work(session: ImapSession) -> None:
            nonlocal least_uid, done
            least_uid = await self._uid_next(session, folder, _CODE)
            together = len(batch) if session.capabilities.has("MULTIAPPEND") else 1
            for start in range(0, len(batch), together):
                letters = [_letter(session, one) for one in batch[start : start + together]]
                said.append(await session.append(raw_name, letters))
                done += len(letters)

        # Only who looks into a folder knows which keywords it keeps.
        looks_in = folder if any(one.keywords for one in batch) else None
        try:
            await self._on(deadline, work, folder=looks_in, is_read_only=False, may_repeat=False)
        except INTERRUPTS:
            raise
        except BaseException:
            if said:
                with suppress(MsgcoreError):
                    places += await self._undone(
                        lambda undoing: self._places_of(folder, batch[:done], said, least_uid, undoing)
                    )
            raise
        places += await self._places_of(folder, batch, said, least_uid, deadline)

    async def _places_of(
        self,
        folder: Folder,
        batch: Sequence[Prepared],
        said: Sequence[AppendUid | None],
        least_uid: int,
        deadline: Deadline,
    ) -> list[Place]:
        """Say where messages are that were appended, by what the server said then."""
        known = [one for one in said if one is not None]
        if len(known) < len(said):
            self._said.discard(_CODE)
            prints = [Print(one.message_id, one.size_octets) for one in batch]
            return [Place(folder, uid) for uid in await self._arrived(folder, least_uid, prints, deadline)]
        self._said.add(_CODE)
        return [place for one in known for place in await self._came(folder, one.uid_validity, one.uids, deadline)]


def _letter(session: ImapSession, prepared: Prepared) -> Letter:
    there = {one.lower() for one in prepared.flags}
    added = [one for one in keywords_kept(session, prepared.keywords) if one.lower() not in there]
    return Letter(prepared.octets(), (*prepared.flags, *added), prepared.received_at)


def _batches(prepared: Sequence[Prepared]) -> list[list[Prepared]]:
    batches: list[list[Prepared]] = []
    octets = 0
    for one in prepared:
        octets += one.size_octets
        if not batches or len(batches[-1]) >= _BATCH or octets > _BATCH_OCTETS:
            batches.append([])
            octets = one.size_octets
        batches[-1].append(one)
    return batches
