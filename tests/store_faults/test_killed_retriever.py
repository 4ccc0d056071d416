"""Who stores retrieved mail is killed at moments of chance: a message is stored if and only if the journal says so."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest

from msgcore.spi.journal import JournalEntry
from msgcore.spi.store import MessageStatus
from tests.store_faults.conftest import NewUrl
from tests.store_faults.processes import Child, command
from tests.store_faults.retriever import Retriever, opened

_KILLS_A_STORE = 10


def kill_retrievers(new_url: NewUrl, kills: int) -> list[str]:
    """Kill one process after the other, and name everything that is wrong afterwards."""
    chance = random.Random(kills)
    found: list[str] = []
    url, before = "", set[int]()
    for number in range(kills):
        if number % _KILLS_A_STORE == 0:
            url, before = new_url(), set[int]()
        with closing(Child(command("retriever", url, number))) as child:
            child.kill_after(chance.choice([0, 1, 5, 20]), chance)
        with opened(url) as retriever:
            # Behind what the server is doing still for a client that is gone.
            retriever.note(range(0))
            found += [f"{number}: {problem}" for problem in problems_of(retriever, before, child.lines)]
            before = {number_of(one) for one in retriever.entries() if one.stored is not None}
    return found


def problems_of(retriever: Retriever, before: set[int], lines: list[str]) -> Iterator[str]:
    """Name what is wrong beside what a process said; messages of the numbers in ``before`` were stored then."""
    stored = [one for one in retriever.entries() if one.stored is not None]
    messages = retriever.messages()
    if {one.stored: str(number_of(one)) for one in stored} != messages:
        yield f"the journal has {len(stored)} messages, and {len(messages)} are there"
    yield from (f"{one} is stored {count} times" for one, count in Counter(messages.values()).items() if count > 1)
    unmarked = [number_of(one) for one in stored if one.status != MessageStatus.REMOTE_DELETE]
    if unmarked:
        yield f"{unmarked} are not marked"
    yield from (f"{fault.where}: {fault.text}" for fault in retriever.faults())
    there = set(map(number_of, stored))
    batches = [{*range(*map(int, line.split()[1:]))} for line in lines if line.startswith("begun")]
    done = lines.count("done")
    yield from (f"{sorted(batch - there)} are lost" for batch in batches[:done] if batch - there)
    for batch in batches[done:]:
        new = batch - before
        if new & there and new - there:
            yield f"of {sorted(new)} only {sorted(new & there)} are stored"


def number_of(entry: JournalEntry) -> int:
    return int(entry.origin.unique_id)


@pytest.mark.parametrize("kills", [2, pytest.param(300, marks=pytest.mark.soak)])
def test_a_message_is_stored_if_and_only_if_the_journal_says_so(new_url: NewUrl, kills: int) -> None:
    assert kill_retrievers(new_url, kills) == []
