"""Messages changed, at servers that cannot change them: it looks as if they could, and nothing is ever lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from msgcore.base.ids import EntryId
from msgcore.codecs import mime
from msgcore.errors import (
    CapabilityMissing,
    CommandRefused,
    CommitUnknown,
    ConnectionLost,
    MsgcoreError,
    NotLoaded,
    NotSupported,
    ObjectChanged,
    ObjectDeleted,
    StoreFull,
    UsageError,
)
from msgcore.model.attachment import Attachment
from msgcore.model.compare import compare
from msgcore.model.message import Message
from msgcore.props.table import (
    PidNameKeywords,
    PidTagChangeKey,
    PidTagComment,
    PidTagEntryId,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageStatus,
    PidTagSubject,
)
from msgcore.props.tags import Property
from msgcore.providers.imap.calls.replaced import Removal, Undoing
from msgcore.runtime.abc import NEVER
from msgcore.spi.store import Incoming, MessageFlag, MessageStatus, SpecialFolder, TableQuery
from msgcore.spi.url import ServiceUrl
from msgcore.testing.memory_mailboxes import MemoryMailbox
from msgcore.testing.modes import Mode, gather
from msgcore.testing.servers import LoopbackImapServer
from msgcore.testing.servers.faults import Fault
from msgcore.testing.servers.imap_quirks import ImapQuirks
from msgcore.testing.strategies import composed_messages, mail_octets, properties
from msgcore.wire.imap.server import BARE_IMAP, EVERY_IMAP_EXTENSION, USUAL_IMAP_EXTENSIONS
from msgcore.wire.imap.server.turn import Turn
from msgcore.wire.imap.session import ImapSession
from tests.conftest import SOAK
from tests.providers.imap.account import Desk, story_at
from tests.providers.imap.accounts import PASSWORD, Probe, at_loopback, tell
from tests.providers.imap.breaking_proxy import BreakingProxy
from tests.servers import Authority, Dovecot

EVERYTHING = 1 << 40
OLD = Message(subject="old", text="old text", message_id="<old@a.test>")
NEW = Message(subject="new", text="new text", attachments=[b"new"])
LETTER = b"Subject: old\r\n\r\ntext\r\n"
MOMENT = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
SERVERS = {"bare": BARE_IMAP, "usual": USUAL_IMAP_EXTENSIONS, "every": EVERY_IMAP_EXTENSION}
WAYS = [
    pytest.param(SERVERS[offers], mode, id=f"{offers}-{mode.value}")
    for offers, mode in [
        ("bare", Mode.BLOCKING),
        ("usual", Mode.ASYNCIO),
        ("usual", Mode.BLOCKING),
        ("every", Mode.ASYNCIO),
    ]
]


def examples(count: int, soak: int) -> settings:
    return settings(
        max_examples=soak if SOAK else count,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )


Given = tuple[Property[object], object]
Run = Callable[[Callable[[Desk], Awaitable[object]]], object]


@attrs.frozen
class Account:
    """An account whose inbox the tests look into behind the store's back."""

    server: LoopbackImapServer
    mode: Mode

    def tell(self, story: Callable[[Probe], Awaitable[object]]) -> object:
        return tell(at_loopback(self.server), story, self.mode)

    @property
    def subjects(self) -> list[str]:
        return [mime.read(one.octets).subject for one in self.server.mailbox("ann").messages().values()]

    @property
    def flags(self) -> list[set[str]]:
        return [set(one.flags) for one in self.server.mailbox("ann").messages().values()]

    @property
    def uids(self) -> list[int]:
        return list(self.server.mailbox("ann").messages())


@pytest.fixture(params=[pytest.param(one.values, id=one.id) for one in WAYS])
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    offers, mode = request.param
    with LoopbackImapServer({"ann": PASSWORD}, extensions=offers) as server:
        yield Account(server, mode)


@pytest.fixture
def usual() -> Iterator[Account]:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        yield Account(server, Mode.BLOCKING)


async def inbox_of(store: Probe) -> EntryId:
    return (await store.special_folders(NEVER))[SpecialFolder.INBOX]


async def ids_in(store: Probe) -> list[EntryId]:
    rows = await store.query(await inbox_of(store), TableQuery((PidTagEntryId,)), NEVER)
    return [EntryId.parse(row[PidTagEntryId]) for row in rows]


async def save(store: Probe, incoming: Incoming) -> EntryId:
    [entry_id] = await store.save(await inbox_of(store), [incoming], NEVER)
    return entry_id


async def load(store: Probe, entry_id: EntryId) -> Message:
    return await store.load(entry_id, EVERYTHING, NEVER)


async def categorise(store: Probe, entry_id: EntryId, *categories: str) -> None:
    message = await load(store, entry_id)
    message[PidNameKeywords] = categories
    await store.save_changes(entry_id, message, NEVER)


