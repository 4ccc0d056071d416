"""Deleting at the server what is stored, or what a person wants deleted: only what was seen in this very session."""

from __future__ import annotations

import attrs

from msgcore.spi.journal import JournalEntry
from msgcore.spi.store import MessageStatus
from msgcore.spooler.retrieval.matching import Match
from msgcore.spooler.retrieval.policy import Fate, Task
from msgcore.spooler.retrieval.visit import Visit, marked

__all__ = ["commit", "delete", "find_excess", "next_count"]

_FEWEST = 16
_MOST = 1_000
_QUICK_SECONDS = 1.0


def next_count(count: int = 0, seconds: float = 0.0) -> int:
    """Say how many are seen or deleted in one go: twice as many as took less than a second."""
    return max(_FEWEST, min(_MOST, 2 * count if seconds < _QUICK_SECONDS else count // 2))


async def find_excess(visit: Visit) -> None:
    """Find the oldest of the messages that are stored and left, so that as many stay as the policy keeps."""
    lots, keep_at_most = visit.lots, visit.order.policy.keep_at_most
    if keep_at_most is None or visit.order.task is not Task.RECEIVE:
        return
    seen: list[JournalEntry] = []
    for place in sorted(lots.left)[: max(0, len(lots.left) - keep_at_most)]:
        entry = marked(lots.left.pop(place), MessageStatus.REMOTE_DELETE)
        if place in lots.seen:
            seen.append(entry)
            lots.fates[place] = Fate.REMOVE
        else:
            lots.due.append(Match(entry.origin.unique_id, (place,), (entry,)))
    await visit.note(seen)


async def delete(visit: Visit) -> None:
    """Tell the server to delete what is to be removed, as long as there is time; refusals are faults."""
    order, lots = visit.order, visit.lots
    places = lots.places(Fate.REMOVE)
    count = next_count()
    while places:
        if order.deadline.remaining_seconds() <= visit.reserve_seconds / 2:
            visit.has_time()  # it has not: the rest is deleted next time
            return
        asked, places = places[:count], places[count:]
        by_number = {visit.listing[place].number: place for place in asked}
        begun = order.runtime.monotonic()
        refused = await visit.maildrop.delete([visit.listing[place] for place in asked], order.deadline)
        count = next_count(count, order.runtime.monotonic() - begun)
        for place in asked:
            lots.fates[place] = Fate.REMOVED
        for one in refused:
            place = by_number[one.number]
            visit.fault(place, one.error or "the server did not delete it")
            lots.fates[place] = Fate.WAIT if place in lots.waited else Fate.LEAVE


async def commit(visit: Visit) -> None:
    """End the session, so that what the server was told to delete is gone.

    Raises:
        MsgcoreError: it broke; what ``tally.unsure`` holds may be deleted or not.
    """
    order, lots, tally = visit.order, visit.lots, visit.order.tally
    places = lots.places(Fate.REMOVED)
    if not places:
        return
    tally.unsure = [visit.listing[place] for place in places]
    await visit.maildrop.commit(order.deadline)
    tally.unsure = ()
    tally.removed += len(places)
    # What was deleted unread waits no more, whoever looks at the headers next.
    unread = [lots.waited[place] for place in places if place in lots.waited]
    await visit.note([attrs.evolve(entry, missing_since=visit.now()) for entry in unread])
    # An equal message that comes later is another, and cannot be told by a unique id.
    gone = {lots.nameless.pop(place) for place in places if place in lots.nameless}
    await visit.forget([(b"", fingerprint) for fingerprint in sorted(gone - set(lots.nameless.values()))])
