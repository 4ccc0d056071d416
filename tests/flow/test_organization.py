"""Through an organisation: relay, MTA, gateway; inside, outside over Postfix, and the reports about who got nothing."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest

from msgcore import Accepted, Deferred, Delivered, Message, ProfileAdmin, Refused, mime
from msgcore.blocking.organization import Organization
from msgcore.blocking.session import Session
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.runtime import Engine
from tests.flow.folders import only_report, subjects
from tests.flow.modes import Api
from tests.flow.peers import Peer
from tests.mta.homes import home_in_a_file, home_on_a_server
from tests.servers import Authority, Postfix, SmtpSink

pytestmark = pytest.mark.interop


on_both_engines = pytest.mark.parametrize("url", list(Engine), ids=lambda engine: engine.value, indirect=True)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Say where the organisation is kept: in a file, unless the test asks for both engines."""
    if getattr(request, "param", Engine.SQLITE) is Engine.SQLITE:
        return home_in_a_file(tmp_path).url
    return home_on_a_server(request.getfixturevalue("postgresql"), tmp_path).url


@pytest.fixture
def organization(api: Api, url: str) -> Iterator[Organization]:
    """Ann and Bob, and no way out."""
    with api.open_organization(url, create=True) as organization:
        organization.add_mailbox("ann", addresses=["SMTP:ann@athena.test"], display_name="Ann Alm")
        organization.add_mailbox("bob", addresses=["SMTP:bob@athena.test", "SMTP:robert@athena.test"])
        yield organization


@pytest.fixture
def log_on(api: Api, admin: ProfileAdmin, url: str, organization: Organization) -> Iterator[Callable[[str], Session]]:
    sessions: list[Session] = []

    def log_on(mailbox: str) -> Session:
        admin.create(mailbox, [{"service": "organization", "url": url, "mailbox": mailbox}], replace=True)
        sessions.append(api.logon(mailbox, admin))
        return sessions[-1]

    yield log_on
    for session in sessions:
        session.close()


LogOn = Callable[[str], Session]


def way_out(relay: str, *, name: str = "out", space: str = "*", cost: int = 10, **options: str) -> Connector:
    return Connector(name, "smtp", [AddressSpace("SMTP", space, cost=cost)], options={"relay": relay, **options})


def letter(word: str, to: str | Sequence[str], **given: Any) -> Message:
    return Message(to=to, subject=word, text="Hello", **given)


def send(session: Session, message: Message) -> Mapping[Any, Any]:
    submission = session.submit(message)
    session.flush_queues()
    return session.outcomes(submission)


# Inside


@on_both_engines
def test_a_colleague_has_it_in_the_inbox(log_on: LogOn, word: str) -> None:
    send(log_on("ann"), letter(word, "bob@athena.test"))

    assert subjects(log_on("bob").inbox) == [word]


def test_delivery_inside_is_final(log_on: LogOn, word: str) -> None:
    outcomes = send(log_on("ann"), letter(word, "bob@athena.test"))

    assert outcomes["bob@athena.test"] == Delivered(250, "2.1.5")


@on_both_engines
def test_text_and_attachment_arrive_inside(log_on: LogOn, word: str) -> None:
    send(log_on("ann"), letter(word, "bob@athena.test", attachments=[b"\0\r\n.\r\n"]))

    (item,) = log_on("bob").inbox.messages()
    message = item.load()
    assert (str(message.text).rstrip(), message.attachments[0].data) == ("Hello", b"\0\r\n.\r\n")


def test_blind_recipients_inside_are_not_named(log_on: LogOn, word: str) -> None:
    send(log_on("ann"), letter(word, "bob@athena.test", bcc="ann@athena.test"))

    (item,) = log_on("bob").inbox.messages()
    assert (item.load().bcc, "bcc" in [field.name.lower() for field in item.load().headers]) == ((), False)


def test_a_blind_recipient_inside_has_it(log_on: LogOn, word: str) -> None:
    ann = log_on("ann")
    send(ann, letter(word, "bob@athena.test", bcc="ann@athena.test"))

    assert subjects(ann.inbox) == [word]


def test_two_addresses_of_one_mailbox_bring_the_message_once(log_on: LogOn, word: str) -> None:
    send(log_on("ann"), letter(word, ["bob@athena.test", "robert@athena.test"]))

    assert subjects(log_on("bob").inbox) == [word]


@on_both_engines
def test_a_bare_name_is_resolved_in_the_directory(log_on: LogOn, word: str) -> None:
    send(log_on("bob"), letter(word, "ann alm"))

    assert subjects(log_on("ann").inbox) == [word]


