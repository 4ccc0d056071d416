"""A listener on real sockets: clients of every kind, one that is killed, and how it starts and stops."""

from __future__ import annotations

import functools
import smtplib
import socket
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from msgcore.base.text import Secret
from msgcore.codecs import mime, tnef
from msgcore.errors import SetupError, UsageError
from msgcore.model import Accepted, Address, Delivered, Envelope, Message, Recipient, Refused
from msgcore.model.delivery import DeliveryRequest
from msgcore.model.outcome import Outcome
from msgcore.mta import AddressSpace, Connector, RouteTable
from msgcore.mta.listener import DirectoryCheck, Listener, ListenerSettings, from_networks, logged_in_as
from msgcore.mta.queue.contract import Accept
from msgcore.props.table import PidLidLocation, PidTagTransportMessageHeaders
from msgcore.runtime import NEVER, AsyncioRuntime, Endpoint, Runtime, TlsServerSettings
from msgcore.testing.memory_queue import MemoryQueue
from msgcore.testing.modes import Mode
from msgcore.testing.queues import ANN
from msgcore.wire.sasl import Passwords
from msgcore.wire.smtp.client import greet, quit_session
from msgcore.wire.smtp.transmit import transmit
from tests.mta.listener.house import HOST, LETTER, House, KeepingQueue, People, anybody, check_of, everybody
from tests.servers import Authority

MODES = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
LOOPBACK = from_networks("127.0.0.0/8", "::1")


@pytest.fixture(scope="module")
def certified(authority: Authority) -> TlsServerSettings:
    return TlsServerSettings(authority.server.certificate, authority.server.key)


@pytest.fixture
def house() -> Iterator[House]:
    with House(recipients=check_of("bob@b.test", "dan@b.test")) as house:
        yield house


@pytest.fixture
def mailboxes() -> Iterator[House]:
    """A listener for LMTP."""
    with House(recipients=check_of("bob@b.test", "dan@b.test"), is_lmtp=True) as house:
        yield house


# The standard library's client.


def test_smtplib_sends_to_a_mailbox(house: House) -> None:
    with house.library() as client:
        refused = client.sendmail("ann@a.test", ["bob@b.test", "eve@b.test"], LETTER)

    assert (list(refused), house.octets) == (["eve@b.test"], [LETTER])


def test_smtplib_is_told_what_is_offered(house: House) -> None:
    with house.library() as client:
        client.ehlo()

        assert set(client.esmtp_features) == {
            "pipelining", "size", "8bitmime", "smtputf8", "chunking", "binarymime", "dsn", "deliverby", "mt-priority",
            "futurerelease", "enhancedstatuscodes",
        }  # fmt: skip


def test_smtplib_delivers_by_lmtp(mailboxes: House) -> None:
    with mailboxes.library(is_lmtp=True) as client:
        refused = client.sendmail("ann@a.test", ["bob@b.test"], LETTER)

    assert (refused, mailboxes.octets) == ({}, [LETTER])


def test_who_logs_in_may_relay(authority: Authority, certified: TlsServerSettings) -> None:
    users = Passwords({"ann": Secret("pa ss")})
    with (
        House(recipients=check_of(), tls=certified, authenticator=users, may_relay=logged_in_as("ann")) as house,
        house.library() as client,
    ):
        client._host = "localhost"  # type: ignore[attr-defined]  # whom smtplib asks the certificate for
        client.starttls(context=authority.client_context())
        client.ehlo()
        stranger = client.docmd("MAIL FROM:<ann@a.test>")[0], client.docmd("RCPT TO:<x@d.test>")[0]
        client.rset()
        client.login("ann", "pa ss")
        refused = client.sendmail("ann@a.test", "x@d.test", LETTER)

    assert (stranger, refused, b" with ESMTPSA (TLSv1." in house.queue.accepted[0].content.octets) == (
        (250, 550),
        {},
        True,
    )