async def change_the_only_one(store: Probe) -> None:
    [one] = await ids_in(store)
    await store.save_changes(one, NEW, NEVER)


# Any message becomes any other


@pytest.mark.parametrize(("offers", "mode"), WAYS)
def test_any_message_becomes_any_composed_one(offers: frozenset[str], mode: Mode) -> None:
    @examples(5, 300)
    @given(composed_messages() | mail_octets().map(mime.read), composed_messages())
    @example(Message(), Message())
    @example(mime.read(b"Subject: x\rMessage-ID: <1@a.test>\r\rx"), Message())
    def check(first: Message, second: Message) -> None:
        async def story(store: Probe) -> None:
            entry_id = await save(store, Incoming(first))
            await store.save_changes(entry_id, second, NEVER)
            assert compare(second, await load(store, entry_id)) == ()

        Account(server, mode).tell(story)

    with LoopbackImapServer({"ann": PASSWORD}, extensions=offers) as server:
        check()


@pytest.mark.parametrize("mode", Mode)
def test_any_message_becomes_any_that_was_read_octet_for_octet(mode: Mode) -> None:
    @examples(10, 300)
    @given(composed_messages() | mail_octets().map(mime.read), mail_octets())
    @example(Message(), b"")
    @example(mime.read(b"Subject: x\r\n\r\n"), b"Subject: x\n\n")
    def check(first: Message, octets: bytes) -> None:
        async def story(store: Probe) -> None:
            entry_id = await save(store, Incoming(first))
            await store.save_changes(entry_id, mime.read(octets), NEVER)
            assert mime.write(await load(store, entry_id)) == octets

        Account(server, mode).tell(story)

    with LoopbackImapServer({"ann": PASSWORD}) as server:
        check()


@pytest.mark.parametrize("mode", Mode)
def test_any_properties_set_on_a_stored_message_come_back(mode: Mode) -> None:
    @examples(10, 300)
    @given(st.lists(properties(), max_size=5), st.lists(properties(), max_size=5))
    def check(first: list[Given], second: list[Given]) -> None:
        async def story(store: Probe) -> None:
            entry_id = await save(store, Incoming(OLD))
            for some in (first, second):
                message = await load(store, entry_id)
                for tag, value in some:
                    message[tag] = value
                await store.save_changes(entry_id, message, NEVER)
                assert compare(message, await load(store, entry_id)) == ()

        Account(server, mode).tell(story)

    with LoopbackImapServer({"ann": PASSWORD}) as server:
        check()


STATUSES = st.sampled_from([0, MessageStatus.TAGGED, MessageStatus.DELETE_MARKED | 0x10000, 0xFFFFFFFF])


@pytest.mark.parametrize(("offers", "mode"), WAYS)
def test_what_was_noted_about_the_arrival_stays(offers: frozenset[str], mode: Mode) -> None:
    """The flags, the status, the time; and the delivery's key, so that it is not delivered again."""

    @examples(5, 200)
    @given(st.builds(Incoming, st.just(OLD), st.booleans(), st.booleans(), st.just(MOMENT), st.binary(), STATUSES))
    def check(incoming: Incoming) -> None:
        async def story(store: Probe) -> None:
            entry_id = await save(store, incoming)
            columns = (PidTagMessageStatus, PidTagMessageDeliveryTime, PidTagEntryId)
            noted = MessageFlag.READ | MessageFlag.UNSENT
            flags = (await load(store, entry_id))[PidTagMessageFlags] & noted
            before = await store.row(entry_id, columns, NEVER)
            await store.save_changes(entry_id, NEW, NEVER)
            message = await load(store, entry_id)
            assert message[PidTagMessageFlags] & noted == flags
            assert [message[tag] for tag in columns] == [before[tag] for tag in columns]
            assert await save(store, incoming) == entry_id
            await store.delete([entry_id], NEVER)

        Account(server, mode).tell(story)

    with LoopbackImapServer({"ann": PASSWORD}, extensions=offers) as server:
        check()


# Categories

CATEGORIES = st.lists(
    st.sampled_from(["Work", "home", "Red Category", "\xe4", "$x", "Junk", "a,b", "NIL", "x" * 51]), unique=True
).map(tuple)


@pytest.mark.parametrize(("offers", "mode"), WAYS)
def test_any_categories_become_any_others(offers: frozenset[str], mode: Mode) -> None:
    @examples(5, 200)
    @given(st.lists(CATEGORIES, min_size=1, max_size=4))
    @example([("Work",), ("Work", "home"), ("Red Category", "home"), ("Work", "Red Category"), ()])
    def check(steps: list[tuple[str, ...]]) -> None:
        async def story(store: Probe) -> None:
            entry_id = await save(store, Incoming(OLD))
            for wanted in steps:
                await categorise(store, entry_id, *wanted)
                message = await load(store, entry_id)
                assert sorted(message.get(PidNameKeywords, ())) == sorted(wanted)
                assert [one for one in compare(OLD, message) if not one.where.endswith("Keywords")] == []

        Account(server, mode).tell(story)

    with LoopbackImapServer({"ann": PASSWORD}, extensions=offers) as server:
        check()


