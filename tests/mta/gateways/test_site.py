"""From site to site of one organisation: TNEF goes over SMTP, and everything arrives."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings

from msgcore.base.text import Secret
from msgcore.codecs import mime, tnef
from msgcore.model import Accepted, Attachment, Envelope, Message, Outcome, Recipient, RecipientKind, Refused
from msgcore.model.address import parse_address
from msgcore.model.attachment import AttachMethod
from msgcore.model.compare import compare
from msgcore.model.delivery import Notify
from msgcore.mta.forms import ContentForms
from msgcore.mta.gateways.smtp import SmtpGateway, SmtpGatewayConfig
from msgcore.mta.intake import accept_of
from msgcore.mta.listener import from_networks
from msgcore.props.table import (
    PidLidLocation,
    PidTagAttachMethod,
    PidTagRecipientTrackStatus,
    PidTagTransportMessageHeaders,
)
from msgcore.runtime import Runtime
from msgcore.spi.config import build_config
from msgcore.spi.gateway import Content
from msgcore.testing.modes import Mode
from msgcore.testing.queues import ANN, to
from msgcore.testing.servers import EVERY_EXTENSION, LoopbackSmtpServer
from msgcore.testing.strategies import object_messages
from msgcore.wire.smtp.server import USUAL_EXTENSIONS
from tests.mta.listener.house import House

OFFERS = {"binary": EVERY_EXTENSION, "8bit": USUAL_EXTENSIONS, "7bit": frozenset[str]()}
BINARY_STREAM = tnef.write(Message(subject="x"))[:4]


@pytest.fixture(scope="module")
def servers() -> Iterator[Mapping[str, LoopbackSmtpServer]]:
    with contextlib.ExitStack() as stack:
        yield {name: stack.enter_context(LoopbackSmtpServer(extensions=offered)) for name, offered in OFFERS.items()}


@pytest.fixture
def site() -> Iterator[LoopbackSmtpServer]:
    with LoopbackSmtpServer(extensions=EVERY_EXTENSION) as server:
        yield server


def send(
    url: str, content: Content, recipients: tuple[Recipient, ...] = to("bob"), mode: Mode = Mode.BLOCKING
) -> Mapping[Recipient, Outcome]:
    """Hand a message to the gateway of a site, in copies as the MTA makes them."""

    async def main(runtime: Runtime) -> dict[Recipient, Outcome]:
        config = build_config(SmtpGatewayConfig, {"relay": url}, folder=Path("/"), secret=Secret)
        gateway, forms, told = SmtpGateway(config, runtime), ContentForms(content), dict[Recipient, Outcome]()
        try:
            for copy in forms.copies(recipients, gateway, "tnef"):
                envelope = Envelope(ANN, copy.recipients, "t1")
                told.update(await gateway.deliver(envelope, forms.make(copy.form), "", runtime.deadline(30)))
        finally:
            await gateway.close()
        return told

    return mode.run(main)


def kept(message: Message) -> Content:
    return Content(tnef.write(message, bcc=False), "tnef")


def with_one_row_each(message: Message) -> Message:
    """Leave out second rows of one address: in the header, and so in a mail, they are the same."""
    message.recipients = {(r.address_type, r.email_address.casefold()): r for r in message.recipients}.values()
    return message


# The messages take long to make; what can be in them is seen elsewhere with more of them.
@settings(max_examples=max(10, settings().max_examples // 6))
@given(object_messages().map(with_one_row_each))
def test_every_property_arrives_whatever_the_site_s_server_takes(
    servers: Mapping[str, LoopbackSmtpServer], message: Message
) -> None:
    content = kept(message)
    for server in servers.values():
        [outcome] = send(server.url, content).values()
        if isinstance(outcome, Refused):  # an address in the header that needs SMTPUTF8
            assert (server, str(outcome.enhanced)[:3]) == (servers["7bit"], "5.6")
        else:
            assert compare(mime.read(server.received[-1].octets), tnef.read(content.octets)) == ()


def test_tnef_goes_as_it_is_where_binary_is_taken(site: LoopbackSmtpServer) -> None:
    send(site.url, kept(full()))

    assert BINARY_STREAM in site.received[0].octets


def full() -> Message:
    """Compose what has a bit of everything."""
    drawing = Attachment(b"\xd0\xcf\x11\xe0", filename="drawing")
    drawing[PidTagAttachMethod] = AttachMethod.STORAGE
    inner = Message(subject="inner", text="in it", message_class="IPM.Task")
    inner[PidLidLocation] = "inside"
    bob = Recipient(parse_address("Bob <bob@b.test>"), properties=((PidTagRecipientTrackStatus, 3),))
    message = Message(
        from_="Ann <ann@a.test>",
        to=bob,
        subject="grüße",
        text="text",
        html="<p>text</p>",
        message_class="IPM.Own.Form",
        message_id="<1@a.test>",
        attachments=[Attachment(b"\0\r\n.\n\xff", filename="a.bin"), drawing, inner],
    )
    message[PidLidLocation] = "hall"
    return message


def test_no_blind_recipient_is_named_but_in_the_envelope(site: LoopbackSmtpServer) -> None:
    message = full()
    message.bcc = "blind@b.test"
    accept = accept_of(
        Envelope(ANN, (*to("bob"), Recipient(parse_address("blind@b.test"), RecipientKind.BCC))), message
    )
    told = send(site.url, accept.content, accept.recipients)
    [received] = site.received

    assert [one.email_address for one in received.envelope.recipients] == ["bob@b.test", "blind@b.test"]
    assert all("blind".encode(form) not in received.octets for form in ("ascii", "utf-16-le"))
    assert all(isinstance(one, Accepted) for one in told.values())


def test_what_was_asked_for_a_recipient_arrives_in_the_envelope(site: LoopbackSmtpServer) -> None:
    bob = Recipient(
        parse_address("bob@b.test"), notify=Notify.SUCCESS | Notify.DELAY, original=parse_address("robert@b.test")
    )
    send(site.url, kept(full()), (bob,))
    [received] = site.received[0].envelope.recipients

    assert (received.notify, received.original) == (bob.notify, bob.original)


def test_a_listener_of_ours_takes_in_what_was_kept() -> None:
    """Two nodes: what the second keeps is what the first had, and the trace."""
    content = kept(full())
    with House(is_site=from_networks("127.0.0.0/8")) as house:
        send(f"smtp://127.0.0.1:{house.port}", content)
    [accept] = house.queue.accepted
    arrived = tnef.read(accept.content.octets)

    differences = [one.where for one in compare(arrived, tnef.read(content.octets))]
    assert (accept.content.form, differences) == ("tnef", [])
    assert arrived[PidTagTransportMessageHeaders].startswith("Received: from ")
