"""Retrieving messages and storing them, batch by batch."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey
from msgcore.spi.retrieval import Retrieved
from msgcore.spi.store import NO_STATUS, MessageStatus
from msgcore.spooler.retrieval.asking import messages, small_first, without_passed_over
from msgcore.spooler.retrieval.letters import Letter, known_again, read_letters
from msgcore.spooler.retrieval.plan import Known
from msgcore.spooler.retrieval.policy import Fate
from msgcore.spooler.retrieval.storing import store_letters
from msgcore.spooler.retrieval.visit import Visit, marked

__all__ = ["download"]


async def download(visit: Visit) -> None:
    """Retrieve what is to be downloaded, small messages first; store each batch before the next is asked for.

    Ends early when the server gives no more today or time runs out, which is the reason in ``visit.stopped``.
    """
    tally, most_octets = visit.order.tally, visit.order.policy.session_octets
    wanted = without_passed_over(visit, visit.lots.places(Fate.DOWNLOAD))
    places = _of_this_session(visit, small_first(visit, wanted))
    if not places:
        return
    tally.mean_to_download([visit.listing[place] for place in places])

    async def ask(asked: Sequence[int]) -> Sequence[Retrieved]:
        if most_octets is not None and tally.retrieved_octets and tally.retrieved_octets >= most_octets:
            return ()
        found = await messages(visit, asked)
        tally.done += sum(one.error is not None for one in found)
        return found

    await visit.drain(ask, places, lambda batch: _take(visit, batch))


def _of_this_session(visit: Visit, places: Sequence[int]) -> Sequence[int]:
    """Give the first places, one at least in a session, until they have enough octets by the listing."""
    most_octets, octets = visit.order.policy.session_octets, visit.order.tally.retrieved_octets
    if most_octets is None:
        return places
    for index, place in enumerate(places):
        if octets >= most_octets and octets:
            for other in places[index:]:
                visit.lots.fates[other] = Fate.WAIT
            return places[:index]
        octets += max(0, visit.size(place))
    return places


async def _take(visit: Visit, batch: Sequence[tuple[int, bytes]]) -> None:
    """Store a batch, and tell of it."""
    order, tally = visit.order, visit.order.tally
    tally.done += len(batch)
    tally.retrieved_octets += sum(len(octets) for _, octets in batch)
    whole = [(place, octets) for place, octets in batch if octets or visit.size(place) <= 0]
    for place in {place for place, _ in batch} - {place for place, _ in whole}:
        visit.give_up(place, f"it came empty, and was said to have {visit.size(place):,} octets")
    new: dict[JournalKey, Letter] = {}
    for letter in await order.runtime.in_thread(lambda: read_letters(visit, whole)):
        known = await known_again(visit, letter)
        if known is not None:
            await _settle_known(visit, letter, known)
            continue
        key = letter.unique_id, letter.fingerprint
        if key in new or letter.fingerprint in visit.lots.known.get(letter.unique_id, {}):
            key = letter.unique_id, letter.whole  # its header is another message's, too
        new[key] = attrs.evolve(letter, fingerprint=key[1])
    stored = await store_letters(visit, list(new.values()))
    for letter, incoming, entry_id in stored:
        assert incoming.origin is not None
        entry = JournalEntry(incoming.origin, visit.now(), incoming.remote_status, stored=entry_id)
        tally.stored += 1
        tally.octets += len(letter.octets)
        tally.duplicates += len(letter.places) - 1
        await _settle(visit, letter, Known(entry))
    if order.on_progress is not None:
        order.on_progress(tally.progress([entry_id for *_, entry_id in stored]))


async def _settle_known(visit: Visit, letter: Letter, known: Known) -> None:
    """Settle a message that was stored before."""
    visit.order.tally.duplicates += len(letter.places)
    before = known.entry
    known.entry = visit.as_listed(letter.places[0], before)
    for place in letter.places:
        status = visit.lots.waited[place].status if place in visit.lots.waited else NO_STATUS
        known.entry = marked(known.entry, status & MessageStatus.REMOTE_DELETE)
    await _settle(visit, letter, known, before)


async def _settle(visit: Visit, letter: Letter, known: Known, before: JournalEntry | None = None) -> None:
    """Note what becomes of a message that is stored, wherever it stands; the entry that led to it has done its work."""
    lots, entry = visit.lots, known.entry
    fates = {visit.settle(place, entry) for place in letter.places}
    if before is not None and Fate.REMOVE in fates:
        known.entry = marked(entry, MessageStatus.REMOTE_DELETE)
    known.whole, known.is_here = letter.whole, True
    if not letter.unique_id or letter.unique_id in lots.twins:
        lots.known.setdefault(letter.unique_id, {})[entry.origin.fingerprint] = known
    lots.seen.update(letter.places)
    if not letter.unique_id:
        lots.nameless.update(dict.fromkeys(letter.places, letter.whole))
    if before is not None and known.entry != before:
        await visit.note([known.entry])
    waited = {lots.waited.pop(place).origin.fingerprint for place in letter.places if place in lots.waited}
    stored = {entry.origin.fingerprint, *lots.known.get(letter.unique_id, ())}
    await visit.forget([(letter.unique_id, fingerprint) for fingerprint in sorted(waited - stored)])
