"""Looking at headers: which message it is whose unique id does not tell, and what is shown of one that stays.

A header proves that a message is the one of an entry when it has a field that lasts, and the size agrees. What is not
proved may be left, but never deleted: what is stored is retrieved and compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import attrs

from msgcore.errors import CapabilityMissing
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey
from msgcore.spi.store import MessageStatus
from msgcore.spooler.retrieval.asking import (
    headers,
    headers_or_messages,
    slow_last,
    small_first,
    without_passed_over,
)
from msgcore.spooler.retrieval.fingerprint import Header, read_header
from msgcore.spooler.retrieval.matching import Match, agree
from msgcore.spooler.retrieval.plan import missed
from msgcore.spooler.retrieval.policy import MARKS, Fate, Task, fate_of_known, fate_of_new
from msgcore.spooler.retrieval.visit import Visit, marked

__all__ = ["look", "note_headers"]

_HEADER_OCTETS = 64 * 1024


@attrs.frozen
class _Claim:
    """Whose message stands at a place, by its header."""

    entry: JournalEntry
    is_proved: bool


async def look(visit: Visit, matches: Sequence[Match]) -> None:
    """Find out by their headers which messages these are, and decide on each that was seen.

    A mark for deletion is on the disk when this returns.
    """
    of_place = {place: one for one in matches for place in one.places}
    seen: dict[int, Header] = {}

    async def take(batch: Sequence[tuple[int, bytes]]) -> None:
        seen.update(await visit.order.runtime.in_thread(lambda: [(place, read_header(one)) for place, one in batch]))
        notes: list[JournalEntry] = []
        new: list[JournalEntry] = []
        for one in {id(one): one for one in map(of_place.__getitem__, dict(batch))}.values():
            if all(place in seen for place in one.places):
                _decide(visit, one, {place: seen.pop(place) for place in one.places}, notes, new)
        await visit.note(notes, new)

    places = small_first(visit, without_passed_over(visit, list(of_place)))
    await visit.drain(partial(headers_or_messages, visit), places, take)


def _decide(
    visit: Visit, one: Match, seen: dict[int, Header], notes: list[JournalEntry], new: list[JournalEntry]
) -> None:
    claims = {place: _claim(visit, one, place, header) for place, header in seen.items()}
    claimed = [claim.entry.origin.key for claim in claims.values() if claim is not None]
    for place, claim in claims.items():
        if claim is None:
            new += _unclaimed(visit, one, place, seen[place])
        else:
            is_twin_alone = len(one.places) == 1 and one.unique_id in visit.lots.twins
            is_shared = is_twin_alone or claimed.count(claim.entry.origin.key) > 1
            is_proved = claim.is_proved and not (is_shared and claim.entry.stored is not None)
            notes += _claimed(visit, one, place, _Claim(claim.entry, is_proved))
    # Its unique id is listed: so it is never forgotten, whatever the server gives as its header.
    missing = [(entry, missed(entry, visit.now())) for entry in one.entries if entry.origin.key not in claimed]
    notes += [now for entry, now in missing if now is not entry]


def _claim(visit: Visit, one: Match, place: int, header: Header) -> _Claim | None:
    size = visit.size(place)
    entry = next((entry for entry in one.entries if entry.origin.fingerprint == header.fingerprint), None)
    if entry is None:
        return None
    agrees = agree(entry, size, header.changeable_octets)
    if entry.stored is None:
        return _Claim(entry, not header.is_blank and agrees is not False)
    if agrees is not False:
        return _Claim(entry, not header.is_blank and agrees is True)
    # Another of this header may be the one, which was stored by the hash of its whole.
    other = next((other for other in one.entries if other.stored is not None and agree(other, size)), None)
    if other is None and fate_of_new(visit.order.task, visit.order.policy, size) is Fate.DOWNLOAD:
        return None
    return _Claim(other or entry, is_proved=False)


def _claimed(visit: Visit, one: Match, place: int, claim: _Claim) -> list[JournalEntry]:
    """Decide on the message of an entry, and give what of the entry is to be written."""
    order, entry, is_stored = visit.order, claim.entry, claim.entry.stored is not None
    # What a person has marked keeps the size that it had then.
    is_certain = claim.is_proved or not (is_stored or entry.status & MARKS or len(one.places) > 1)
    now = visit.as_listed(place, entry) if is_certain else attrs.evolve(entry, missing_since=None)
    if not claim.is_proved and fate_of_known(order.task, order.policy, now, visit.now()) is Fate.REMOVE:
        if is_stored or fate_of_new(order.task, order.policy, visit.size(place)) is Fate.DOWNLOAD:
            _compare(visit, one, place)
        else:
            visit.fault(place, "it stays: its header and size do not tell whether it is what was marked")
        return []
    fate = visit.settle(place, now)
    if claim.is_proved:
        visit.lots.seen.add(place)
    if fate is Fate.DOWNLOAD:
        visit.lots.may_be(one.unique_id, one.entries)
    if fate is Fate.REMOVE and is_stored:
        return [marked(now, MessageStatus.REMOTE_DELETE)]
    return [] if now == entry else [now]


def _unclaimed(visit: Visit, one: Match, place: int, header: Header) -> list[JournalEntry]:
    """Decide on a message that is none of those that are known, by its header."""
    order, size = visit.order, visit.size(place)
    fate = fate_of_new(order.task, order.policy, size)
    known = [entry for entry in one.entries if entry.stored is not None]
    is_due = any(fate_of_known(order.task, order.policy, entry, visit.now()) is Fate.REMOVE for entry in known)
    if fate is Fate.DOWNLOAD or is_due:
        _compare(visit, one, place)
    elif not (header.is_blank and known):
        visit.lots.fates[place] = Fate.WAIT
        if fate is Fate.HEADER:
            order.tally.headers += 1
            return [_header_entry(visit, place, header)]
    return []


def _compare(visit: Visit, one: Match, place: int) -> None:
    """Have a message retrieved, which may be one that is stored."""
    visit.lots.fates[place] = Fate.DOWNLOAD
    visit.lots.may_be(one.unique_id, one.entries)


def _header_entry(visit: Visit, place: int, header: Header) -> JournalEntry:
    return JournalEntry(visit.origin(place, header.fingerprint), visit.now(), header=header.octets[:_HEADER_OCTETS])


async def note_headers(visit: Visit) -> None:
    """Retrieve the headers of what stays at the server, and write them into the journal.

    Raises:
        CapabilityMissing: the server gives none, and they are what was asked for.
    """
    wanted: list[int] = []
    noted: set[JournalKey] = set()
    for place in visit.lots.places(Fate.HEADER):
        visit.lots.fates[place] = Fate.WAIT
        if visit.listing[place].unique_id:
            wanted.append(place)
        else:
            visit.fault(place, "it stays at the server, which has no unique id to note its header by")

    async def take(batch: Sequence[tuple[int, bytes]]) -> None:
        found = await visit.order.runtime.in_thread(
            lambda: [_header_entry(visit, place, read_header(octets)) for place, octets in batch]
        )
        entries = {entry.origin.key: entry for entry in found}
        await visit.note((), list(entries.values()))
        visit.order.tally.headers += len(entries.keys() - noted)
        noted.update(entries)

    try:
        await visit.drain(partial(headers, visit), slow_last(visit, without_passed_over(visit, wanted)), take)
    except CapabilityMissing as error:
        if visit.order.policy.headers_only or visit.order.task is Task.REFRESH:
            raise
        for place in wanted:
            visit.fault(place, f"it stays at the server, too large to be retrieved without being asked for: {error}")
