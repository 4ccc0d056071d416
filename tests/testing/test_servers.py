"""The loopback SMTP server: each of its faults, as our clients and the standard library's meet it."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import msgcore
import msgcore.aio
from msgcore import Accepted, Deferred, Message, Outcome, Outcomes, Refused, Unknown
from msgcore.errors import AuthenticationRefused, ConnectionLost, MsgcoreError, ProtocolBroken, TimedOut, UsageError
from msgcore.testing.modes import Mode
from msgcore.testing.servers import LoopbackSmtpServer
from msgcore.wire.smtp.server import EVERY_EXTENSION

LETTER = Message(from_="ann@a.test", to=["bob@b.test", "cid@c.test"], subject="letter", text="Hello")
Send = Callable[..., Outcomes]


@pytest.fixture
def server() -> Iterator[LoopbackSmtpServer]:
    with LoopbackSmtpServer() as server:
        yield server


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def send(request: pytest.FixtureRequest, server: LoopbackSmtpServer) -> Send:
    """Send a letter to the server and give the outcomes, whatever they are."""

    def send(message: Message = LETTER, **options: object) -> Outcomes:
        timeout = {"timeout_seconds": 30.0, **options}
        if request.param is Mode.BLOCKING:
            return msgcore.send(message, via=server.url, check=False, **timeout)  # type: ignore[arg-type]
        return asyncio.run(msgcore.aio.send(message, via=server.url, check=False, **timeout))  # type: ignore[arg-type]

    return send


def kinds(outcomes: Outcomes) -> list[type[Outcome]]:
    return [type(one) for one in outcomes.values()]


def test_without_faults_everything_is_taken(send: Send, server: LoopbackSmtpServer) -> None:
    assert (kinds(send()), len(server.received)) == ([Accepted, Accepted], 1)


@pytest.mark.parametrize(("reply", "kind"), [("451 4.2.1 busy", Deferred), ("550 5.1.1 unknown", Refused)])
def test_one_address_gets_a_reply_of_its_own(
    send: Send, server: LoopbackSmtpServer, reply: str, kind: type[Outcome]
) -> None:
    server.answer(reply, at="RCPT", address="bob@b.test")

    assert kinds(send()) == [kind, Accepted]


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA", "end of data"])
@pytest.mark.parametrize(("reply", "kind"), [("451 4.3.0 not now", Deferred), ("554 5.3.0 never", Refused)])
def test_a_reply_at_a_stage_is_everybodys_outcome(
    send: Send, server: LoopbackSmtpServer, at: str, reply: str, kind: type[Outcome]
) -> None:
    server.answer(reply, at=at)

    assert (kinds(send()), server.received) == ([kind, kind], ())


def test_a_fault_for_a_number_of_times_ends_by_itself(send: Send, server: LoopbackSmtpServer) -> None:
    server.answer("451 busy", at="MAIL", times=1)

    assert [kinds(send())[0], kinds(send())[0]] == [Deferred, Accepted]


def test_a_fault_is_taken_back(send: Send, server: LoopbackSmtpServer) -> None:
    server.answer("451 busy", at="MAIL").end()

    assert kinds(send()) == [Accepted, Accepted]


def test_a_fault_in_a_context_ends_with_it(send: Send, server: LoopbackSmtpServer) -> None:
    with server.answer("451 busy", at="MAIL"):
        first = kinds(send())

    assert (first[0], kinds(send())[0]) == (Deferred, Accepted)


def test_the_newest_fault_goes_first(send: Send, server: LoopbackSmtpServer) -> None:
    server.answer("451 busy", at="MAIL")
    server.answer("550 never", at="MAIL")

    assert kinds(send())[0] is Refused


def test_421_closes_the_connection(server: LoopbackSmtpServer) -> None:
    server.answer("421 4.3.2 going down", at="NOOP")
    with smtplib.SMTP("127.0.0.1", server.port, timeout=30) as client:
        client.ehlo()
        assert client.noop()[0] == 421
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.noop()


def test_a_greeting_may_say_no(send: Send, server: LoopbackSmtpServer) -> None:
    server.answer("554 5.7.1 not from you", at="greeting")

    assert kinds(send()) == [Refused, Refused]


def test_a_greeting_may_say_not_now(send: Send, server: LoopbackSmtpServer) -> None:
    server.answer("421 4.7.0 later", at="greeting")

    assert kinds(send()) == [Deferred, Deferred]


@pytest.mark.parametrize("at", ["greeting", "EHLO", "MAIL", "DATA"])
def test_a_connection_that_is_cut_early_leaves_the_message_unsent(
    send: Send, server: LoopbackSmtpServer, at: str
) -> None:
    server.cut(at=at, is_done=False)
    try:
        assert set(kinds(send())) == {Deferred}
    except ConnectionLost:
        assert at in {"greeting", "EHLO"}


@pytest.mark.parametrize("is_done", [True, False])
def test_a_connection_that_is_cut_after_the_data_leaves_it_unknown(
    send: Send, server: LoopbackSmtpServer, is_done: bool
) -> None:
    server.cut(at="end of data", is_done=is_done)

    assert (kinds(send()), len(server.received)) == ([Unknown, Unknown], int(is_done))


@pytest.mark.parametrize("octets", [b"\x00\xff\r\n", b"hello\r\n", b"99 no\r\n", b"250", b"x" * 100_000])
def test_what_is_no_reply_ends_the_connection(send: Send, server: LoopbackSmtpServer, octets: bytes) -> None:
    server.say(octets, at="EHLO")

    with pytest.raises((ProtocolBroken, TimedOut)):
        send(timeout_seconds=1.0)


def test_silence_ends_at_the_deadline(send: Send, server: LoopbackSmtpServer) -> None:
    server.say(b"", at="greeting")

    with pytest.raises(TimedOut):
        send(timeout_seconds=0.3)


def test_who_is_held_goes_on_when_the_hold_ends(send: Send, server: LoopbackSmtpServer) -> None:
    with ThreadPoolExecutor(1) as pool:
        with server.hold(at="end of data") as held:
            outcomes = pool.submit(send)
            was_held = held.wait()
            taken_meanwhile = server.received
        assert kinds(outcomes.result(30)) == [Accepted, Accepted]

    assert (was_held, taken_meanwhile, len(server.received)) == (True, (), 1)


def test_all_who_are_held_at_a_stage_go_on_together(server: LoopbackSmtpServer) -> None:
    with ThreadPoolExecutor(3) as pool:
        with server.hold(at="MAIL") as held:
            sent = [pool.submit(msgcore.send, LETTER, via=server.url) for _ in range(3)]
            assert held.wait()
        assert all(one.result(30).all_accepted for one in sent)


def test_only_who_sends_to_an_address_is_held_at_it(send: Send, server: LoopbackSmtpServer) -> None:
    with server.hold(at="RCPT", address="nobody@b.test") as held:
        outcomes = send()

    assert (kinds(outcomes), held.wait(0)) == ([Accepted, Accepted], False)


def test_only_who_sends_to_an_address_is_cut_at_it(send: Send, server: LoopbackSmtpServer) -> None:
    server.cut(at="RCPT", about="nobody@b.test")

    assert kinds(send()) == [Accepted, Accepted]


def test_a_server_that_is_down_is_there_again_behind_it(send: Send, server: LoopbackSmtpServer) -> None:
    with server.down(), pytest.raises(ConnectionLost):
        send()

    assert kinds(send()) == [Accepted, Accepted]


def test_a_server_that_is_stopped_lets_nobody_be_held(send: Send, server: LoopbackSmtpServer) -> None:
    with ThreadPoolExecutor(1) as pool, server.hold(at="end of data") as held:
        outcomes = pool.submit(send)
        assert held.wait()
        server.stop()
        assert kinds(outcomes.result(30)) == [Unknown, Unknown]


def test_nobody_is_held_before_somebody_comes(server: LoopbackSmtpServer) -> None:
    with server.hold(at="DATA") as held:
        assert held.wait(0) is False


@pytest.mark.parametrize("octets", [1, 7])
def test_replies_in_drips_are_understood(send: Send, server: LoopbackSmtpServer, octets: int) -> None:
    server.drip(octets, pause_seconds=0)

    assert kinds(send()) == [Accepted, Accepted]


@pytest.mark.parametrize("octets", [0, 1, 30, 100, 250])
def test_a_connection_that_breaks_after_so_many_octets_sent_tells_no_lie(
    send: Send, server: LoopbackSmtpServer, octets: int
) -> None:
    server.break_after(sent=octets)
    assert not told_a_lie(send, server)


@pytest.mark.parametrize("octets", [1, 30, 100, 300])
def test_a_connection_that_breaks_after_so_many_octets_heard_tells_no_lie(
    send: Send, server: LoopbackSmtpServer, octets: int
) -> None:
    server.break_after(heard=octets)
    assert not told_a_lie(send, server)


def told_a_lie(send: Send, server: LoopbackSmtpServer) -> bool:
    try:
        outcomes = send()
    except MsgcoreError:
        return bool(server.received)
    if server.received:
        return not set(kinds(outcomes)) <= {Accepted, Unknown}
    return Accepted in kinds(outcomes)


def test_an_extension_that_is_left_out_is_not_used(send: Send, server: LoopbackSmtpServer) -> None:
    server.leave_out("8bitmime", "SIZE")
    send(Message(from_="ann@a.test", to="bob@b.test", text="Åse"))

    [commands] = server.sessions
    assert not any("BODY=" in command or "SIZE=" in command for command in commands)


def offered(server: LoopbackSmtpServer) -> set[str]:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=30) as client:
        client.ehlo()
        return set(client.esmtp_features)


def test_what_is_left_out_of_ehlo_is_not_told(server: LoopbackSmtpServer) -> None:
    everything = offered(server)
    server.leave_out("SIZE", "pipelining")

    assert offered(server) == everything - {"size", "pipelining"}


def test_what_was_left_out_is_offered_again(server: LoopbackSmtpServer) -> None:
    everything = offered(server)
    server.leave_out("SIZE")
    server.leave_out()

    assert offered(server) == everything


@pytest.mark.parametrize("at", ["end-of-data", "RCPT TO", "data", ""])
def test_a_fault_at_no_stage_is_a_mistake(at: str) -> None:
    with pytest.raises(UsageError):
        LoopbackSmtpServer().answer("451 busy", at=at)


@pytest.mark.parametrize("module", ["pytest", "hypothesis"])
def test_a_server_runs_where_no_test_tools_are_installed(module: str) -> None:
    story = f"import sys; sys.modules[{module!r}] = None; import msgcore.testing.servers as s; s.LoopbackSmtpServer()"

    assert subprocess.run([sys.executable, "-c", story], check=False, timeout=60).returncode == 0


def test_an_address_is_the_same_in_other_letters(send: Send, server: LoopbackSmtpServer) -> None:
    server.answer("451 busy", at="RCPT", address="BOB@b.test")

    assert kinds(send()) == [Deferred, Accepted]


def say_to(server: LoopbackSmtpServer, octets: bytes) -> None:
    """Say all of it in one go behind the greeting, and hear the server out."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.recv(1_000)
        client.sendall(octets)
        while client.recv(1_000):
            pass


