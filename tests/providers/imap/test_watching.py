"""Telling what happens in folders at a server: by IDLE, by asking, and over whatever comes in between."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs
import pytest

from msgcore.base.ids import EntryId
from msgcore.errors import AuthenticationRefused, Closed, ObjectDeleted, UsageError
from msgcore.model.message import Message
from msgcore.providers.imap import ImapConfig
from msgcore.providers.imap.sessions import Sessions
from msgcore.providers.imap.watching import Watching, WatchingTimes
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.spi.store import EventKind, Incoming, StoreEvent
from msgcore.testing.modes import Mode
from msgcore.testing.servers import Fault, LoopbackImapServer
from msgcore.wire.imap.server import USUAL_IMAP_EXTENSIONS, Answer
from msgcore.wire.imap.server.turn import Turn
from tests.providers.imap.accounts import PASSWORD, SUBTREE, Probe, at_loopback, new_user, on_dovecot, opened
from tests.servers import Authority

K = EventKind
LETTER = b"Subject: letter\r\n\r\ntext\r\n"
PATIENCE_SECONDS = 30.0
QUICK = WatchingTimes(ask=0.03, first_pause=0.01)
EXTENSIONS = {
    "QRESYNC": USUAL_IMAP_EXTENSIONS,
    "CONDSTORE": USUAL_IMAP_EXTENSIONS - {"QRESYNC"},
    "no modification sequences": USUAL_IMAP_EXTENSIONS - {"QRESYNC", "CONDSTORE"},
    "no IDLE": USUAL_IMAP_EXTENSIONS - {"IDLE"},
    "nothing": frozenset[str](),
}


class Quick(Probe):
    """A store that is quick about it."""

    @property
    def sessions(self) -> Sessions:
        return self._sessions

    def listen_with(self, times: WatchingTimes) -> Watching:
        self._watching = Watching(self._runtime, self._sessions, self._directory, self._display_name, times)
        return self._watching


@attrs.define(eq=False)
class Desk:
    """A store that is listened to, and what it has told."""

    store: Quick
    watching: Watching
    runtime: Runtime
    events: list[StoreEvent] = attrs.field(factory=list[StoreEvent])

    @property
    def kinds(self) -> list[EventKind]:
        return [one.kind for one in self.events]

    async def advise(self, folder: EntryId | None = None) -> Callable[[], None]:
        return await self.store.advise_folder(folder, self.events.extend, NEVER)

    async def until(self, is_so: Callable[[], object]) -> None:
        deadline = self.runtime.deadline(PATIENCE_SECONDS)
        while not is_so():
            deadline.check(f"heard {self.events}")
            await self.runtime.sleep(0.005)

    async def told(self, count: int) -> list[EventKind]:
        """Wait until so much was told, and give it."""
        await self.until(lambda: len(self.events) >= count)
        told, self.events[:] = self.kinds, []
        return told


Story = Callable[[Desk], Awaitable[None]]


def tell(config: ImapConfig, story: Story, mode: Mode, times: WatchingTimes = QUICK) -> None:
    async def main(runtime: Runtime) -> None:
        store = Quick(runtime, Sessions(runtime, config.server(), config.connections), config.uid, config.title)
        try:
            await story(Desk(store, store.listen_with(times), runtime))
        finally:
            await store.close()

    mode.run(main)


@pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    return Mode(request.param)


@pytest.fixture
def server() -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        server.account("ann").add(b"Archive")
        yield server


def idlers(server: LoopbackImapServer) -> int:
    return sum(commands[-1:] == ("IDLE",) for commands in server.sessions)


@pytest.mark.parametrize("extensions", EXTENSIONS.values(), ids=EXTENSIONS)
def test_mail_that_comes_changes_and_goes_is_told(mode: Mode, extensions: frozenset[str]) -> None:
    with LoopbackImapServer({"ann": PASSWORD}, extensions=extensions) as server:
        mailbox = server.mailbox("ann")
        old = server.put("ann", LETTER)

        async def story(desk: Desk) -> None:
            await desk.advise()
            new = server.put("ann", LETTER)
            assert await desk.told(1) == [K.NEW_MAIL]
            server.put("ann", LETTER, flags=["\\Seen"])
            assert await desk.told(1) == [K.CREATED]
            await mailbox.store([old], "+FLAGS", frozenset({"\\Seen"}))
            assert await desk.told(1) == [K.MODIFIED]
            mailbox.remove([new])
            assert await desk.told(1) == [K.DELETED]

        tell(at_loopback(server), story, mode)


def test_what_is_told_names_the_message_and_its_folder(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        archive = (await desk.store.by_name())["Archive"]
        await desk.advise(archive.entry_id)
        server.put("ann", LETTER, b"Archive")
        await desk.until(lambda: desk.events)
        [event] = desk.events
        assert (event.kind, event.folder) == (K.CREATED, archive.entry_id)
        assert (await desk.store.load(event.entry_id, 1 << 20, NEVER)).subject == "letter"

    tell(at_loopback(server), story, mode)


def test_all_who_listen_to_a_folder_share_a_connection(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        inbox = (await desk.store.by_name())["INBOX"]
        await desk.advise()
        await desk.advise(inbox.entry_id)
        await desk.until(lambda: idlers(server) == 1)
        server.put("ann", LETTER)
        assert await desk.told(2) == [K.NEW_MAIL, K.NEW_MAIL]
        assert sum("IDLE" in commands for commands in server.sessions) == 1

    tell(at_loopback(server), story, mode)


def test_one_who_fails_at_what_he_is_told_leaves_the_others(server: LoopbackImapServer, mode: Mode) -> None:
    def fail(_: object) -> None:
        raise ValueError("not mine")

    async def story(desk: Desk) -> None:
        await desk.store.advise_folder(None, fail, NEVER)
        await desk.advise()
        for _ in range(2):
            server.put("ann", LETTER)
            assert await desk.told(1) == [K.NEW_MAIL]

    tell(at_loopback(server), story, mode)


def test_the_end_of_the_last_who_listens_ends_the_connection(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        ends = [await desk.advise(), await desk.advise()]
        await desk.until(lambda: idlers(server) == 1)
        ends[0]()
        server.put("ann", LETTER)
        assert await desk.told(1) == [K.NEW_MAIL]
        before = server.open_connections
        ends[1]()
        ends[1]()
        await desk.until(lambda: server.open_connections == before - 1)

    tell(at_loopback(server), story, mode)


def test_one_connection_is_left_for_calls(server: LoopbackImapServer, mode: Mode) -> None:
    """With two of them one folder is idled in, and the other asked after."""

    async def story(desk: Desk) -> None:
        archive = (await desk.store.by_name())["Archive"]
        await desk.advise()
        await desk.advise(archive.entry_id)
        server.put("ann", LETTER)
        server.put("ann", LETTER, b"Archive")
        assert sorted(one.value for one in await desk.told(2)) == ["created", "new mail"]
        await desk.store.by_name()
        assert server.open_connections <= 2

    tell(at_loopback(server, connections=2), story, mode)


def test_a_single_connection_is_never_kept(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        await desk.advise()
        server.put("ann", LETTER)
        assert await desk.told(1) == [K.NEW_MAIL]
        assert not any("IDLE" in commands for commands in server.sessions)

    tell(at_loopback(server, connections=1), story, mode)


def test_a_server_that_gives_one_connection_only_still_answers_calls(server: LoopbackImapServer, mode: Mode) -> None:
    server.quirks = attrs.evolve(server.quirks, max_logins=1)

    async def story(desk: Desk) -> None:
        await desk.advise()
        await desk.until(lambda: idlers(server) == 1)
        assert "Archive" in await desk.store.by_name()
        server.put("ann", LETTER)
        assert await desk.told(1) == [K.NEW_MAIL]

    tell(at_loopback(server), story, mode)


# What comes in between.


@pytest.mark.parametrize("extensions", EXTENSIONS.values(), ids=EXTENSIONS)
def test_what_happened_while_the_server_was_away_is_told(mode: Mode, extensions: frozenset[str]) -> None:
    with LoopbackImapServer({"ann": PASSWORD}, extensions=extensions) as server:
        uids = [server.put("ann", LETTER) for _ in range(3)]

        async def story(desk: Desk) -> None:
            await desk.advise()
            with server.down():
                server.mailbox("ann").remove(uids[:1])
                server.put("ann", LETTER)
                await server.mailbox("ann").store(uids[1:2], "+FLAGS", frozenset({"\\Flagged"}))
            assert await desk.told(3) == [K.NEW_MAIL, K.MODIFIED, K.DELETED]

        tell(at_loopback(server), story, mode)


def test_a_farewell_to_an_idler_is_no_end(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        await desk.advise()
        await desk.until(lambda: idlers(server) == 1)
        server.say(b"* BYE idle for too long\r\n", at="idling", times=1)
        server.put("ann", LETTER)
        assert await desk.told(1) == [K.NEW_MAIL]

    tell(at_loopback(server), story, mode)


def test_who_listens_while_the_server_is_away_hears_when_it_is_back(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        with server.down():
            await desk.advise()
        await desk.until(lambda: idlers(server) == 1)
        server.put("ann", LETTER)
        assert await desk.told(1) == [K.NEW_MAIL]

    tell(at_loopback(server), story, mode)


def test_an_inbox_that_is_numbered_anew_is_another_one(server: LoopbackImapServer, mode: Mode) -> None:
    server.put("ann", LETTER)

    async def story(desk: Desk) -> None:
        old = (await desk.store.by_name())["INBOX"].entry_id
        await desk.advise()
        with server.down():
            server.mailbox("ann").renew()
        await desk.until(lambda: K.CREATED in desk.kinds[-1:])
        new = (await desk.store.by_name())["INBOX"].entry_id
        if new == old:  # the server has object ids
            assert await desk.told(2) == [K.DELETED, K.CREATED]
        else:
            folders = [(one.kind, one.entry_id) for one in desk.events if one.entry_id in {old, new}]
            assert folders == [(K.DELETED, old), (K.CREATED, new)]
            assert await desk.told(4) == [K.DELETED, K.DELETED, K.CREATED, K.CREATED]
        server.put("ann", LETTER)
        assert await desk.told(1) == [K.NEW_MAIL]

    tell(at_loopback(server), story, mode)


def test_a_folder_that_is_removed_is_told_and_watched_no_more(server: LoopbackImapServer, mode: Mode) -> None:
    server.put("ann", LETTER, b"Archive")

    async def story(desk: Desk) -> None:
        archive = (await desk.store.by_name())["Archive"].entry_id
        await desk.advise(archive)
        with server.down():
            await server.account("ann").delete(b"Archive")
        assert await desk.told(2) == [K.DELETED, K.DELETED]
        with pytest.raises(ObjectDeleted):
            await desk.advise(archive)

    tell(at_loopback(server), story, mode)


def test_a_folder_is_followed_when_it_is_renamed_here(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        folders = await desk.store.by_name()
        archive = folders["Archive"]
        await desk.advise(archive.entry_id)
        await desk.until(lambda: idlers(server) == 1)
        assert archive.parent_id is not None
        await desk.store.move_folder(archive.entry_id, archive.parent_id, "Old", NEVER)
        with server.down():
            server.put("ann", LETTER, b"Old")
        assert await desk.told(1) == [K.CREATED]

    tell(at_loopback(server), story, mode)


# What this store does itself.


def test_a_message_that_is_saved_anew_is_modified(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        inbox = (await desk.store.by_name())["INBOX"].entry_id
        (saved,) = await desk.store.save(inbox, [Incoming(Message(subject="one"))], NEVER)
        await desk.advise()
        message = await desk.store.load(saved, 1 << 20, NEVER)
        message.subject = "two"
        await desk.store.save_changes(saved, message, NEVER)
        await desk.until(lambda: any((one.kind, one.entry_id) == (K.MODIFIED, saved) for one in desk.events))
        assert K.DELETED not in desk.kinds

    tell(at_loopback(server), story, mode)


def test_a_message_that_is_moved_away_is_deleted(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        folders = await desk.store.by_name()
        (saved,) = await desk.store.save(folders["INBOX"].entry_id, [Incoming(Message(subject="one"))], NEVER)
        await desk.advise()
        await desk.store.move([saved], folders["Archive"].entry_id, NEVER)
        await desk.until(lambda: desk.events)
        assert [(one.kind, one.entry_id) for one in desk.events] == [(K.DELETED, saved)]

    tell(at_loopback(server), story, mode)


# Refusals, and servers that mean ill.


def test_an_account_that_cannot_be_logged_in_to_is_told_at_once(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        server.answer("NO [AUTHENTICATIONFAILED] no", at="AUTHENTICATE")
        server.answer("NO [AUTHENTICATIONFAILED] no", at="LOGIN")
        with pytest.raises(AuthenticationRefused):
            await desk.advise()

    tell(at_loopback(server), story, mode)


def test_a_login_that_is_refused_later_is_told_once_and_left_alone(
    server: LoopbackImapServer, mode: Mode, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(desk: Desk) -> None:
        await desk.advise()
        await desk.until(lambda: idlers(server) == 1)
        with caplog.at_level(logging.WARNING, "msgcore.imap"):
            server.answer("NO [AUTHENTICATIONFAILED] no", at="AUTHENTICATE")
            server.answer("NO [AUTHENTICATIONFAILED] no", at="LOGIN")
            with server.down():
                pass
            await desk.until(lambda: caplog.records)
            tries = len(server.sessions)
            await desk.runtime.sleep(0.1)
            assert len(server.sessions) == tries
        assert len(caplog.records) == 1
        assert desk.events == []

    tell(at_loopback(server), story, mode)


def test_a_server_that_has_news_without_end_is_asked_less_and_less(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        server.say(b"+ idling\r\n* OK [X-NEWS] again\r\n", at="IDLE")
        await desk.advise()
        await desk.runtime.sleep(0.3)
        asked = list(itertools.chain.from_iterable(server.sessions)).count("IDLE")
        assert asked < 10

    tell(at_loopback(server), story, mode)


def test_a_folder_without_messages_cannot_be_listened_to(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        folders = await desk.store.by_name()
        with pytest.raises(UsageError):
            await desk.advise(folders["Top of Information Store"].entry_id)

    tell(at_loopback(server), story, mode)


def test_who_comes_and_goes_from_many_threads_leaves_nothing_behind(server: LoopbackImapServer) -> None:
    async def story(desk: Desk) -> None:
        def come_and_go() -> None:
            for _ in range(10):
                Mode.BLOCKING.drive(desk.advise())()

        with ThreadPoolExecutor(4) as pool:
            for one in [pool.submit(come_and_go) for _ in range(4)]:
                one.result(PATIENCE_SECONDS)
        assert desk.watching.folders == 0
        await desk.advise()
        server.put("ann", LETTER)
        assert await desk.told(1) == [K.NEW_MAIL]

    tell(at_loopback(server), story, Mode.BLOCKING)


@pytest.mark.parametrize("octets", [0, 5, 40])
def test_a_look_that_is_cut_is_made_again(server: LoopbackImapServer, mode: Mode, octets: int) -> None:
    async def story(desk: Desk) -> None:
        await desk.advise()
        await desk.until(lambda: idlers(server) == 1)
        server.cut_within("UID FETCH", octets=octets, times=1)
        server.put("ann", LETTER)
        assert await desk.told(1) == [K.NEW_MAIL]

    tell(at_loopback(server), story, mode)


def test_an_idling_that_is_refused_becomes_asking(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        server.answer("NO not now", at="IDLE")
        await desk.advise()
        server.put("ann", LETTER)
        assert await desk.told(1) == [K.NEW_MAIL]

    tell(at_loopback(server), story, mode)


def test_the_end_of_the_store_ends_everything_at_once(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(desk: Desk) -> None:
        await desk.advise()
        await desk.until(lambda: idlers(server) == 1)
        await desk.store.close()
        await desk.until(lambda: server.open_connections == 0)
        with pytest.raises(Closed):
            await desk.advise()

    tell(at_loopback(server), story, mode)


def test_who_gives_way_in_the_middle_tells_to_the_end(server: LoopbackImapServer, mode: Mode) -> None:
    told: list[StoreEvent] = []

    async def story(desk: Desk) -> None:
        give_way: list[Callable[[], None]] = []
        use = desk.store.sessions.use

        async def noted(*given: Any, **more: Any) -> Any:
            give_way.extend(filter(None, [more.get("give_way")]))
            return await use(*given, **more)

        desk.store.sessions.use = noted  # type: ignore[method-assign]

        def sink(events: Sequence[StoreEvent]) -> None:
            if not told:
                give_way[-1]()
            told.extend(events)

        await desk.store.advise_folder(None, sink, NEVER)
        await desk.until(lambda: idlers(server) == 1)
        with server.down():
            await desk.until(lambda: server.open_connections == 0)
            for _ in range(2_500):
                server.put("ann", LETTER)
        await desk.until(lambda: len(told) >= 2_500)

    tell(at_loopback(server), story, mode)
    assert len({one.entry_id for one in told}) == len(told) == 2_500


def test_news_of_another_message_hides_none_that_came_before_it(server: LoopbackImapServer, mode: Mode) -> None:
    async def with_news(turn: Turn) -> Answer:
        await turn.flush()
        answer = await turn.carry_out()
        return attrs.evolve(answer, data=(*answer.data, b"* 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (99))\r\n"))

    async def story(desk: Desk) -> None:
        server.put("ann", LETTER)
        await desk.advise()
        await desk.until(lambda: idlers(server) == 1)
        with server.add("UID FETCH", "", Fault(with_news, None)):
            server.put("ann", LETTER)
            await desk.until(lambda: K.NEW_MAIL in desk.kinds)
        desk.events.clear()
        server.put("ann", LETTER)
        await desk.until(lambda: K.NEW_MAIL in desk.kinds)

    tell(at_loopback(server), story, mode)


# At a real server.


async def elsewhere(desk: Desk, config: ImapConfig, work: Callable[[Probe, EntryId], Awaitable[Any]]) -> Any:
    """Do something in the inbox, or anywhere, in another logon."""

    async def do(store: Probe) -> Any:
        return await work(store, (await store.by_name())["INBOX"].entry_id)

    return await opened(desk.runtime, config, do)


@pytest.mark.interop
@pytest.mark.parametrize("servers", ["dovecot_of_anybody", "dovecot_sdbox"])
def test_dovecot_tells(servers: str, request: pytest.FixtureRequest, authority: Authority, mode: Mode) -> None:
    config = on_dovecot(request.getfixturevalue(servers), authority, new_user())

    async def story(desk: Desk) -> None:
        await desk.advise()

        async def save(store: Probe, inbox: EntryId) -> Sequence[EntryId]:
            return await store.save(inbox, [Incoming(Message(subject="one"))], NEVER)

        saved = await elsewhere(desk, config, save)
        assert await desk.told(1) == [K.NEW_MAIL]
        await elsewhere(desk, config, lambda store, _: store.set_read_flag(saved, True, NEVER))
        assert await desk.told(1) == [K.MODIFIED]
        await elsewhere(desk, config, lambda store, _: store.delete(saved, NEVER))
        await desk.until(lambda: K.DELETED in desk.kinds)
        assert {one.entry_id for one in desk.events} == set(saved)

    tell(config, story, mode)


@pytest.mark.interop
@pytest.mark.parametrize("servers", ["dovecot_of_anybody", "dovecot_sdbox"])
def test_dovecot_tells_of_a_folder_that_is_removed(
    servers: str, request: pytest.FixtureRequest, authority: Authority, mode: Mode
) -> None:
    config = on_dovecot(request.getfixturevalue(servers), authority, new_user())

    async def story(desk: Desk) -> None:
        top = (await desk.store.special_folders(NEVER))[SUBTREE]
        folder = await desk.store.create_folder(top, "Projects", NEVER)
        await desk.advise(folder)
        await elsewhere(desk, config, lambda store, _: store.delete_folder(folder, NEVER))
        await desk.until(lambda: desk.events)
        assert desk.events == [StoreEvent(K.DELETED, top, folder)]

    tell(config, story, mode, attrs.evolve(QUICK, idle=0.1))