def test_for_the_domains_of_a_server_behind_it_anybody_s_mail_is_taken() -> None:
    whom = ("bob@b.test", "eve@b.test", "X@D.test", "x@in.d.test", "x@other.test", "x@d.test.e.test")
    with (
        House(recipients=check_of("bob@b.test"), relay_to=["*@d.test", "*@*.d.test"]) as house,
        house.library() as client,
    ):
        client.ehlo()
        client.docmd("MAIL FROM:<ann@a.test>")
        codes = [client.docmd(f"RCPT TO:<{one}>")[0] for one in whom]

    assert codes == [250, 550, 250, 250, 550, 550]


@pytest.mark.parametrize("whom", ["x%c.test@d.test", '"x@c.test"@d.test', "c.test!x@d.test"])
def test_nobody_is_sent_on_by_the_server_behind_it(whom: str) -> None:
    """It believes whom it gets mail from, and would be an open relay."""
    with House(recipients=check_of(), relay_to=["*@d.test"]) as house, house.library() as client:
        client.ehlo()
        client.docmd("MAIL FROM:<ann@a.test>")
        assert client.docmd(f"RCPT TO:<{whom}>")[0] == 550


def test_who_has_mail_relayed_by_its_domain_alone_may_no_more_than_a_stranger() -> None:
    with House(recipients=check_of(), relay_to=["*@d.test"]) as house, house.library() as client:
        client.sendmail("ann@a.test", "x@d.test", LETTER, ["MT-PRIORITY=4"])

    (accept,) = house.queue.accepted
    assert (accept.request.priority, accept.verdicts) == (None, {"origin=outside"})


@pytest.mark.parametrize("patterns", [["*"], ["*@*"], ["*@*."], ["*@*d.test"], ["*@[*]"], ["d.test"], [""], "*@d.test"])
def test_an_open_relay_and_what_is_no_pattern_are_refused(patterns: list[str]) -> None:
    with pytest.raises(UsageError):
        ListenerSettings("mx.a.test", relay_to=patterns)


def test_tls_from_the_first_octet(authority: Authority, certified: TlsServerSettings) -> None:
    with (
        House(tls=certified, from_first_octet=True) as house,
        smtplib.SMTP_SSL("localhost", house.port, context=authority.client_context()) as client,
    ):
        refused = client.sendmail("ann@a.test", "bob@b.test", LETTER)

    assert (refused, b" with ESMTPS (TLSv1." in house.queue.accepted[0].content.octets) == ({}, True)


def test_a_client_that_speaks_no_tls_is_let_go(certified: TlsServerSettings) -> None:
    with (
        House(tls=certified, from_first_octet=True) as house,
        socket.create_connection(("127.0.0.1", house.port), timeout=30) as client,
    ):
        client.sendall(b"EHLO client.a.test\r\n")
        heard = b"".join(iter(lambda: client.recv(1_000), b""))

    assert b"220" not in heard


# Our own client.


async def submit(
    runtime: Runtime, *, house: House, names: tuple[str, ...], octets: bytes = LETTER, is_lmtp: bool = False
) -> list[Outcome]:
    stream = await runtime.connect(Endpoint("127.0.0.1", house.port, "smtp"), runtime.deadline(30))
    offered = await greet(stream, "client.a.test", is_lmtp=is_lmtp)
    recipients = tuple(Recipient(Address("SMTP", f"{name}@b.test")) for name in names)
    envelope = Envelope(ANN, recipients, request=DeliveryRequest(envelope_id="x1"))
    transaction = await transmit(stream, envelope, octets, offered)
    await quit_session(stream)
    return list(transaction.outcomes.values())


@MODES
@pytest.mark.parametrize("octets", [LETTER, b"\0binary\n\r"], ids=["text", "binary"])
def test_our_client_sends(mode: Mode, house: House, octets: bytes) -> None:
    outcomes = mode.run(functools.partial(submit, house=house, names=("bob", "eve", "dan"), octets=octets))

    assert (list(map(type, outcomes)), house.octets) == ([Accepted, Refused, Accepted], [octets])