def test_categories_are_keywords_of_the_message_as_it_is(account: Account) -> None:
    account.server.put("ann", LETTER, flags=["\\Seen", "$Forwarded", "third"])

    async def story(store: Probe) -> None:
        [one] = await ids_in(store)
        await categorise(store, one, "Work", "home")

    account.tell(story)
    assert (account.uids, account.flags) == ([1], [{"\\Seen", "$Forwarded", "Work", "home"}])


def test_categories_are_keywords_also_of_a_composed_message_that_is_the_same(account: Account) -> None:
    async def story(store: Probe) -> None:
        entry_id = await save(store, Incoming(OLD, delivery_key=b"k"))
        message = OLD.copy()
        message[PidNameKeywords] = ("Work",)
        await store.save_changes(entry_id, message, NEVER)

    account.tell(story)
    assert (account.uids, account.flags) == ([1], [{"Work"}])


def test_categories_are_keywords_also_of_a_message_with_properties_of_its_own(usual: Account) -> None:
    async def story(store: Probe) -> None:
        message = OLD.copy()
        message[PidTagComment] = "own"
        await categorise(store, await save(store, Incoming(message)), "Work")

    usual.tell(story)
    assert usual.uids == [1]


def test_what_is_saved_unchanged_stays_as_it_is(usual: Account) -> None:
    usual.server.put("ann", LETTER, flags=["third"])

    async def story(store: Probe) -> None:
        [one] = await ids_in(store)
        await store.save_changes(one, await load(store, one), NEVER)

    usual.tell(story)
    assert (usual.uids, usual.flags) == ([1], [{"third"}])


def test_where_no_keywords_are_kept_the_message_says_its_categories(account: Account) -> None:
    account.server.put("ann", LETTER)
    account.server.mailbox("ann").permanent_flags = ("\\Seen", "\\Deleted")

    async def story(store: Probe) -> object:
        [one] = await ids_in(store)
        await categorise(store, one, "Work")
        return (await load(store, one))[PidNameKeywords]

    assert account.tell(story) == ("Work",)
    assert (account.uids, account.flags) == ([2], [set()])


def test_where_keywords_are_lost_without_a_word_the_message_says_its_categories(usual: Account) -> None:
    usual.server.put("ann", LETTER)
    usual.server.answer("OK done", at="UID STORE", times=1)

    async def story(store: Probe) -> object:
        [one] = await ids_in(store)
        await categorise(store, one, "Work")
        return (await load(store, one))[PidNameKeywords]

    assert usual.tell(story) == ("Work",)


def test_categories_that_another_client_gave_go_with_the_rest(usual: Account) -> None:
    """What is put in the place of the message says which categories there are."""
    usual.server.put("ann", LETTER, flags=["\\Flagged", "third"])
    usual.tell(change_the_only_one)
    assert usual.flags == [{"\\Flagged"}]


def test_a_message_is_changed_whatever_keywords_the_server_has_given_it(usual: Account) -> None:
    """Gmail names keywords with brackets, which no client may say; the message says these categories itself."""
    usual.server.put("ann", LETTER, flags=["\\Flagged", "[x]", "ours"])

    async def story(store: Probe) -> object:
        [one] = await ids_in(store)
        message = await load(store, one)
        message.subject = "new"
        await store.save_changes(one, message, NEVER)
        return set((await load(store, one))[PidNameKeywords])

    assert (usual.tell(story), usual.subjects, usual.flags) == ({"[x]", "ours"}, ["new"], [{"\\Flagged", "ours"}])


# Entry ids


def test_the_entry_id_holds_through_changes_and_moves(account: Account) -> None:
    async def story(store: Probe) -> tuple[str, bool]:
        entry_id = await save(store, Incoming(OLD))
        drafts = await store.create_folder((await store.special_folders(NEVER))[SpecialFolder.IPM_SUBTREE], "d", NEVER)
        for number, folder in enumerate([drafts, await inbox_of(store), drafts]):
            await store.save_changes(entry_id, Message(subject=f"{number}"), NEVER)
            await store.move([entry_id], folder, NEVER)
            await store.save_changes(entry_id, Message(subject=f"{number} moved"), NEVER)
        message = await load(store, entry_id)
        return message.subject, message[PidTagEntryId] == bytes(entry_id)

    assert account.tell(story) == ("2 moved", True)


