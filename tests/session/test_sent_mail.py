"""One copy of what is sent, in the store of the account that it is sent from."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, cast
from unittest.mock import Mock

import attrs
import pytest

import msgcore.aio
from msgcore import Accepted, Message
from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.blocking.session import Session
from msgcore.errors import AuthenticationRefused, ConnectionLost, LimitExceeded, MsgcoreError, UsageError
from msgcore.model import Address, Deferred, Envelope, Outcome, Recipient, Refused
from msgcore.props.table import (
    PidTagDeleteAfterSubmit,
    PidTagMessageFlags,
    PidTagSentMailEntryId,
    PidTagStatusString,
    PidTagSubject,
)
from msgcore.runtime import NEVER, Runtime
from msgcore.session.services import OpenService, reach_stores
from msgcore.spi.capability import Capability
from msgcore.spi.registry import register_service
from msgcore.spi.store import Incoming, MessageFlag, SpecialFolder
from msgcore.testing.memory_maildrop import register_memory_maildrops
from msgcore.testing.memory_store import MemoryStore, StoreMemory
from tests.session.desk import Desk
from tests.session.services import MemoryConfig, MemoryService

LETTER = Message(to="bob@b.test", subject="letter", text="Hello")
ACCOUNT = {"service": "account", "email": "ann@a.test"}


class AccountStore(MemoryStore):
    """The store of an account: it has no outgoing queue, and its server may be away."""

    is_away = False
    is_away_at_logon: ClassVar[bool] = False
    refusal: ClassVar[MsgcoreError] = ConnectionLost("the server is away")
    keeps_sent = False
    waits = 0
    is_small = False
    refused = 0

    @property
    def capabilities(self) -> frozenset[Capability]:
        return (super().capabilities | {Capability.SENT_MAIL}) - {Capability.OUTGOING_QUEUE}

    def special_folders(self, deadline: Deadline) -> Mapping[SpecialFolder, EntryId]:
        if self.is_away_at_logon:
            raise self.refusal
        return super().special_folders(deadline)

    def keeps_sent_mail(self, deadline: Deadline) -> bool:
        return self.keeps_sent

    def save(self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline) -> Sequence[EntryId]:
        if self.is_away:
            self.waits += 1
            raise ConnectionLost("the server is away")
        if self.is_small:
            self.refused += 1
            raise LimitExceeded("the server takes 10 octets")
        return super().save(folder, incoming, deadline)


class AccountService(MemoryService):
    """A transport and the store of its account, whose memory outlives it."""

    stores: ClassVar[dict[str, AccountStore]] = {}
    memories: ClassVar[dict[str, StoreMemory]] = {}

    def __init__(self, config: MemoryConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        memory = self.memories.setdefault(config.label, StoreMemory("Account"))
        self.stores[config.label] = AccountStore(memory, runtime)

    def providers(self) -> Sequence[object]:
        return (_Transport(self), self.stores[self.config.label])


@attrs.frozen
class _Transport:
    """The transport alone."""

    service: MemoryService

    @property
    def address_types(self) -> Sequence[str]:
        return self.service.address_types

    @property
    def identity(self) -> Address | None:
        return self.service.identity

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        return await self.service.submit(envelope, message, deadline)

    async def close(self) -> None:
        await self.service.close()


@pytest.fixture(autouse=True)
def account_service() -> None:
    AccountService.memories.clear()
    register_service("account", AccountService)


def account() -> AccountStore:
    return AccountService.stores["memory"]


def subjects(session: Session, number: int, role: SpecialFolder = SpecialFolder.SENT_ITEMS) -> list[str]:
    """Say what is in Sent Items, or another folder, of one of the session's stores."""
    store = session.stores[number]
    folder = store.sent_items if role is SpecialFolder.SENT_ITEMS else store.inbox
    return sorted(str(row.get(PidTagSubject)) for row in folder.contents_table([PidTagSubject]).query_rows(100))


def sent(session: Session, message: Message = LETTER) -> tuple[list[str], list[str]]:
    """Send, and say what is in Sent Items of the default store, and in that of the account."""
    session.submit(message)
    session.flush_queues()
    return subjects(session, 0), subjects(session, 1)


