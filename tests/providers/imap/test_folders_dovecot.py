"""The folders of an IMAP store at Dovecot, in both of its hierarchies, with another client at work beside it."""

from __future__ import annotations

import imaplib

import pytest

from msgcore.errors import ObjectDeleted, UsageError
from msgcore.runtime.abc import NEVER
from msgcore.spi.store import FolderFacts, SpecialFolder
from msgcore.testing.clock import ManualClock
from msgcore.testing.modes import Mode
from msgcore.wire.imap.session import ImapSession
from tests.providers.imap.accounts import PASSWORD, SUBTREE, Probe, in_subtree, new_user, on_dovecot, tell, tell_on
from tests.servers import Authority, Dovecot

pytestmark = [pytest.mark.interop, pytest.mark.parametrize("mode", Mode)]

NAMES = ["Entwürfe", "日本語", "a b", '"q\\', "{3+}", "&AOk-", "*", "%", "\U0001f4e7", " lead", "trail "]


@pytest.fixture(params=["maildir", "sdbox"])
def dovecot(request: pytest.FixtureRequest) -> Dovecot:
    server = request.getfixturevalue("dovecot_of_anybody" if request.param == "maildir" else "dovecot_sdbox")
    assert isinstance(server, Dovecot)
    return server


class AnotherClient(imaplib.IMAP4):
    """Another client of the same account."""

    def __init__(self, server: Dovecot, user: str) -> None:
        super().__init__(server.host, server.imap)
        self.login(user, PASSWORD)


async def subjects(store: Probe, name: str) -> list[bytes]:
    async def work(session: ImapSession) -> list[bytes]:
        fetched = await session.fetch_all(None, ["BODY.PEEK[HEADER.FIELDS (SUBJECT)]"])
        return [octets or b"" for one in fetched for octets in one.sections.values()]

    return await store.work((await store.by_name())[name], work)


def test_folders_of_any_name_are_made_found_and_deleted(dovecot: Dovecot, authority: Authority, mode: Mode) -> None:
    async def story(store: Probe) -> tuple[list[str], list[str]]:
        subtree = (await store.special_folders(NEVER))[SUBTREE]
        made = {name: await store.create_folder(subtree, name, NEVER) for name in NAMES}
        named = [(await store.folder(entry_id, NEVER)).name for entry_id in made.values()]
        for entry_id in made.values():
            await store.delete_folder(entry_id, NEVER)
        return named, sorted(await in_subtree(store))

    named, left = tell(on_dovecot(dovecot, authority, new_user()), story, mode)
    assert named == NAMES
    assert left == ["Drafts", "INBOX", "Junk", "Sent", "Trash"]


def test_roles_are_those_that_the_server_says(dovecot: Dovecot, authority: Authority, mode: Mode) -> None:
    async def story(store: Probe) -> dict[str, SpecialFolder | None]:
        return {name: one.role for name, one in (await in_subtree(store)).items()}

    assert tell(on_dovecot(dovecot, authority, new_user()), story, mode) == {
        "Drafts": SpecialFolder.DRAFTS,
        "INBOX": SpecialFolder.INBOX,
        "Junk": SpecialFolder.JUNK_EMAIL,
        "Sent": SpecialFolder.SENT_ITEMS,
        "Trash": SpecialFolder.DELETED_ITEMS,
    }


def test_a_folder_in_the_inbox_is_in_the_inbox(dovecot: Dovecot, authority: Authority, mode: Mode) -> None:
    async def story(store: Probe) -> list[str]:
        inbox = (await store.special_folders(NEVER))[SpecialFolder.INBOX]
        await store.create_folder(inbox, "inside", NEVER)
        return [one.name for one in await store.folders(inbox, NEVER)]

    assert tell(on_dovecot(dovecot, authority, new_user()), story, mode) == ["inside"]


def test_counts_are_of_now_on_every_connection(dovecot: Dovecot, authority: Authority, mode: Mode) -> None:
    """Also on one that has the mailbox selected, of which servers tell what they saw last."""
    user, clock = new_user(), ManualClock()

    async def story(store: Probe) -> list[FolderFacts]:
        inbox = (await store.by_name())["INBOX"]

        await store.work(inbox, ImapSession.noop)
        with AnotherClient(dovecot, user) as client:
            client.append("INBOX", "", "", b"Subject: x\r\n\r\n")
        clock.move(1.1)
        listed = (await in_subtree(store))["INBOX"]
        await store.work(inbox, ImapSession.noop)
        with AnotherClient(dovecot, user) as client:
            client.append("INBOX", "(\\Seen)", "", b"Subject: y\r\n\r\n")
        clock.move(1.1)
        return [listed, await store.folder(inbox.entry_id, NEVER)]

    found = tell_on(clock, on_dovecot(dovecot, authority, user), story, mode)
    assert [(one.content_count, one.unread_count) for one in found] == [(1, 1), (2, 1)]


def test_a_mailbox_that_is_deleted_while_it_is_selected_is_deleted(
    dovecot: Dovecot, authority: Authority, mode: Mode
) -> None:
    user = new_user()

    async def story(store: Probe) -> list[bytes]:
        subtree = (await store.special_folders(NEVER))[SUBTREE]
        await store.create_folder(subtree, "gone", NEVER)
        gone = (await store.by_name())["gone"]
        await store.work(gone, ImapSession.noop)
        with AnotherClient(dovecot, user) as client:
            client.delete("gone")
        with pytest.raises(ObjectDeleted):
            await store.work(gone, ImapSession.noop)
        return await subjects(store, "INBOX")

    assert tell(on_dovecot(dovecot, authority, user), story, mode) == []


def test_a_renamed_mailbox_is_not_taken_for_one_that_has_its_name_now(
    dovecot: Dovecot, authority: Authority, mode: Mode
) -> None:
    user = new_user()

    async def story(store: Probe) -> tuple[list[bytes], list[bytes]]:
        subtree = (await store.special_folders(NEVER))[SUBTREE]
        first = await store.create_folder(subtree, "name", NEVER)
        with AnotherClient(dovecot, user) as client:
            client.append("name", "", "", b"Subject: first\r\n\r\n")
        before = await subjects(store, "name")
        await store.move_folder(first, subtree, "other", NEVER)
        await store.create_folder(subtree, "name", NEVER)
        with AnotherClient(dovecot, user) as client:
            client.append("name", "", "", b"Subject: second\r\n\r\n")
        assert before == await subjects(store, "other")
        return before, await subjects(store, "name")

    found = tell(on_dovecot(dovecot, authority, user), story, mode)
    assert found == ([b"Subject: first\r\n\r\n"], [b"Subject: second\r\n\r\n"])


@pytest.mark.parametrize(("name", "words"), [("x" * 300, "too long"), ("~x", "Begins with '~'")], ids=["long", "tilde"])
def test_a_name_that_the_server_does_not_take_is_refused_with_its_words(
    dovecot: Dovecot, authority: Authority, mode: Mode, name: str, words: str
) -> None:
    async def story(store: Probe) -> None:
        subtree = (await store.special_folders(NEVER))[SUBTREE]
        with pytest.raises(UsageError, match=words):
            await store.create_folder(subtree, name, NEVER)
        made = await store.create_folder(subtree, "x", NEVER)
        with pytest.raises(UsageError, match=words):
            await store.move_folder(made, subtree, name, NEVER)

    tell(on_dovecot(dovecot, authority, new_user()), story, mode)
