"""Submitting, sending, and asking what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import pytest

import msgcore
from msgcore import Accepted, Attachment, Deferred, Delivered, Message, Pending, Refused, compare
from msgcore.base.status import Reply
from msgcore.base.times import Deadline
from msgcore.blocking.item import Item
from msgcore.blocking.session import Session
from msgcore.blocking.store import MessageStore
from msgcore.errors import (
    CommandRefused,
    InvalidAddress,
    MsgcoreError,
    NotFound,
    NotSupported,
    ObjectChanged,
    ObjectDeleted,
    PluginBroken,
    StoreCorrupt,
    UsageError,
)
from msgcore.props.table import PidTagClientSubmitTime, PidTagDisplayTo, PidTagStatusString, PidTagSubject
from msgcore.spi.guarded.reading import GuardedReading
from msgcore.spi.outgoing_queue import OutgoingState
from msgcore.testing.servers import LoopbackImapServer
from tests.session.desk import MEMORY, Desk
from tests.session.services import MemoryService, PlainService, memory

LETTER = Message(to="bob@b.test", subject="letter", text="Hello")


def test_before_the_flush_every_recipient_is_pending(desk: Desk) -> None:
    with desk.log_on() as session:
        outcomes = session.outcomes(session.submit(LETTER))

        assert dict(outcomes) == {LETTER.recipients[0]: Pending()}


def test_after_the_flush_the_outcome_is_the_transports(desk: Desk) -> None:
    with desk.log_on() as session:
        submission = session.submit(LETTER)
        session.flush_queues()

        assert session.outcomes(submission)["bob@b.test"] == Accepted(250, "2.0.0")


def test_what_a_transport_took_is_followed_where_it_tracks(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), {"service": "plain"}) as session:
        submission = session.submit(Message(from_="ann@a.test", to="bob@b.test"))
        session.flush_queues()

        assert session.outcomes(submission)["bob@b.test"] == Delivered(250, "2.1.5")


def test_a_flush_works_off_the_queues_of_transports(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), {"service": "plain"}) as session:
        session.flush_queues()

        assert PlainService.opened["memory"].flushes == 1


class Changing(MemoryService):
    """A transport that cannot say its address types again."""

    error: ClassVar[MsgcoreError]

    async def read_address_types(self, deadline: Deadline) -> Sequence[str]:
        raise self.error


@pytest.mark.parametrize("error", [StoreCorrupt("damaged"), CommandRefused(Reply(550, ("no",))), PluginBroken("no")])
def test_a_transport_that_cannot_say_its_address_types_keeps_no_other_from_sending(
    desk: Desk, error: MsgcoreError
) -> None:
    Changing.error = error
    msgcore.register_service("changing", Changing)
    changing = {"service": "changing", "label": "changing", "types": ["FAX"]}
    with desk.log_on(desk.mailbox(), MEMORY, changing) as session:
        session.submit(LETTER)
        session.flush_queues()

        assert memory().subjects == ["letter"]


def test_the_sender_is_the_primary_identity_when_there_is_none(desk: Desk) -> None:
    with desk.log_on() as session:
        session.submit(LETTER)
        session.flush_queues()
        _, message = memory().taken[0]

        assert message.from_ == session.primary_identity


def test_the_primary_identity_is_that_of_the_first_service_with_one(desk: Desk) -> None:
    with desk.log_on({"service": "plain"}, MEMORY, MEMORY | {"name": "second", "email": "b@b.test"}) as session:
        assert str(session.primary_identity) == "ann@a.test"


def test_a_sender_that_is_given_stays(desk: Desk) -> None:
    with desk.log_on() as session:
        session.submit(Message(from_="Eve <eve@e.test>", to="bob@b.test"))
        session.flush_queues()
        envelope, _ = memory().taken[0]

        assert str(envelope.sender) == "Eve <eve@e.test>"


def test_the_transport_of_the_sender_takes_the_message(desk: Desk) -> None:
    second = {"service": "memory", "name": "second", "label": "second", "email": "eve@e.test"}
    with desk.log_on(desk.mailbox(), MEMORY, second) as session:
        session.submit(Message(from_="EVE@e.test", to="bob@b.test", subject="mine"))
        session.flush_queues()

        assert (memory().subjects, memory("second").subjects) == ([], ["mine"])


def test_message_id_and_date_are_set(desk: Desk) -> None:
    with desk.log_on() as session:
        submission = session.submit(LETTER)
        message = session.load_message(submission.entry_id)

        assert (message.message_id, message.date is not None) == (submission.message_id, True)


def test_a_date_that_was_set_is_what_the_message_says_when_it_is_sent(desk: Desk) -> None:
    """A Date field holds whole seconds; the store keeps no other time beside it."""
    with desk.log_on() as session:
        session.submit(LETTER)
        session.flush_queues()
        _, message = memory().taken[0]

        assert (message.date and message.date.microsecond, message.is_changed) == (0, False)


def test_submitting_twice_gives_two_messages(desk: Desk) -> None:
    with desk.log_on() as session:
        assert session.submit(LETTER).message_id != session.submit(LETTER).message_id


def test_the_message_that_was_given_stays_as_it_is(desk: Desk) -> None:
    message = Message(to="bob@b.test", subject="letter", attachments=[b"x", Message(subject="inside")])
    before = message.copy()
    with desk.log_on() as session:
        session.submit(message)

    assert (compare(message, before), message.message_id, message.from_) == ((), None, None)


def test_a_file_that_was_attached_is_read_anew_at_each_submit(desk: Desk, tmp_path: Path) -> None:
    """The message holds the path, not what the file held when it was submitted first."""
    path = tmp_path / "report.txt"
    path.write_text("first")
    message = Message(to="bob@b.test", attachments=[path])
    with desk.log_on() as session:
        first = session.submit(message)
        path.write_text("second")
        second = session.submit(message)

        assert [session.load_message(one.entry_id).attachments[0].data for one in (first, second)] == [
            b"first",
            b"second",
        ]


def test_a_file_is_copied_when_it_is_submitted(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("now")
    with desk.log_on() as session:
        session.submit(Message(to="bob@b.test", attachments=[path]))
        path.write_text("later")
        session.flush_queues()
        _, message = memory().taken[0]

        assert message.attachments[0].data == b"now"


@pytest.mark.parametrize("inside", [False, True], ids=["attached", "attached to an attached message"])
def test_a_file_that_has_vanished_is_named_and_nothing_is_submitted(desk: Desk, tmp_path: Path, inside: bool) -> None:
    path = tmp_path / "report.txt"
    path.write_text("gone soon")
    attachment: Attachment | Message = Attachment(path)
    if inside:
        attachment = Message(attachments=[attachment])
    message = Message(to="bob@b.test", attachments=[attachment])
    path.unlink()
    with desk.log_on() as session:
        with pytest.raises(UsageError, match=r"report\.txt"):
            session.submit(message)

        assert session.outbox.count() == 0


def test_a_message_without_recipients_is_refused(desk: Desk) -> None:
    with desk.log_on() as session, pytest.raises(UsageError, match="no recipient"):
        session.submit(Message(subject="to nobody"))


def test_a_message_without_a_sender_is_refused_when_no_service_has_an_address(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), {"service": "plain"}) as session, pytest.raises(UsageError, match="no From"):
        session.submit(LETTER)


def test_a_submission_without_a_store_is_not_supported(desk: Desk) -> None:
    with desk.log_on(MEMORY) as session, pytest.raises(NotSupported):
        session.submit(LETTER)


def test_a_submission_that_was_deleted_for_good_is_not_found(desk: Desk) -> None:
    with desk.log_on() as session:
        submission = session.submit(LETTER)
        session.abort_submit(submission)
        session.default_store.purge(submission.entry_id)

        with pytest.raises(NotFound):
            session.outcomes(submission)


def test_a_recipient_that_nobody_claims_is_refused_and_reported(desk: Desk) -> None:
    with desk.log_on() as session:
        submission = session.submit(Message(to="FAX:+1 23", subject="fax"))
        session.flush_queues()

        assert (list(session.outcomes(submission).refused), session.inbox.count()) == (
            list(session.outcomes(submission)),
            1,
        )


def test_a_recipient_that_the_transport_forgets_is_unknown(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), {"service": "forgetful"}) as session:
        submission = session.submit(Message(from_="ann@a.test", to=["bob@b.test", "cid@c.test"]))
        session.flush_queues()

        assert list(map(str, session.outcomes(submission).unknown)) == ["cid@c.test"]


def test_abort_makes_the_message_a_draft(desk: Desk) -> None:
    with desk.log_on() as session:
        session.abort_submit(session.submit(LETTER))

        assert [item.subject for item in session.drafts.messages()] == ["letter"]


def test_a_submission_says_where_it_stands(desk: Desk) -> None:
    with desk.log_on() as session:
        submission = session.submit(LETTER)
        session.flush_queues()

        assert session.submission_state(submission).state is OutgoingState.SENT


def test_a_draft_that_is_submitted_leaves_the_drafts(desk: Desk) -> None:
    with desk.log_on() as session:
        entry_id = session.drafts.save(LETTER)
        with session.open_message(entry_id) as draft:
            draft.submit()

        assert (session.drafts.count(), session.outbox.count()) == (0, 1)


def test_a_draft_that_two_submit_is_submitted_once(desk: Desk) -> None:
    with desk.log_on() as session:
        entry_id = session.drafts.save(LETTER)
        with session.open_message(entry_id) as first, session.open_message(entry_id) as second:
            first.submit()
            with pytest.raises(ObjectDeleted):
                second.submit()

        assert session.outbox.count() == 1


def test_a_draft_that_somebody_else_has_changed_is_not_submitted(desk: Desk) -> None:
    with desk.log_on() as session:
        entry_id = session.drafts.save(LETTER)
        with session.open_message(entry_id) as first, session.open_message(entry_id) as second:
            first.message.subject = "changed"
            first.save_changes()
            with pytest.raises(ObjectChanged):
                second.submit()
            assert (session.drafts.count(), session.outbox.count()) == (1, 0)
            first.submit()

        assert [item.subject for item in session.outbox.messages()] == ["changed"]


def test_a_message_that_waits_to_be_sent_is_not_submitted_again(desk: Desk) -> None:
    with desk.log_on() as session:
        submission = session.submit(LETTER)
        with session.open_message(submission.entry_id) as waiting, pytest.raises(UsageError):
            waiting.submit()

        assert session.outbox.count() == 1


@pytest.fixture
def two_stores(desk: Desk) -> Iterator[tuple[Session, MessageStore]]:
    new = {"service": "personal-folders", "path": str(desk.folder / "archive.db"), "name": "archive"}
    with desk.log_on(desk.mailbox(), new, MEMORY) as session:
        (archive,) = [store for store in session.stores if store.uid != session.default_store.uid]
        yield session, archive


def test_a_draft_of_another_store_is_submitted_once(two_stores: tuple[Session, MessageStore]) -> None:
    session, archive = two_stores
    entry_id = archive.drafts.save(LETTER)
    with session.open_message(entry_id) as first, session.open_message(entry_id) as second:
        first.submit()
        with pytest.raises(ObjectDeleted):
            second.submit()

    assert (archive.drafts.count(), session.outbox.count()) == (0, 1)


def test_a_draft_that_another_store_still_has_is_not_submitted_again(two_stores: tuple[Session, MessageStore]) -> None:
    """As if who submitted it had been killed before he deleted it."""
    session, archive = two_stores
    entry_id = archive.drafts.save(LETTER)
    with session.open_message(entry_id) as draft:
        first = draft.submit()
        archive.restore(entry_id)

        assert draft.submit().entry_id == first.entry_id
    assert (archive.drafts.count(), session.outbox.count()) == (0, 1)


def test_a_draft_of_another_store_that_was_sent_is_submitted_once_it_is_saved_anew(
    two_stores: tuple[Session, MessageStore],
) -> None:
    session, archive = two_stores
    entry_id = archive.drafts.save(LETTER)
    with session.open_message(entry_id) as draft:
        draft.submit()
        archive.restore(entry_id)
        session.flush_queues()
        with pytest.raises(UsageError, match="submitted before, and sent"):
            draft.submit()
        assert (archive.drafts.count(), session.outbox.count()) == (1, 0)

        draft.save_changes()
        draft.submit()
    assert (archive.drafts.count(), session.outbox.count()) == (0, 1)


def test_a_draft_that_cannot_be_submitted_stays(desk: Desk) -> None:
    with desk.log_on() as session:
        entry_id = session.drafts.save(Message(subject="to nobody"))
        with session.open_message(entry_id) as draft, pytest.raises(UsageError):
            draft.submit()

        assert session.drafts.count() == 1


# The outgoing queue table


def test_the_outgoing_queue_table_shows_what_waits_oldest_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """And asks for all of it at once."""
    with desk.log_on() as session:
        for number in range(3):
            session.submit(Message(to="Bob <bob@b.test>", subject=str(number)))
        monkeypatch.delattr(GuardedReading, "row")
        rows = session.outgoing_queue_table().query_rows(10)

        assert [(row[PidTagSubject], row[PidTagDisplayTo], row[PidTagStatusString]) for row in rows] == [
            (str(number), "Bob", "ready") for number in range(3)
        ]


def test_the_outgoing_queue_table_says_when_it_was_submitted(desk: Desk) -> None:
    with desk.log_on() as session:
        submission = session.submit(LETTER)
        (row,) = session.outgoing_queue_table().query_rows(10)

        assert row[PidTagClientSubmitTime] == session.submission_state(submission).submitted_at


def test_the_outgoing_queue_table_says_why_something_is_held(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), {"service": "broken-submit"}) as session:
        session.submit(Message(from_="ann@a.test", to="bob@b.test"))
        session.flush_queues()
        (row,) = session.outgoing_queue_table().query_rows(10)

        assert row[PidTagStatusString] == "held: broken-submit: wrong password"


def test_the_outgoing_queue_table_is_empty_when_all_is_sent(desk: Desk) -> None:
    with desk.log_on() as session:
        session.submit(LETTER)
        session.flush_queues()

        assert session.outgoing_queue_table().row_count() == 0


# Names


PEOPLE = ["Bob Barker <bob@b.test>", "Cid Barker <cid@c.test>"]


def with_book(desk: Desk) -> list[dict[str, object]]:
    return [desk.mailbox(), MEMORY, {"service": "book", "people": PEOPLE}]


def test_a_bare_name_is_resolved_at_submit(desk: Desk) -> None:
    with desk.log_on(*with_book(desk)) as session:
        session.submit(Message(to="Bob"))
        session.flush_queues()
        envelope, message = memory().taken[0]

        assert (str(envelope.recipients[0]), message.to[0].typed) == ("Bob Barker <bob@b.test>", "SMTP:bob@b.test")


def test_a_name_that_two_people_have_is_refused_with_both(desk: Desk) -> None:
    with desk.log_on(*with_book(desk)) as session, pytest.raises(InvalidAddress, match=r"bob@b\.test.*cid@c\.test"):
        session.submit(Message(to="Barker"))


def test_a_name_that_nobody_has_is_refused(desk: Desk) -> None:
    with desk.log_on(*with_book(desk)) as session, pytest.raises(InvalidAddress, match="no address book"):
        session.submit(Message(to="Zoe"))


def test_a_name_that_is_refused_submits_nothing(desk: Desk) -> None:
    with desk.log_on(*with_book(desk)) as session:
        with pytest.raises(InvalidAddress):
            session.submit(Message(to=["Bob", "Zoe"]))

        assert session.outbox.count() == 0


def test_the_message_that_was_given_keeps_its_bare_name(desk: Desk) -> None:
    message = Message(to="Bob")
    with desk.log_on(*with_book(desk)) as session:
        session.submit(message)

    assert not message.to[0].is_resolved


@pytest.mark.parametrize(
    ("name", "address"),
    [("Bob", "bob@a.test"), ("bob", "bob@a.test"), ("Bob B", "bob@a.test"), ("Cid C", "cid@a.test")],
)
def test_a_name_is_resolved_in_the_organisation(desk: Desk, name: str, address: str) -> None:
    with desk.log_on(*organisation(desk)) as session:
        (check,) = session.check_recipients(Message(to=name))
        session.submit(Message(to=name))
        session.flush_queues()

        assert (check.is_claimed, [item.from_ and str(item.from_) for item in inbox_of(desk, address)]) == (
            True,
            ["Ann A <ann@a.test>"],
        )


def test_a_draft_on_an_imap_server_that_was_changed_since_is_not_submitted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAP_PASSWORD", "pw")
    with LoopbackImapServer({"ann": "pw"}) as server:
        account = {"service": "imap", "url": server.url, "user": "ann", "password": "env:IMAP_PASSWORD"}
        with desk.log_on(desk.mailbox(), MEMORY, {**account, "allow_cleartext_login": True}) as session:
            store = session.stores[1]
            entry_id = store.inbox.save(Message(to="bob@b.test", subject="old"))
            with store.open_message(entry_id) as first, store.open_message(entry_id) as second:
                first.message.subject = "new"
                first.save_changes()
                with pytest.raises(ObjectChanged):
                    second.submit()
                assert [item.subject for item in store.inbox.messages()] == ["new"]
                first.submit()
            assert not list(store.inbox.messages())


def organisation(desk: Desk, mailbox: str = "ann") -> list[dict[str, object]]:
    url = f"sqlite:///{desk.folder / 'athena.db'}"
    if not (desk.folder / "athena.db").exists():
        with desk.open_organization(url, create=True) as org:
            for name in ("Ann A", "Bob B", "Cid C"):
                short = name.split()[0].lower()
                org.add_mailbox(short, addresses=[f"SMTP:{short}@a.test"], display_name=name)
    return [{"service": "organization", "url": url, "mailbox": mailbox}]


def inbox_of(desk: Desk, address: str) -> list[Item]:
    desk.admin.create("other", organisation(desk, address.partition("@")[0]), replace=True)
    with desk.logon("other", desk.admin) as session:
        return list(session.inbox.messages())


def test_a_name_that_several_in_the_organisation_have_is_refused(desk: Desk) -> None:
    services = organisation(desk)
    with desk.open_organization(str(services[0]["url"])) as org:
        org.add_mailbox("bobby", addresses=["SMTP:bobby@a.test"], display_name="Bob B")
    with desk.log_on(*services) as session, pytest.raises(InvalidAddress, match="may be any of"):
        session.submit(Message(to="bob b"))


def test_an_exact_name_goes_before_names_that_only_begin_so(desk: Desk) -> None:
    services = organisation(desk)
    with desk.open_organization(str(services[0]["url"])) as org:
        org.add_mailbox("bobby", addresses=["SMTP:bobby@a.test"], display_name="Bobby")
    with desk.log_on(*services) as session:
        (check,) = session.check_recipients(Message(to="bob"))

        assert check.is_claimed


def test_a_name_that_nobody_in_the_organisation_has_is_refused(desk: Desk) -> None:
    with desk.log_on(*organisation(desk)) as session, pytest.raises(InvalidAddress, match="Zoe"):
        session.submit(Message(to="Zoe"))


# Checking before submit


def test_a_check_names_the_service_that_takes_a_recipient(desk: Desk) -> None:
    with desk.log_on() as session:
        (check,) = session.check_recipients(LETTER)

        assert (check.service, check.connector, check.reason, check.is_claimed) == ("memory", None, "takes SMTP", True)


def test_a_check_names_the_connector_of_a_transport_that_routes(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), {"service": "plain"}) as session:
        (check,) = session.check_recipients(LETTER)

        assert (check.service, check.connector, check.reason) == ("plain", "north", "by *")


def test_a_check_says_when_a_transport_has_no_route(desk: Desk) -> None:
    with desk.log_on(desk.mailbox(), {"service": "plain"}) as session:
        (check,) = session.check_recipients(Message(to="lost@b.test"))

        assert (check.is_claimed, check.reason) == (False, "no route")


def test_a_check_says_when_nobody_takes_the_type(desk: Desk) -> None:
    with desk.log_on() as session:
        (check,) = session.check_recipients(Message(to="FAX:+1"))

        assert (check.service, check.reason) == (None, "no service of this profile takes FAX")


def test_a_check_says_when_a_name_is_nobodys(desk: Desk) -> None:
    with desk.log_on(*with_book(desk)) as session:
        (check,) = session.check_recipients(Message(to="Zoe"))

        assert (check.is_claimed, "no address book" in check.reason) == (False, True)


def test_a_check_answers_in_the_order_of_the_recipients(desk: Desk) -> None:
    message = Message(to=["FAX:+1", "Zoe", "bob@b.test"], cc="Bob")
    with desk.log_on(*with_book(desk)) as session:
        assert [check.recipient for check in session.check_recipients(message)] == list(message.recipients)


def test_a_check_takes_a_name_and_the_address_that_it_stands_for(desk: Desk) -> None:
    message = Message(to=["Bob", "bob@b.test"])
    with desk.log_on(*with_book(desk)) as session:
        assert [check.service for check in session.check_recipients(message)] == ["memory", "memory"]


def test_a_check_submits_nothing(desk: Desk) -> None:
    with desk.log_on() as session:
        session.check_recipients(LETTER)

        assert (session.outbox.count(), memory().taken) == (0, [])


def test_a_check_tells_what_the_flush_then_does(desk: Desk) -> None:
    message = Message(to=["bob@b.test", "FAX:+1"])
    with desk.log_on() as session:
        told = [check.is_claimed for check in session.check_recipients(message)]
        submission = session.submit(message)
        session.flush_queues()

        assert told == [not isinstance(one, Refused) for one in session.outcomes(submission).values()]


ACCOUNT = {"service": "internet-mail", "email": "ann@a.test", "smtp": "smtps://a.test", "user": "ann"}


def test_a_service_that_failed_holds_what_it_would_take(desk: Desk) -> None:
    """A missing password is no reason to refuse a recipient for good."""
    account = ACCOUNT | {"password": "env:MSGCORE_NO_SUCH_VARIABLE"}
    with desk.log_on(desk.mailbox("a.db"), account) as session:
        submission = session.submit(Message(to="bob@b.test", subject="Hi"))
        session.flush_queues()

        state = session.submission_state(submission)
        assert (state.state, session.inbox.count(), type(session.outcomes(submission)["bob@b.test"])) == (
            OutgoingState.HELD,
            0,
            Deferred,
        )
        assert "MSGCORE_NO_SUCH_VARIABLE" in state.reason


def test_a_service_that_failed_is_not_stood_in_for_by_another(desk: Desk) -> None:
    """Its From address is its own: another way out is not what the profile says."""
    account = ACCOUNT | {"password": "env:MSGCORE_NO_SUCH_VARIABLE"}
    with desk.log_on(*organisation(desk), account) as session:
        submission = session.submit(Message(from_="ann@a.test", to="bob@a.test"))
        other = session.submit(Message(from_="else@a.test", to="bob@a.test"))
        session.flush_queues()

        states = [session.submission_state(one).state for one in (submission, other)]
        assert states == [OutgoingState.HELD, OutgoingState.SENT]


def test_the_profile_says_how_long_mail_is_tried_and_whether_it_may_come_twice(desk: Desk) -> None:
    nowhere = {"service": "smtp", "url": "smtp://127.0.0.1:9", "email": "ann@a.test"}
    desk.admin.create("work", [desk.mailbox(), nowhere])
    desk.admin.services("work").set_spooler({"shortest": "7h", "longest": "8h", "at_least_once": True})
    with desk.logon("work", desk.admin) as session:
        first = session.submit(Message(to="bob@b.test"))
        second = session.submit(Message(to="bob@b.test"), at_least_once=False)
        session.flush_queues()
        states = [session.submission_state(one) for one in (first, second)]

    waits = [(one.due_at - one.submitted_at).total_seconds() / 3600 for one in states]
    assert all(7 <= wait <= 8 for wait in waits)
    assert [one.terms.at_least_once for one in states] == [True, False]


def test_check_recipients_names_the_service_that_failed(desk: Desk) -> None:
    account = ACCOUNT | {"password": "env:MSGCORE_NO_SUCH_VARIABLE"}
    with desk.log_on(desk.mailbox("a.db"), account) as session:
        (check,) = session.check_recipients(Message(to="bob@b.test"))
        assert (check.service, "internet-mail could not be opened" in check.reason) == (None, True)


def test_the_address_of_a_service_that_failed_is_still_the_sender(desk: Desk) -> None:
    account = ACCOUNT | {"password": "env:MSGCORE_NO_SUCH_VARIABLE"}
    with desk.log_on(desk.mailbox("a.db"), account) as session:
        session.submit(Message(to="bob@b.test"))
        (item,) = session.outbox.messages()
        assert str(item.from_) == "ann@a.test"
