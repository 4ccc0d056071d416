"""The journals of a store in memory: what was retrieved, and what waits at servers."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey, Origin
from msgcore.spi.store import Incoming
from msgcore.testing.memory.records import EntryKey, State
from msgcore.testing.memory.values import KeptEntry, KeptMessage

__all__ = ["add_once", "entries_of", "forget", "note"]


def add_once(state: State, folder: int, kept: KeptMessage, incoming: Incoming) -> int:
    """Put a message into a folder, unless its origin was stored before, and give its number; its entry says so."""
    origin = incoming.origin
    if origin is None:
        return state.add(folder, kept)
    known = state.journal.get(_key(origin))
    number = state.add(folder, kept) if known is None or known.number is None else known.number
    first_seen = kept.created_at if known is None else known.noted.first_seen
    state.journal[_key(origin)] = KeptEntry(JournalEntry(origin, first_seen, incoming.remote_status), number)
    return number


def note(state: State, entries: Sequence[JournalEntry]) -> None:
    """Write entries, or what is new of those that are there; which messages they became they do not say."""
    for one in entries:
        noted, known = attrs.evolve(one, stored=None, is_gone=False), state.journal.get(_key(one.origin))
        if known is None:
            state.journal[_key(one.origin)] = KeptEntry(noted)
        else:
            noted = attrs.evolve(noted, first_seen=known.noted.first_seen)
            state.journal[_key(one.origin)] = KeptEntry(noted, known.number)


def forget(state: State, account: str, keys: Sequence[JournalKey]) -> None:
    """Take entries out of a journal."""
    for key in keys:
        state.journal.pop((account, *key), None)


def entries_of(state: State, uid: bytes, account: str, after: JournalKey | None, limit: int) -> list[JournalEntry]:
    """Give entries by rising key, the first one behind ``after``."""
    keys = sorted(key[1:] for key in state.journal if key[0] == account and (after is None or key[1:] > after))
    return [_entry(state, uid, state.journal[account, *key]) for key in keys[:limit]]


def _entry(state: State, uid: bytes, kept: KeptEntry) -> JournalEntry:
    if kept.number is None:
        return kept.noted
    message = state.messages.get(kept.number)
    is_gone = message is None or message.deleted_at is not None
    return attrs.evolve(kept.noted, stored=EntryId(uid, ObjectKind.MESSAGE, kept.number), is_gone=is_gone)


def _key(origin: Origin) -> EntryKey:
    return (origin.account, *origin.key)
