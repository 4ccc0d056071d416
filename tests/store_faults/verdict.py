"""What is found in a store after its writer had an end, beside what the writer had said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgcore
from msgcore.blocking.store import MessageStore
from tests.store_faults.ledger import State, damaged_of, letters_of, parse, possible

__all__ = ["problems_of", "stands_in"]


def problems_of(url: str, name: str, lines: Sequence[str]) -> list[str]:
    """Open the store anew and name everything that is not as the writer ``name`` was told it was.

    That is: what ``check`` finds, letters lost, doubled or changed, a deed that was done by half, octets that are not
    those of the letter, and what the writer's search folder shows too much or too little.
    """
    ended, begun = parse(lines)
    with msgcore.open_store(url) as store:
        # Behind what the server is doing still for a client that is gone.
        store.inbox.create_folder("barrier")
        found = [f"{fault.where}: {fault.text}" for fault in store.check()]
        found += _unlike(store, name, possible(ended, begun))
        found += [f"octets of {subject}" for subject in damaged_of(store, f"{name}-")]
        found += _search(store, name)
    return found


def stands_in(store: MessageStore, name: str, states: Sequence[State]) -> bool:
    return not _unlike(store, name, states)


def _unlike(store: MessageStore, name: str, states: Sequence[State]) -> list[str]:
    seen = letters_of(store, f"{name}-")
    if any(seen == Counter(state.values()) for state in states):
        return []
    acknowledged = Counter(states[0].values())
    return [
        f"of {len(states)} possible states none; beside the first one",
        *(f"missing: {letter}" for letter in acknowledged - seen),
        *(f"too much: {letter}" for letter in seen - acknowledged),
    ]


def _search(store: MessageStore, name: str) -> list[str]:
    """Compare the search folder with what it searches for; it may not have been made."""
    if f"{name} found" not in [facts.name for facts in store.finder.folders()]:
        return []
    shown = Counter(item.subject for item in store.finder.open_folder(f"{name} found").messages())
    there = Counter(letter.subject for letter in letters_of(store, f"{name}-").elements() if not letter.is_deleted)
    return [f"search folder: {subject}" for subject in (shown - there) + (there - shown)]
