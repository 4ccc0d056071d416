"""The folders of an IMAP store, at a server in memory that does what is asked of it, and what servers do, too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.errors import Closed, CommandRefused, ForeignEntryId, NotSupported, ObjectDeleted, TimedOut, UsageError
from msgcore.model.message import Message
from msgcore.props.table import PidTagEntryId
from msgcore.providers.imap import ImapStore
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability, capabilities_of
from msgcore.spi.store import FolderFacts, Incoming, SpecialFolder, TableQuery
from msgcore.testing.clock import ManualClock
from msgcore.testing.modes import Mode
from msgcore.testing.servers import LoopbackImapServer
from msgcore.testing.servers.faults import Fault
from msgcore.wire.imap.server import BARE_IMAP, EVERY_IMAP_EXTENSION, ServerSettings
from msgcore.wire.imap.server.turn import Turn
from tests.providers.imap.accounts import PASSWORD, SUBTREE, at_loopback, in_subtree, tell, tell_on

LETTER = b"Subject: x\r\n\r\nHello\r\n"


@pytest.fixture
def server() -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer({"ann": PASSWORD}) as server:
        yield server


@pytest.fixture(params=[BARE_IMAP, EVERY_IMAP_EXTENSION], ids=["bare", "with every extension"])
def any_server(request: pytest.FixtureRequest) -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer({"ann": PASSWORD}, extensions=request.param | {"LOGIN"}) as server:
        yield server


@pytest.fixture
def full_server() -> Iterator[LoopbackImapServer]:
    with LoopbackImapServer({"ann": PASSWORD}, extensions=EVERY_IMAP_EXTENSION | {"LOGIN"}) as server:
        yield server


def commands(server: LoopbackImapServer) -> list[str]:
    return [command.split()[0] for session in server.sessions for command in session]


# What is there.


@pytest.mark.parametrize("mode", Mode)
def test_mailboxes_are_folders_with_their_counts(any_server: LoopbackImapServer, mode: Mode) -> None:
    any_server.account("ann").add(b"Work")
    any_server.put("ann", LETTER, b"Work", flags=["\\Seen"])
    any_server.put("ann", LETTER, b"Work")

    work = tell(at_loopback(any_server), in_subtree, mode)["Work"]

    assert (work.content_count, work.unread_count, work.role) == (2, 1, None)


def test_roles_are_those_that_the_server_says(server: LoopbackImapServer) -> None:
    server.account("ann").add(b"Ablage", "\\Sent")
    server.account("ann").add(b"Sent")

    folders = tell(at_loopback(server), in_subtree)

    assert (folders["Ablage"].role, folders["Sent"].role) == (SpecialFolder.SENT_ITEMS, None)


def test_roles_are_those_of_the_usual_names_where_the_server_says_none(server: LoopbackImapServer) -> None:
    server.account("ann").add(b"Entw&APw-rfe")

    async def story(store: ImapStore) -> tuple[EntryId, EntryId]:
        special = await store.special_folders(NEVER)
        return special[SpecialFolder.DRAFTS], (await in_subtree(store))["Entwürfe"].entry_id

    drafts, named = tell(at_loopback(server), story)
    assert drafts == named


def test_numbers_of_all_mailboxes_come_in_one_round_trip(server: LoopbackImapServer) -> None:
    for number in range(20):
        server.account("ann").add(b"%d" % number)

    tell(at_loopback(server), lambda store: store.special_folders(NEVER))

    assert [one for one in commands(server) if one in {"LIST", "STATUS"}] == ["LIST"]


def test_a_folder_is_the_same_at_the_next_logon(server: LoopbackImapServer) -> None:
    server.account("ann").add(b"Work")

    assert tell(at_loopback(server), in_subtree) == tell(at_loopback(server), in_subtree)


def test_a_folder_counts_what_came_in_more_than_a_second_ago(server: LoopbackImapServer) -> None:
    clock = ManualClock()

    async def story(store: ImapStore) -> tuple[int, int]:
        inbox = (await store.special_folders(NEVER))[SpecialFolder.INBOX]
        before = await store.folder(inbox, NEVER)
        server.put("ann", LETTER)
        clock.move(1.1)
        return before.content_count, (await store.folder(inbox, NEVER)).content_count

    assert tell_on(clock, at_loopback(server), story) == (0, 1)


def test_a_level_without_a_mailbox_is_a_folder_without_messages(server: LoopbackImapServer) -> None:
    server.account("ann").add(b"a/b")
    server.account("ann").add(b"a", "\\Noselect")

    async def story(store: ImapStore) -> FolderFacts:
        return await store.folder((await in_subtree(store))["a"].entry_id, NEVER)

    found = tell(at_loopback(server), story)
    assert (found.name, found.content_count) == ("a", 0)


# Folders that change.


def test_a_folder_that_another_client_has_made_is_listed_a_second_later(server: LoopbackImapServer) -> None:
    clock = ManualClock()

    async def story(store: ImapStore) -> list[str]:
        await in_subtree(store)
        server.account("ann").add(b"new")
        clock.move(1.1)
        return list(await in_subtree(store))

    assert tell_on(clock, at_loopback(server), story) == ["INBOX", "new"]


def test_all_folders_are_seen_by_one_listing(any_server: LoopbackImapServer) -> None:
    for number in range(9):
        any_server.account("ann").add(b"%d" % number)

    async def story(store: ImapStore) -> None:
        await store.special_folders(NEVER)
        before = len(commands(any_server))
        for one in (await in_subtree(store)).values():
            await store.folders(one.entry_id, NEVER)
            await store.folder(one.entry_id, NEVER)
        assert commands(any_server)[before:] == []

    tell(at_loopback(any_server), story)


Change = Callable[[ImapStore, EntryId, EntryId, EntryId], Awaitable[object]]
CHANGES: dict[str, Change] = {
    "save": lambda store, inbox, _, __: store.save(inbox, [Incoming(Message(subject="x"))], NEVER),
    "delete": lambda store, _, __, one: store.delete([one], NEVER),
    "read": lambda store, _, __, one: store.set_read_flag([one], True, NEVER),
    "copy": lambda store, _, work, one: store.copy([one], work, NEVER),
    "move": lambda store, _, work, one: store.move([one], work, NEVER),
    "change": lambda store, _, __, one: store.save_changes(one, Message(subject="y"), NEVER),
    "create a folder": lambda store, inbox, _, __: store.create_folder(inbox, "inside", NEVER),
    "delete a folder": lambda store, _, work, __: store.delete_folder(work, NEVER),
    "rename a folder": lambda store, inbox, work, _: store.move_folder(work, inbox, "moved", NEVER),
    "copy a folder": lambda store, inbox, work, _: store.copy_folder(work, inbox, "copied", NEVER),
    "empty a folder": lambda store, inbox, _, __: store.empty_folder(inbox, NEVER),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_what_this_store_has_changed_is_seen_at_once(server: LoopbackImapServer, change: Change) -> None:
    server.account("ann").add(b"Work")
    server.put("ann", LETTER)

    async def everything(store: ImapStore) -> list[tuple[str, int, int]]:
        found = [*(await in_subtree(store)).values()]
        for one in found:
            found += await store.folders(one.entry_id, NEVER)
        return [(one.name, one.content_count, one.unread_count) for one in found]

    async def story(store: ImapStore) -> list[tuple[str, int, int]]:
        folders = await in_subtree(store)
        inbox, work = folders["INBOX"].entry_id, folders["Work"].entry_id
        [row] = await store.query(inbox, TableQuery((PidTagEntryId,)), NEVER)
        before = await everything(store)
        await change(store, inbox, work, EntryId.parse(row[PidTagEntryId]))
        after = await everything(store)
        assert (after == before) is (change is CHANGES["change"])
        return after

    assert tell_on(ManualClock(), at_loopback(server), story) == tell(at_loopback(server), everything)


async def _delete(server: LoopbackImapServer, raw_name: bytes) -> None:
    await server.account("ann").delete(raw_name)


def test_a_folder_that_another_client_has_deleted_is_deleted(server: LoopbackImapServer) -> None:
    server.account("ann").add(b"Work")

    clock = ManualClock()

    async def story(store: ImapStore) -> None:
        work = (await in_subtree(store))["Work"].entry_id
        await _delete(server, b"Work")
        clock.move(1.1)
        with pytest.raises(ObjectDeleted):
            await store.folder(work, NEVER)

    tell_on(clock, at_loopback(server), story)


def test_a_folder_of_the_same_name_is_another_one(server: LoopbackImapServer) -> None:
    """An entry id is never used again."""
    server.account("ann").add(b"Work")

    clock = ManualClock()

    async def story(store: ImapStore) -> None:
        work = (await in_subtree(store))["Work"].entry_id
        await _delete(server, b"Work")
        server.account("ann").add(b"Work")
        clock.move(1.1)
        with pytest.raises(ObjectDeleted):
            await store.folder(work, NEVER)

    tell_on(clock, at_loopback(server), story)


def test_a_mailbox_whose_messages_were_numbered_anew_is_another_folder(server: LoopbackImapServer) -> None:
    clock = ManualClock()

    async def story(store: ImapStore) -> None:
        inbox = (await store.special_folders(NEVER))[SpecialFolder.INBOX]
        server.mailbox("ann").renew()
        clock.move(1.1)
        with pytest.raises(ObjectDeleted):
            await store.folder(inbox, NEVER)

    tell_on(clock, at_loopback(server), story)


# Making and deleting.


@pytest.mark.parametrize("mode", Mode)
def test_a_new_folder_is_a_mailbox_that_is_subscribed_to(any_server: LoopbackImapServer, mode: Mode) -> None:
    async def story(store: ImapStore) -> None:
        special = await store.special_folders(NEVER)
        await store.create_folder(special[SUBTREE], "Entwürfe & Co", NEVER)

    tell(at_loopback(any_server), story, mode)
    assert [one for one in any_server.account("ann").names if b"Entw" in one] == [b"Entw&APw-rfe &- Co"]
    assert [one.raw_name for one in any_server.account("ann").entries() if one.is_subscribed] == [
        b"INBOX",
        b"Entw&APw-rfe &- Co",
    ]


def test_a_name_that_is_too_long_for_a_command_is_refused_before_it_is_sent(server: LoopbackImapServer) -> None:
    """Dovecot hung up, which was told as a lost connection: to try again never helped."""

    async def story(store: ImapStore) -> None:
        special = await store.special_folders(NEVER)
        await store.create_folder(special[SUBTREE], "å" * 1_000, NEVER)
        with pytest.raises(UsageError, match="name of 2,001 characters is too long"):
            await store.create_folder(special[SUBTREE], "x" * 2_001, NEVER)

    tell(at_loopback(server), story)


@pytest.mark.parametrize("name", ["", " ", "a/b", "a\r\nb", "a\0b", "\ud800"])
def test_what_is_no_name_is_refused_before_it_is_sent(server: LoopbackImapServer, name: str) -> None:
    async def story(store: ImapStore) -> None:
        special = await store.special_folders(NEVER)
        with pytest.raises(UsageError, match="no name for a folder"):
            await store.create_folder(special[SUBTREE], name, NEVER)

    tell(at_loopback(server), story)
    assert "CREATE" not in commands(server)


def test_a_name_that_another_client_has_just_used_is_found(server: LoopbackImapServer) -> None:
    async def story(store: ImapStore) -> EntryId:
        special = await store.special_folders(NEVER)
        server.account("ann").add(b"Work")
        server.answer("NO [ALREADYEXISTS] there is one", at="CREATE")
        return await store.create_folder(special[SUBTREE], "work", NEVER)

    made = tell(at_loopback(server), story)
    assert made == tell(at_loopback(server), in_subtree)["Work"].entry_id


def test_a_folder_that_the_server_does_not_make_is_refused(server: LoopbackImapServer) -> None:
    server.answer("NO [NOPERM] not here", at="CREATE")

    async def story(store: ImapStore) -> None:
        special = await store.special_folders(NEVER)
        with pytest.raises(CommandRefused, match="not here"):
            await store.create_folder(special[SUBTREE], "Work", NEVER)

    tell(at_loopback(server), story)


@pytest.mark.parametrize("answer", ["NO [CANNOT] not so", "NO Invalid mailbox name", "NO Mailbox name too long"])
@pytest.mark.parametrize("at", ["CREATE", "RENAME"])
def test_a_name_that_the_server_does_not_take_is_none(server: LoopbackImapServer, at: str, answer: str) -> None:
    server.account("ann").add(b"old")

    async def story(store: ImapStore) -> None:
        old = (await in_subtree(store))["old"].entry_id
        subtree = (await store.special_folders(NEVER))[SUBTREE]
        server.answer(answer, at=at)
        with pytest.raises(UsageError, match=f"'~x' is no name for a folder: .*{answer.rsplit(maxsplit=1)[-1]}"):
            await (
                store.create_folder(subtree, "~x", NEVER)
                if at == "CREATE"
                else store.move_folder(old, subtree, "~x", NEVER)
            )

    tell(at_loopback(server), story)


@pytest.mark.parametrize("name", [" lead", "trail ", " both "])
def test_blanks_around_a_name_are_part_of_it(server: LoopbackImapServer, name: str) -> None:
    server.account("ann").add(name.strip().encode())

    async def story(store: ImapStore) -> str:
        subtree = (await store.special_folders(NEVER))[SUBTREE]
        return (await store.folder(await store.create_folder(subtree, name, NEVER), NEVER)).name

    assert tell(at_loopback(server), story) == name


def test_a_name_of_which_the_server_makes_another_is_refused(server: LoopbackImapServer) -> None:
    server.account("ann").add(b"lead")
    server.answer("OK done", at="CREATE")

    async def story(store: ImapStore) -> None:
        subtree = (await store.special_folders(NEVER))[SUBTREE]
        with pytest.raises(UsageError, match="' lead' is no name for a folder"):
            await store.create_folder(subtree, " lead", NEVER)

    tell(at_loopback(server), story)


def test_folders_are_deleted_from_the_inside(server: LoopbackImapServer) -> None:
    for name in (b"a", b"a/b", b"a/b/c"):
        server.account("ann").add(name)

    async def story(store: ImapStore) -> None:
        await store.delete_folder((await in_subtree(store))["a"].entry_id, NEVER)

    tell(at_loopback(server), story)
    assert server.account("ann").names == (b"INBOX",)
    deletions = [command for session in server.sessions for command in session if command.startswith("DELETE")]
    assert deletions == ['DELETE "a/b/c"', 'DELETE "a/b"', 'DELETE "a"']


def test_a_folder_with_a_special_folder_in_it_is_not_deleted(server: LoopbackImapServer) -> None:
    server.account("ann").add(b"a")
    server.account("ann").add(b"a/b", "\\Trash")

    async def story(store: ImapStore) -> None:
        with pytest.raises(UsageError, match="the b folder stays"):
            await store.delete_folder((await in_subtree(store))["a"].entry_id, NEVER)

    tell(at_loopback(server), story)
    assert "DELETE" not in commands(server)


@pytest.mark.parametrize("at", ["DELETE", "CREATE", "RENAME"])
@pytest.mark.parametrize("is_done", [True, False], ids=["after it was done", "before it was done"])
def test_what_is_cut_is_done_once_all_the_same(server: LoopbackImapServer, at: str, is_done: bool) -> None:
    """The connection that is cut was used before: the call goes on with another one."""
    server.account("ann").add(b"gone")
    server.account("ann").add(b"before")

    async def story(store: ImapStore) -> list[str]:
        folders = await in_subtree(store)
        subtree = (await store.special_folders(NEVER))[SUBTREE]
        server.cut(at, is_done=is_done, times=1)
        await store.create_folder(subtree, "new", NEVER)
        await store.delete_folder(folders["gone"].entry_id, NEVER)
        await store.move_folder(folders["before"].entry_id, subtree, "behind", NEVER)
        return list(await in_subtree(store))

    assert tell(at_loopback(server), story) == ["behind", "INBOX", "new"]


@pytest.mark.parametrize("about", ["a/b/c", "a/b", "a"])
@pytest.mark.parametrize("is_done", [True, False], ids=["after it was done", "before it was done"])
def test_a_deletion_that_was_cut_halfway_goes_on(server: LoopbackImapServer, about: str, is_done: bool) -> None:
    for name in (b"a", b"a/b", b"a/b/c"):
        server.account("ann").add(name)

    async def story(store: ImapStore) -> None:
        outer = (await in_subtree(store))["a"].entry_id
        server.cut("DELETE", about=about, is_done=is_done, times=1)
        await store.delete_folder(outer, NEVER)

    tell(at_loopback(server), story)
    assert server.account("ann").names == (b"INBOX",)


@pytest.mark.parametrize("says", ["NO Mailbox doesn't exist: a/b", "NO no such mailbox", "NO Unknown mailbox a/b"])
def test_that_a_mailbox_is_gone_is_understood_without_a_code(server: LoopbackImapServer, says: str) -> None:
    for name in (b"a", b"a/b"):
        server.account("ann").add(name)

    async def story(store: ImapStore) -> None:
        outer = (await in_subtree(store))["a"].entry_id
        server.answer(says, at="DELETE", about="a/b", is_done=True)
        await store.delete_folder(outer, NEVER)

    tell(at_loopback(server), story)
    assert server.account("ann").names == (b"INBOX",)


# Roles.


def test_a_folder_that_is_called_as_a_special_one_is_it_at_once(any_server: LoopbackImapServer) -> None:
    async def story(store: ImapStore) -> bool:
        subtree = (await store.special_folders(NEVER))[SUBTREE]
        made = await store.create_folder(subtree, "Trash", NEVER)
        return (await store.special_folders(NEVER))[SpecialFolder.DELETED_ITEMS] == made

    assert tell(at_loopback(any_server), story) is True


@pytest.mark.parametrize(
    ("name", "attributes"),
    [("Trash", ("\\Trash",)), ("Gesendet", ("\\Sent",)), ("Work", ()), ("Junk E-mail", ())],
    ids=["usual", "in German", "no role", "a role that is taken"],
)
def test_the_server_is_told_the_role_of_a_new_folder(
    full_server: LoopbackImapServer, name: str, attributes: tuple[str, ...]
) -> None:
    full_server.account("ann").add(b"Spam", "\\Junk")

    async def story(store: ImapStore) -> None:
        await store.create_folder((await store.special_folders(NEVER))[SUBTREE], name, NEVER)

    tell(at_loopback(full_server), story)
    [made] = [one for one in full_server.account("ann").entries() if one.raw_name == name.encode()]
    assert made.attributes == attributes


def test_a_folder_whose_role_the_server_does_not_take_is_made_all_the_same(full_server: LoopbackImapServer) -> None:
    full_server.answer("NO [USEATTR] no", at="CREATE", about="Trash (USE (\\Trash))")

    async def story(store: ImapStore) -> None:
        await store.create_folder((await store.special_folders(NEVER))[SUBTREE], "Trash", NEVER)

    tell(at_loopback(full_server), story)
    assert full_server.account("ann").names == (b"INBOX", b"Trash")


RENAMES = [
    ("a server that gives roles to mailboxes", {"SPECIAL-USE", "CREATE-SPECIAL-USE"}, "Old things", True),
    ("a server that gives roles to names", {"SPECIAL-USE"}, "Bin", False),
    ("a server without roles, to another usual name", set[str](), "Bin", True),
    ("a server without roles, to any name", set[str](), "Old things", False),
]


@pytest.mark.parametrize(
    ("extensions", "name", "is_kept"), [row[1:] for row in RENAMES], ids=[row[0] for row in RENAMES]
)
def test_a_special_folder_is_renamed_where_it_keeps_its_role(extensions: set[str], name: str, is_kept: bool) -> None:
    with LoopbackImapServer({"ann": PASSWORD}, extensions=BARE_IMAP | extensions | {"LOGIN"}) as server:
        server.account("ann").add(b"Trash", "\\Trash")

        async def story(store: ImapStore) -> tuple[str, SpecialFolder | None]:
            special = await store.special_folders(NEVER)
            trash = special[SpecialFolder.DELETED_ITEMS]
            try:
                await store.move_folder(trash, special[SUBTREE], name, NEVER)
            except UsageError as error:
                assert "its name says its role" in str(error)
            now = await store.folder(trash, NEVER)
            return now.name, now.role

        expected = name if is_kept else "Trash"
        assert tell(at_loopback(server), story) == (expected, SpecialFolder.DELETED_ITEMS)


@pytest.mark.parametrize("role", [SpecialFolder.ROOT, SUBTREE, SpecialFolder.INBOX])
def test_the_root_and_the_inbox_are_not_renamed(server: LoopbackImapServer, role: SpecialFolder) -> None:
    async def story(store: ImapStore) -> None:
        special = await store.special_folders(NEVER)
        parent = (await store.folder(special[role], NEVER)).parent_id or special[role]
        with pytest.raises(UsageError, match="stays where it is"):
            await store.move_folder(special[role], parent, "new", NEVER)

    tell(at_loopback(server), story)


# Moving and copying.


def test_a_renamed_folder_and_those_in_it_keep_their_entry_ids(server: LoopbackImapServer) -> None:
    server.account("ann").add(b"a")
    server.account("ann").add(b"a/b")

    async def story(store: ImapStore) -> list[FolderFacts]:
        special = await store.special_folders(NEVER)
        outer = (await in_subtree(store))["a"].entry_id
        [inner] = await store.folders(outer, NEVER)
        await store.move_folder(outer, special[SUBTREE], "c", NEVER)
        return [await store.folder(outer, NEVER), inner, await store.folder(inner.entry_id, NEVER)]

    outer, before, after = tell(at_loopback(server), story)
    assert (outer.name, after) == ("c", before)
    assert server.account("ann").names == (b"INBOX", b"c", b"c/b")


def test_a_folder_that_takes_the_name_of_a_renamed_one_is_another(server: LoopbackImapServer) -> None:
    server.account("ann").add(b"a")

    async def story(store: ImapStore) -> tuple[EntryId, EntryId]:
        special = await store.special_folders(NEVER)
        renamed = (await in_subtree(store))["a"].entry_id
        await store.move_folder(renamed, special[SUBTREE], "b", NEVER)
        return renamed, await store.create_folder(special[SUBTREE], "a", NEVER)

    renamed, made = tell(at_loopback(server), story)
    assert renamed != made


def test_a_copy_that_the_server_does_not_finish_is_taken_away(server: LoopbackImapServer) -> None:
    server.account("ann").add(b"a")
    server.put("ann", LETTER, b"a")
    server.answer("NO [OVERQUOTA] full", at="UID COPY")

    async def story(store: ImapStore) -> None:
        special = await store.special_folders(NEVER)
        with pytest.raises(CommandRefused, match="full"):
            await store.copy_folder((await in_subtree(store))["a"].entry_id, special[SUBTREE], "b", NEVER)

    tell(at_loopback(server), story)
    assert server.account("ann").names == (b"INBOX", b"a")


def test_a_folder_is_not_copied_into_one_that_another_makes_at_that_moment(server: LoopbackImapServer) -> None:
    """Nor is that one deleted."""
    server.account("ann").add(b"a")
    server.put("ann", LETTER, b"a")

    async def make(turn: Turn) -> object:
        server.account("ann").add(b"b")
        server.put("ann", LETTER, b"b")
        return await turn.carry_out()

    server.add("CREATE", "", Fault(make, 1))
    server.answer("NO [OVERQUOTA] full", at="UID COPY")

    async def story(store: ImapStore) -> None:
        special = await store.special_folders(NEVER)
        with pytest.raises(UsageError, match="a folder 'b' already"):
            await store.copy_folder((await in_subtree(store))["a"].entry_id, special[SUBTREE], "b", NEVER)

    tell(at_loopback(server), story)
    assert len(server.mailbox("ann", b"b").messages()) == 1


def test_folders_are_copied_and_emptied_where_a_command_may_be_of_so_many_messages_only() -> None:  # RFC 9738
    """Yahoo refuses a COPY of more; of a STORE and an EXPUNGE it does a part, and says OK."""
    settings = ServerSettings("imap.a.test", identity={"name": "Yahoo"})
    with LoopbackImapServer({"ann": PASSWORD}, settings=settings) as server:
        for command in ("UID COPY", "UID STORE", "UID EXPUNGE"):
            server.answer("OK [MESSAGELIMIT 1000 7] in part", at=command, about="1:4294967295")
        server.account("ann").add(b"a")
        server.put("ann", LETTER, b"a")

        async def story(store: ImapStore) -> None:
            special = await store.special_folders(NEVER)
            folder = (await in_subtree(store))["a"].entry_id
            await store.copy_folder(folder, special[SUBTREE], "b", NEVER)
            await store.empty_folder(folder, NEVER)

        tell(at_loopback(server), story)
        assert [len(server.mailbox("ann", one).messages()) for one in (b"a", b"b")] == [0, 1]


# What every call sees to.


@pytest.mark.parametrize("prefix", [b"", b"INBOX."])
def test_folders_are_made_where_the_users_own_are(prefix: bytes) -> None:
    with LoopbackImapServer({"ann": PASSWORD}, delimiter=".", prefix=prefix) as server:

        async def story(store: ImapStore) -> list[str]:
            special = await store.special_folders(NEVER)
            outer = await store.create_folder(special[SUBTREE], "a", NEVER)
            await store.create_folder(outer, "b", NEVER)
            return list(await in_subtree(store))

        assert tell(at_loopback(server), story) == ["a", "INBOX"]
        assert server.account("ann").names[1:] == (prefix + b"a", prefix + b"a.b")


def test_an_entry_id_of_another_store_is_refused_without_a_connection(server: LoopbackImapServer) -> None:
    async def story(store: ImapStore) -> None:
        with pytest.raises(ForeignEntryId):
            await store.folders(EntryId(bytes(16), ObjectKind.FOLDER, 2), NEVER)

    tell(at_loopback(server), story)
    assert server.sessions == ()


def test_a_message_is_no_folder(server: LoopbackImapServer) -> None:
    async def story(store: ImapStore) -> None:
        with pytest.raises(UsageError, match="another kind"):
            await store.folder(EntryId(store.uid, ObjectKind.MESSAGE, 2), NEVER)

    tell(at_loopback(server), story)


def test_a_store_for_reading_only_declares_and_does_no_writing(server: LoopbackImapServer) -> None:
    async def story(store: ImapStore) -> bool:
        special = await store.special_folders(NEVER)
        with pytest.raises(NotSupported):
            await store.create_folder(special[SUBTREE], "a", NEVER)
        return Capability.FOLDERS in capabilities_of(store)

    assert tell(at_loopback(server, read_only=True), story) is False


@pytest.mark.parametrize("mode", Mode)
def test_after_close_every_call_is_refused(server: LoopbackImapServer, mode: Mode) -> None:
    async def story(store: ImapStore) -> None:
        special = await store.special_folders(NEVER)
        await store.close()
        for call in (store.special_folders(NEVER), store.folder(special[SUBTREE], NEVER)):
            with pytest.raises(Closed):
                await call
        await store.close()

    tell(at_loopback(server), story, mode)


def test_a_call_whose_deadline_has_passed_asks_nothing(server: LoopbackImapServer) -> None:
    async def story(store: ImapStore) -> None:
        with pytest.raises(TimedOut):
            await store.special_folders(NEVER.sooner(0))

    tell(at_loopback(server), story)
    assert server.sessions == ()


@pytest.mark.parametrize("answer", ["NO [INUSE] not now", "NO [CANNOT] ask again"])
def test_a_mailbox_whose_numbers_are_not_told_for_a_while_stays_the_same_folder(answer: str) -> None:
    with LoopbackImapServer({"ann": PASSWORD}, extensions=BARE_IMAP) as server:
        server.account("ann").add(b"Work")

        async def story(store: ImapStore) -> tuple[FolderFacts, FolderFacts]:
            before = (await in_subtree(store))["Work"]
            server.answer(answer, at="STATUS", about="Work")
            return before, (await in_subtree(store))["Work"]

        before, after = tell(at_loopback(server), story)
        assert before == after
