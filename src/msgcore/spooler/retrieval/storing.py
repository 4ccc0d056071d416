"""Storing what was retrieved, with its entry in the journal."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from msgcore.base.ids import EntryId
from msgcore.errors import Closed, CommitUnknown, MsgcoreError, NotSupported, StoreCorrupt, StoreFull, TryAgain
from msgcore.spi.capability import Capability
from msgcore.spi.store import NO_STATUS, Incoming, SpecialFolder
from msgcore.spooler.retrieval.arriving import arrive
from msgcore.spooler.retrieval.letters import Letter, received_at
from msgcore.spooler.retrieval.policy import MARKS, mark_when_stored
from msgcore.spooler.retrieval.visit import Visit

__all__ = ["store_letters"]

# What the store says for all of them; anything else may be for one message alone, and is asked for one by one.
_OF_THE_STORE = (TryAgain, StoreFull, StoreCorrupt, CommitUnknown, Closed)
_MANY = 10

_Deliver = Callable[[Sequence[Incoming]], Coroutine[Any, Any, Sequence[EntryId]]]
_Stored = tuple[Letter, Incoming, EntryId]


async def store_letters(visit: Visit, letters: Sequence[Letter]) -> list[_Stored]:
    """Store messages, and give those that were stored; one that the store does not take is a fault, and waits.

    Raises:
        NotSupported: the store has no inbox.
        MsgcoreError: it can store nothing now, or takes none of many.
    """
    letters = await arrive(visit, letters)
    incoming = [_incoming(visit, letter) for letter in letters]
    return await _store(visit, await _way_in(visit), list(zip(letters, incoming, strict=True))) if letters else []


def _incoming(visit: Visit, letter: Letter) -> Incoming:
    order, place = visit.order, letter.places[0]
    size = visit.size(place) if visit.size(place) >= 0 else len(letter.octets)
    marks = NO_STATUS
    for one in letter.places:
        if one in visit.lots.waited:
            marks |= visit.lots.waited[one].status & MARKS
    return Incoming(
        letter.message,
        received_at=received_at(letter.message, visit.now()),
        origin=visit.origin(place, letter.fingerprint),
        remote_status=mark_when_stored(order.task, order.policy, size, marks),
    )


async def _way_in(visit: Visit) -> _Deliver:
    store, deadline = visit.order.store, visit.order.deadline
    if store.can(Capability.RECEIVE_FOLDERS):
        return lambda incoming: store.deliver(incoming, deadline)
    inbox = (await store.special_folders(deadline)).get(SpecialFolder.INBOX)
    if inbox is None:
        raise NotSupported(f"{store.display_name}: this store has no inbox to receive mail in")
    return lambda incoming: store.save(inbox, incoming, deadline)


async def _store(visit: Visit, deliver: _Deliver, letters: Sequence[tuple[Letter, Incoming]]) -> list[_Stored]:
    try:
        entry_ids = await deliver([incoming for _, incoming in letters])
    except _OF_THE_STORE:
        raise
    except MsgcoreError as error:
        if len(letters) == 1:
            for place in letters[0][0].places:
                visit.give_up(place, error)
            return []
        half = len(letters) // 2
        stored = [*await _store(visit, deliver, letters[:half]), *await _store(visit, deliver, letters[half:])]
        if not stored and len(letters) >= _MANY:
            raise
        return stored
    return [(*one, entry_id) for one, entry_id in zip(letters, entry_ids, strict=True)]
