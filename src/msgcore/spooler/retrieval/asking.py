"""Asking for messages and headers so that no message takes the time in which others are retrieved and deleted.

A session that meets its deadline in the middle of a message is lost, and with it all that was to be deleted at its end.
So a large message is begun only when it comes in time by what was measured so far, or when there is nothing to lose. A
small one, or a header, has half of the time that the session began with, as long as there are others: the server may
have fallen silent. One that did not come in it is slow, and is treated as one that is too large from then on, by the
next session of the call and by later calls: the server may hold the maildrop for longer than this one lasts. Of several
that are slow, the one that was asked for longest ago comes first.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from itertools import takewhile

from msgcore.base.times import Deadline
from msgcore.errors import CapabilityMissing, ConnectionLost, ProtocolBroken, TimedOut
from msgcore.spi.retrieval import Retrieved, Waiting
from msgcore.spooler.retrieval.policy import Fate
from msgcore.spooler.retrieval.visit import Visit

__all__ = ["headers", "headers_or_messages", "messages", "slow_last", "small_first", "without_passed_over"]

_Method = Callable[[Sequence[Waiting], Deadline], Awaitable[Sequence[Retrieved]]]
_Reason = Callable[[Visit, int], str]

_SMALL_OCTETS = 256 * 1024
# Where many did not come in the time for one: some services give all that they are asked for in one go.
_FEWEST_AT_ONCE = 2  # one would seem to be the last, which has all the time there is
_FEWER = 8
# Where so many cost a session, it may be that the server gives no header by itself.
_MANY_SUSPECTS = 3


def small_first(visit: Visit, places: Sequence[int]) -> list[int]:
    """Sort places of a listing: the small messages as they are listed, then the large ones by size, then the slow."""
    return slow_last(visit, sorted(places, key=lambda place: max(visit.size(place), _SMALL_OCTETS)))


def slow_last(visit: Visit, places: Sequence[int]) -> list[int]:
    turns = {key: turn for turn, key in enumerate(list(visit.order.tally.slow), start=1)}
    if not turns:
        return list(places)
    return sorted(places, key=lambda place: turns.get(visit.key(place), 0))


def without_passed_over(visit: Visit, places: Sequence[int]) -> Sequence[int]:
    """Let those wait that cost the session each time; who retrieves them another way gets rid of them."""
    passed_over = visit.order.tally.passed_over
    if not passed_over:
        return places
    for place in places:
        if visit.key(place) in passed_over:
            visit.give_up(
                place, "the connection is lost or the protocol broken whenever it is retrieved; it stays at the server"
            )
    return [place for place in places if visit.key(place) not in passed_over]


async def messages(visit: Visit, places: Sequence[int], *, is_look: bool = False) -> Sequence[Retrieved]:
    """Retrieve the first of some messages, small ones first; none, if the next one would put too much at risk."""
    has_more = _has_more(visit, is_look=is_look)
    asked = _fitting(visit, places) or _at_risk(visit, places, _too_long, has_more=has_more)
    if not asked:
        return ()
    is_bounded = (len(places) > 1 or has_more) and not _is_large(visit, asked[0])
    begun = visit.order.runtime.monotonic()
    found = await _given(visit, visit.maildrop.retrieve, asked, _too_long, is_bounded=is_bounded)
    visit.retrieved_seconds += visit.order.runtime.monotonic() - begun
    visit.retrieved_octets += sum(len(one.octets) for one in found)
    return found


async def headers_or_messages(visit: Visit, places: Sequence[int]) -> Sequence[Retrieved]:
    """Give headers, or what begins with them: where the server gives nothing less, or a header has cost a session."""
    suspects = visit.order.tally.suspects
    if visit.has_headers and len(suspects) < _MANY_SUSPECTS:
        odd = suspects | visit.order.tally.slow.keys()
        plain = list(takewhile(lambda place: visit.key(place) not in odd, places))
        try:
            if plain:
                return await headers(visit, plain)
        except CapabilityMissing:
            visit.has_headers = False
    return await messages(visit, places, is_look=True)


async def headers(visit: Visit, places: Sequence[int]) -> Sequence[Retrieved]:
    """Give the headers of the first of some messages, the slow ones last; none, as :func:`messages` does."""
    has_more = _has_more(visit, is_look=True)
    fitting = list(takewhile(lambda place: not _is_slow(visit, place), places))
    asked = fitting or _at_risk(visit, places, _no_header, has_more=has_more)
    if not asked:
        return ()
    return await _given(visit, visit.maildrop.headers, asked, _no_header, is_bounded=len(places) > 1 or has_more)


def _fitting(visit: Visit, places: Sequence[int]) -> Sequence[int]:
    """Give the first places, as far as the messages are small, or come in time at the speed of this session."""
    seconds = visit.order.deadline.remaining_seconds() - visit.reserve_seconds
    octets = 0.0
    for index, place in enumerate(places):
        octets += max(0, visit.size(place))
        if _is_slow(visit, place) or (_is_large(visit, place) and _seconds(visit, octets) > seconds):
            return places[:index]
    return places


def _has_more(visit: Visit, *, is_look: bool) -> bool:
    """Say whether anything else is to be done in this session; downloads come behind a look."""
    lots = visit.lots
    return (is_look and Fate.DOWNLOAD in lots.fates) or lots.has_more(visit.order.policy.keep_at_most)


def _at_risk(visit: Visit, places: Sequence[int], reason: _Reason, *, has_more: bool) -> Sequence[int]:
    """Give the first of messages of which none fits, for all the time that is left; or leave all to the next session.

    They are left where something else is to be done, and this call may have another session.
    """
    if not has_more or not visit.order.tally.may_put_off:
        return places[:1]
    visit.is_put_off = True
    for place in places:
        visit.give_up(place, reason(visit, place))
    return ()


async def _given(
    visit: Visit, method: _Method, places: Sequence[int], reason: _Reason, *, is_bounded: bool
) -> Sequence[Retrieved]:
    """Ask with patience, bounded or as much as there is time, and remember at which message a session is lost.

    What is known to be slow has all the time.
    """
    places = _before_suspects(visit, places)
    tally, deadline, key = visit.order.tally, visit.order.deadline, visit.key(places[0])
    was_slow = _is_slow(visit, places[0])
    is_bounded = is_bounded and not was_slow
    limit = deadline.sooner(visit.patience_seconds) if is_bounded else deadline
    try:
        found = await method([visit.listing[place] for place in places], limit)
    except (ConnectionLost, ProtocolBroken):
        tally.lost_at = key
        raise
    except TimedOut:
        is_slow = is_bounded and not deadline.is_past
        if is_slow:
            tally.lost_at = key
            if len(places) > 1:
                tally.at_once = max(_FEWEST_AT_ONCE, len(places) // _FEWER)
        if is_slow or was_slow:
            tally.slow.pop(key, None)
            tally.slow[key] = None
        if is_slow or not is_bounded:
            visit.fault(places[0], reason(visit, places[0]))
        raise
    if not visit.listing[places[0]].unique_id:  # its number will be another's
        tally.slow.pop(key, None)
    return found


def _before_suspects(visit: Visit, places: Sequence[int]) -> Sequence[int]:
    """Give places up to a message at which a session was lost, or that alone: it may have been the next one."""
    suspects = visit.order.tally.suspects
    found = (index for index, place in enumerate(places) if visit.key(place) in suspects)
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
    slow = visit.order.tally.slow
    return bool(slow) and visit.key(place) in slow


def _too_long(visit: Visit, place: int) -> str:
    octets = visit.size(place)
    if not _is_large(visit, place):
        return f"the server did not give its {octets:,} octets in the time that was left; give a longer timeout_seconds"
    return f"it has {octets:,} octets, too many for the time that was left; give a longer timeout_seconds"


def _no_header(_: Visit, __: int) -> str:
    return "the server did not give its header in the time that was left; give a longer timeout_seconds"