def test_what_comes_after_a_quit_is_counted(server: LoopbackSmtpServer) -> None:
    say_to(server, b"QUIT\r\nNOOP\r\n")

    assert server.octets_after_quit == 6


def test_our_clients_say_nothing_after_a_quit(send: Send, server: LoopbackSmtpServer) -> None:
    send()

    assert server.octets_after_quit == 0


def test_a_transcript_tells_a_connection_from_the_clients_side(server: LoopbackSmtpServer) -> None:
    say_to(server, b"QUIT\r\n")

    assert [str(one).splitlines() for one in server.transcripts] == [
        ["S: 220 mx.loopback.test ESMTP", "C: QUIT", "S: 221 2.0.0 mx.loopback.test closes"]
    ]


def test_a_transcript_shows_what_a_fault_said(server: LoopbackSmtpServer) -> None:
    server.answer("421 4.3.2 going down", at="QUIT")
    say_to(server, b"QUIT\r\n")

    assert str(server.transcripts[0]).endswith("S: 421 4.3.2 going down\n")


def test_commands_are_kept_by_session(send: Send, server: LoopbackSmtpServer) -> None:
    send()
    send()

    assert [[command.split()[0] for command in session] for session in server.sessions] == [
        ["EHLO", "MAIL", "RCPT", "RCPT", "DATA", "QUIT"]
    ] * 2