def test_the_sender_keeps_a_copy(log_on: LogOn, word: str) -> None:
    ann = log_on("ann")
    send(ann, letter(word, "bob@athena.test"))

    assert (subjects(ann.sent_items), subjects(ann.outbox)) == ([word], [])


# Outside


def test_a_relay_with_starttls_and_ca_file_takes_it_to_the_maildir(
    log_on: LogOn, organization: Organization, postfix: Postfix, authority: Authority, word: str
) -> None:
    relay = f"smtp+starttls://localhost:{postfix.smtp}"
    organization.set_routes(RouteTable([way_out(relay, ca_file=str(authority.ca_file))]))
    send(log_on("ann"), letter(word, "bob@example.test"))

    received = postfix.wait_for_message("bob", word.encode())
    assert (received.startswith(b"Return-Path: <ann@athena.test>"), b"with ESMTPS" in received) == (True, True)


def test_a_relay_with_auth_takes_it(
    log_on: LogOn, organization: Organization, postfix: Postfix, authority: Authority, password: str, word: str
) -> None:
    relay = f"smtp+starttls://localhost:{postfix.submission}"
    out = way_out(relay, ca_file=str(authority.ca_file), user="bob", password=password)
    organization.set_routes(RouteTable([out]))
    outcomes = send(log_on("ann"), letter(word, "x@sink.test"))

    assert outcomes["x@sink.test"] == Accepted(250, "2.0.0")


@on_both_engines
def test_it_reaches_the_sink_behind_the_relay(
    log_on: LogOn, organization: Organization, postfix: Postfix, smtp_sink: SmtpSink, word: str
) -> None:
    organization.set_routes(RouteTable([way_out(f"smtp://localhost:{postfix.smtp}")]))
    send(log_on("ann"), letter(word, ["x@sink.test", "y@sink.test"]))

    message = smtp_sink.wait_for_message(word.encode())
    assert (message.sender, message.recipients) == ("ann@athena.test", ("x@sink.test", "y@sink.test"))


def test_an_untrusted_relay_defers_with_its_reason(
    log_on: LogOn, organization: Organization, postfix: Postfix, word: str
) -> None:
    organization.set_routes(RouteTable([way_out(f"smtp+starttls://localhost:{postfix.smtp}")]))
    outcomes = send(log_on("ann"), letter(word, "bob@example.test"))

    outcome = outcomes["bob@example.test"]
    assert (type(outcome), "certificate" in outcome.text) == (Deferred, True)


def test_inside_and_outside_go_their_own_ways(log_on: LogOn, organization: Organization, word: str) -> None:
    with Peer() as peer:
        organization.set_routes(RouteTable([way_out(peer.url)]))
        send(log_on("ann"), letter(word, ["bob@athena.test", "x@sink.test"]))

    assert (subjects(log_on("bob").inbox), [one.recipients for one in peer.messages]) == ([word], [("x@sink.test",)])


def test_the_gateway_sends_what_the_application_composed(log_on: LogOn, organization: Organization, word: str) -> None:
    message = letter(word, "x@sink.test", bcc="y@sink.test", attachments=[b"\0\1"], html="<p>ü\n")
    with Peer() as peer:
        organization.set_routes(RouteTable([way_out(peer.url)]))
        send(log_on("ann"), message)

    received = mime.read(peer.messages[0].octets)
    html = str(received.html).replace("\r\n", "\n")
    parts = (received.subject, html, received.attachments[0].data, received.bcc, len(peer.messages))
    assert parts == (word, "<p>ü\n", b"\0\1", (), 1)


# The cheapest way


def test_the_cheapest_connector_is_used(log_on: LogOn, organization: Organization, word: str) -> None:
    with Peer() as dear, Peer() as cheap:
        routes = [way_out(dear.url, name="dear", cost=50), way_out(cheap.url, name="cheap", cost=1)]
        organization.set_routes(RouteTable(routes))
        send(log_on("ann"), letter(word, "x@sink.test"))

    assert (len(dear.messages), len(cheap.messages)) == (0, 1)


@on_both_engines
def test_a_session_follows_routes_that_are_set_later(log_on: LogOn, organization: Organization, word: str) -> None:
    with Peer() as dear, Peer() as cheap:
        other = way_out(dear.url, name="dear", cost=50)
        organization.set_routes(RouteTable([other, way_out(cheap.url, name="cheap", cost=1)]))
        ann = log_on("ann")
        send(ann, letter(word, "x@sink.test"))
        organization.set_routes(RouteTable([other]))
        send(ann, letter(word, "x@sink.test"))

    assert (len(dear.messages), len(cheap.messages)) == (1, 1)