def test_the_copy_is_in_the_store_of_the_account_and_nowhere_else(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        assert sent(session) == ([], ["letter"])


def test_the_copy_has_been_read(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        sent(session)
        [row] = session.stores[1].sent_items.contents_table([PidTagMessageFlags]).query_rows(9)

        assert row[PidTagMessageFlags] & MessageFlag.READ


def test_the_copy_says_nothing_of_where_it_was_to_go(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        sent(session)
        [row] = session.stores[1].sent_items.contents_table([PidTagSentMailEntryId]).query_rows(9)

        assert row.get(PidTagSentMailEntryId) is None


def test_what_another_account_sends_stays_in_the_default_store(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        assert sent(session, Message(from_="eve@e.test", to="bob@b.test", subject="other")) == (["other"], [])


def test_there_is_no_copy_where_the_server_keeps_its_own(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        account().keeps_sent = True

        assert sent(session) == ([], [])


def test_a_message_that_is_to_be_deleted_after_it_was_sent_leaves_no_copy(desk: Desk) -> None:
    message = LETTER.copy()
    message[PidTagDeleteAfterSubmit] = True
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        assert sent(session, message) == ([], [])


class BusyAtFirst(MemoryService):
    """Defers everything once."""

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        outcomes = await super().submit(envelope, message, deadline)
        return outcomes if len(self.taken) > 1 else dict.fromkeys(envelope.recipients, Deferred(451))


def test_no_copy_stays_of_a_message_that_was_sent_at_a_later_try(desk: Desk) -> None:
    register_service("busy", BusyAtFirst)
    message = LETTER.copy()
    message[PidTagDeleteAfterSubmit] = True
    with desk.log_on(desk.mailbox(), {"service": "busy", "email": "ann@a.test"}) as session:
        session.submit(message)
        session.flush_queues()
        session.flush_queues()

        assert (session.submissions(), subjects(session, 0)) == ((), [])


def test_a_message_goes_into_the_folder_that_it_names(desk: Desk) -> None:
    message = LETTER.copy()
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        message[PidTagSentMailEntryId] = bytes(session.stores[1].inbox.entry_id)
        session.submit(message)
        session.flush_queues()

        assert subjects(session, 1, SpecialFolder.INBOX) == ["letter"]


def test_while_the_server_is_away_the_copy_stays_in_the_default_store(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        account().is_away = True

        assert sent(session) == (["letter"], [])


def test_it_is_filed_when_the_server_is_there_again(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        account().is_away = True
        sent(session)
        account().is_away = False
        session.flush_queues()

        assert (subjects(session, 0), subjects(session, 1)) == ([], ["letter"])


def test_it_is_filed_by_the_next_session(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        account().is_away = True
        sent(session)
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        session.flush_queues()

        assert (subjects(session, 0), subjects(session, 1)) == ([], ["letter"])


def test_a_copy_whose_folder_is_gone_stays_in_the_default_store(desk: Desk) -> None:
    message = LETTER.copy()
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        folder = session.stores[1].sent_items.create_folder("gone")
        message[PidTagSentMailEntryId] = bytes(folder.entry_id)
        folder.delete()

        assert sent(session, message) == (["letter"], [])


def test_a_copy_that_is_too_large_for_the_account_is_not_offered_again_and_again(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        account().is_small = True

        assert sent(session) == (["letter"], [])
        session.flush_queues()
        assert account().refused == 1


def test_a_session_without_the_store_of_an_account_still_sends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AccountStore, "is_away_at_logon", True)
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        session.submit(LETTER)
        session.flush_queues()

        assert (len(session.stores), subjects(session, 0)) == (1, ["letter"])


class _Refusing(_Transport):
    """Its server takes nothing."""

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        return dict.fromkeys(envelope.recipients, Refused(550, "5.7.1", "no"))


class RefusingService(AccountService):
    def providers(self) -> Sequence[object]:
        return (_Refusing(self), self.stores[self.config.label])


def test_what_the_server_refused_is_kept_also_where_it_keeps_its_own(desk: Desk) -> None:
    """Of what it did not take it has no copy."""
    register_service("refusing", RefusingService)
    with desk.log_on(desk.mailbox(), {**ACCOUNT, "service": "refusing"}) as session:
        account().keeps_sent = True

        assert sent(session) == ([], ["letter"])


def test_what_was_sent_while_the_account_was_away_is_filed_by_a_session_that_reaches_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AccountStore, "is_away_at_logon", True)
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        session.submit(LETTER)
        session.flush_queues()
    monkeypatch.setattr(AccountStore, "is_away_at_logon", False)
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        session.flush_queues()

        assert (subjects(session, 0), subjects(session, 1)) == ([], ["letter"])


def test_a_server_keeps_no_copy_of_what_another_transport_took(desk: Desk) -> None:
    """To take a message is not to have seen it: the account's own server was not asked."""
    by_fax: dict[str, object] = {"service": "memory", "label": "fax", "types": ["FAX"]}
    with desk.log_on(desk.mailbox(), ACCOUNT, by_fax) as session:
        account().keeps_sent = True

        assert sent(session, Message(to="FAX:+46 8 123", subject="fax")) == ([], ["fax"])


def test_a_message_of_an_old_date_is_filed_as_well(desk: Desk) -> None:
    old = LETTER.copy()
    old.date = datetime(2020, 1, 1, tzinfo=UTC)
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        assert sent(session, old) == ([], ["letter"])


def test_a_draft_of_an_old_date_is_filed_as_well(desk: Desk) -> None:
    old = LETTER.copy()
    old.date = datetime(2020, 1, 1, tzinfo=UTC)
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        with session.open_message(session.drafts.save(old)) as draft:
            draft.submit()
        session.flush_queues()

        assert (subjects(session, 0), subjects(session, 1)) == ([], ["letter"])


def test_of_an_account_that_is_away_the_server_is_waited_for_once(desk: Desk) -> None:
    """Not once for each message that waits to be filed there."""
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        for _ in range(3):
            session.submit(LETTER)
        account().is_away = True
        session.flush_queues()

        assert account().waits == 1


def test_the_outcomes_are_told_when_the_copy_is_elsewhere(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        submission = session.submit(LETTER)
        session.flush_queues()

        assert session.outcomes(submission)["bob@b.test"] == Accepted(250, "2.0.0", "ok")


def test_a_store_that_was_away_is_there_when_it_can_be_reached(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AccountStore, "is_away_at_logon", True)
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        session.submit(LETTER)
        monkeypatch.setattr(AccountStore, "is_away_at_logon", False)
        session.flush_queues()

        assert (subjects(session, 0), subjects(session, 1)) == ([], ["letter"])


def test_an_account_that_cannot_be_opened_does_not_end_a_flush(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays away, and is tried again."""
    monkeypatch.setattr(AccountStore, "is_away_at_logon", True)
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        session.submit(LETTER)
        monkeypatch.setattr(AccountStore, "refusal", AuthenticationRefused("no"))
        session.flush_queues()
        monkeypatch.setattr(AccountStore, "is_away_at_logon", False)
        session.flush_queues()

        assert (subjects(session, 0), subjects(session, 1)) == ([], ["letter"])


def test_an_account_that_could_not_be_opened_is_not_asked_for_its_store(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(AccountStore, "is_away_at_logon", True)
    monkeypatch.setattr(AccountStore, "refusal", AuthenticationRefused("no"))
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        caplog.clear()
        session.flush_queues()

        assert caplog.messages == []


class StoreService(AccountService):
    """The store of an account alone."""

    def providers(self) -> Sequence[object]:
        return (self.stores[self.config.label],)


STORE = {**ACCOUNT, "service": "store-only", "name": "account"}
MAILDROP: dict[str, object] = {"service": "maildrop", "name": "eve", "url": "maildrop://eve"}


@pytest.mark.parametrize("again", ["flush", "receive"])
def test_a_store_without_a_transport_that_was_away_is_asked_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, again: str
) -> None:
    register_service("store-only", StoreService)
    register_memory_maildrops()
    monkeypatch.setattr(AccountStore, "is_away_at_logon", True)
    with desk.log_on(desk.mailbox(), STORE, MAILDROP) as session:
        with pytest.raises(ConnectionLost, match="the server is away"):
            session.store("account")
        call = session.flush_queues if again == "flush" else session.receive
        call()
        rows = session.status_table().query_rows(9)
        assert rows[1][PidTagStatusString] == "the server is away"
        monkeypatch.setattr(AccountStore, "is_away_at_logon", False)
        call()

        assert session.store("account").display_name == "Account"
        assert session.status_table().query_rows(9)[1][PidTagStatusString] == "AVAILABLE"


def test_a_call_that_comes_late_does_not_call_a_store_away_that_another_has_reached() -> None:
    class Store:
        display_name = "Account"
        calls = 0

        async def special_folders(self, _: Deadline) -> dict[SpecialFolder, EntryId]:
            self.calls += 1
            is_first = self.calls == 1
            await asyncio.sleep(0)
            if is_first:
                return {}
            raise ConnectionLost("the server is away")

    opened = OpenService(Mock(), Mock(), Mock(), stores_away=(cast(Any, Store()),))

    async def both() -> None:
        await asyncio.gather(reach_stores(opened, NEVER), reach_stores(opened, NEVER))

    asyncio.run(both())
    assert (len(opened.stores), opened.stores_away, opened.away) == (1, (), None)


def test_a_store_that_was_refused_is_left_in_peace(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    register_service("store-only", StoreService)
    monkeypatch.setattr(AccountStore, "is_away_at_logon", True)
    monkeypatch.setattr(AccountStore, "refusal", AuthenticationRefused("no"))
    with desk.log_on(desk.mailbox(), STORE) as session:
        monkeypatch.setattr(AccountStore, "is_away_at_logon", False)
        session.flush_queues()

        with pytest.raises(AuthenticationRefused):
            session.store("account")


def test_a_logon_that_reaches_nothing_fails(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    register_service("store-only", StoreService)
    monkeypatch.setattr(AccountStore, "is_away_at_logon", True)

    with pytest.raises(ConnectionLost, match="the server is away"):
        desk.log_on(STORE)


def test_a_service_whose_store_is_away_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AccountStore, "is_away_at_logon", True)
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        rows = session.status_table().query_rows(9)

        assert [row[PidTagStatusString] for row in rows] == ["AVAILABLE", "the server is away", "stopped"]


def test_a_store_is_found_by_the_name_of_its_service(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), ACCOUNT) as session:
        assert session.store("account").display_name == "Account"


def test_a_service_without_a_store_is_told_with_those_that_have_one(desk: Desk) -> None:
    with (
        desk.log_on(desk.mailbox(), ACCOUNT) as session,
        pytest.raises(UsageError, match=r"There are mail\.db, account"),
    ):
        session.store("acount")


class CountingStore(AccountStore):
    """What is saved in it is counted."""

    saves = 0

    async def save(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        self, folder: EntryId, incoming: Sequence[Incoming], deadline: Deadline
    ) -> Sequence[EntryId]:
        CountingStore.saves += 1
        raise ConnectionLost("the server is away")


class Cut(AccountService):
    """Its second message is never done with."""

    def __init__(self, config: MemoryConfig, runtime: Runtime) -> None:
        super().__init__(config, runtime)
        self.stores[config.label] = CountingStore(self.memories[config.label], runtime)
        self.has_begun = asyncio.Event()

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        if message.subject == "hangs":
            self.has_begun.set()
            await self.runtime.event().wait(deadline)
        return await super().submit(envelope, message, deadline)


def test_a_cancelled_task_does_not_wait_for_copies_to_be_filed(desk: Desk) -> None:
    """They are when mail is sent the next time."""
    register_service("cut", Cut)
    CountingStore.saves = 0
    desk.admin.create("work", [desk.mailbox(), {**ACCOUNT, "service": "cut"}])

    async def story() -> None:
        async with msgcore.aio.logon("work", admin=desk.admin) as session:
            await session.submit(LETTER)
            await session.submit(Message(to="bob@b.test", subject="hangs"))
            task = asyncio.create_task(session.flush_queues())
            await cast(Cut, Cut.opened["memory"]).has_begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert [one.subject for one in await session.sent_items.messages()] == ["letter"]

    asyncio.run(story())
    assert CountingStore.saves == 0