def test_attempts_are_counted_whatever_the_answer_was(send: Send, server: LoopbackSmtpServer) -> None:
    server.answer("451 busy", at="RCPT", address="bob@b.test", times=1)
    send()
    send()

    assert (server.attempts("bob@b.test"), server.attempts("nobody@b.test")) == (2, 0)


def test_a_server_that_is_stopped_refuses_connections(send: Send, server: LoopbackSmtpServer) -> None:
    server.stop()
    try:
        with pytest.raises(ConnectionLost):
            send()
    finally:
        server.start()
    assert kinds(send()) == [Accepted, Accepted]


def log_in(password: str) -> Outcomes:
    with LoopbackSmtpServer(logins={"ann": "pa ss"}) as server:
        secret = msgcore.Secret(password)
        return msgcore.send(LETTER, via=server.url, user="ann", password=secret, allow_cleartext_login=True)


def test_a_login_that_is_right_is_let_in() -> None:
    assert log_in("pa ss").all_accepted


def test_a_login_that_is_wrong_is_refused() -> None:
    with pytest.raises(AuthenticationRefused):
        log_in("no")


@pytest.mark.parametrize("mechanism", ["AUTH PLAIN", "AUTH SCRAM-SHA-256", "AUTH CRAM-MD5"])
def test_every_mechanism_is_offered_in_clear(mechanism: str) -> None:
    with LoopbackSmtpServer(logins={"ann": "pa ss"}) as server, smtplib.SMTP("127.0.0.1", server.port) as client:
        client.ehlo()
        assert mechanism.split()[1] in client.esmtp_features["auth"].split()


