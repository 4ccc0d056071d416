"""Asking for messages and headers so that no message takes the time in which others are retrieved and deleted.

A session that meets its deadline in the middle of a message is lost, and with it all that was to be deleted at its end.
So a large message is begun only when it comes in time by what was measured so far, or when there is nothing to lose. A
small one has half of the time that the session began with, as long as there are others: the server may have fallen
silent. One that did not come in it is slow, and is treated as one that is too large from then on, by the next session
of the call and by later calls: the server may hold the maildrop for longer than this one lasts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgcore.errors import CapabilityMissing, ConnectionLost, ProtocolBroken, TimedOut
from msgcore.spi.retrieval import Retrieved
from msgcore.spooler.retrieval.visit import Visit

__all__ = ["headers_or_messages", "messages", "small_first"]

_SMALL_OCTETS = 256 * 1024


def small_first(visit: Visit, places: Sequence[int]) -> list[int]:
    """Sort places of a listing: the small messages as they are listed, then the large ones by size, then the slow."""
    return sorted(places, key=lambda place: (_is_slow(visit, place), max(visit.size(place), _SMALL_OCTETS)))


async def messages(visit: Visit, places: Sequence[int]) -> Sequence[Retrieved]:
    """Retrieve the first of some messages, small ones first; none, if the next one would put too much at risk."""
    begun = visit.order.runtime.monotonic()
    fitting = _fitting(visit, places)
    if not fitting:
        if visit.order.tally.may_put_off and visit.lots.has_more(visit.order.policy.keep_at_most):
            visit.is_put_off = True
            for place in places:
                visit.give_up(place, _too_long(visit, place))
            return ()
        fitting = places[:1]
    fitting = _before_suspects(visit, fitting)
    has_others = len(places) > 1 or visit.lots.has_more(visit.order.policy.keep_at_most)
    is_small = not (_is_large(visit, fitting[0]) or _is_slow(visit, fitting[0]))
    is_bounded = has_others and is_small and bool(visit.listing[fitting[0]].unique_id)
    deadline = visit.order.deadline.sooner(visit.patience_seconds if is_bounded else math.inf)
    try:
        found = await visit.maildrop.retrieve([visit.listing[place] for place in fitting], deadline)
    except (ConnectionLost, ProtocolBroken):
        visit.order.tally.lost_at = visit.listing[fitting[0]].unique_id
        raise
    except TimedOut:
        is_slow = is_bounded and not visit.order.deadline.is_past
        if is_slow:
            visit.order.tally.lost_at = visit.listing[fitting[0]].unique_id
            visit.order.tally.slow.add(visit.order.tally.lost_at)
        if is_slow or not is_small or not has_others:
            visit.fault(fitting[0], _too_long(visit, fitting[0]))
        raise
    visit.retrieved_seconds += visit.order.runtime.monotonic() - begun
    visit.retrieved_octets += sum(len(one.octets) for one in found)
    return found


async def headers_or_messages(visit: Visit, places: Sequence[int]) -> Sequence[Retrieved]:
    """Give headers, or what begins with them where the server gives nothing less."""
    if visit.has_headers:
        try:
            return await headers(visit, places)
        except CapabilityMissing:
            visit.has_headers = False
    return await messages(visit, places)


async def headers(visit: Visit, places: Sequence[int]) -> Sequence[Retrieved]:
    return await visit.maildrop.headers([visit.listing[place] for place in places], visit.order.deadline)


def _fitting(visit: Visit, places: Sequence[int]) -> Sequence[int]:
    """Give the first places, as far as the messages are small, or come in time at the speed of this session."""
    seconds = visit.order.deadline.remaining_seconds() - visit.reserve_seconds
    octets = 0.0
    for index, place in enumerate(places):
        octets += max(0, visit.size(place))
        if _is_slow(visit, place) or (_is_large(visit, place) and _seconds(visit, octets) > seconds):
            return places[:index]
    return places


def _before_suspects(visit: Visit, places: Sequence[int]) -> Sequence[int]:
    """Give places up to a message at which a session was lost, or that alone: it may have been the next one."""
    suspects = visit.order.tally.suspects
    found = (index for index, place in enumerate(places) if visit.listing[place].unique_id in suspects)
    first = next(found, None) if suspects else None
    return places if first is None else places[: max(1, first)]


def _seconds(visit: Visit, octets: float) -> float:
    """Say how long octets take: forever, as long as nothing was measured."""
    if visit.retrieved_octets == 0:
        return math.inf
    return octets * visit.retrieved_seconds / visit.retrieved_octets


def _is_large(visit: Visit, place: int) -> bool:
    return visit.size(place) >= _SMALL_OCTETS


def _is_slow(visit: Visit, place: int) -> bool:
    return visit.listing[place].unique_id in visit.order.tally.slow


def _too_long(visit: Visit, place: int) -> str:
    octets = visit.size(place)
    if not _is_large(visit, place):
        return f"the server did not give its {octets:,} octets in the time that was left; give a longer timeout_seconds"
    return f"it has {octets:,} octets, too many for the time that was left; give a longer timeout_seconds"
