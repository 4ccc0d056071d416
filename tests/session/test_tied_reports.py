"""Reports that come in, tied to what was submitted; sending again to those who were refused; receipts."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime

import pytest

from msgcore import Message
from msgcore.base.ids import EntryId
from msgcore.base.status import EnhancedStatus
from msgcore.base.times import Deadline
from msgcore.blocking.session import Session
from msgcore.codecs import mime
from msgcore.errors import NotFound, OperationCancelled, TimedOut, UsageError
from msgcore.model import Accepted, Address, Delivered, DeliveryReport, Envelope, Outcome, Recipient, Refused, Unknown
from msgcore.model.read_report import ReadReport
from msgcore.model.report import ReportAction, ReportedRecipient
from msgcore.props.table import PidTagDeleteAfterSubmit, PidTagMessageClass, PidTagOriginalMessageEntryId
from msgcore.session.access import Submission
from msgcore.session.read_flags import ReadReceipt
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.outgoing_queue import OutgoingState
from msgcore.spi.registry import register_service
from msgcore.testing.memory_maildrop import MemoryMaildrop, register_memory_maildrops
from tests.session.desk import MEMORY, Desk
from tests.session.services import MemoryService, memory

LETTER = Message(to=["bob@b.test", "cid@c.test"], subject="letter", text="Hello")
ANN = Address("SMTP", "ann@a.test")
ORIGINAL = (
    b"From: ann@a.test\r\nTo: bob@b.test, dan@d.test\r\nSubject: old\r\nMessage-ID: <old@a.test>\r\n\r\nHello\r\n"
)
POP3 = {"service": "maildrop", "name": "ann", "url": "maildrop://ann"}


@pytest.fixture
def drop() -> MemoryMaildrop:
    maildrop = MemoryMaildrop()
    register_memory_maildrops(ann=maildrop)
    return maildrop


def report(
    transfer_id: str,
    message_id: str,
    action: ReportAction = ReportAction.FAILED,
    *,
    original: bytes | None = None,
    about: str = "bob@b.test",
) -> bytes:
    """Write what a server somewhere says about bob."""
    klass = 5 if action is ReportAction.FAILED else 2
    reported = ReportedRecipient(
        Address("SMTP", "robert@mail.b.test"), action, EnhancedStatus(klass, 1, 1), "550 gone", original_address=about
    )
    value = DeliveryReport("mx.b.test", (reported,), message_id, "letter", envelope_id=transfer_id)
    postmaster = Address("SMTP", "postmaster@b.test")
    header = original or f"Message-ID: {message_id}\r\n\r\n".encode()
    return mime.write_delivery_report(
        value,
        to=ANN,
        from_=postmaster,
        original=header,
        message_id="<report@b.test>",
        date=datetime.now(UTC),
        return_full=original is not None,
    )


def sent(session: Session) -> tuple[Submission, str]:
    """Send a letter, and give its submission and transfer id."""
    submission = session.submit(LETTER)
    session.flush_queues()
    return submission, memory().taken[-1][0].transfer_id


def inbox_id(session: Session) -> bytes:
    [item] = session.inbox.messages()
    return bytes(item.entry_id)


# What a report tells


@pytest.mark.parametrize(
    ("action", "kind"),
    [(ReportAction.FAILED, Refused), (ReportAction.DELIVERED, Delivered), (ReportAction.RELAYED, Accepted)],
)
def test_a_report_that_brings_back_the_envelope_id_makes_the_outcome(
    desk: Desk, drop: MemoryMaildrop, action: ReportAction, kind: type[Outcome]
) -> None:
    with desk.log_on(desk.mailbox(), MEMORY, POP3) as session:
        submission, transfer_id = sent(session)
        drop.put(report(transfer_id, "<nobody@a.test>", action))
        session.flush_queues()
        outcomes = session.outcomes(submission)

        assert (type(outcomes["bob@b.test"]), outcomes["cid@c.test"]) == (kind, Accepted(250, "2.0.0"))
        assert "mx.b.test" in outcomes["bob@b.test"].note


def test_a_proven_report_names_the_message_that_it_is_about(desk: Desk, drop: MemoryMaildrop) -> None:
    with desk.log_on(desk.mailbox(), MEMORY, POP3) as session:
        submission, transfer_id = sent(session)
        drop.put(report(transfer_id, submission.message_id))
        session.flush_queues()
        told = session.load_message(inbox_id(session))

        assert told[PidTagMessageClass] == "REPORT.IPM.Note.NDR"
        assert session.load_message(told[PidTagOriginalMessageEntryId]).subject == "letter"


@pytest.mark.parametrize("transfer_id", ["", "0" * 32])
def test_a_forged_report_is_told_and_changes_nothing(desk: Desk, drop: MemoryMaildrop, transfer_id: str) -> None:
    with desk.log_on(desk.mailbox(), MEMORY, POP3) as session:
        submission, _ = sent(session)
        drop.put(report(transfer_id, submission.message_id))
        session.flush_queues()
        outcome = session.outcomes(submission)["bob@b.test"]

        assert (outcome, "a report that proves nothing says: failed 5.1.1" in outcome.note) == (
            Accepted(250, "2.0.0"),
            True,
        )


def test_a_report_about_another_message_or_recipient_is_not_told(desk: Desk, drop: MemoryMaildrop) -> None:
    with desk.log_on(desk.mailbox(), MEMORY, POP3) as session:
        submission, transfer_id = sent(session)
        drop.put(report("", "<another@a.test>"))
        drop.put(report(transfer_id, submission.message_id, about="eve@e.test"))
        session.flush_queues()

        assert [one.note for one in session.outcomes(submission).values()] == ["", ""]


def test_a_report_that_was_delivered_by_others_is_found_when_somebody_asks(desk: Desk) -> None:
    with desk.log_on() as session:
        submission, transfer_id = sent(session)
        session.inbox.save(mime.read(report(transfer_id, "")))

        assert isinstance(session.outcomes(submission)["bob@b.test"], Refused)


def test_a_report_that_was_moved_before_anybody_asked_is_named(desk: Desk) -> None:
    with desk.log_on() as session:
        submission, transfer_id = sent(session)
        filed = session.drafts.save(mime.read(report(transfer_id, submission.message_id)))
        before, told = session.outcomes(submission), session.outcomes(filed)

        assert [type(one["bob@b.test"]) for one in (before, told)] == [Accepted, Refused]
        assert session.outcomes(submission) == told


def test_what_is_neither_a_submission_nor_a_report_about_one_has_no_outcomes(desk: Desk) -> None:
    with desk.log_on() as session:
        session.inbox.save(mime.read(report("", "<nobody@a.test>")))
        with pytest.raises(NotFound, match="nor a report about one that was submitted here"):
            session.outcomes(inbox_id(session))


def test_a_report_that_many_others_came_after_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("msgcore.session.tables.flat._PAGE", 2)
    with desk.log_on(desk.mailbox(), MEMORY) as session:
        submission, transfer_id = sent(session)
        session.inbox.save(mime.read(report(transfer_id, submission.message_id)))
        for _ in range(4):
            session.inbox.save(mime.read(report("", "<nobody@a.test>")))

        assert isinstance(session.outcomes(submission)["bob@b.test"], Refused)


def test_a_report_that_brings_back_a_large_message_is_found(desk: Desk) -> None:
    large = ORIGINAL + b"x" * 70 * 50_000
    with desk.log_on(desk.mailbox(), MEMORY) as session:
        submission, transfer_id = sent(session)
        session.inbox.save(mime.read(report(transfer_id, submission.message_id, original=large)))

        assert isinstance(session.outcomes(submission)["bob@b.test"], Refused)


def test_a_receipt_is_told_in_the_note(desk: Desk) -> None:
    with desk.log_on() as session:
        submission, _ = sent(session)
        octets = mime.write_read_report(
            ReadReport(Address("SMTP", "bob@b.test"), original_message_id=submission.message_id),
            to=ANN,
            from_=Address("SMTP", "bob@b.test"),
            original=None,
            message_id="<receipt@b.test>",
            date=datetime.now(UTC),
        )
        session.inbox.save(mime.read(octets))

        assert session.outcomes(submission)["bob@b.test"].note == "a receipt says: displayed"


class Lossy(MemoryService):
    """Nobody knows what became of what it was given."""

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.taken.append((envelope, message))
        return dict.fromkeys(envelope.recipients, Unknown(text="lost"))


def test_what_was_held_because_nobody_knew_ends_when_a_report_tells(desk: Desk) -> None:
    register_service("lossy", Lossy)
    with desk.log_on(desk.mailbox(), {"service": "lossy", "email": "ann@a.test"}) as session:
        submission = session.submit(Message(to="bob@b.test", subject="letter"))
        session.flush_queues()
        session.inbox.save(mime.read(report(memory().taken[0][0].transfer_id, "", ReportAction.DELIVERED)))
        before = session.submission_state(submission).state
        session.outcomes(submission)
        session.flush_queues()

        assert (before, session.submission_state(submission).state) == (OutgoingState.HELD, OutgoingState.SENT)
        assert len(memory().taken) == 1


# Sending again


class Choosy(MemoryService):
    """Refuses bob, until somebody makes room for him."""

    has_room = False

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.taken.append((envelope, message))
        refused = Refused(550, text="full")
        is_bob = "bob@b.test"
        return {
            one: Accepted(250) if self.has_room or one.email_address != is_bob else refused
            for one in envelope.recipients
        }


CHOOSY = {"service": "choosy", "email": "ann@a.test"}


@pytest.mark.parametrize("by", ["submission", "report"])
def test_a_message_is_sent_again_to_those_only_who_were_refused(desk: Desk, by: str) -> None:
    register_service("choosy", Choosy)
    with desk.log_on(desk.mailbox(), CHOOSY) as session:
        submission = session.submit(LETTER)
        session.flush_queues()
        again = session.resend(submission if by == "submission" else inbox_id(session))
        memory().has_room = True  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
        session.flush_queues()
        envelope, message = memory().taken[-1]

        assert ([one.email_address for one in envelope.recipients], len(message.recipients)) == (["bob@b.test"], 2)
        assert (again.message_id, session.outcomes(again).all_accepted) == (submission.message_id, True)


def test_a_report_about_a_foreign_message_sends_what_it_brings_back(desk: Desk) -> None:
    with desk.log_on() as session:
        session.inbox.save(mime.read(report("", "<old@a.test>", original=ORIGINAL)))
        session.resend(inbox_id(session))
        session.flush_queues()
        [(envelope, message)] = memory().taken

        assert ([str(one) for one in envelope.recipients], message.subject, message.text) == (
            ["robert@mail.b.test"],
            "old",
            "Hello\n",
        )


def test_a_forged_report_does_not_say_what_is_sent_again(desk: Desk) -> None:
    with desk.log_on() as session:
        submission, _ = sent(session)
        forged = ORIGINAL.replace(b"<old@a.test>", submission.message_id.encode())
        session.inbox.save(mime.read(report("", submission.message_id, original=forged)))
        session.resend(inbox_id(session))
        session.flush_queues()
        envelope, message = memory().taken[-1]

        assert ([str(one) for one in envelope.recipients], message.subject) == (["bob@b.test"], "letter")


@pytest.mark.parametrize("by", ["submission", "report", "forged report"])
def test_what_was_filed_elsewhere_is_sent_again_as_it_was_submitted(desk: Desk, by: str) -> None:
    """A copy that goes into an account's own Sent Items, or nowhere, leaves those of the outbox's store."""
    register_service("choosy", Choosy)
    letter = LETTER.copy()
    letter[PidTagDeleteAfterSubmit] = True
    with desk.log_on(desk.mailbox(), CHOOSY) as session:
        submission = session.submit(letter)
        session.flush_queues()
        about = {"submission": submission.entry_id, "report": inbox_id(session)}
        forged = ORIGINAL.replace(b"<old@a.test>", submission.message_id.encode())
        about["forged report"] = session.drafts.save(mime.read(report("", submission.message_id, original=forged)))
        session.resend(about[by])
        [item] = session.submissions()

        assert [one.email_address for one in item.outcomes] == ["bob@b.test"]
        assert (session.load_message(item.entry_id).subject, session.sent_items.messages()) == ("letter", ())


@pytest.mark.parametrize("why", [TimedOut, OperationCancelled])
def test_what_was_filed_elsewhere_does_not_stay_when_reading_it_is_cut(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, why: type[TimedOut | OperationCancelled]
) -> None:
    register_service("choosy", Choosy)
    letter = LETTER.copy()
    letter[PidTagDeleteAfterSubmit] = True
    load = GuardedStore.load

    def wait_for(deadline: Deadline) -> None:
        while not deadline.is_past:
            time.sleep(0.01)

    def cancel(_: Deadline) -> None:
        session.cancel()

    cut_by: dict[type[Exception], Callable[[Deadline], None]] = {TimedOut: wait_for, OperationCancelled: cancel}
    with desk.log_on(desk.mailbox(), CHOOSY) as session:
        submission = session.submit(letter)
        session.flush_queues()

        async def cut(store: GuardedStore, entry_id: EntryId, most: int, deadline: Deadline) -> Message:
            await load(store, entry_id, most, deadline)
            cut_by[why](deadline)
            return await load(store, entry_id, most, deadline)

        monkeypatch.setattr(GuardedStore, "load", cut)
        with pytest.raises(why):
            session.resend(submission, timeout_seconds=0.5)

        assert session.sent_items.messages() == ()


QMAIL = """From: MAILER-DAEMON@mx.b.test
To: ann@a.test
Subject: failure notice