@MODES
def test_our_client_delivers_by_lmtp(mode: Mode, mailboxes: House) -> None:
    outcomes = mode.run(functools.partial(submit, house=mailboxes, names=("bob", "eve", "dan"), is_lmtp=True))

    assert (list(map(type, outcomes)), mailboxes.octets) == ([Delivered, Refused, Delivered], [LETTER])


@MODES
def test_what_our_client_asks_for_is_kept(mode: Mode, house: House) -> None:
    mode.run(functools.partial(submit, house=house, names=("bob",)))

    assert house.queue.accepted[0].request.envelope_id == "x1"


def test_a_message_is_in_the_queue_before_the_client_hears_of_it() -> None:
    queue = MemoryQueue()
    with House(queue) as house, house.library() as client:
        client.sendmail("ann@a.test", "bob@b.test", LETTER)

        assert house.run(queue.waiting(NEVER)) == 1


# Clients that break off.


@pytest.mark.parametrize("sent", [b"", b"Subject: x\r\n", LETTER + b".", LETTER + b".\r"], ids=repr)
def test_of_a_client_that_is_killed_in_the_middle_nothing_is_left(house: House, sent: bytes) -> None:
    with house.talk() as client:
        client.begin("bob@b.test")
        client.socket.sendall(sent)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    with house.library() as client_after:
        client_after.noop()

    assert house.queue.accepted == []


def test_of_chunks_without_a_last_one_nothing_is_left(house: House) -> None:
    with house.talk() as client:
        client.say("EHLO x.test", "MAIL FROM:<a@a.test>", "RCPT TO:<bob@b.test>")
        client.send(b"BDAT 10\r\nSubject: x")
    with house.library() as client_after:
        client_after.noop()

    assert house.queue.accepted == []


def test_a_client_that_is_gone_before_the_reply_has_sent_its_message() -> None:
    """It will send it again: at least once, not at most."""
    gone = threading.Event()

    async def wait(_: Accept) -> None:
        await runtime.in_thread(gone.wait)

    runtime = AsyncioRuntime()
    queue = KeepingQueue(wait)
    with House(queue, runtime=runtime) as house, house.talk() as client:
        client.begin("bob@b.test")
        client.socket.sendall(LETTER + b".\r\n")
        client.socket.shutdown(socket.SHUT_WR)
        gone.set()
        reply = client.hear()

    assert (reply[:3], len(queue.accepted)) == ("250", 1)


# TNEF from sites.


def meeting() -> Message:
    message = Message(
        from_="ann@a.test", to="bob@b.test", subject="Plan", text="When?", message_class="IPM.Appointment",
        message_id="<7@a.test>",
    )  # fmt: skip
    message[PidLidLocation] = "hall"
    return message


def relayed(house: House, *, is_rich: bool = True) -> Accept:
    """Send a meeting as the gateway of another site does, in binary octets, and give what is taken of it."""

    async def deliver(runtime: Runtime) -> list[Outcome]:
        stream = await runtime.connect(Endpoint("127.0.0.1", house.port, "smtp"), runtime.deadline(30))
        offered = await greet(stream, "mx.a.test")
        envelope = Envelope(ANN, (Recipient(Address("SMTP", "bob@b.test")),))
        octets = mime.wire_writer(meeting(), tnef=is_rich)(offered).octets
        transaction = await transmit(stream, envelope, octets, offered)
        await quit_session(stream)
        return list(transaction.outcomes.values())

    assert [type(one) for one in Mode.BLOCKING.run(deliver)] == [Accepted]
    [accept] = house.queue.accepted
    return accept


def test_what_a_site_sends_as_tnef_is_taken_in_as_that() -> None:
    with House(is_site=LOOPBACK) as house:
        accept = relayed(house)
    message = tnef.read(accept.content.octets)

    assert (accept.content.form, message[PidLidLocation], accept.message_class, accept.subject) == (
        "tnef",
        "hall",
        "IPM.Appointment",
        "Plan",
    )