def test_a_closer_address_space_goes_before_a_cheaper_one(log_on: LogOn, organization: Organization, word: str) -> None:
    with Peer() as close, Peer() as cheap:
        routes = [way_out(close.url, name="close", space="*@sink.test", cost=99), way_out(cheap.url, cost=1)]
        organization.set_routes(RouteTable(routes))
        send(log_on("ann"), letter(word, "x@sink.test"))

    assert (len(close.messages), len(cheap.messages)) == (1, 0)


def test_check_recipients_names_the_connector(log_on: LogOn, organization: Organization, word: str) -> None:
    organization.set_routes(RouteTable([way_out("smtp://localhost:1", space="*@sink.test")]))
    checks = log_on("ann").check_recipients(letter(word, ["bob@athena.test", "x@sink.test", "z@nowhere.test"]))

    assert [(check.connector, check.is_claimed) for check in checks] == [
        ("mailboxes", True),
        ("out", True),
        ("", False),
    ]


# Nobody takes it


@on_both_engines
def test_an_unroutable_recipient_brings_a_report(log_on: LogOn, word: str) -> None:
    ann = log_on("ann")
    send(ann, letter(word, "z@nowhere.test"))

    message, report = only_report(ann)
    assert (message.message_class, [one.address.email_address for one in report.recipients]) == (
        "REPORT.IPM.Note.NDR",
        ["z@nowhere.test"],
    )


def test_the_report_is_what_rfc_3464_asks_for(log_on: LogOn, word: str) -> None:
    ann = log_on("ann")
    send(ann, letter(word, "z@nowhere.test"))

    report = report_of(ann)
    status = cast("list[EmailMessage]", list(report.iter_parts())[1].get_payload())
    about = status[1]
    assert (
        report.get_content_type(),
        report.get_param("report-type"),
        "Reporting-MTA" in status[0],
        about["Final-Recipient"],
        about["Action"],
        about["Status"].startswith("5."),
    ) == ("multipart/report", "delivery-status", True, "rfc822; z@nowhere.test", "failed", True)


def test_the_report_carries_the_header_of_the_original(log_on: LogOn, word: str) -> None:
    ann = log_on("ann")
    submission = ann.submit(letter(word, "z@nowhere.test"))
    ann.flush_queues()

    original = list(report_of(ann).iter_parts())[2]
    header = email.message_from_string(str(original.get_payload()), policy=email.policy.default)
    assert (original.get_content_type(), header["Subject"], header["Message-ID"]) == (
        "text/rfc822-headers",
        word,
        submission.message_id,
    )


def test_the_report_has_the_null_return_path(log_on: LogOn, word: str) -> None:
    ann = log_on("ann")
    send(ann, letter(word, "z@nowhere.test"))

    assert (report_of(ann)["Return-Path"], report_of(ann)["Auto-Submitted"]) == ("<>", "auto-replied")


def test_the_others_have_it_although_one_was_unroutable(log_on: LogOn, word: str) -> None:
    outcomes = send(log_on("ann"), letter(word, ["z@nowhere.test", "bob@athena.test"]))

    assert [type(outcome) for outcome in outcomes.values()] == [Refused, Delivered]


def test_a_recipient_that_postfix_refuses_is_reported_with_its_reply(
    log_on: LogOn, organization: Organization, postfix: Postfix, word: str
) -> None:
    organization.set_routes(RouteTable([way_out(f"smtp://localhost:{postfix.smtp}")]))
    ann = log_on("ann")
    send(ann, letter(word, ["nobody@example.test", "x@sink.test"]))

    (recipient,) = only_report(ann)[1].recipients
    assert (str(recipient.status), "550" in recipient.diagnostic, "User unknown" in recipient.diagnostic) == (
        "5.1.1",
        True,
        True,
    )


def test_an_address_inside_that_nobody_has_is_reported_and_not_sent_out(
    log_on: LogOn, organization: Organization, word: str
) -> None:
    with Peer() as peer:
        organization.set_routes(RouteTable([way_out(peer.url, space="*@sink.test")]))
        ann = log_on("ann")
        send(ann, letter(word, "nobody@athena.test"))

    assert (subjects(ann.inbox), peer.messages) == ([f"Undeliverable: {word}"], [])


def test_one_message_brings_one_report_about_all(log_on: LogOn, word: str) -> None:
    ann = log_on("ann")
    send(ann, letter(word, ["y@nowhere.test", "z@nowhere.test"]))

    _, report = only_report(ann)
    assert len(report.recipients) == 2


