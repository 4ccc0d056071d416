"""The connection is torn between the final dot and the reply: nobody knows, and nothing is sent twice unasked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from msgcore import Accepted, Message, ProfileAdmin, Submission, Unknown
from msgcore.blocking.session import Session
from msgcore.errors import NotAccepted
from msgcore.model.outcome import Certainty
from msgcore.spi.outgoing_queue import OutgoingState
from tests.flow.folders import account, personal_folders, subjects
from tests.flow.modes import Api
from tests.flow.peers import Peer

TO = "x@sink.test"


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer(tear_once=".") as peer:
        yield peer


@pytest.fixture
def session(api: Api, admin: ProfileAdmin, peer: Peer, tmp_path: Path) -> Iterator[Session]:
    admin.create("work", [account(peer.url), personal_folders(tmp_path)])
    with api.logon("work", admin) as session:
        yield session


@pytest.fixture
def submission(session: Session) -> Submission:
    """A message whose connection was torn after its final dot."""
    submission = session.submit(letter("torn"))
    session.flush_queues()
    return submission


def letter(text: str) -> Message:
    return Message(from_="alice@example.test", to=TO, subject=text, text=text)


def test_a_direct_send_tells_that_it_is_unknown(api: Api, peer: Peer) -> None:
    outcomes = api.send(letter("torn"), via=peer.url, check=False)

    assert (type(outcomes[TO]), outcomes[TO].certainty) == (Unknown, Certainty.UNKNOWN)


def test_a_direct_send_does_not_count_it_as_accepted(api: Api, peer: Peer) -> None:
    with pytest.raises(NotAccepted, match=f"{TO}: unknown"):
        api.send(letter("torn"), via=peer.url)


def test_a_direct_send_does_not_try_again(api: Api, peer: Peer) -> None:
    api.send(letter("torn"), via=peer.url, check=False)

    assert peer.bodies == [b"torn\r\n"]


def test_the_next_message_of_the_transport_goes_over_a_new_connection(api: Api, peer: Peer) -> None:
    with api.open_transport(peer.url) as transport:
        transport.send(letter("torn"), check=False)
        outcomes = transport.send(letter("next"), check=False)

    assert (type(outcomes[TO]), peer.connection_count) == (Accepted, 2)


def test_a_recipient_that_was_refused_before_is_not_unknown(api: Api, peer: Peer) -> None:
    peer.replies["no@sink.test"] = "550 5.1.1 no"
    message = Message(from_="alice@example.test", to=[TO, "no@sink.test"], text="torn")

    outcomes = api.send(message, via=peer.url, check=False)

    assert (str(outcomes["no@sink.test"]), type(outcomes[TO])) == ("refused 550 5.1.1 no", Unknown)


def test_the_outcome_is_unknown(session: Session, submission: Submission) -> None:
    assert type(session.outcomes(submission)[TO]) is Unknown


def test_the_submission_is_held_in_the_outbox(session: Session, submission: Submission) -> None:
    assert (session.submission_state(submission).state, subjects(session.outbox)) == (OutgoingState.HELD, ["torn"])


def test_the_reason_says_that_retry_sends_it_again(session: Session, submission: Submission) -> None:
    assert "retry sends it again" in session.submission_state(submission).reason


def test_no_report_is_made(session: Session, submission: Submission) -> None:
    assert subjects(session.inbox) == []


def test_flush_does_not_send_it_again(session: Session, submission: Submission, peer: Peer) -> None:
    session.flush_queues()

    assert peer.bodies == [b"torn\r\n"]


def test_others_go_on(session: Session, submission: Submission, peer: Peer) -> None:
    session.submit(letter("next"))
    session.flush_queues()

    assert peer.bodies == [b"torn\r\n", b"next\r\n"]


def test_retry_submit_sends_it_again(session: Session, submission: Submission, peer: Peer) -> None:
    session.retry_submit(submission)
    session.flush_queues()

    assert peer.bodies == [b"torn\r\n", b"torn\r\n"]


def test_after_the_retry_it_is_accepted_and_in_sent_items(session: Session, submission: Submission) -> None:
    session.retry_submit(submission)
    session.flush_queues()

    assert (type(session.outcomes(submission)[TO]), subjects(session.sent_items)) == (Accepted, ["torn"])


def test_abort_submit_makes_it_a_draft(session: Session, submission: Submission) -> None:
    session.abort_submit(submission)

    assert subjects(session.drafts) == ["torn"]