def test_tnef_from_a_site_keeps_the_trace_of_the_mail() -> None:
    """Without it no loop guard at the next node would see where the message has been."""
    with House(is_site=LOOPBACK) as house:
        accept = relayed(house)
    headers = tnef.read(accept.content.octets)[PidTagTransportMessageHeaders]

    assert headers.startswith("Received: from ")
    assert f" id {accept.transfer_id}\r\n" in headers


def test_a_circle_of_sites_is_seen() -> None:
    with House(is_site=LOOPBACK, max_passes=1) as house:
        content = relayed(house).content
        again = mime.write(tnef.read(content.octets), tnef=True)
        with house.library() as client:
            first = client.sendmail("ann@a.test", "bob@b.test", again)
            twice = mime.write(tnef.read(house.queue.accepted[-1].content.octets), tnef=True)
            with pytest.raises(smtplib.SMTPDataError) as refused:
                client.sendmail("ann@a.test", "bob@b.test", twice)

    assert (first, refused.value.smtp_code) == ({}, 554)


def test_only_a_site_is_believed_where_a_message_has_been() -> None:
    """Who connects from 127.0.0.2 is a stranger: he could keep mail from its way."""
    with House(is_site=from_networks("127.0.0.1/32"), arrives_by="line") as house:
        for source in ("127.0.0.1", "127.0.0.2"):
            with house.talk(source) as client:
                mail = "MAIL FROM:<ann@a.test> XTRACE=north,mx+2Enorth"
                client.say("EHLO client.a.test", mail, "RCPT TO:<bob@b.test>", "DATA")
                assert client.send(LETTER + b".\r\n").startswith("250")

    assert [(one.trace, one.arrived_by) for one in house.queue.accepted] == [(("north", "mx.north"), "line"), ((), "")]


def test_a_site_hears_at_rcpt_that_a_message_would_only_go_back() -> None:
    table = RouteTable([Connector("line", "smtp", [AddressSpace("SMTP", "*")], leads_to="North")])
    check = DirectoryCheck(People(), lambda: table)
    heard: list[str] = []
    for trace, line in (("north", ""), ("south", ""), ("south", "line")):
        with (
            House(recipients=check, may_relay=LOOPBACK, is_site=LOOPBACK, arrives_by=line) as house,
            house.talk() as client,
        ):
            mail = f"MAIL FROM:<ann@a.test> XTRACE={trace}"
            heard.append(client.say("EHLO client.a.test", mail, "RCPT TO:<x@c.test>"))

    assert [one[:9] for one in heard] == ["550 5.4.6", "250 2.1.5", "550 5.4.6"]


def test_what_anybody_else_sends_as_tnef_stays_mime() -> None:
    with House() as house:
        content = relayed(house).content

    assert (content.form, b"application/ms-tnef" in content.octets) == ("mime", True)


def test_a_mail_of_a_site_without_tnef_stays_mime() -> None:
    with House(is_site=LOOPBACK) as house:
        content = relayed(house, is_rich=False).content

    assert content.form == "mime"


def test_tnef_that_does_not_belong_to_the_message_stays_a_file() -> None:
    forwarded = mime.write(meeting(), tnef=True).replace(b"X-MS-TNEF-Correlator: <7", b"X-MS-TNEF-Correlator: <8")
    with House(is_site=LOOPBACK) as house, house.library() as client:
        client.sendmail("ann@a.test", "bob@b.test", forwarded)

    assert house.queue.accepted[0].content.form == "mime"


# Starting and stopping.


def listener(*endpoints: Endpoint) -> Listener:
    return Listener(AsyncioRuntime(), endpoints, ListenerSettings(HOST), KeepingQueue(), everybody)


LOCAL_PORT = Endpoint("127.0.0.1", 0, "smtp")


def test_a_listener_serves_several_endpoints() -> None:
    async def main(_: Runtime) -> set[int]:
        async with listener(LOCAL_PORT, LOCAL_PORT) as both:
            return set(both.ports)

    assert len(Mode.ASYNCIO.run(main)) == 2


