"""What entry ids name: places of messages, and where those went that were moved in this logon."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import CommandRefused, ForeignEntryId, ObjectDeleted, UsageError
from msgcore.providers.imap.directory import Directory, Folder
from msgcore.providers.imap.sessions import Sessions
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call
from msgcore.testing.servers import LoopbackImapServer
from msgcore.testing.servers.faults import Fault
from msgcore.wire.imap.server import Answer
from msgcore.wire.imap.server.turn import Turn
from tests.providers.imap.accounts import PASSWORD, at_loopback
from tests.providers.imap.listings import UID

T = TypeVar("T")

Story = Callable[[Directory, dict[str, Folder]], Awaitable[T]]


@pytest.fixture(scope="module")
def server() -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        server.account("ann").add(b"a")
        server.account("ann").add(b"b")
        yield server


def tell(
    server: LoopbackImapServer, story: Story[T], mode: Mode = Mode.BLOCKING, clock: ManualClock | None = None
) -> T:
    """Give a story the directory of a new logon, and its folders by name."""

    async def main(runtime: Runtime) -> T:
        sessions = Sessions(runtime, at_loopback(server).server(), 4)
        try:
            directory = Directory(runtime, sessions, UID)
            return await story(directory, {one.name: one for one in await directory.all(NEVER)})
        finally:
            await sessions.close()

    return call(runtime_on(mode, clock or ManualClock()), main)


def test_a_message_is_at_the_place_that_its_entry_id_says(server: LoopbackImapServer) -> None:
    async def story(directory: Directory, folders: dict[str, Folder]) -> list[tuple[str, int]]:
        named = [directory.entry_id(folders["b"], 7), directory.entry_id(folders["a"], 2**32 - 1)]
        return [(place.folder.name, place.uid) for place in await directory.places(named, NEVER)]

    assert tell(server, story) == [("b", 7), ("a", 2**32 - 1)]


def test_places_are_the_same_at_the_next_logon(server: LoopbackImapServer) -> None:
    async def name(directory: Directory, folders: dict[str, Folder]) -> EntryId:
        return directory.entry_id(folders["b"], 7)

    assert tell(server, name) == tell(server, name)


def test_no_messages_are_at_no_place(server: LoopbackImapServer) -> None:
    async def story(directory: Directory, folders: dict[str, Folder]) -> int:
        return len(await directory.places([], NEVER))

    assert tell(server, story) == 0


@pytest.mark.parametrize(
    ("uid", "kind", "number", "error"),
    [
        (bytes(16), ObjectKind.MESSAGE, 1, ForeignEntryId),
        (UID, ObjectKind.FOLDER, 2, UsageError),
        (UID, ObjectKind.MESSAGE, 0, ObjectDeleted),
        (UID, ObjectKind.MESSAGE, 5 << 32 | 1, ObjectDeleted),
        (UID, ObjectKind.MESSAGE, 2**64 - 1, ObjectDeleted),
    ],
)
def test_an_entry_id_that_names_no_message_here_is_refused(
    server: LoopbackImapServer, uid: bytes, kind: int, number: int, error: type[Exception]
) -> None:
    async def story(directory: Directory, folders: dict[str, Folder]) -> None:
        with pytest.raises(error):
            await directory.places([EntryId(uid, kind, number)], NEVER)

    tell(server, story)


def test_a_folder_that_was_not_there_at_the_last_look_is_found(server: LoopbackImapServer) -> None:
    async def name(directory: Directory, folders: dict[str, Folder]) -> EntryId:
        return folders["late"].entry_id

    async def story(directory: Directory, folders: dict[str, Folder]) -> str:
        server.account("ann").add(b"late")
        return (await directory.folder(tell_again(server, name), NEVER)).name

    try:
        assert tell(server, story) == "late"
    finally:
        Mode.BLOCKING.run(lambda _: server.account("ann").delete(b"late"))


def tell_again(server: LoopbackImapServer, story: Story[T]) -> T:
    """Tell a story within another one, at a logon of its own."""
    return tell(server, story)


# A message that is moved keeps its entry id until the logon ends.


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab")), max_size=12))
@settings(max_examples=30)
def test_however_messages_are_moved_each_is_where_it_went_and_called_what_it_was(
    server: LoopbackImapServer, moves: list[tuple[int, str]]
) -> None:
    async def story(directory: Directory, folders: dict[str, Folder]) -> None:
        next_uid = {"a": 5, "b": 1}
        at = {number: ("a", number + 1) for number in range(4)}
        ids = {number: directory.entry_id(folders[name], uid) for number, (name, uid) in at.items()}
        for number, name in moves:
            at[number] = (name, next_uid[name])
            next_uid[name] += 1
            directory.forward(ids[number], folders[name], at[number][1])

        places = await directory.places(list(ids.values()), NEVER)
        assert [(one.folder.name, one.uid) for one in places] == list(at.values())
        assert {number: directory.entry_id(folders[name], uid) for number, (name, uid) in at.items()} == ids

    tell(server, story)


# Listings.


def listings_in(server: LoopbackImapServer) -> int:
    return sum(command.startswith("LIST ") for session in server.sessions for command in session)


def test_those_who_ask_while_a_listing_is_under_way_share_the_next_one(server: LoopbackImapServer) -> None:
    """The one that is under way may have begun before what they are to see."""

    async def story(directory: Directory, folders: dict[str, Folder]) -> int:
        before = listings_in(server)
        await asyncio.gather(*(directory.all(NEVER) for _ in range(9)))
        return listings_in(server) - before

    assert tell(server, story, Mode.ASYNCIO) == 2


def test_a_listing_that_was_refused_is_no_others_answer(server: LoopbackImapServer) -> None:
    async def story(directory: Directory, folders: dict[str, Folder]) -> list[bool]:
        server.answer("NO not now", at="LIST", times=2)  # asked a second time without options
        found = await asyncio.gather(*(directory.all(NEVER) for _ in range(3)), return_exceptions=True)
        return [isinstance(one, CommandRefused) for one in found]

    assert tell(server, story, Mode.ASYNCIO) == [True, False, False]


@pytest.mark.parametrize("mode", Mode)
def test_what_was_listed_before_a_change_is_not_kept_behind_it(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(directory: Directory, folders: dict[str, Folder]) -> None:
        directory.forget()
        before = listings_in(server)
        await directory.folder(folders["a"].entry_id, NEVER)
        await directory.folder(folders["b"].entry_id, NEVER)
        assert listings_in(server) - before == 1

    tell(server, story, mode)


def listing_again(server: LoopbackImapServer, directory: Directory) -> Callable[[], Awaitable[int]]:
    """Count the listings that it takes to see the folders as they were at most a second ago."""

    async def count() -> int:
        before = listings_in(server)
        await directory.recent(NEVER)
        return listings_in(server) - before

    return count


@pytest.mark.parametrize("mode", Mode)
def test_a_listing_is_good_for_a_second_unless_this_store_changes_something(
    server: LoopbackImapServer, mode: Mode
) -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))

    async def story(directory: Directory, folders: dict[str, Folder]) -> list[int]:
        again = listing_again(server, directory)
        counts = [await again()]
        clock.move(1.0)
        counts.append(await again())
        clock.move(0.1)
        counts.append(await again())
        directory.outdate()
        counts.append(await again())
        directory.forget()
        return [*counts, await again(), await again()]

    assert tell(server, story, mode, clock) == [0, 0, 1, 1, 1, 0]


def test_a_listing_during_which_this_store_changed_something_is_not_recent(server: LoopbackImapServer) -> None:
    async def story(directory: Directory, folders: dict[str, Folder]) -> list[int]:
        async def list_and_change(turn: Turn) -> Answer:
            listed = await turn.carry_out()
            directory.outdate()
            return listed

        server.add("LIST", "", Fault(list_and_change, 1))
        await directory.all(NEVER)
        again = listing_again(server, directory)
        return [await again(), await again()]

    assert tell(server, story) == [1, 0]