def test_only_the_extensions_that_were_chosen_are_offered() -> None:
    with LoopbackSmtpServer(extensions=frozenset({"CHUNKING"})) as server:
        assert offered(server) == {"chunking"}


@pytest.mark.parametrize("at", ["BDAT", "end of data"])
def test_a_fault_strikes_what_comes_in_chunks(at: str) -> None:
    with LoopbackSmtpServer(extensions=EVERY_EXTENSION) as server:
        server.answer("451 4.3.0 not now", at=at)
        outcomes = msgcore.send(LETTER, via=server.url, check=False)

        assert (kinds(outcomes), server.received) == ([Deferred, Deferred], ())


def test_chunks_are_among_the_commands() -> None:
    with LoopbackSmtpServer(extensions=EVERY_EXTENSION) as server:
        msgcore.send(LETTER, via=server.url)

        assert [command.split()[0] for command in server.sessions[0]] == [
            "EHLO",
            "MAIL",
            "RCPT",
            "RCPT",
            "BDAT",
            "BDAT",
            "QUIT",
        ]


@pytest.mark.parametrize("at", ["greeting", "EHLO", "MAIL", "DATA", "end of data"])
def test_a_reply_that_nobody_asked_for_makes_nobody_believe_it(send: Send, server: LoopbackSmtpServer, at: str) -> None:
    server.say_ahead(b"250 2.0.0 taken already\r\n", at=at)

    assert not told_a_lie(send, server)


def test_what_is_said_ahead_stands_before_the_right_reply(server: LoopbackSmtpServer) -> None:
    server.say_ahead(b"250 so\r\n", at="QUIT")
    say_to(server, b"QUIT\r\n")

    assert str(server.transcripts[0]).splitlines()[-2:] == ["S: 250 so", "S: 221 2.0.0 mx.loopback.test closes"]


def test_what_stood_in_mail_is_kept(send: Send, server: LoopbackSmtpServer) -> None:
    send()

    assert (server.received[0].facts.protocol, server.received[0].facts.client.address) == ("ESMTP", "127.0.0.1")


def test_messages_are_waited_for(server: LoopbackSmtpServer) -> None:
    thread = threading.Thread(target=msgcore.send, args=(LETTER,), kwargs={"via": server.url})
    thread.start()
    try:
        assert [one.envelope.recipients[0].email_address for one in server.wait_for(1)] == ["bob@b.test"]
    finally:
        thread.join()


def test_a_wait_for_what_does_not_come_ends(server: LoopbackSmtpServer) -> None:
    assert server.wait_for(1, timeout_seconds=0.01) == ()


def test_asyncio_code_enters_it_without_blocking_its_loop() -> None:
    async def main() -> int:
        async with LoopbackSmtpServer() as server:
            await msgcore.aio.send(LETTER, via=server.url)
            return len(server.received)

    assert asyncio.run(main()) == 1


def test_the_standard_library_is_served_as_well(server: LoopbackSmtpServer) -> None:
    server.answer("550 5.1.1 unknown", at="RCPT", address="cid@c.test")
    with smtplib.SMTP("127.0.0.1", server.port, timeout=30) as client:
        refused = client.sendmail("ann@a.test", ["bob@b.test", "cid@c.test"], b"Subject: x\r\n\r\ny\r\n")

    assert (list(refused), server.received[0].octets) == (["cid@c.test"], b"Subject: x\r\n\r\ny\r\n")
