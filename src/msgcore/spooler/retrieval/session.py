"""One session with a maildrop, from its listing to its end.

The order of things is what keeps mail safe, and moving. What is plainly new comes first: headers are noted and
messages stored, each with its mark in one transaction. Then whatever the unique id alone does not tell is looked at, in
stretches: what a stretch shows is retrieved or deleted before the next one, so that every session has something done at
its end. A mark that deletes is on the disk before the server is told, and stays there when the session breaks: the next
one looks again and deletes then.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from msgcore.errors import MsgcoreError, UidlUnsupported
from msgcore.runtime.abc import Runtime
from msgcore.spi.guarded_retrieval import GuardedMaildrop
from msgcore.spi.journal import JournalEntry
from msgcore.spooler.retrieval.downloading import download
from msgcore.spooler.retrieval.journal_walk import JournalWalk
from msgcore.spooler.retrieval.looking import look, note_headers
from msgcore.spooler.retrieval.matching import Match
from msgcore.spooler.retrieval.plan import Lots, Step, plan_step
from msgcore.spooler.retrieval.policy import Fate, Task
from msgcore.spooler.retrieval.removing import commit, delete, find_excess, next_count
from msgcore.spooler.retrieval.visit import Order, Visit

__all__ = ["work_through"]

_CLOSE_SECONDS = 5.0
_RESERVE_SECONDS = 10.0
_RESERVE_SHARE = 0.1
_PATIENCE_SHARE = 0.5

_log = logging.getLogger("msgcore.spooler")


async def work_through(order: Order, maildrop: GuardedMaildrop) -> bool:
    """Do in one session what is asked for, and close it; say whether a message was put off that another may try.

    Raises:
        MsgcoreError: it ended early; what was noted and stored stays.
    """
    seconds = order.deadline.remaining_seconds()
    reserve, patience = min(_RESERVE_SECONDS, _RESERVE_SHARE * seconds), _PATIENCE_SHARE * seconds
    try:
        listing = await maildrop.list(order.deadline)
        order.tally.begin(listing)
        visit = Visit(order, maildrop, listing, Lots.of(listing), reserve, patience)
        _check_unique_ids(visit)
        try:
            await _work(visit)
        finally:
            order.tally.waiting = sum(map(visit.lots.fates.count, (Fate.WAIT, Fate.HEADER, Fate.DOWNLOAD)))
    finally:
        await _close(order.runtime, maildrop)
    if visit.stopped is not None:
        raise visit.stopped
    return visit.is_put_off and order.deadline.remaining_seconds() > reserve


async def _work(visit: Visit) -> None:
    await _plan(visit)
    await note_headers(visit)
    await download(visit)
    await delete(visit)
    monotonic, count, seconds = visit.order.runtime.monotonic, next_count(), 0.0
    while (looks := await _next_looks(visit, count)) and visit.has_time(min(seconds, visit.reserve_seconds)):
        begun = monotonic()
        await look(visit, looks)
        await download(visit)
        await delete(visit)
        seconds = monotonic() - begun
        count = next_count(count, seconds)
    await _miss_nameless(visit)
    await commit(visit)


async def _plan(visit: Visit) -> None:
    """Go through listing and journal."""
    order = visit.order
    walk = await order.runtime.in_thread(lambda: JournalWalk(order.store, order.account, visit.listing))
    while walk.has_more:
        stretch = await walk.step(order.deadline)
        await visit.write(await order.runtime.in_thread(partial(_planned, visit, stretch)))


async def _next_looks(visit: Visit, count: int) -> Sequence[Match]:
    """Take what is looked at next: first what may have to be downloaded."""
    lots = visit.lots
    if not lots.unsure and not lots.due:
        await find_excess(visit)
        await delete(visit)
    queue = lots.unsure or lots.due
    looks = queue[:count]
    del queue[:count]
    return looks


async def _miss_nameless(visit: Visit) -> None:
    """Note which messages without unique ids are gone, once all that are there have been retrieved."""
    lots, step = visit.lots, Step()
    places = [place for place, waiting in enumerate(visit.listing) if not waiting.unique_id]
    if visit.order.task is Task.RECEIVE and lots.nameless.keys() >= set(places):
        for known in lots.known.get(b"", {}).values():
            if not known.is_here:
                step.miss(known.entry, visit.now())
        await visit.write(step)


def _planned(visit: Visit, stretch: tuple[Sequence[int], Sequence[JournalEntry]]) -> Step:
    return plan_step(visit.order.task, visit.order.policy, visit.listing, visit.lots, stretch, visit.now())


def _check_unique_ids(visit: Visit) -> None:
    order = visit.order
    needs_them = order.policy.leave_on_server or order.policy.headers_only or order.task is not Task.RECEIVE
    if needs_them and visit.listing and not any(one.unique_id for one in visit.listing):
        raise UidlUnsupported("the server gives no unique ids: no message can be left there and known again")


async def _close(runtime: Runtime, maildrop: GuardedMaildrop) -> None:
    with runtime.shielded():
        try:
            await maildrop.close(runtime.deadline(_CLOSE_SECONDS))
        except MsgcoreError as error:  # the session is over in any case
            _log.debug("closing a maildrop: %s", error)
