"""The SMTP gateway against a loopback server, in both modes."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from msgcore.base.text import Secret
from msgcore.codecs import mime, tnef
from msgcore.errors import ConnectionLost, TlsRequired, UsageError
from msgcore.model import Accepted, Envelope, Message, Outcome, Recipient, Refused
from msgcore.mta.gateways.smtp import SmtpGateway, SmtpGatewayConfig
from msgcore.props.table import PidLidLocation
from msgcore.runtime import Runtime
from msgcore.spi.config import ConfigError, build_config
from msgcore.spi.gateway import Content
from msgcore.spi.registry import gateway
from msgcore.testing.modes import Mode
from msgcore.testing.queues import ANN, LETTER, to
from msgcore.testing.servers import LoopbackSmtpServer


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    mode: Mode = request.param
    return mode


@pytest.fixture
def server() -> Iterator[LoopbackSmtpServer]:
    with LoopbackSmtpServer(refusals={"rob@b.test": "550 5.1.1 nobody", "slow@b.test": "451 4.2.1 busy"}) as server:
        yield server


def config(relay: str, **values: object) -> SmtpGatewayConfig:
    made = build_config(SmtpGatewayConfig, {"relay": relay, **values}, folder=Path("/"), secret=Secret)
    assert isinstance(made, SmtpGatewayConfig)
    return made


def deliver(
    mode: Mode, relay: str, *letters: tuple[Envelope, bytes | Content], **values: object
) -> list[Mapping[Recipient, Outcome]]:
    async def main(runtime: Runtime) -> list[Mapping[Recipient, Outcome]]:
        gateway = SmtpGateway(config(relay, **values), runtime)
        try:
            return [
                await gateway.deliver(envelope, _content(given), "", runtime.deadline(30))
                for envelope, given in letters
            ]
        finally:
            await gateway.close()

    return mode.run(main)


def _content(given: bytes | Content) -> Content:
    return given if isinstance(given, Content) else Content(given)


def test_it_is_installed_under_its_name() -> None:
    assert gateway("smtp") is SmtpGateway


def test_a_relay_takes_the_octets_and_the_envelope(mode: Mode, server: LoopbackSmtpServer) -> None:
    [outcomes] = deliver(mode, server.url, (Envelope(ANN, to("bob", "carol"), "t1"), LETTER))

    [received] = server.received
    assert (set(map(type, outcomes.values())), received.octets) == ({Accepted}, LETTER)
    assert (received.envelope.sender, received.envelope.recipients) == (ANN, to("bob", "carol"))


def in_tnef() -> Content:
    message = Message(to="bob@b.test", subject="hello", text="Hello", message_class="IPM.Task", message_id="<1@a.test>")
    message[PidLidLocation] = "hall"
    return Content(tnef.write(message, bcc=False), "tnef")


def test_what_travels_as_tnef_goes_out_as_a_mail(mode: Mode, server: LoopbackSmtpServer) -> None:
    deliver(mode, server.url, (Envelope(ANN, to("bob"), "t1"), in_tnef()))

    received = mime.read(server.received[0].octets)
    assert (received.subject, str(received.text).rstrip(), received.attachments) == ("hello", "Hello", ())


def test_a_site_of_the_organisation_has_it_with_all_its_properties(mode: Mode, server: LoopbackSmtpServer) -> None:
    deliver(mode, server.url, (Envelope(ANN, to("bob"), "t1"), in_tnef()), rich=True)

    received = mime.read(server.received[0].octets)
    assert (received.message_class, received.get(PidLidLocation)) == ("IPM.Task", "hall")


def test_a_mail_goes_to_such_a_site_as_it_is(mode: Mode, server: LoopbackSmtpServer) -> None:
    deliver(mode, server.url, (Envelope(ANN, to("bob"), "t1"), LETTER), rich=True)

    assert server.received[0].octets == LETTER


def test_a_report_goes_out_under_the_null_return_path(mode: Mode, server: LoopbackSmtpServer) -> None:
    deliver(mode, server.url, (Envelope(None, to("bob"), "t1"), LETTER))

    assert [one.envelope.sender for one in server.received] == [None]


def test_each_recipient_has_the_relay_s_word(mode: Mode, server: LoopbackSmtpServer) -> None:
    [outcomes] = deliver(mode, server.url, (Envelope(ANN, to("bob", "rob", "slow"), "t1"), LETTER))

    assert [(type(one).__name__, one.code) for one in outcomes.values()] == [
        ("Accepted", 250),
        ("Refused", 550),
        ("Deferred", 451),
    ]


def test_a_connection_serves_one_message_after_another(mode: Mode, server: LoopbackSmtpServer) -> None:
    letters = [(Envelope(ANN, to("bob"), f"t{n}"), b"Subject: %d\r\n\r\n" % n) for n in range(3)]
    deliver(mode, server.url, *letters)

    assert [one.octets for one in server.received] == [octets for _, octets in letters]


def test_no_blind_copy_and_no_bare_line_end_leaves(mode: Mode, server: LoopbackSmtpServer) -> None:
    deliver(mode, server.url, (Envelope(ANN, to("bob"), "t1"), b"Bcc: carol@c.test\nSubject: a\n\n.\nb\r\n"))

    assert server.received[0].octets == b"Subject: a\r\n\r\n.\r\nb\r\n"


def test_a_relay_that_is_not_there_is_told(mode: Mode) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionLost, match=r"127\.0\.0\.1"):
            deliver(mode, f"smtp://127.0.0.1:{taken.getsockname()[1]}", (Envelope(ANN, to("bob"), "t1"), LETTER))


def test_required_tls_is_required(mode: Mode, server: LoopbackSmtpServer) -> None:
    with pytest.raises(TlsRequired):
        deliver(mode, f"smtp+starttls://127.0.0.1:{server.port}", (Envelope(ANN, to("bob"), "t1"), LETTER))
    assert server.received == ()


def test_a_password_does_not_go_over_a_line_in_clear(mode: Mode, server: LoopbackSmtpServer) -> None:
    with pytest.raises(TlsRequired):
        deliver(mode, server.url, (Envelope(ANN, to("bob"), "t1"), LETTER), user="ann", password=Secret("geheim"))


SIGNED = (
    b"Content-Type: multipart/signed; boundary=x; protocol=p\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n"
    b"\xe5\xe4\xf6\0\r\n--x\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--x--\r\n"
)


def test_a_message_that_the_relay_can_never_take_is_refused(mode: Mode, server: LoopbackSmtpServer) -> None:
    """A signed part with octets that SMTP has no way to carry: no later try can end better."""
    [outcomes] = deliver(mode, server.url, (Envelope(ANN, to("bob"), "t1"), SIGNED))

    assert list(outcomes.values()) == [Refused(None, "5.6.3")]
    assert server.received == ()


@pytest.mark.parametrize("given", [{"user": "ann"}, {"password": "env:X"}])
def test_user_and_password_go_together(given: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="go together"):
        config("smtp://out.a.test", **given)


def test_a_relay_is_needed() -> None:
    with pytest.raises(UsageError, match="relay: has to be given"):
        build_config(SmtpGatewayConfig, {}, folder=Path("/"), secret=Secret)
