"""What a session tells of an account at an IMAP server, in the words in which it tells of any store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import msgcore
from msgcore import NotificationKind, ProfileAdmin, Session, aio
from msgcore.base.times import Deadline
from msgcore.errors import OperationCancelled
from msgcore.props.table import PidTagSubject
from msgcore.session.tables.events import TableEventKind
from msgcore.testing.servers import LoopbackImapServer
from tests.session.services import register_all

K = NotificationKind
PATIENCE_SECONDS = 30.0
LETTER = b"Subject: letter\r\n\r\ntext\r\n"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackImapServer]:
    monkeypatch.setenv("IMAP_PASSWORD", "pw")
    with LoopbackImapServer({"ann": "pw"}) as server:
        server.account("ann").add(b"Archive")
        yield server


@pytest.fixture
def admin(tmp_path: Path, empty_mailbox: bytes, server: LoopbackImapServer) -> ProfileAdmin:
    register_all()
    (tmp_path / "mail.db").write_bytes(empty_mailbox)
    admin = ProfileAdmin(tmp_path / "profiles")
    account = {"service": "imap", "name": "account", "url": server.url, "user": "ann", "password": "env:IMAP_PASSWORD"}
    mailbox = {"service": "personal-folders", "path": str(tmp_path / "mail.db")}
    admin.create("work", [mailbox, account | {"allow_cleartext_login": True}])
    return admin


@pytest.fixture
def session(admin: ProfileAdmin) -> Iterator[Session]:
    with msgcore.logon("work", admin=admin) as session:
        yield session


def first_inbox_message(session: Session) -> bytes:
    (item,) = session.store("account").inbox.messages()
    return item.entry_id


ABOUT: dict[str, Callable[[Session], object]] = {
    "the session": lambda _: None,
    "the store": lambda session: session.store("account"),
    "the inbox": lambda session: session.store("account").inbox,
}


@pytest.mark.parametrize("about", ABOUT.values(), ids=ABOUT)
def test_new_mail_in_the_inbox_is_told(
    session: Session, server: LoopbackImapServer, about: Callable[[Session], object]
) -> None:
    with session.notifications(about(session), timeout_seconds=PATIENCE_SECONDS) as told:  # type: ignore[arg-type]
        server.put("ann", LETTER)
        event = next(told)

    assert (event.kind, event.folder) == (K.NEW_MAIL, session.store("account").inbox.entry_id)
    assert session.load_message(event.entry_id).subject == "letter"


def test_what_happens_in_another_folder_is_told_of_that_folder(session: Session, server: LoopbackImapServer) -> None:
    (archive,) = [one for one in session.store("account").root.folders() if one.name == "Archive"]
    with session.notifications(archive, timeout_seconds=PATIENCE_SECONDS) as told:
        uid = server.put("ann", LETTER, b"Archive")
        came = next(told)
        server.mailbox("ann", b"Archive").remove([uid])
        went = next(told)

    assert [(one.kind, one.entry_id, one.folder) for one in (came, went)] == [
        (K.CREATED, came.entry_id, bytes(archive.entry_id)),
        (K.DELETED, came.entry_id, bytes(archive.entry_id)),
    ]


def test_what_happens_to_one_message_is_told_of_it_alone(session: Session, server: LoopbackImapServer) -> None:
    uid = server.put("ann", LETTER)
    wanted = first_inbox_message(session)
    with session.notifications(wanted, timeout_seconds=PATIENCE_SECONDS) as told:
        server.put("ann", LETTER)
        server.mailbox("ann").remove([uid])
        event = next(told)

    assert (event.kind, event.entry_id) == (K.DELETED, wanted)


def test_a_table_is_told_of_a_row_that_comes(session: Session, server: LoopbackImapServer) -> None:
    with session.store("account").inbox.contents_table([PidTagSubject]) as table:
        table.advise()
        server.put("ann", LETTER)
        (event,) = table.next_events(timeout_seconds=PATIENCE_SECONDS)

    assert event.row is not None
    assert (event.kind, event.row[PidTagSubject]) == (TableEventKind.ROW_ADDED, "letter")


def test_the_logoff_ends_every_connection(admin: ProfileAdmin, server: LoopbackImapServer) -> None:
    with msgcore.logon("work", admin=admin) as session:
        told = session.notifications()
        server.put("ann", LETTER)
        assert K.NEW_MAIL in {next(told).kind}

    assert list(told) == []
    deadline = Deadline.after(PATIENCE_SECONDS)
    while server.open_connections:
        deadline.check("connections are open")
        time.sleep(0.005)


def test_tasks_are_told_and_the_loop_goes_on(admin: ProfileAdmin, server: LoopbackImapServer) -> None:
    async def main() -> tuple[NotificationKind, NotificationKind]:
        async with aio.logon("work", admin=admin) as session:
            heard: asyncio.Queue[NotificationKind] = asyncio.Queue()
            await session.advise(lambda event: heard.put_nowait(event.kind), session.store("account"))
            async with session.notifications(kinds=[K.NEW_MAIL], timeout_seconds=PATIENCE_SECONDS) as told:
                server.put("ann", LETTER)
                event = await anext(told)
            return event.kind, await asyncio.wait_for(heard.get(), PATIENCE_SECONDS)

    assert asyncio.run(main()) == (K.NEW_MAIL, K.NEW_MAIL)


def test_cancelling_ends_the_wait_for_what_happens(admin: ProfileAdmin) -> None:
    async def main() -> None:
        async with aio.logon("work", admin=admin) as session, session.notifications(session.store("account")) as told:
            waiting = asyncio.ensure_future(anext(told))
            await asyncio.sleep(0.01)
            session.cancel()
            with pytest.raises(OperationCancelled):
                await waiting

    asyncio.run(main())


def test_an_account_that_is_away_keeps_nobody_from_listening_to_the_rest(
    session: Session, server: LoopbackImapServer
) -> None:
    with server.down(), session.notifications(timeout_seconds=PATIENCE_SECONDS) as told:
        session.inbox.save(msgcore.Message(subject="here"))
        assert next(told).kind is K.NEW_MAIL