def test_who_has_read_what_was_changed_since_overwrites_nothing(account: Account) -> None:
    """Also when it was moved before or after, which is no change of it."""

    async def story(store: Probe) -> list[str]:
        entry_id = await save(store, Incoming(OLD))
        drafts = await store.create_folder((await store.special_folders(NEVER))[SpecialFolder.IPM_SUBTREE], "d", NEVER)
        early = await load(store, entry_id)
        await store.move([entry_id], drafts, NEVER)
        first, second = await load(store, entry_id), await load(store, entry_id)
        first.subject, second.subject, early.subject = "first", "second", "early"
        await store.save_changes(entry_id, first, NEVER)
        await store.move([entry_id], await inbox_of(store), NEVER)
        for late in (second, early):
            with pytest.raises(ObjectChanged):
                await store.save_changes(entry_id, late, NEVER)
        [there] = await ids_in(store)
        return [(await load(store, there)).subject]

    assert account.tell(story) == ["first"]


def test_a_row_says_the_version_too(account: Account) -> None:
    """By which a draft that was changed since is not submitted; one of a table, too, where it costs nothing."""

    async def story(store: Probe) -> tuple[bool, int]:
        entry_id = await save(store, Incoming(OLD))
        folder = await inbox_of(store)
        drafts = await store.create_folder((await store.special_folders(NEVER))[SpecialFolder.IPM_SUBTREE], "d", NEVER)
        said: list[object] = []
        for number in range(3):
            if number == 1:
                await store.move([entry_id], drafts, NEVER)
                folder = drafts
            message = await load(store, entry_id)
            with account.server.answer("NO not now", at="UID FETCH"):
                [listed] = await store.query(folder, TableQuery((PidTagChangeKey,)), NEVER)
            assert listed[PidTagChangeKey] == message[PidTagChangeKey]
            row = await store.row(entry_id, (PidTagSubject, PidTagChangeKey), NEVER)
            assert (row[PidTagSubject], row[PidTagChangeKey]) == (message.subject, message[PidTagChangeKey])
            said.append(row[PidTagChangeKey])
            if number == 1:
                message.subject = "new"
                await store.save_changes(entry_id, message, NEVER)
        return said[0] == said[1], len(set(said))

    assert account.tell(story) == (True, 2)


def test_the_message_is_known_by_the_entry_id_of_its_place_too(usual: Account) -> None:
    """Another logon may have named it so, after the message had moved there in this one."""

    async def story(store: Probe) -> list[str]:
        entry_id = await save(store, Incoming(OLD))
        folder = await store.create_folder((await store.special_folders(NEVER))[SpecialFolder.IPM_SUBTREE], "d", NEVER)
        await store.move([entry_id], folder, NEVER)

        async def look(other: Probe) -> EntryId:
            [row] = await other.query(folder, TableQuery((PidTagEntryId,)), NEVER)
            return EntryId.parse(row[PidTagEntryId])

        there = tell(at_loopback(usual.server), look)
        await store.save_changes(there, NEW, NEVER)
        return [(await load(store, one)).subject for one in (entry_id, there)]

    assert usual.tell(story) == ["new", "new"]


@pytest.mark.parametrize("mode", Mode)
def test_many_changes_at_once_leave_one_message(mode: Mode) -> None:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        server.put("ann", LETTER)
        account = Account(server, mode)

        async def story(store: Probe) -> str:
            [one] = await ids_in(store)
            changed = [Message(subject=f"{number}") for number in range(6)]
            await gather(store.runtime, *(store.save_changes(one, message, NEVER) for message in changed))
            return (await load(store, one)).subject

        assert [account.tell(story)] == account.subjects


