"""One message, two forms: who of its recipients gets TNEF over SMTP, and who MIME alone."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from msgcore import Accepted, Message, Refused
from msgcore.base.status import Reply
from msgcore.codecs import mime
from msgcore.model import Address, Recipient
from msgcore.model.outcome import Deferred
from msgcore.props.table import PidLidVerbResponse, PidTagSendRichInfo
from msgcore.testing.servers import EVERY_EXTENSION, Fault, LoopbackSmtpServer
from msgcore.wire.smtp.server.turn import END_OF_DATA, GREETING, Turn
from tests.flow.modes import Api, Mode
from tests.servers import Authority, Postfix, SmtpSink


@pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    with Api(request.param) as api:
        yield api


@pytest.fixture
def server() -> Iterator[LoopbackSmtpServer]:
    with LoopbackSmtpServer(extensions=EVERY_EXTENSION) as server:
        yield server


def takes(name: str, *, rich: bool = True, domain: str = "b.test") -> Recipient:
    return Recipient(Address("SMTP", f"{name}@{domain}"), properties=((PidTagSendRichInfo, rich),))


def vote(*to: str | Recipient, subject: str = "Vote") -> Message:
    message = Message(from_="alice@example.test", to=to, bcc="blind@b.test", subject=subject, text="Yes")
    message[PidLidVerbResponse] = "Yes"
    return message


def arrived(server: LoopbackSmtpServer) -> list[tuple[list[str], str | None]]:
    """Tell for each transaction who was in it, and what the message says that only TNEF carries."""
    return [
        (
            [recipient.email_address.partition("@")[0] for recipient in one.envelope.recipients],
            mime.read(one.octets).get(PidLidVerbResponse),
        )
        for one in server.received
    ]


def test_those_who_take_tnef_get_it_and_the_others_get_mime(api: Api, server: LoopbackSmtpServer) -> None:
    outcomes = api.send(vote("bob@b.test", takes("rich"), takes("plain", rich=False), takes("other")), via=server.url)

    assert arrived(server) == [(["rich", "other"], "Yes"), (["bob", "plain", "blind"], None)]
    assert [(one.email_address.partition("@")[0], type(outcome)) for one, outcome in outcomes.items()] == [
        ("bob", Accepted),
        ("rich", Accepted),
        ("plain", Accepted),
        ("other", Accepted),
        ("blind", Accepted),
    ]


def test_no_blind_recipient_is_named_in_either(api: Api, server: LoopbackSmtpServer) -> None:
    api.send(vote("bob@b.test", takes("rich")), via=server.url)

    assert [b"blind" in one.octets or bool(mime.read(one.octets).bcc) for one in server.received] == [False, False]


def test_nobody_gets_tnef_unasked(api: Api, server: LoopbackSmtpServer) -> None:
    api.send(vote("bob@b.test", "carl@b.test"), via=server.url)

    assert arrived(server) == [(["bob", "carl", "blind"], None)]


def test_a_message_that_mime_carries_goes_out_once(api: Api, server: LoopbackSmtpServer) -> None:
    api.send(Message(from_="a@a.test", to=["bob@b.test", takes("rich")], text="plain"), via=server.url)

    assert [one.octets.count(b"ms-tnef") for one in server.received] == [0]


def test_where_all_take_tnef_there_is_one_transaction(api: Api, server: LoopbackSmtpServer) -> None:
    message = vote(takes("rich"), takes("other"))
    message.bcc = ()
    api.send(message, via=server.url)

    assert arrived(server) == [(["rich", "other"], "Yes")]


def test_each_recipient_has_the_outcome_of_its_own_transaction(api: Api, server: LoopbackSmtpServer) -> None:
    server.answer("550 5.1.1 no such mailbox", at="RCPT", address="rich@b.test")
    outcomes = api.send(vote("bob@b.test", takes("rich")), via=server.url, check=False)

    assert [type(outcomes[one]) for one in ("bob@b.test", "rich@b.test", "blind@b.test")] == [
        Accepted,
        Refused,
        Accepted,
    ]


def test_when_the_server_goes_after_the_first_the_others_are_deferred(api: Api, server: LoopbackSmtpServer) -> None:
    """What the first were told stands: nobody gets the message twice."""

    async def take_and_go(turn: Turn) -> Reply:
        server.cut(at=GREETING)
        return await turn.carry_out()

    server.add(END_OF_DATA, "", Fault(take_and_go, 1))
    url = f"{server.url}?messages_per_connection=1"
    outcomes = api.send(vote("bob@b.test", takes("rich")), via=url, check=False)

    assert [(one, type(outcomes[one])) for one in ("rich@b.test", "bob@b.test", "blind@b.test")] == [
        ("rich@b.test", Accepted),
        ("bob@b.test", Deferred),
        ("blind@b.test", Deferred),
    ]


def test_messages_one_behind_the_other_are_split_too(api: Api, server: LoopbackSmtpServer) -> None:
    small = Message(from_="a@a.test", to="bob@b.test", text="plain")
    with api.open_transport(server.url) as transport:
        told = transport.send_all([small, vote("carl@b.test", takes("rich")), small])

    assert [one.all_accepted for one in told] == [True] * 3
    assert [who for who, _ in arrived(server)] == [["bob"], ["rich"], ["carl", "blind"], ["bob"]]


@pytest.mark.interop
def test_postfix_delivers_both_forms(
    api: Api, postfix: Postfix, authority: Authority, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMS_PASSWORD", "secret")
    word = f"w{uuid.uuid4().hex}"
    message = vote("bob@example.test", takes("rich", domain="sink.test"), subject=word)
    message.bcc = ()
    outcomes = api.send(
        message,
        via=f"smtp+starttls://localhost:{postfix.submission}",
        user="alice",
        password="env:FORMS_PASSWORD",
        ca_file=authority.ca_file,
    )
    plain = mime.read(postfix.wait_for_message("bob", word.encode()))
    rich = mime.read(smtp_sink.wait_for_message(word.encode()).octets.partition(b"\r\n.\r\n")[0])

    assert outcomes.all_accepted
    assert [(one.subject, one.get(PidLidVerbResponse)) for one in (plain, rich)] == [(word, None), (word, "Yes")]
