"""Through a profile: submit, flush, and what stands in the folders afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import attrs
import pytest

from msgcore import Accepted, Deferred, Message, Outcome, Pending, ProfileAdmin, Recipient, Refused, register_service
from msgcore.base.times import Deadline
from msgcore.errors import UsageError
from msgcore.model.envelope import Envelope
from msgcore.props import (
    PidTagEntryId,
    PidTagProviderDisplay,
    PidTagStatusCode,
    PidTagStatusString,
    PidTagSubject,
)
from msgcore.runtime.abc import Runtime
from msgcore.spi.outgoing_queue import OutgoingState
from tests.flow.folders import account, only_report, personal_folders, subjects
from tests.flow.modes import Api
from tests.flow.peers import Peer
from tests.servers import Authority, Postfix

pytestmark = pytest.mark.interop


@pytest.fixture
def work(admin: ProfileAdmin, postfix: Postfix, authority: Authority, password: str, tmp_path: Path) -> ProfileAdmin:
    """A profile "work": alice at Postfix, and personal folders."""
    url = f"smtp+starttls://localhost:{postfix.submission}"
    service = account(url, user="alice", password=password, ca_file=str(authority.ca_file))
    admin.create("work", [service, personal_folders(tmp_path)])
    return admin


def profile_with(admin: ProfileAdmin, folder: Path, *services: dict[str, object]) -> ProfileAdmin:
    admin.create("work", [*services, personal_folders(folder)])
    return admin


def letter(word: str, to: str | Sequence[str] = "bob@example.test", **given: Any) -> Message:
    return Message(to=to, subject=word, text="Hello", **given)


# Everybody takes it


def test_a_submitted_message_is_delivered(api: Api, work: ProfileAdmin, postfix: Postfix, word: str) -> None:
    with api.logon("work", work) as session:
        session.submit(letter(word))
        session.flush_queues()

    assert b"\n\nHello\n" in postfix.wait_for_message("bob", word.encode())


def test_the_identity_of_the_service_is_the_from_address(
    api: Api, work: ProfileAdmin, postfix: Postfix, word: str
) -> None:
    with api.logon("work", work) as session:
        session.submit(letter(word))
        session.flush_queues()

    received = postfix.wait_for_message("bob", word.encode())
    assert (b"\nFrom: alice@example.test\n" in received, received.startswith(b"Return-Path: <alice@example.test>")) == (
        True,
        True,
    )


def test_the_submission_has_the_message_id_that_arrives(
    api: Api, work: ProfileAdmin, postfix: Postfix, word: str
) -> None:
    with api.logon("work", work) as session:
        submission = session.submit(letter(word))
        session.flush_queues()

    assert f"\nMessage-ID: {submission.message_id}\n".encode() in postfix.wait_for_message("bob", word.encode())


def test_outcomes_tell_the_servers_answer(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        submission = session.submit(letter(word))
        session.flush_queues()

        assert session.outcomes(submission)["bob@example.test"] == Accepted(250, "2.0.0")


def test_before_the_flush_the_outcome_is_pending(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        submission = session.submit(letter(word))

        assert session.outcomes(submission)["bob@example.test"] == Pending()


def test_a_sent_message_moves_from_the_outbox_to_sent_items(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        session.submit(letter(word))
        before = subjects(session.outbox), subjects(session.sent_items)
        session.flush_queues()
        after = subjects(session.outbox), subjects(session.sent_items)

    assert (before, after) == (([word], []), ([], [word]))


def test_the_sent_item_has_the_entry_id_of_the_submission(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        submission = session.submit(letter(word))
        session.flush_queues()

        assert session.load_message(submission.entry_id).subject == word


def test_the_sent_item_keeps_the_blind_recipients(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        submission = session.submit(letter(word, bcc="blind@sink.test"))
        session.flush_queues()

        sent = session.load_message(submission.entry_id)
    assert [address.email_address for address in sent.bcc] == ["blind@sink.test"]


def test_blind_recipients_are_named_nowhere_in_what_arrives(
    api: Api, work: ProfileAdmin, postfix: Postfix, word: str
) -> None:
    with api.logon("work", work) as session:
        session.submit(letter(word, bcc="blind@sink.test"))
        session.flush_queues()

    assert b"blind@" not in postfix.wait_for_message("bob", word.encode())


def test_an_attached_file_is_copied_at_submit(api: Api, admin: ProfileAdmin, tmp_path: Path, word: str) -> None:
    file = tmp_path / "report.txt"
    file.write_text("as it was")
    with Peer() as peer, api.logon("work", profile_with(admin, tmp_path, account(peer.url))) as session:
        session.submit(letter(word, attachments=[file]))
        file.unlink()
        session.flush_queues()

    assert b"as it was" in peer.bodies[0]


def test_a_second_flush_sends_nothing_again(api: Api, admin: ProfileAdmin, tmp_path: Path, word: str) -> None:
    with Peer() as peer, api.logon("work", profile_with(admin, tmp_path, account(peer.url))) as session:
        session.submit(letter(word))
        session.flush_queues()
        session.flush_queues()

    assert len(peer.messages) == 1


def test_submissions_leave_in_their_order_over_one_connection(
    api: Api, admin: ProfileAdmin, tmp_path: Path, word: str
) -> None:
    with Peer() as peer, api.logon("work", profile_with(admin, tmp_path, account(peer.url))) as session:
        for number in range(3):
            session.submit(Message(to="x@sink.test", subject=word, text=f"{number}"))
        session.flush_queues()

    assert (peer.bodies, peer.connection_count) == ([b"0\r\n", b"1\r\n", b"2\r\n"], 1)


def test_a_draft_of_the_store_is_submitted(api: Api, work: ProfileAdmin, postfix: Postfix, word: str) -> None:
    with api.logon("work", work) as session:
        draft = session.drafts.save(letter(word))
        with session.open_message(draft) as stored:
            stored.submit()
        session.flush_queues()
        left = subjects(session.drafts)

    assert (left, word.encode() in postfix.wait_for_message("bob", word.encode())) == ([], True)


# Somebody refuses it


def test_a_refused_recipient_brings_a_report_into_the_inbox(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        session.submit(letter(word, ["bob@example.test", "nobody@example.test"]))
        session.flush_queues()

        message, report = only_report(session)
    assert (message.message_class, [one.address.email_address for one in report.recipients]) == (
        "REPORT.IPM.Note.NDR",
        ["nobody@example.test"],
    )


def test_the_report_says_why(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        session.submit(letter(word, "nobody@example.test"))
        session.flush_queues()

        _, report = only_report(session)
    (recipient,) = report.recipients
    assert (str(recipient.status), "550" in recipient.diagnostic, "User unknown" in recipient.diagnostic) == (
        "5.1.1",
        True,
        True,
    )


def test_the_report_names_the_message_that_it_is_about(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        submission = session.submit(letter(word, "nobody@example.test"))
        session.flush_queues()

        _, report = only_report(session)
    assert (report.original_message_id, report.original_subject) == (submission.message_id, word)


def test_a_message_that_was_refused_for_all_leaves_the_outbox(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        submission = session.submit(letter(word, "nobody@example.test"))
        session.flush_queues()

        assert (subjects(session.outbox), session.submission_state(submission).state) == ([], OutgoingState.SENT)


def test_a_report_comes_once(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        session.submit(letter(word, ["nobody@example.test", "carol@tempfail.test"]))
        session.flush_queues()
        session.flush_queues()

        assert len(session.inbox.messages()) == 1


# Somebody defers it


def test_a_deferred_recipient_keeps_the_message_in_the_outbox(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        submission = session.submit(letter(word, ["bob@example.test", "carol@tempfail.test"]))
        session.flush_queues()

        outcomes = session.outcomes(submission)
        assert (subjects(session.outbox), outcomes["carol@tempfail.test"]) == ([word], Deferred(451, "4.7.1"))


def test_the_outgoing_queue_table_shows_the_reason(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        submission = session.submit(letter(word, "carol@tempfail.test"))
        session.flush_queues()

        (row,) = session.outgoing_queue_table().query_rows(10)
    assert (row[PidTagEntryId], row[PidTagSubject], "Try again later" in row[PidTagStatusString]) == (
        submission.entry_id,
        word,
        True,
    )


def test_a_deferred_recipient_brings_no_report(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        session.submit(letter(word, "carol@tempfail.test"))
        session.flush_queues()

        assert subjects(session.inbox) == []


def test_a_later_flush_sends_to_the_deferred_recipient_only(
    api: Api, admin: ProfileAdmin, tmp_path: Path, word: str
) -> None:
    with (
        Peer(replies={"c@sink.test": "451 4.7.1 later"}) as peer,
        api.logon("work", profile_with(admin, tmp_path, account(peer.url))) as session,
    ):
        session.submit(letter(word, ["b@sink.test", "c@sink.test"]))
        session.flush_queues()
        peer.replies = {}
        session.flush_queues()
        sent = subjects(session.sent_items)

    assert ([message.recipients for message in peer.messages], sent) == ([("b@sink.test",), ("c@sink.test",)], [word])


def test_every_try_sends_the_same_message_id_and_date(api: Api, admin: ProfileAdmin, tmp_path: Path, word: str) -> None:
    with (
        Peer(replies={"c@sink.test": "451 4.7.1 later"}) as peer,
        api.logon("work", profile_with(admin, tmp_path, account(peer.url))) as session,
    ):
        session.submit(letter(word, ["b@sink.test", "c@sink.test"]))
        session.flush_queues()
        peer.replies = {}
        session.flush_queues()

    first, second = peer.messages
    assert first.octets == second.octets


def test_retry_submit_makes_a_deferred_submission_due(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        submission = session.submit(letter(word, "carol@tempfail.test"))
        session.flush_queues()
        deferred = session.submission_state(submission)
        session.retry_submit(submission)
        retried = session.submission_state(submission)

    assert (retried.due_at < deferred.due_at, retried.reason) == (True, "")


def test_abort_submit_makes_it_a_draft(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        submission = session.submit(letter(word, "carol@tempfail.test"))
        session.flush_queues()
        session.abort_submit(submission)

        assert (subjects(session.outbox), subjects(session.drafts)) == ([], [word])


def test_an_aborted_submission_is_not_sent(api: Api, admin: ProfileAdmin, tmp_path: Path, word: str) -> None:
    with Peer() as peer, api.logon("work", profile_with(admin, tmp_path, account(peer.url))) as session:
        submission = session.submit(letter(word))
        session.abort_submit(submission)
        session.flush_queues()

    assert peer.messages == []


def test_what_has_been_sent_is_not_aborted(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        submission = session.submit(letter(word))
        session.flush_queues()

        with pytest.raises(UsageError, match="has ended"):
            session.abort_submit(submission)


# Which transport


@attrs.frozen
class FaxConfig:
    """No settings."""


class FaxTransport:
    """A plug-in in plain ``def``: it keeps what it is given in memory."""

    config_type = FaxConfig
    sent: ClassVar[list[tuple[tuple[str, ...], str]]] = []

    def __init__(self, config: FaxConfig, runtime: Runtime) -> None: ...

    @property
    def address_types(self) -> Sequence[str]:
        return ("FAX",)

    def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        self.sent.append((tuple(one.email_address for one in envelope.recipients), message.subject))
        return dict.fromkeys(envelope.recipients, Accepted())


register_service("flow-test-fax", FaxTransport)


def test_a_type_that_nobody_claims_gets_a_report(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        session.submit(letter(word, ["bob@example.test", "FAX:+46 8 1234"]))
        session.flush_queues()

        _, report = only_report(session)
    (recipient,) = report.recipients
    assert (recipient.address.typed, str(recipient.status)) == ("FAX:+46 8 1234", "5.4.4")


def test_a_type_that_nobody_claims_leaves_the_others_going(
    api: Api, work: ProfileAdmin, postfix: Postfix, word: str
) -> None:
    with api.logon("work", work) as session:
        submission = session.submit(letter(word, ["FAX:+46 8 1234", "bob@example.test"]))
        session.flush_queues()
        outcomes = session.outcomes(submission)

    assert (type(outcomes["FAX:+46 8 1234"]), type(outcomes["bob@example.test"])) == (Refused, Accepted)


def test_check_recipients_tells_before_submit_who_takes_whom(api: Api, work: ProfileAdmin, word: str) -> None:
    with api.logon("work", work) as session:
        checks = session.check_recipients(letter(word, ["bob@example.test", "FAX:+46 8 1234"]))

    assert [(check.service, check.is_claimed) for check in checks] == [("internet-mail", True), (None, False)]


def test_each_recipient_goes_to_the_transport_of_its_address_type(
    api: Api, admin: ProfileAdmin, tmp_path: Path, word: str
) -> None:
    fax: dict[str, object] = {"service": "flow-test-fax"}
    with Peer() as peer, api.logon("work", profile_with(admin, tmp_path, account(peer.url), fax)) as session:
        session.submit(letter(word, ["b@sink.test", "FAX:+46 8 1234"]))
        session.flush_queues()

    by_fax = [recipients for recipients, subject in FaxTransport.sent if subject == word]
    assert ([message.recipients for message in peer.messages], by_fax) == ([("b@sink.test",)], [("+46 8 1234",)])


def test_the_transport_of_the_from_address_goes_first(api: Api, admin: ProfileAdmin, tmp_path: Path, word: str) -> None:
    with Peer() as first, Peer() as second:
        accounts = (account(first.url, name="one"), account(second.url, name="two", email="bob@example.test"))
        with api.logon("work", profile_with(admin, tmp_path, *accounts)) as session:
            session.submit(letter(word, from_="Bob <bob@example.test>"))
            session.flush_queues()

    assert (len(first.messages), len(second.messages)) == (0, 1)


@pytest.mark.parametrize("from_", [None, "else@example.test"])
def test_else_the_first_transport_of_the_profile_takes_it(
    api: Api, admin: ProfileAdmin, tmp_path: Path, word: str, from_: str | None
) -> None:
    with Peer() as first, Peer() as second:
        accounts = (account(first.url, name="one"), account(second.url, name="two", email="bob@example.test"))
        with api.logon("work", profile_with(admin, tmp_path, *accounts)) as session:
            session.submit(letter(word, from_=from_))
            session.flush_queues()

    assert (len(first.messages), len(second.messages)) == (1, 0)


def test_a_service_that_fails_at_logon_leaves_the_others_working(
    api: Api, work: ProfileAdmin, tmp_path: Path, word: str
) -> None:
    broken: dict[str, object] = {"service": "organization", "url": f"sqlite:///{tmp_path}/none.db", "mailbox": "ann"}
    work.create("half", [account("smtp://localhost:1"), personal_folders(tmp_path), broken])
    with api.logon("half", work) as session:
        rows = session.status_table().query_rows(10)

    assert [(row[PidTagProviderDisplay], row[PidTagStatusCode] & 0xFFFF) for row in rows] == [
        ("internet-mail", 1),
        ("personal-folders", 1),
        ("organization", 4),
        ("spooler", 2),
    ]