def test_a_report_that_cannot_be_delivered_makes_no_report(
    log_on: LogOn, organization: Organization, word: str
) -> None:
    with Peer(replies={"gone@sink.test": "550 5.1.1 gone"}) as peer:
        organization.set_routes(RouteTable([way_out(peer.url, space="*@sink.test")]))
        ann = log_on("ann")
        send(ann, letter(word, "z@nowhere.test", from_="gone@sink.test"))

    assert (subjects(ann.inbox), organization.waiting()) == ([], 0)


def test_a_report_leaves_with_the_null_return_path(log_on: LogOn, organization: Organization, word: str) -> None:
    with Peer() as peer:
        organization.set_routes(RouteTable([way_out(peer.url, space="*@sink.test")]))
        send(log_on("ann"), letter(word, "z@nowhere.test", from_="ann@sink.test"))

    assert [command for command in peer.commands if command.startswith("MAIL")] == ["MAIL FROM:<>"]


# Not now


@on_both_engines
def test_a_deferred_recipient_stays_in_the_queue(
    log_on: LogOn, organization: Organization, postfix: Postfix, word: str
) -> None:
    organization.set_routes(RouteTable([way_out(f"smtp://localhost:{postfix.smtp}")]))
    outcomes = send(log_on("ann"), letter(word, ["carol@tempfail.test", "x@sink.test"]))

    assert (outcomes["carol@tempfail.test"], organization.waiting()) == (Deferred(451, "4.7.1"), 1)


def test_a_deferred_recipient_brings_no_report(
    log_on: LogOn, organization: Organization, postfix: Postfix, word: str
) -> None:
    organization.set_routes(RouteTable([way_out(f"smtp://localhost:{postfix.smtp}")]))
    ann = log_on("ann")
    send(ann, letter(word, "carol@tempfail.test"))

    assert subjects(ann.inbox) == []


def test_the_queue_waits_with_the_next_try_until_it_is_due(
    log_on: LogOn, organization: Organization, word: str
) -> None:
    with Peer(replies={"x@sink.test": "451 4.2.1 later"}) as peer:
        organization.set_routes(RouteTable([way_out(peer.url)]))
        send(log_on("ann"), letter(word, "x@sink.test"))
        peer.replies = {}
        organization.deliver()

    assert peer.messages == []


@on_both_engines
def test_a_flush_makes_the_queue_due(log_on: LogOn, organization: Organization, word: str) -> None:
    with Peer(replies={"x@sink.test": "451 4.2.1 later"}) as peer:
        organization.set_routes(RouteTable([way_out(peer.url)]))
        ann = log_on("ann")
        send(ann, letter(word, ["x@sink.test", "y@sink.test"]))
        peer.replies = {}
        ann.flush_queues()

    assert [message.recipients for message in peer.messages] == [("y@sink.test",), ("x@sink.test",)]


@on_both_engines
def test_a_queued_recipient_follows_new_routes(
    log_on: LogOn, organization: Organization, postfix: Postfix, word: str
) -> None:
    organization.set_routes(RouteTable([way_out(f"smtp://localhost:{postfix.smtp}")]))
    ann = log_on("ann")
    send(ann, letter(word, "carol@tempfail.test"))
    with Peer() as peer:
        organization.set_routes(RouteTable([way_out(peer.url)]))
        ann.flush_queues()

    assert [message.recipients for message in peer.messages] == [("carol@tempfail.test",)]


@on_both_engines
def test_a_relay_that_is_down_keeps_the_message_queued(log_on: LogOn, organization: Organization, word: str) -> None:
    with Peer() as peer:
        organization.set_routes(RouteTable([way_out(peer.url)]))
    outcomes = send(log_on("ann"), letter(word, "x@sink.test"))

    outcome = outcomes["x@sink.test"]
    assert (type(outcome), f"smtp localhost:{peer.port}" in outcome.text, organization.waiting()) == (Deferred, True, 1)


def test_a_reply_lost_after_the_final_dot_does_not_lose_the_message(
    log_on: LogOn, organization: Organization, word: str
) -> None:
    """Nobody watches a queue: sending twice is better than not at all (RFC 5321 section 4.5.3.2.6, RFC 1047)."""
    with Peer(tear_once=".") as peer:
        organization.set_routes(RouteTable([way_out(peer.url)]))
        ann = log_on("ann")
        send(ann, letter(word, "x@sink.test"))
        ann.flush_queues()

    assert (len(peer.messages), organization.waiting()) == (2, 0)


def report_of(session: Session) -> EmailMessage:
    """Read the only report of the inbox with the standard library."""
    message, _ = only_report(session)
    return email.message_from_bytes(mime.write(message), policy=email.policy.default)