def test_where_one_endpoint_is_taken_none_is_listened_on(house: House) -> None:
    async def main(_: Runtime) -> tuple[int, ...]:
        one = listener(LOCAL_PORT, Endpoint("127.0.0.1", house.port, "smtp"))
        with pytest.raises(SetupError):
            await one.start()
        return one.ports

    assert Mode.ASYNCIO.run(main) == ()


def test_a_listener_starts_once() -> None:
    async def main(_: Runtime) -> None:
        async with listener(LOCAL_PORT) as one:
            with pytest.raises(UsageError):
                await one.start()

    Mode.ASYNCIO.run(main)


def test_a_listener_that_was_stopped_starts_again() -> None:
    with House() as house:
        house.run(house.listener.close())
        house.run(house.listener.start())
        house.port = house.listener.ports[0]
        with house.library() as client:
            client.sendmail("ann@a.test", "bob@b.test", LETTER)

    assert house.octets == [LETTER]


@contextmanager
def stopping(house: House) -> Generator[None]:
    """Stop the listener meanwhile; it turns clients away already."""
    thread = threading.Thread(target=lambda: house.run(house.listener.close()))
    thread.start()
    while True:
        with house.talk() as other:
            if other.greeting.startswith("421"):
                break
    yield
    thread.join(30)
    assert not thread.is_alive()


def test_a_transaction_that_runs_comes_to_its_end() -> None:
    with House() as house, house.talk() as client:
        client.begin("bob@b.test")
        with stopping(house):
            replies = [client.send(LETTER + b".\r\n"), *client.hear_all()]

    assert ([reply[:3] for reply in replies], house.octets) == (["250", "421"], [LETTER])


def test_a_message_that_the_queue_is_taking_is_answered() -> None:
    asked, may_go_on, runtime = threading.Event(), threading.Event(), AsyncioRuntime()

    async def wait(_: Accept) -> None:
        asked.set()
        await runtime.in_thread(may_go_on.wait)

    with House(KeepingQueue(wait), runtime=runtime) as house, house.talk() as client:
        client.begin("bob@b.test")
        client.socket.sendall(LETTER + b".\r\nMAIL FROM:<ann@a.test>\r\n")
        assert asked.wait(30)
        with stopping(house):
            may_go_on.set()
            replies = client.hear_all()

    assert ([reply[:3] for reply in replies], house.octets) == (["250", "421"], [LETTER])


@pytest.mark.parametrize("is_used", [False, True])
def test_who_is_idle_does_not_hold_up_the_stop(is_used: bool) -> None:
    with House() as house, house.talk() as client:
        client.say("EHLO x.test")
        if is_used:
            client.begin("bob@b.test")
            client.send(LETTER + b".\r\n")
        house.run(house.listener.close())

        assert client.hear_all() == []


@pytest.mark.parametrize("given_up", [["RSET"], ["DATA", "x" * 9 + "\r\n."]], ids=["reset", "too big"])
def test_who_gave_a_message_up_does_not_hold_up_the_stop(given_up: list[str]) -> None:
    with House(max_message_octets=9) as house, house.talk() as client:
        for said in ("EHLO x.test", "MAIL FROM:<ann@a.test>", "RCPT TO:<bob@b.test>", *given_up):
            client.say(said)
        house.run(house.listener.close())

        assert (client.hear_all(), house.queue.accepted) == ([], [])


def test_who_never_ends_is_cut_off_in_the_end() -> None:
    with House(grace_seconds=0.0) as house, house.talk() as client:
        client.begin("bob@b.test")
        house.run(house.listener.close())

        assert (client.hear_all(), house.queue.accepted) == ([], [])


def test_what_lies_in_clear_behind_starttls_is_not_heard(authority: Authority, certified: TlsServerSettings) -> None:
    """CVE-2011-0411."""
    with House(tls=certified, recipients=check_of(), may_relay=anybody) as house, house.talk() as client:
        client.say("EHLO x.test")
        client.socket.sendall(b"STARTTLS\r\nMAIL FROM:<eve@e.test>\r\n")
        heard = client.hear_all()

    assert ([reply[:3] for reply in heard], house.queue.asked) == (["554"], 0)