Hi. This is the qmail-send program at mx.b.test.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bob@b.test>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 no such user
Giving up on 192.0.2.1.

--- Below this line is a copy of the message.

Message-ID: {}
Subject: letter

Hello
"""


def test_a_bounce_in_words_is_told_and_may_be_answered_by_sending_again(desk: Desk, drop: MemoryMaildrop) -> None:
    with desk.log_on(desk.mailbox(), MEMORY, POP3) as session:
        submission, _ = sent(session)
        drop.put(QMAIL.format(submission.message_id).replace("\n", "\r\n").encode())
        session.flush_queues()
        outcome = session.outcomes(submission)["bob@b.test"]
        session.resend(inbox_id(session))
        session.flush_queues()
        envelope, _ = memory().taken[-1]

        assert (type(outcome), outcome.note.startswith("a report that proves nothing says: failed 5.1.1")) == (
            Accepted,
            True,
        )
        assert [str(one) for one in envelope.recipients] == ["bob@b.test"]


def test_only_what_was_refused_can_be_sent_again(desk: Desk) -> None:
    with desk.log_on() as session:
        accepted, _ = sent(session)
        waiting = session.submit(LETTER)
        session.inbox.save(mime.read(report("", "<nobody@a.test>")))
        for one in (accepted, waiting, inbox_id(session)):
            with pytest.raises(UsageError):
                session.resend(one)


# Receipts


def asking(return_path: str = "eve@e.test") -> Message:
    return mime.read(
        f"Return-Path: <{return_path}>\r\nFrom: eve@e.test\r\nTo: ann@a.test\r\nSubject: read me\r\n"
        "Message-ID: <ask@e.test>\r\nDisposition-Notification-To: eve@e.test\r\n\r\nHello\r\n".encode()
    )


def read(session: Session, message: Message, receipt: ReadReceipt = ReadReceipt.SEND) -> bytes:
    entry_id = bytes(session.inbox.save(message))
    session.inbox.set_read_flags([entry_id], receipt=receipt)
    return entry_id


def test_a_receipt_is_sent_once_when_a_message_was_read(desk: Desk) -> None:
    with desk.log_on() as session:
        read(session, asking())
        session.flush_queues()
        session.flush_queues()
        [(envelope, message)] = memory().taken
        told = mime.read_read_report(message)

        assert (envelope.sender, [str(one) for one in envelope.recipients]) == (None, ["eve@e.test"])
        assert told is not None
        assert (told.final_recipient, told.original_message_id) == (ANN, "<ask@e.test>")
        assert list(session.sent_items.messages()) == []


def test_a_receipt_that_was_suppressed_is_not_sent(desk: Desk) -> None:
    with desk.log_on() as session:
        read(session, asking(), ReadReceipt.SUPPRESS)
        session.flush_queues()

        assert memory().taken == []


def test_a_receipt_that_would_go_elsewhere_waits_for_a_person(desk: Desk) -> None:
    with desk.log_on() as session:
        entry_id = read(session, asking("list@e.test"))
        session.flush_queues()
        before = len(memory().taken)
        told = [session.send_receipt(entry_id), session.send_receipt(entry_id)]
        session.flush_queues()

        assert (before, told, len(memory().taken)) == (0, [True, False], 1)


def test_a_receipt_that_cannot_be_made_holds_up_no_other(desk: Desk) -> None:
    with desk.log_on() as session:
        read(session, asking())
        with closing(sqlite3.connect(desk.folder / "mail.db")) as raw, raw:
            raw.execute("update content set packing = 99")  # it cannot be read any more
        other = asking()
        other.subject = "read me, too"
        read(session, other)
        session.flush_queues()

        assert [message.subject for _, message in memory().taken] == ["Read: read me, too"]
