"""Who watches a store in memory: told of every change in order, outside of the store's lock."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from msgcore.spi.store import SpecialFolder
from msgcore.testing.memory.records import State, StoreMemory


def add(memory: StoreMemory, name: str = "new") -> None:
    with memory.change() as state:
        state.add_folder(state.special(SpecialFolder.ROOT), name)


def added(before: State, after: State) -> list[str]:
    return [folder.name for number, folder in after.folders.items() if number not in before.folders]


def test_a_watcher_may_end_itself() -> None:
    memory, seen = StoreMemory(), list[list[str]]()

    def watch(before: State, after: State) -> None:
        seen.append(added(before, after))
        end()

    end = memory.watch(watch)
    add(memory, "a")
    add(memory, "b")

    assert seen == [["a"]]


def test_a_watcher_may_change_the_store_and_hears_of_that_next() -> None:
    memory, seen = StoreMemory(), list[list[str]]()

    def watch(before: State, after: State) -> None:
        seen.append(added(before, after))
        if len(seen) == 1:
            add(memory, "b")
            seen.append([])

    memory.watch(watch)
    add(memory, "a")

    assert seen == [["a"], [], ["b"]]


def broken(before: State, after: State) -> None:
    raise ValueError("broken")


def test_what_a_watcher_raises_keeps_no_other_from_hearing() -> None:
    memory, seen = StoreMemory(), list[list[str]]()
    memory.watch(broken)
    memory.watch(lambda before, after: seen.append(added(before, after)))
    add(memory, "a")

    assert seen == [["a"]]


def test_what_a_watcher_raises_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    memory = StoreMemory()
    memory.watch(broken)
    with caplog.at_level(logging.ERROR, "msgcore.testing"):
        add(memory)

    assert [record.message for record in caplog.records] == ["a watcher of a store in memory raised"]


def test_a_watcher_is_not_shown_what_was_before_it() -> None:
    memory, seen = StoreMemory(), list[list[str]]()

    def first(before: State, after: State) -> None:
        if not seen:
            seen.append([])
            ends.append(memory.watch(lambda before, after: seen.append(added(before, after))))

    ends: list[Callable[[], None]] = []
    memory.watch(first)
    add(memory, "a")
    add(memory, "b")

    assert seen == [[], ["b"]]


def test_changes_of_many_threads_are_told_in_their_order() -> None:
    memory, seen = StoreMemory(), list[tuple[State, State]]()
    memory.watch(lambda before, after: seen.append((before, after)))
    with ThreadPoolExecutor(4) as pool:
        for saving in [pool.submit(add, memory, str(number)) for number in range(200)]:
            saving.result()

    assert len(seen) == 200
    assert all(one[1] is other[0] for one, other in pairwise(seen))