def test_the_message_that_is_given_is_not_changed(usual: Account, tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(b"content")

    async def story(store: Probe) -> list[object]:
        message = Message(subject="x", attachments=[path])
        before = (message.properties_set.changed(), message.attachments[0].is_unread_file)
        await store.save_changes(await save(store, Incoming(OLD)), message, NEVER)
        return [before == (message.properties_set.changed(), message.attachments[0].is_unread_file)]

    assert usual.tell(story) == [True]


# What is not possible


def test_a_message_that_is_gone_is_deleted_and_nothing_is_appended(account: Account) -> None:
    account.server.put("ann", LETTER)

    async def story(store: Probe) -> None:
        [one] = await ids_in(store)
        account.server.mailbox("ann").remove([1])
        with pytest.raises(ObjectDeleted):
            await store.save_changes(one, NEW, NEVER)

    account.tell(story)
    assert account.uids == []


def removing(server: LoopbackImapServer, at: str) -> None:
    """Have another client remove the message just before something is done."""

    async def act(turn: Turn) -> object:
        server.mailbox("ann").remove([1])
        return await turn.carry_out()

    server.add(at, "", Fault(act, 1))


@pytest.mark.parametrize("at", ["UID FETCH", "UID SEARCH", "APPEND"])
def test_a_message_that_goes_meanwhile_is_deleted_and_not_brought_back(account: Account, at: str) -> None:
    account.server.put("ann", LETTER)

    async def story(store: Probe) -> None:
        [one] = await ids_in(store)
        removing(account.server, at)
        with pytest.raises(ObjectDeleted):
            await store.save_changes(one, NEW, NEVER)

    account.tell(story)
    assert account.uids == []


def meanwhile(server: LoopbackImapServer, at: str, do: Callable[[MemoryMailbox], object]) -> None:
    """Have another client do something just before something is done."""

    async def act(turn: Turn) -> object:
        do(server.mailbox("ann"))
        return await turn.carry_out()

    server.add(at, "", Fault(act, 1))


def test_when_a_message_goes_just_before_it_is_removed_nobody_knows_who_has_done_it(usual: Account) -> None:
    """Another may have moved it, or has expunged all that was marked, so that the new one is all that is left."""
    usual.server.put("ann", LETTER)

    async def story(store: Probe) -> None:
        [one] = await ids_in(store)
        removing(usual.server, "UID STORE")
        with pytest.raises(CommitUnknown, match="is gone"):
            await store.save_changes(one, NEW, NEVER)

    usual.tell(story)
    assert usual.subjects == ["new"]


@pytest.mark.parametrize("at", ["APPEND", "UID STORE"])
def test_who_comes_to_a_message_that_another_is_replacing_leaves_it(usual: Account, at: str) -> None:
    usual.server.put("ann", LETTER)

    async def story(store: Probe) -> None:
        [one] = await ids_in(store)
        meanwhile(usual.server, at, lambda mailbox: mailbox.set_flags([1], "+FLAGS", ["\\Deleted"]))
        with pytest.raises(ObjectChanged):
            await store.save_changes(one, NEW, NEVER)

    usual.tell(story)
    assert (usual.subjects, usual.flags) == (["old"], [{"\\Deleted"}])


@pytest.mark.parametrize("at", ["APPEND", "UID STORE"])
def test_flags_that_a_message_gets_while_it_is_replaced_are_those_of_the_new_one(usual: Account, at: str) -> None:
    usual.server.put("ann", LETTER, flags=["\\Flagged", "$Forwarded", "Lost"])

    async def story(store: Probe) -> None:
        [one] = await ids_in(store)
        meanwhile(usual.server, at, lambda mailbox: mailbox.set_flags([1], "FLAGS", ["\\Seen", "$Forwarded", "Work"]))
        await store.save_changes(one, NEW, NEVER)

    usual.tell(story)
    assert (usual.subjects, usual.flags) == (["new"], [{"\\Seen", "$Forwarded", "Work"}])


def test_categories_that_others_give_a_message_while_it_is_open_stay(usual: Account) -> None:
    usual.server.put("ann", LETTER, flags=["Home"])

    async def story(store: Probe) -> list[str]:
        [one] = await ids_in(store)
        message, other = await load(store, one), await load(store, one)
        await categorise(store, one, "Home", "Work")
        for late in (other, message):
            if late is message:
                late.subject = "new"
            await store.save_changes(one, late, NEVER)
        return sorted((await load(store, one))[PidNameKeywords])

    assert usual.tell(story) == ["Home", "Work"]
    assert (usual.subjects, usual.flags) == (["new"], [{"Home", "Work"}])


def test_when_the_server_numbers_anew_meanwhile_the_message_is_as_it_was(usual: Account) -> None:
    usual.server.put("ann", LETTER)

    async def story(store: Probe) -> None:
        [one] = await ids_in(store)
        meanwhile(usual.server, "APPEND", lambda mailbox: mailbox.renew())
        with pytest.raises(ObjectDeleted):
            await store.save_changes(one, NEW, NEVER)

    usual.tell(story)
    assert usual.subjects == ["old"]


def test_when_the_old_one_is_gone_and_the_new_one_cannot_be_taken_away_nobody_knows(usual: Account) -> None:
    usual.server.put("ann", LETTER)
    usual.server.answer("NO never", at="UID EXPUNGE")

    async def story(store: Probe) -> None:
        [one] = await ids_in(store)
        removing(usual.server, "APPEND")
        with pytest.raises(CommitUnknown, match="the changed message is there"):
            await store.save_changes(one, NEW, NEVER)

    usual.tell(story)
    assert usual.subjects == ["new"]


def test_what_can_only_be_read_is_not_changed(account: Account) -> None:
    account.server.put("ann", LETTER)
    account.server.mailbox("ann").is_read_only = True

    async def story(store: Probe) -> None:
        with pytest.raises(UsageError, match="can only be read"):
            await change_the_only_one(store)

    account.tell(story)
    assert account.subjects == ["old"]


def test_a_store_for_reading_only_changes_nothing(usual: Account) -> None:
    usual.server.put("ann", LETTER)

    async def story(store: Probe) -> None:
        with pytest.raises(NotSupported):
            await change_the_only_one(store)

    tell(at_loopback(usual.server, read_only=True), story)


def test_where_nothing_may_be_removed_nothing_is_appended(usual: Account) -> None:
    usual.server.put("ann", LETTER)
    usual.server.mailbox("ann").permanent_flags = ("\\Seen", "\\*")

    async def story(store: Probe) -> None:
        with pytest.raises(CapabilityMissing):
            await change_the_only_one(store)

    usual.tell(story)
    assert usual.subjects == ["old"]


def test_a_message_with_attachments_that_are_not_loaded_is_not_saved(usual: Account) -> None:
    usual.server.put("ann", mime.write(Message(subject="old", attachments=[bytes(3_000_000)])))

    async def story(store: Probe) -> None:
        [one] = await ids_in(store)
        message = await store.load(one, 0, NEVER)
        message.subject = "new"
        with pytest.raises(NotLoaded):
            await store.save_changes(one, message, NEVER)

    usual.tell(story)
    assert usual.subjects == ["old"]


# Refusals: the message is as it was


@pytest.mark.parametrize(
    ("answer", "at", "error"),
    [
        ("NO not now", "APPEND", CommandRefused),
        ("NO [OVERQUOTA] no room", "APPEND", StoreFull),
        ("NO not this one", "UID STORE", CommandRefused),
        ("BAD what?", "UID EXPUNGE", CommandRefused),
        ("NO not now", "UID SEARCH", CommandRefused),
        ("NO not now", "UID FETCH", CommandRefused),
    ],
)
@pytest.mark.parametrize("mode", Mode)
def test_when_the_server_refuses_a_step_the_message_is_as_it_was(
    answer: str, at: str, error: type[MsgcoreError], mode: Mode
) -> None:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        server.put("ann", LETTER, flags=["\\Seen"])
        account = Account(server, mode)

        async def story(store: Probe) -> str:
            [one] = await ids_in(store)
            with server.answer(answer, at=at, times=1), pytest.raises(error):
                await store.save_changes(one, NEW, NEVER)
            return (await load(store, one)).subject

        assert account.tell(story) == "old"
        assert (account.subjects, account.flags) == (["old"], [{"\\Seen"}])


def test_when_a_server_without_uidplus_refuses_to_expunge_the_message_is_as_it_was() -> None:
    with LoopbackImapServer({"ann": PASSWORD}, extensions=BARE_IMAP) as server:
        server.put("ann", LETTER, flags=["\\Deleted"])
        account = Account(server, Mode.BLOCKING)

        async def story(store: Probe) -> None:
            with server.answer("NO not now", at="EXPUNGE", times=1), pytest.raises(CommandRefused):
                await change_the_only_one(store)

        account.tell(story)
        assert (account.subjects, account.flags) == (["old"], [{"\\Deleted"}])


def test_when_nothing_can_be_removed_any_more_both_messages_are_there(usual: Account) -> None:
    usual.server.put("ann", LETTER)
    usual.server.answer("NO never", at="UID EXPUNGE")

    async def story(store: Probe) -> None:
        with pytest.raises(CommandRefused, match="never"):
            await change_the_only_one(store)

    usual.tell(story)
    assert usual.subjects == ["old", "new"]


@pytest.mark.parametrize("offers", [BARE_IMAP, USUAL_IMAP_EXTENSIONS], ids=["bare", "usual"])
def test_messages_that_others_marked_as_deleted_stay(offers: frozenset[str]) -> None:
    with LoopbackImapServer({"ann": PASSWORD}, extensions=offers) as server:
        server.put("ann", LETTER)
        server.put("ann", b"Subject: marked\r\n\r\n", flags=["\\Deleted"])
        account = Account(server, Mode.BLOCKING)

        async def story(store: Probe) -> None:
            await store.save_changes((await ids_in(store))[0], NEW, NEVER)

        account.tell(story)
        assert list(zip(account.subjects, account.flags, strict=True)) == [("marked", {"\\Deleted"}), ("new", set())]


@pytest.mark.parametrize("offers", [BARE_IMAP, USUAL_IMAP_EXTENSIONS], ids=["bare", "usual"])
def test_the_new_message_is_told_from_its_likes_where_no_unique_ids_are_said(offers: frozenset[str]) -> None:
    """What is taken away again must not be another message that looks the same."""
    quirks = ImapQuirks(names_no_uids=True)
    with LoopbackImapServer({"ann": PASSWORD}, extensions=offers, quirks=quirks) as server:
        server.put("ann", LETTER)
        server.put("ann", mime.write(NEW))
        account = Account(server, Mode.BLOCKING)

        async def story(store: Probe) -> str:
            one = (await ids_in(store))[0]
            expunge = "UID EXPUNGE" if "UIDPLUS" in offers else "EXPUNGE"
            with server.answer("NO not now", at=expunge, times=1), pytest.raises(CommandRefused):
                await store.save_changes(one, NEW, NEVER)
            assert account.uids == [1, 2]
            await store.save_changes(one, NEW, NEVER)
            return (await load(store, one)).subject

        assert account.tell(story) == "new"
        assert account.uids == [2, 4]


# Connections that are lost: nothing is


def test_when_the_answer_to_appending_is_lost_nobody_knows(account: Account) -> None:
    account.server.put("ann", LETTER)
    account.server.cut_within("APPEND", octets=0, times=1)

    async def story(store: Probe) -> None:
        with pytest.raises(CommitUnknown):
            await change_the_only_one(store)

    account.tell(story)
    assert account.subjects == ["old", "new"]


def test_when_the_answer_to_removing_is_lost_it_is_looked_up(usual: Account) -> None:
    usual.server.put("ann", LETTER)
    usual.server.cut_within("UID EXPUNGE", octets=0, times=1)

    async def story(store: Probe) -> str:
        [one] = await ids_in(store)
        await store.save_changes(one, NEW, NEVER)
        return (await load(store, one)).subject

    assert usual.tell(story) == "new"
    assert usual.subjects == ["new"]


def test_when_the_connection_is_lost_before_removing_the_message_is_as_it_was(account: Account) -> None:
    account.server.put("ann", LETTER, flags=["\\Flagged"])
    account.server.cut_within("UID STORE", octets=0, times=1)

    async def story(store: Probe) -> None:
        with pytest.raises(ConnectionLost):
            await change_the_only_one(store)

    account.tell(story)
    assert (account.subjects, account.flags) == (["old"], [{"\\Flagged"}])


@pytest.mark.parametrize("flags", [[], ["\\Deleted"]], ids=["unmarked", "marked"])
def test_when_a_server_comes_late_to_removing_the_new_message_stays(usual: Account, flags: list[str]) -> None:
    usual.server.put("ann", LETTER, flags=flags)
    usual.server.cut(at="UID EXPUNGE", is_done=False, times=1)

    async def come_late(turn: Turn) -> object:
        usual.server.mailbox("ann").remove([1])
        return await turn.carry_out()

    async def story(store: Probe) -> None:
        [one] = await ids_in(store)
        usual.server.add("UID STORE", "1 -FLAGS", Fault(come_late, 1))
        await store.save_changes(one, NEW, NEVER)

    usual.tell(story)
    assert usual.subjects == ["new"]


def test_when_nobody_can_be_asked_whether_it_was_removed_nobody_knows(usual: Account) -> None:
    usual.server.put("ann", LETTER)
    usual.server.cut_within("UID STORE", octets=0, times=1)

    async def story(store: Probe) -> None:
        [one] = await ids_in(store)
        looks = iter(range(100))

        async def act(turn: Turn) -> object:
            if next(looks):  # the first is before removing
                await turn.stream.close()
                raise ConnectionLost("cut on demand")
            return await turn.carry_out()

        usual.server.add("UID SEARCH", "", Fault(act, None))
        with pytest.raises(CommitUnknown):
            await store.save_changes(one, NEW, NEVER)

    usual.tell(story)
    assert usual.subjects == ["old", "new"]


@pytest.mark.parametrize("offers", SERVERS.values(), ids=list(SERVERS))
def test_at_whatever_octet_connections_are_cut_the_message_is_there(offers: frozenset[str]) -> None:
    """As it was or as it is to be; and when nothing was raised, as it is to be, and once."""

    @examples(30, 1_500)
    @given(st.lists(st.integers(600, 3_000), min_size=1, max_size=4))
    def check(budgets: list[int]) -> None:
        mailbox = server.mailbox("ann")
        mailbox.remove(list(mailbox.messages()))
        server.put("ann", LETTER)
        left = iter([None, *budgets])
        with BreakingProxy(server.port, lambda: next(left, None)) as proxy:
            config = at_loopback(server, connections=1)
            through = attrs.evolve(config, url=ServiceUrl.parse(f"imap://127.0.0.1:{proxy.port}", ("imap",)))

            async def story(store: Probe) -> bool:
                [one] = await ids_in(store)
                await store.work(None, lambda session: session.logout(), may_repeat=False)
                try:
                    await store.save_changes(one, NEW, NEVER)
                except (ConnectionLost, CommitUnknown):
                    return False
                return True

            is_changed = tell(through, story)
        found = Account(server, Mode.BLOCKING).subjects
        assert found == ["new"] if is_changed else found in (["old"], ["new"], ["old", "new"])

    with LoopbackImapServer({"ann": PASSWORD}, extensions=offers) as server:
        check()


# At a real server


@pytest.mark.interop
@pytest.mark.parametrize(
    ("storage", "without", "mode"),
    [
        ("dovecot_of_anybody", frozenset[str](), Mode.BLOCKING),
        ("dovecot_sdbox", frozenset[str](), Mode.ASYNCIO),
        ("dovecot_sdbox", frozenset({"UIDPLUS", "MULTIAPPEND", "ESEARCH"}), Mode.BLOCKING),
    ],
    ids=["maildir", "sdbox", "without UIDPLUS"],
)
class TestAtDovecot:
    @pytest.fixture
    def run(
        self,
        request: pytest.FixtureRequest,
        authority: Authority,
        storage: str,
        without: frozenset[str],
        mode: Mode,
    ) -> Run:
        server: Dovecot = request.getfixturevalue(storage)
        return lambda story: story_at(server, authority, mode, story, without)

    def test_messages_become_others(self, run: Run) -> None:
        @examples(3, 100)
        @given(st.lists(composed_messages(), min_size=2, max_size=6))
        def check(messages: list[Message]) -> None:
            async def story(desk: Desk) -> None:
                first, *others = messages
                [entry_id] = await desk.save(first)
                for one in others:
                    await desk.store.save_changes(entry_id, one, NEVER)
                    assert compare(one, await desk.load(entry_id)) == ()

            run(story)

        check()

    def test_categories_become_others(self, run: Run) -> None:
        wanted = [("Work",), ("work",), ("work", "home"), ("Red Category", "home"), ("x" * 51,), ("third", "home"), ()]

        async def story(desk: Desk) -> list[tuple[str, ...]]:
            [entry_id] = await desk.save(Incoming(OLD, is_read=True))
            found: list[tuple[str, ...]] = []
            for categories in wanted:
                message = await desk.load(entry_id)
                message[PidNameKeywords] = categories
                await desk.store.save_changes(entry_id, message, NEVER)
                found.append(tuple(sorted((await desk.load(entry_id)).get(PidNameKeywords, ()))))
            return found

        assert run(story) == [tuple(sorted(one)) for one in wanted]

    def test_a_message_gets_a_large_file(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "large.bin"
        path.write_bytes(bytes(range(256)) * 12_000)

        async def story(desk: Desk) -> tuple[bool, str]:
            [entry_id] = await desk.save(OLD)
            attached = Message(subject="large", text="see file", attachments=[path])
            await desk.store.save_changes(entry_id, attached, NEVER)
            message = await desk.load(entry_id)
            same = message.attachments[0].data == path.read_bytes()
            message.attachments = [*message.attachments, Attachment(b"small")]
            message.subject = "two"
            await desk.store.save_changes(entry_id, message, NEVER)
            again = await desk.load(entry_id)
            return same and again.attachments[0].data == path.read_bytes(), again.subject

        assert run(story) == (True, "two")

    def test_the_table_shows_one_message_with_its_entry_id(self, run: Run) -> None:
        async def story(desk: Desk) -> bool:
            ids = await desk.save(OLD, OLD)
            await desk.store.save_changes(ids[0], NEW, NEVER)
            rows = await desk.store.query(desk.inbox, TableQuery((PidTagEntryId, PidTagSubject)), NEVER)
            shown = {(row[PidTagSubject], row[PidTagEntryId]) for row in rows}
            return len(rows) == 2 and shown == {("new", bytes(ids[0])), ("old", bytes(ids[1]))}

        assert run(story)

    def test_of_two_who_replace_one_message_one_has_done_it(self, run: Run) -> None:
        async def story(desk: Desk) -> list[str]:
            [entry_id] = await desk.save(OLD)
            new_ones = await desk.save(Message(subject="mine"), Message(subject="theirs"))
            old, mine, theirs = await desk.directory.places([entry_id, *new_ones], NEVER)

            class InBetween(Removal):
                async def _pass_on(self, session: ImapSession, flags: tuple[str, ...]) -> None:
                    await super()._pass_on(session, flags)
                    await desk.session(Removal(old, theirs, ()))

            removal = InBetween(old, mine, ())
            with pytest.raises((ObjectChanged, ObjectDeleted)):
                await desk.session(removal)
            assert not await desk.session(Undoing(removal))
            rows = await desk.store.query(desk.inbox, TableQuery((PidTagSubject,)), NEVER)
            return [row[PidTagSubject] for row in rows]

        assert run(story) == ["theirs"]
