"""What MIME cannot carry goes from colleague to colleague whole, and out of the house as far as MIME goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from msgcore import Attachment, Message, ProfileAdmin, Recipient, mime
from msgcore.blocking.organization import Organization
from msgcore.blocking.session import Session
from msgcore.codecs import tnef
from msgcore.codecs.compound import NewStorage, write_compound
from msgcore.model.address import parse_address
from msgcore.model.attachment import AttachMethod
from msgcore.model.compare import compare
from msgcore.model.recipient import RecipientKind
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.props import PidTagAttachMethod, PidTagHtml, PidTagRtfCompressed
from msgcore.props.table import PidLidLocation, PidNameKeywords, PidTagRecipientTrackStatus
from msgcore.runtime import Engine
from tests.flow.folders import only_report
from tests.flow.modes import Api
from tests.flow.peers import Peer
from tests.mta.homes import home_in_a_file, home_on_a_server

pytestmark = pytest.mark.interop

LogOn = Callable[[str], Session]


@pytest.fixture(params=list(Engine), ids=lambda engine: engine.value)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param is Engine.SQLITE:
        return home_in_a_file(tmp_path).url
    return home_on_a_server(request.getfixturevalue("postgresql"), tmp_path).url


@pytest.fixture
def organization(api: Api, url: str) -> Iterator[Organization]:
    """Ann and Bob, and no way out."""
    with api.open_organization(url, create=True) as organization:
        organization.add_mailbox("ann", addresses=["SMTP:ann@athena.test"])
        organization.add_mailbox("bob", addresses=["SMTP:bob@athena.test"])
        yield organization


@pytest.fixture
def log_on(api: Api, admin: ProfileAdmin, url: str, organization: Organization) -> Iterator[LogOn]:
    sessions: list[Session] = []

    def log_on(mailbox: str) -> Session:
        admin.create(mailbox, [{"service": "organization", "url": url, "mailbox": mailbox}], replace=True)
        sessions.append(api.logon(mailbox, admin))
        return sessions[-1]

    yield log_on
    for session in sessions:
        session.close()


def rich_letter(word: str, *to: str, bcc: str = "") -> Message:
    """Compose what MIME cannot carry in several ways at once."""
    inner = Message(subject="inner", text="inside", message_class="IPM.Appointment")
    inner[PidLidLocation] = "room 5"
    storage = Attachment(write_compound(NewStorage()), filename="object")
    storage[PidTagAttachMethod] = AttachMethod.STORAGE
    message = Message(
        bcc=bcc, subject=word, text="Hello", message_class="IPM.Athena.Order", attachments=[storage, inner, b"plain"]
    )
    rows = [Recipient(parse_address(one), properties=((PidTagRecipientTrackStatus, 3),)) for one in to]
    message.recipients = (*rows, *message.recipients)
    message[PidNameKeywords] = ("red", "blue")
    message[PidLidLocation] = "hall"
    return message


def send(session: Session, message: Message) -> None:
    session.submit(message)
    session.flush_queues()


def received(session: Session) -> Message:
    (item,) = session.inbox.messages()
    return item.load()


def without_blind(message: Message) -> Message:
    message.recipients = [one for one in message.recipients if one.kind is not RecipientKind.BCC]
    return message


def test_a_colleague_has_every_property(log_on: LogOn, word: str) -> None:
    ann = log_on("ann")
    send(ann, rich_letter(word, "bob@athena.test"))

    (sent,) = (item.load() for item in ann.sent_items.messages())
    assert compare(sent, received(log_on("bob"))) == ()


def test_the_kinds_of_attachments_and_the_rows_of_recipients_arrive(log_on: LogOn, word: str) -> None:
    send(log_on("ann"), rich_letter(word, "bob@athena.test"))

    arrived = received(log_on("bob"))
    storage, embedded, plain = arrived.attachments
    assert embedded.message is not None
    assert (
        arrived.message_class,
        arrived.get(PidLidLocation),
        dict(arrived.recipients[0].properties).get(PidTagRecipientTrackStatus),
        (storage.get(PidTagAttachMethod), storage.data),
        (embedded.message.message_class, embedded.message.get(PidLidLocation)),
        plain.data,
    ) == (
        "IPM.Athena.Order",
        "hall",
        3,
        (AttachMethod.STORAGE, write_compound(NewStorage())),
        ("IPM.Appointment", "room 5"),
        b"plain",
    )


def test_it_arrives_in_the_form_of_properties_with_its_trace(log_on: LogOn, word: str) -> None:
    send(log_on("ann"), rich_letter(word, "bob@athena.test"))

    arrived = received(log_on("bob"))
    assert arrived.source is not None
    assert (arrived.source.form, [field.name for field in arrived.headers][:2]) == (
        "tnef",
        ["Return-Path", "Received"],
    )


def test_what_says_no_more_than_mime_travels_as_mime(log_on: LogOn, word: str) -> None:
    send(log_on("ann"), Message(to="bob@athena.test", subject=word, html="<p>Hello", attachments=[b"\0"]))

    source = received(log_on("bob")).source
    assert source is not None and source.form == "mime"


def test_a_mixed_set_of_recipients_has_it_each_in_its_form(
    log_on: LogOn, organization: Organization, word: str
) -> None:
    with Peer() as peer:
        routes = [Connector("out", "smtp", [AddressSpace("SMTP", "*")], options={"relay": peer.url})]
        organization.set_routes(RouteTable(routes))
        send(log_on("ann"), rich_letter(word, "bob@athena.test", "x@sink.test", bcc="y@sink.test"))

    inside, outside = received(log_on("bob")), mime.read(peer.messages[0].octets)
    assert (inside.message_class, [one.bcc for one in (inside, outside)]) == ("IPM.Athena.Order", [(), ()])
    assert (outside.subject, outside.attachments[2].data) == (word, b"plain")
    assert outside.attachments[1].message is not None and outside.attachments[1].message.subject == "inner"
    assert b"y@sink.test" not in peer.messages[0].octets


def test_a_report_quotes_the_header_as_mime(log_on: LogOn, word: str) -> None:
    ann = log_on("ann")
    send(ann, rich_letter(word, "nobody@nowhere.test"))

    message, report = only_report(ann)
    quoted = message.attachments[-1]
    assert (report.original_subject, f"Subject: {word}".encode() in quoted.data) == (word, True)


def test_a_message_from_a_tnef_stream_is_sent_on_with_its_body(log_on: LogOn, word: str) -> None:
    letter = tnef.read(tnef.write(rich_letter(word, "bob@athena.test")))
    letter[PidTagRtfCompressed] = b"\0" * 20
    send(log_on("ann"), letter)

    arrived = received(log_on("bob"))
    assert (arrived.get(PidTagRtfCompressed), arrived.said(PidTagHtml)) == (b"\0" * 20, None)
