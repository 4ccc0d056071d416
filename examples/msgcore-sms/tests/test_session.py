"""The package as people use it: in a profile, and in an organisation, found by its entry points."""

from collections.abc import Generator
from pathlib import Path

import pytest

import msgcore
from msgcore import Message
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.testing.organization import MemoryOrganization

from loopback_operator import LoopbackOperator

BOB = "SMS:+46701234567"
ABROAD = "SMS:+4915112345678"


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch) -> Generator[LoopbackOperator]:
    monkeypatch.setenv("SMS_TOKEN", LoopbackOperator.token)
    with LoopbackOperator() as operator:
        yield operator


def settings(operator: LoopbackOperator) -> dict[str, str]:
    return {"url": operator.url, "token": "env:SMS_TOKEN", "sender": "Athena"}


@pytest.fixture
def session(operator: LoopbackOperator, tmp_path: Path) -> Generator[msgcore.Session]:
    admin = msgcore.ProfileAdmin(tmp_path)
    store = {"service": "personal-folders", "path": str(tmp_path / "mail.db")}
    admin.create("phone", services=[store, {"service": "sms", **settings(operator)}])
    with msgcore.logon("phone", admin=admin) as session:
        yield session


def submit(session: msgcore.Session, *to: str) -> msgcore.Submission:
    submission = session.submit(Message(from_="ann@a.test", to=to, subject="Lunch", text="Call me"))
    session.flush_queues()
    return submission


def kinds(session: msgcore.Session, submission: msgcore.Submission) -> list[str]:
    return [type(one).__name__ for one in session.outcomes(submission).values()]


def test_a_session_sends_to_phones(session: msgcore.Session, operator: LoopbackOperator) -> None:
    submit(session, BOB)
    assert [(one.to, one.sender, one.text) for one in operator.messages] == [("+46701234567", "Athena", "Call me")]


def test_what_was_sent_is_in_sent_items(session: msgcore.Session) -> None:
    submit(session, BOB)
    assert [one.subject for one in session.sent_items.messages()] == ["Lunch"]


def test_a_number_that_nobody_has_is_reported(session: msgcore.Session, operator: LoopbackOperator) -> None:
    operator.refuse(BOB)
    submit(session, BOB)
    assert [one.subject for one in session.inbox.messages()] == ["Undeliverable: Lunch"]


def test_an_operator_that_is_down_is_tried_again(session: msgcore.Session, operator: LoopbackOperator) -> None:
    with operator.down():
        submission = submit(session, BOB)
    session.retry_submit(submission)
    session.flush_queues()
    assert kinds(session, submission) == ["Accepted"]


def test_what_may_have_been_taken_waits_for_a_person(session: msgcore.Session, operator: LoopbackOperator) -> None:
    operator.lose()
    submission = submit(session, BOB)
    assert [one.state.name for one in session.submissions()] == ["HELD"]
    assert kinds(session, submission) == ["Unknown"]


def test_a_retry_of_what_was_taken_gives_one_message(session: msgcore.Session, operator: LoopbackOperator) -> None:
    operator.lose()
    submission = submit(session, BOB)
    session.retry_submit(submission)
    session.flush_queues()
    assert (operator.attempts(BOB), len(operator.messages)) == (2, 1)


def test_a_wrong_token_holds_the_message_with_the_reason(session: msgcore.Session, operator: LoopbackOperator) -> None:
    operator.refuse_credentials()
    submit(session, BOB)
    [waiting] = session.submissions()
    assert (waiting.state.name, waiting.reason) == ("HELD", "sms: the operator says 401 Unauthorized")


@pytest.fixture
def office(operator: LoopbackOperator) -> MemoryOrganization:
    phones = Connector("phones", "sms", [AddressSpace("SMS", "+46*")], options=settings(operator))
    return MemoryOrganization({"ann": "ann@a.test"}, routes=RouteTable([phones]))


def test_an_organisation_routes_phones_to_the_gateway(office: MemoryOrganization, operator: LoopbackOperator) -> None:
    with msgcore.logon(office.profile("ann")) as ann:
        submit(ann, BOB)
    assert [(one.to, one.text) for one in operator.messages] == [("+46701234567", "Call me")]


def test_a_phone_of_another_country_has_no_route(office: MemoryOrganization, operator: LoopbackOperator) -> None:
    with msgcore.logon(office.profile("ann")) as ann:
        submit(ann, ABROAD)
        assert [one.subject for one in ann.inbox.messages()] == ["Undeliverable: Lunch"]
    assert operator.messages == []


def test_what_the_gateway_defers_waits_in_the_queue(office: MemoryOrganization, operator: LoopbackOperator) -> None:
    operator.defer(BOB)
    with msgcore.logon(office.profile("ann")) as ann:
        submit(ann, BOB)
    with office.open() as administration:
        assert [str(one.recipient) for one in administration.queued()] == [BOB]
