"""Calls of asyncio code that are cancelled at any of their waits, just when that is over: none goes on, or leaks."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

import msgcore
from msgcore import Message, aio
from msgcore.base.ids import EntryId
from tests.waits import Waits

Call = Callable[[aio.MessageStore, list[bytes]], Awaitable[object]]


async def save_changes(store: aio.MessageStore, entry_ids: list[bytes]) -> None:
    message = aio.StoredMessage(store, EntryId.parse(entry_ids[0]), Message(subject="changed"))
    await message.save_changes(force=True)


# Each has several waits, and may be made again.
CALLS: dict[str, Call] = {
    "load_messages": lambda store, entry_ids: store.load_messages(entry_ids),
    "search": lambda store, _: store.search('subject:contains("hello")'),
    "hierarchy_table": lambda store, _: store.root.hierarchy_table(depth=None).query_rows(100),
    "save": lambda store, _: store.inbox.save(Message(subject="new")),
    "save_changes": save_changes,
    "set_members": lambda store, _: store.address_book.set_members("Friends", ["Bob", "Eve"]),
    "compact": lambda store, _: store.compact(),
}


async def cancelled_everywhere(url: str, call: Call, *, by_task: bool) -> set[str]:
    """Cancel a call at each of its waits in turn, and give how it ended; at its last wait it may as well return."""
    ended: set[str] = set()
    async with aio.open_store(url) as store:
        entry_ids = [item.entry_id for item in await store.inbox.messages()]
        tasks: list[asyncio.Task[object]] = []
        waits = Waits(lambda: tasks[-1].cancel() if by_task else store.cancel())
        loop = asyncio.get_running_loop()
        loop.set_task_factory(waits.start)
        for wait in itertools.count(1):
            waits.begin(wait)
            tasks.append(asyncio.create_task(as_coroutine(call(store, entry_ids))))
            (outcome,) = await asyncio.gather(tasks[-1], return_exceptions=True)
            if waits.since is None:
                break
            if isinstance(outcome, BaseException):
                ended.add(type(outcome).__name__)
            elif waits.since:
                ended.add("went on")
        loop.set_task_factory(None)
    return ended


async def as_coroutine(call: Awaitable[object]) -> object:
    return await call


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('cancelled') / 'mail.db'}"
    with msgcore.open_store(url) as store:
        store.inbox.save_all([Message(subject="hello")] * 3)
        store.inbox.create_folder("A").save(Message(subject="hello"))
        for name in ("Bob", "Eve"):
            store.address_book.add_person(name, f"{name}@b.test")
        store.address_book.add_list("Friends", ["Bob"])
    return url


@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_cancel_reaches_between_two_waits_ends(url: str, name: str) -> None:
    assert asyncio.run(cancelled_everywhere(url, CALLS[name], by_task=False)) == {"OperationCancelled"}


@pytest.mark.parametrize("name", CALLS)
def test_a_task_that_is_cancelled_between_two_waits_ends(url: str, name: str) -> None:
    assert asyncio.run(cancelled_everywhere(url, CALLS[name], by_task=True)) == {"CancelledError"}


def test_a_store_that_is_cancelled_while_it_is_opened_is_not_left_open(tmp_path: Path) -> None:
    """SQLite keeps a log beside a file for as long as anybody has that open."""
    url, log = f"sqlite:///{tmp_path / 'mail.db'}", tmp_path / "mail.db-wal"
    with msgcore.open_store(url):
        assert log.exists()

    async def left_by(wait: int) -> bool | None:
        """Say whether it is still open, when it was cancelled at this wait; ``None``: there are not so many."""
        waits = Waits(lambda: task.cancel())  # noqa: PLW0108  # which is not there yet
        waits.begin(wait)
        loop = asyncio.get_running_loop()
        loop.set_task_factory(waits.start)
        task = asyncio.create_task(as_coroutine(aio.open_store(url)))
        await asyncio.wait([task])
        loop.set_task_factory(None)
        return None if waits.since is None else log.exists()

    async def main() -> list[bool]:
        found: list[bool] = []
        while (left := await left_by(len(found) + 1)) is not None:
            found.append(left)
        return found

    left = asyncio.run(main())
    assert (bool(left), any(left)) == (True, False)
