"""The SMTP gateway against a loopback server, in both modes."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.text import Secret
from msgcore.codecs import mime, tnef
from msgcore.errors import ConfigError, ConnectionLost, MsgcoreError, ServiceBusy, TlsRequired, UsageError
from msgcore.model import Accepted, Deferred, Delivered, Envelope, Message, Outcome, Recipient, Refused
from msgcore.model.address import Address
from msgcore.model.delivery import DeliveryRequest, Notify, ReturnedContent
from msgcore.mta.forms import ContentForms
from msgcore.mta.gateways.smtp import SmtpGateway, SmtpGatewayConfig
from msgcore.props.table import PidLidLocation
from msgcore.runtime import Runtime
from msgcore.spi.config import build_config
from msgcore.spi.gateway import Content
from msgcore.spi.registry import gateway
from msgcore.testing.modes import Mode
from msgcore.testing.queues import ANN, LETTER, to
from msgcore.testing.servers import EVERY_EXTENSION, LoopbackSmtpServer
from msgcore.testing.strategies import mail_octets
from msgcore.wire.smtp.server import USUAL_EXTENSIONS
from msgcore.wire.smtp.server.turn import END_OF_DATA
from tests.servers import Dovecot, wait_until


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
    deliver(mode, server.url, (Envelope(ANN, to("bob"), "t1"), ContentForms(in_tnef()).make("mime")))

    received = mime.read(server.received[0].octets)
    assert (received.subject, str(received.text).rstrip(), received.attachments) == ("hello", "Hello", ())


def test_a_site_of_the_organisation_has_it_with_all_its_properties(mode: Mode, server: LoopbackSmtpServer) -> None:
    deliver(mode, server.url, (Envelope(ANN, to("bob"), "t1"), in_tnef()))

    received = mime.read(server.received[0].octets)
    assert (received.message_class, received.get(PidLidLocation)) == ("IPM.Task", "hall")


def test_a_mail_goes_to_such_a_site_as_it_is(mode: Mode, server: LoopbackSmtpServer) -> None:
    deliver(mode, server.url, (Envelope(ANN, to("bob"), "t1"), LETTER))

    assert server.received[0].octets == LETTER


def test_a_report_goes_out_under_the_null_return_path(mode: Mode, server: LoopbackSmtpServer) -> None:
    deliver(mode, server.url, (Envelope(None, to("bob"), "t1"), LETTER))

    assert [one.envelope.sender for one in server.received] == [None]


def test_what_went_in_clear_is_noted(mode: Mode, server: LoopbackSmtpServer) -> None:
    [outcomes] = deliver(mode, server.url, (Envelope(ANN, to("bob"), "t1"), LETTER))

    assert [one.note for one in outcomes.values()] == ["in clear"]


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


_OFFERS = st.sets(st.sampled_from(sorted(EVERY_EXTENSION)))


@given(mail_octets() | st.binary(max_size=200), _OFFERS)
def test_whatever_the_content_what_leaves_is_lines(plain: LoopbackSmtpServer, octets: bytes, offered: set[str]) -> None:
    """Or nothing does, and it is refused for good."""
    plain.leave_out(*(EVERY_EXTENSION - offered))
    before = len(plain.received)
    [outcomes] = deliver(Mode.BLOCKING, plain.url, (Envelope(ANN, to("bob"), "t1"), octets))
    received = plain.received[before:]

    assert [type(one) for one in outcomes.values()] == [Accepted if received else Refused]
    for one in received:
        is_binary = {"BINARYMIME", "CHUNKING"} <= offered
        left = one.octets.replace(b"\r\n", b"")
        assert is_binary or not {*b"\r\n\0"} & {*left}
        assert "8BITMIME" in offered or is_binary or one.octets.isascii()
        assert mime.read(one.octets).bcc == ()


@pytest.fixture(scope="module")
def plain() -> Iterator[LoopbackSmtpServer]:
    with LoopbackSmtpServer(extensions=EVERY_EXTENSION) as server:
        yield server


def test_who_cannot_be_named_to_the_relay_is_refused_and_no_other(mode: Mode) -> None:
    with LoopbackSmtpServer(extensions=frozenset()) as server:
        [outcomes] = deliver(mode, server.url, (Envelope(ANN, to("bob", "j\u00f6rg"), "t1"), "\u00e4\r\n".encode()))

    assert list(outcomes.values()) == [Accepted(250, "2.0.0"), Refused(553, "5.6.7")]
    assert server.received[0].octets.isascii()


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


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"user": "ann", "password": Secret("x")}, "need a relay"),
        ({"address_families": "ipv5"}, "any, ipv4, ipv6"),
        ({"port": 0}, "1 to 65,535"),
    ],
)
def test_without_a_relay_it_is_told_only_what_all_hosts_have_in_common(values: dict[str, object], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        build_config(SmtpGatewayConfig, values, folder=Path("/"), secret=Secret)


# Several at once


def deliver_all(
    mode: Mode, relay: str, *letters: tuple[Envelope, Content]
) -> tuple[list[tuple[int, list[str]]], MsgcoreError | None]:
    """Give what was told, in its order, and what was raised."""
    told: list[tuple[int, list[str]]] = []

    def tell(number: int, outcomes: Mapping[Recipient, Outcome]) -> None:
        told.append((number, [type(one).__name__ for one in outcomes.values()]))

    async def main(runtime: Runtime) -> MsgcoreError | None:
        gateway = SmtpGateway(config(relay), runtime)
        try:
            await gateway.deliver_all(letters, "", runtime.deadline(30), tell)
        except MsgcoreError as error:
            return error
        finally:
            await gateway.close()
        return None

    error = mode.run(main)
    return told, error


def letters_to(*names: str, size_octets: int = 0) -> list[tuple[Envelope, Content]]:
    body = b"x" * 70 + b"\r\n"
    return [
        (Envelope(ANN, to(name), name), Content(LETTER.replace(b"hello", name.encode()) + body * (size_octets // 72)))
        for name in names
    ]


def test_each_of_several_is_told_of_in_its_order(mode: Mode, server: LoopbackSmtpServer) -> None:
    names = ("bob", "rob", "carol", "slow", "dave")
    told, error = deliver_all(mode, server.url, *letters_to(*names))

    assert told == [(0, ["Accepted"]), (1, ["Refused"]), (2, ["Accepted"]), (3, ["Deferred"]), (4, ["Accepted"])]
    assert (error, [one.envelope.recipients[0].email_address[:3] for one in server.received]) == (
        None,
        ["bob", "car", "dav"],
    )


def test_a_large_one_among_several_is_told_of_too(mode: Mode, server: LoopbackSmtpServer) -> None:
    large = letters_to("large", size_octets=200_000)
    told, _ = deliver_all(mode, server.url, *letters_to("bob", "carol"), *large, *letters_to("dave"))

    assert told == [(number, ["Accepted"]) for number in range(4)]


@pytest.mark.parametrize(
    ("poison", "kind"),
    [((Envelope(ANN, to("a b"), "p"), Content(LETTER)), "Refused"), (None, "Deferred")],
    ids=["an address", "no TNEF"],
)
def test_a_message_that_cannot_be_written_harms_no_other(
    mode: Mode, server: LoopbackSmtpServer, poison: tuple[Envelope, Content] | None, kind: str
) -> None:
    bad = poison or (Envelope(ANN, to("eve"), "p"), Content(b"no TNEF", "tnef"))
    first, last = letters_to("bob", "carol")
    told, error = deliver_all(mode, server.url, first, bad, last)

    assert (told, error) == ([(0, ["Accepted"]), (1, [kind]), (2, ["Accepted"])], None)
    assert [one.octets for one in server.received] == [first[1].octets, last[1].octets]


def test_where_the_server_goes_the_rest_is_not_told_of_and_not_sent(mode: Mode, server: LoopbackSmtpServer) -> None:
    server.answer("421 4.3.2 closing", at="MAIL", address="carol@a.test")
    letters = letters_to("bob", "carol", "dave", "eve")
    letters[1] = (attrs.evolve(letters[1][0], sender=Address("SMTP", "carol@a.test")), letters[1][1])
    told, error = deliver_all(mode, server.url, *letters)

    assert told[:2] == [(0, ["Accepted"]), (1, ["Deferred"])]
    assert len(told) == len(letters) or isinstance(error, ServiceBusy)
    assert len(server.received) == sum(kinds == ["Accepted"] for _, kinds in told)


@pytest.mark.parametrize("raised", [ConnectionLost("the log's server"), UsageError("the log's"), KeyError("log")])
def test_what_who_is_told_raises_is_neither_the_network_s_error_nor_a_message_s(
    mode: Mode, server: LoopbackSmtpServer, raised: Exception
) -> None:
    told: list[int] = []

    def tell(number: int, _: Mapping[Recipient, Outcome]) -> None:
        told.append(number)
        raise raised

    async def main(runtime: Runtime) -> Exception:
        gateway = SmtpGateway(config(server.url), runtime)
        try:
            with pytest.raises(type(raised)) as caught:
                await gateway.deliver_all(letters_to("bob", "carol", "dave"), "", runtime.deadline(30), tell)
        finally:
            await gateway.close()
        return caught.value

    assert mode.run(main) is raised
    assert (told, len(server.received)) == ([0, 1, 2], 3)


def test_where_nobody_answers_nothing_is_told_of(mode: Mode, server: LoopbackSmtpServer) -> None:
    with server.down():
        told, error = deliver_all(mode, server.url, *letters_to("bob", "carol"))

    assert (told, type(error)) == ([], ConnectionLost)


@pytest.mark.parametrize("extension", ["SIZE", "DSN"])
def test_what_goes_again_without_an_extension_is_told_of_once(mode: Mode, extension: str) -> None:
    """A server that offers what it does not know: one is refused for it, and all are sent."""
    with LoopbackSmtpServer(extensions=EVERY_EXTENSION) as server:
        server.answer("555 5.5.4 what is that", at="MAIL" if extension == "SIZE" else "RCPT", times=1)
        letters = [(Envelope(ANN, (ASKED,), f"t{number}"), Content(LETTER)) for number in range(3)]
        told, error = deliver_all(mode, server.url, *letters)

    assert (sorted(told), error) == ([(number, ["Accepted"]) for number in range(3)], None)
    assert len(server.received) == 3


# Reports that the sender asks for (RFC 3461)


ASKED = Recipient(Address("SMTP", "bob@b.test"), notify=Notify.SUCCESS, original=Address("SMTP", "robert@b.test"))


@pytest.mark.parametrize("extensions", [EVERY_EXTENSION, USUAL_EXTENSIONS], ids=["DSN", "without DSN"])
def test_it_says_whether_the_next_hop_reports(mode: Mode, extensions: frozenset[str]) -> None:
    request = DeliveryRequest(envelope_id="QQ 1", returned_content=ReturnedContent.HEADERS)
    with LoopbackSmtpServer(extensions=extensions) as server:
        [outcomes] = deliver(mode, server.url, (Envelope(ANN, (ASKED,), "t1", request), LETTER))
    [outcome] = outcomes.values()
    assert isinstance(outcome, Accepted)
    [received] = server.received
    [recipient] = received.envelope.recipients

    assert outcome.reports_itself == ("DSN" in extensions)
    assert (recipient.notify, recipient.original, received.envelope.request) == (
        (ASKED.notify, ASKED.original, request) if "DSN" in extensions else (None, None, DeliveryRequest())
    )


# LMTP


@pytest.fixture
def lmtp() -> Iterator[LoopbackSmtpServer]:
    refusals = {"rob@b.test": "550 5.1.1 nobody"}
    with LoopbackSmtpServer(refusals=refusals, extensions=EVERY_EXTENSION, is_lmtp=True) as server:
        yield server


def test_over_lmtp_each_recipient_is_delivered_or_not(mode: Mode, lmtp: LoopbackSmtpServer) -> None:
    lmtp.answer("452 4.2.2 full", at=END_OF_DATA, address="slow@b.test")
    [outcomes] = deliver(mode, lmtp.url, (Envelope(ANN, to("bob", "rob", "slow"), "t1"), LETTER))

    assert [(type(one), one.code) for one in outcomes.values()] == [(Delivered, 250), (Refused, 550), (Deferred, 452)]


@pytest.mark.interop
@pytest.mark.parametrize("is_unix_socket", [False, True], ids=["port", "unix socket"])
def test_a_real_lmtp_server_has_it_in_the_mailboxes(mode: Mode, dovecot: Dovecot, is_unix_socket: bool) -> None:
    word = f"w{uuid.uuid4().hex}"
    octets = f"Subject: {word}\r\n\r\n.\r\n..\r\nr\u00e4k\r\n".encode()
    recipients = tuple(Recipient(Address("SMTP", f"{name}@example.test")) for name in ("alice", "nobody", "bob"))
    url = f"lmtp+unix://{dovecot.lmtp_socket}" if is_unix_socket else f"lmtp://localhost:{dovecot.lmtp}"
    first, second = deliver(mode, url, *((Envelope(ANN, recipients, f"t{n}"), octets) for n in range(2)))

    def copies(name: str) -> list[bytes]:
        files = (file.read_bytes() for file in dovecot.maildir(name).glob("new/*"))
        return [octets for octets in files if word.encode() in octets]

    try:
        for outcomes in (first, second):
            assert list(outcomes.values()) == [Delivered(250, "2.0.0"), Refused(550, "5.1.1"), Delivered(250, "2.0.0")]
        wait_until(lambda: len(copies("alice") + copies("bob")) == 4, "two messages in each of two mailboxes")
        assert all(octets.endswith("\n\n.\n..\nräk\n".encode()) for octets in copies("bob"))
    finally:  # other tests count what is in these mailboxes
        dovecot.empty("alice")
        dovecot.empty("bob")


@pytest.mark.parametrize("relay", [{"relay": "smtp://mx.b.test"}, {}])
def test_a_host_is_told_the_name_of_this_one_unless_the_connector_has_another(relay: dict[str, str]) -> None:
    usual = build_config(SmtpGatewayConfig, relay, folder=Path("/"), secret=Secret)
    named = build_config(SmtpGatewayConfig, {**relay, "ehlo_name": "out.a.test"}, folder=Path("/"), secret=Secret)
    told = [usual.server(""), usual.server("mx.a.test"), named.server("mx.a.test")]
    assert [server.ehlo_name for server in told] == ["[127.0.0.1]", "mx.a.test", "out.a.test"]
