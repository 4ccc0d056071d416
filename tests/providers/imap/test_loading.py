"""Messages that are loaded together, and what is seen of what others do in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import CommandRefused, NotFound, ObjectDeleted
from msgcore.model.message import Message
from msgcore.props.table import PidTagEntryId, PidTagRead
from msgcore.runtime.abc import NEVER
from msgcore.spi.store import MessageStatus, SpecialFolder, TableQuery
from msgcore.testing.servers import LoopbackImapServer
from tests.providers.imap.accounts import PASSWORD, Probe, at_loopback, tell

EVERYTHING = 1 << 40
TAGGED = MessageStatus.TAGGED


@pytest.fixture
def server() -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        yield server


def letter(subject: str, octets: int = 10) -> bytes:
    return b"Subject: %b\r\n\r\n" % subject.encode() + (b"x" * 70 + b"\r\n") * (octets // 72)


async def ids_in(store: Probe) -> list[EntryId]:
    inbox = (await store.special_folders(NEVER))[SpecialFolder.INBOX]
    rows = await store.query(inbox, TableQuery((PidTagEntryId,)), NEVER)
    return [EntryId.parse(row[PidTagEntryId]) for row in rows]


def shown(found: Sequence[Message | NotFound]) -> list[object]:
    return [one.subject if isinstance(one, Message) else type(one) for one in found]


def test_small_and_large_messages_are_loaded_whole(server: LoopbackImapServer) -> None:
    sizes = [10, 70_000, 10, 900_000, 2_000_000, 10]
    for size in sizes:
        server.put("ann", letter(str(size), size))

    async def story(store: Probe) -> list[int]:
        found = await store.load_many(await ids_in(store), EVERYTHING, NEVER)
        return [len(one.text or "") // 71 for one in found if isinstance(one, Message)]

    assert tell(at_loopback(server), story) == [size // 72 for size in sizes]


def test_as_many_are_given_as_have_room_in_memory(server: LoopbackImapServer) -> None:
    for number in range(5):
        server.put("ann", letter(str(number), 7_000_000))

    async def story(store: Probe) -> list[object]:
        return shown(await store.load_many(await ids_in(store), EVERYTHING, NEVER))

    assert tell(at_loopback(server), story) == ["0", "1"]


def test_when_many_are_refused_together_each_is_asked_for(server: LoopbackImapServer) -> None:
    for subject in "abc":
        server.put("ann", letter(subject))

    async def story(store: Probe) -> list[object]:
        ids = await ids_in(store)
        server.answer("NO one of them", at="UID FETCH", about="1:3")
        return shown(await store.load_many(ids, EVERYTHING, NEVER))

    assert tell(at_loopback(server), story) == ["a", "b", "c"]


def test_what_comes_before_a_message_that_is_refused_is_given(server: LoopbackImapServer) -> None:
    for subject in "abc":
        server.put("ann", letter(subject))

    async def story(store: Probe) -> list[object]:
        ids = await ids_in(store)
        server.answer("NO one of them", at="UID FETCH", about="1:3")
        server.answer("NO this one", at="UID FETCH", about="2 ")
        return shown(await store.load_many(ids, EVERYTHING, NEVER))

    assert tell(at_loopback(server), story) == ["a"]


def test_a_message_that_is_refused_raises_when_it_is_the_first(server: LoopbackImapServer) -> None:
    server.put("ann", letter("a"))

    async def story(store: Probe) -> None:
        ids = await ids_in(store)
        server.answer("NO this one", at="UID FETCH")
        with pytest.raises(CommandRefused, match="this one"):
            await store.load_many(ids, EVERYTHING, NEVER)

    tell(at_loopback(server), story)


# What others have done is seen in the flight of the call itself


def test_a_message_that_others_removed_is_not_loaded(server: LoopbackImapServer) -> None:
    server.put("ann", letter("a"))

    async def story(store: Probe) -> None:
        [one] = await ids_in(store)
        server.mailbox("ann").remove([1])
        with pytest.raises(ObjectDeleted):
            await store.load(one, EVERYTHING, NEVER)

    tell(at_loopback(server), story)


def test_a_loaded_message_has_the_flags_that_others_have_set(server: LoopbackImapServer) -> None:
    server.put("ann", letter("a"))

    async def story(store: Probe) -> bool:
        [one] = await ids_in(store)
        server.mailbox("ann").set_flags([1], "+FLAGS", ["\\Seen"])
        return (await store.load(one, EVERYTHING, NEVER))[PidTagRead]

    assert tell(at_loopback(server), story) is True


@pytest.mark.parametrize("count", [1, 3])
def test_of_messages_of_which_others_removed_one_none_is_marked(server: LoopbackImapServer, count: int) -> None:
    for subject in "abc":
        server.put("ann", letter(subject))

    async def story(store: Probe) -> None:
        some = (await ids_in(store))[:count]
        server.mailbox("ann").remove([1])
        with pytest.raises(ObjectDeleted):
            await store.set_message_status(some, TAGGED, TAGGED, NEVER)

    tell(at_loopback(server), story)
    assert {flag for one in server.mailbox("ann").messages().values() for flag in one.flags} == set()


@pytest.mark.parametrize("count", [1, 3])
def test_of_messages_of_which_others_removed_one_none_is_deleted(server: LoopbackImapServer, count: int) -> None:
    for subject in "abc":
        server.put("ann", letter(subject))

    async def story(store: Probe) -> None:
        some = (await ids_in(store))[:count]
        server.mailbox("ann").remove([1])
        with pytest.raises(ObjectDeleted):
            await store.delete(some, NEVER)

    tell(at_loopback(server), story)
    assert sorted(server.mailbox("ann").messages()) == [2, 3]


@pytest.mark.parametrize("count", [1, 2])
def test_messages_that_may_not_be_expunged_are_not_left_marked(server: LoopbackImapServer, count: int) -> None:
    for subject in "ab":
        server.put("ann", letter(subject))
    server.answer("NO not for you", at="UID EXPUNGE")

    async def story(store: Probe) -> None:
        with pytest.raises(CommandRefused, match="not for you"):
            await store.delete((await ids_in(store))[:count], NEVER)

    tell(at_loopback(server), story)
    assert [one.flags for one in server.mailbox("ann").messages().values()] == [frozenset(), frozenset()]
