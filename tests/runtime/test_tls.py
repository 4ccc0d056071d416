"""TLS over both kinds of streams, against OpenSSL's own server side and a real authority."""

from __future__ import annotations

import shutil
import socket
import ssl
import threading
from pathlib import Path

import pytest

from msgcore.errors import ConnectionLost, ProtocolBroken, StarttlsInjection, TimedOut, TlsFailed
from msgcore.runtime import AsyncioRuntime, Endpoint, Runtime, Stream, TlsServerSettings, TlsSettings
from msgcore.runtime.tls_contexts import client_context, server_context
from msgcore.testing.modes import Mode, call
from tests.runtime.peers import PATIENCE_SECONDS, loopback, over_tls, peer, receive, refused_handshake, wait_for_end
from tests.runtime.test_stream import MANY, read_exactly
from tests.servers import Authority, KeyPair


@pytest.fixture(scope="module")
def pair(authority: Authority) -> KeyPair:
    return authority.issue("mail.a.test", "DNS:mail.a.test", "IP:127.0.0.1")


@pytest.fixture(scope="module")
def settings(authority: Authority) -> TlsSettings:
    return TlsSettings(ca_file=authority.ca_file)


async def _secure(runtime: Runtime, endpoint: Endpoint, settings: TlsSettings) -> Stream:
    stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
    return await stream.start_tls(settings)


def _greet(secured: ssl.SSLSocket) -> None:
    secured.sendall(b"220 secured\r\n")
    assert receive(secured, 6) == b"QUIT\r\n"


@pytest.mark.parametrize("host", ["mail.a.test", "mail.a.test.", "127.0.0.1"])
def test_a_trusted_certificate_for_the_host_is_verified(
    mode: Mode, pair: KeyPair, settings: TlsSettings, host: str
) -> None:
    async def main(runtime: Runtime) -> bytes:
        stream = await _secure(runtime, endpoint, settings)
        assert stream.tls is not None
        assert stream.tls.is_verified
        assert stream.tls.version == "TLSv1.3"
        octets = await stream.read()
        await stream.write(b"QUIT\r\n")
        await stream.close()
        return octets

    with peer(over_tls(pair, _greet), host) as endpoint:
        assert mode.run(main, loopback) == b"220 secured\r\n"


def test_a_certificate_of_an_unknown_authority_is_refused_by_name(mode: Mode, pair: KeyPair) -> None:
    with (
        peer(refused_handshake(pair), "mail.a.test") as endpoint,
        pytest.raises(
            TlsFailed, match=rf"smtp mail\.a\.test:{endpoint.port}: the certificate is not trusted: unable to"
        ) as caught,
    ):
        mode.run(lambda runtime: _secure(runtime, endpoint, TlsSettings()), loopback)

    assert str(caught.value).endswith(" (ca_file names a private authority)")


@pytest.mark.parametrize("host", ["mail.b.test", "127.0.0.2"])
def test_a_certificate_for_another_host_is_refused(mode: Mode, pair: KeyPair, settings: TlsSettings, host: str) -> None:
    with (
        peer(refused_handshake(pair), host) as endpoint,
        pytest.raises(TlsFailed, match=rf"{host}.*not trusted: .*mismatch"),
    ):
        mode.run(lambda runtime: _secure(runtime, endpoint, settings), loopback)


def test_opportunistic_tls_takes_any_certificate_and_says_so(mode: Mode, pair: KeyPair) -> None:
    async def main(runtime: Runtime) -> bool:
        stream = await _secure(runtime, endpoint, TlsSettings(is_opportunistic=True))
        await stream.write(b"QUIT\r\n")
        await stream.read()
        await stream.close()
        assert stream.tls is not None
        return stream.tls.is_verified

    with peer(over_tls(pair, _greet), "mail.b.test") as endpoint:
        assert mode.run(main, loopback) is False


def test_plain_text_instead_of_a_handshake_is_refused(mode: Mode, settings: TlsSettings) -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"220 mail.a.test ESMTP, in clear\r\n")
        wait_for_end(connection)

    with peer(script) as endpoint, pytest.raises(TlsFailed, match=r"smtp 127\.0\.0\.1:\d+: TLS: "):
        mode.run(lambda runtime: _secure(runtime, endpoint, settings))


def test_a_server_that_hangs_up_in_the_handshake_is_a_lost_connection(mode: Mode, settings: TlsSettings) -> None:
    with (
        peer(lambda connection: connection.recv(65_536)) as endpoint,
        pytest.raises(ConnectionLost, match="TLS handshake"),
    ):
        mode.run(lambda runtime: _secure(runtime, endpoint, settings))


def test_a_server_that_never_shakes_hands_is_left_at_the_deadline(mode: Mode, settings: TlsSettings) -> None:
    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        stream.deadline = runtime.deadline(0.1)
        await stream.start_tls(settings)

    with peer(wait_for_end) as endpoint, pytest.raises(TimedOut):
        mode.run(main)


def test_octets_in_clear_ahead_of_the_handshake_are_an_injection(mode: Mode, settings: TlsSettings) -> None:
    has_injected = threading.Event()

    def script(connection: socket.socket) -> None:
        connection.sendall(b"220 go ahead\r\n")
        receive(connection, 2)
        connection.sendall(b"250 evil\r\n")
        has_injected.set()
        wait_for_end(connection)

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        await read_exactly(stream, 14)
        await stream.write(b"go")
        await runtime.in_thread(lambda: has_injected.wait(PATIENCE_SECONDS))
        await runtime.sleep(0)
        await stream.start_tls(settings)

    with peer(script) as endpoint, pytest.raises(StarttlsInjection, match="10 octets arrived in clear"):
        mode.run(main)


def test_a_cut_without_the_closing_alert_is_a_lost_connection(mode: Mode, pair: KeyPair, settings: TlsSettings) -> None:
    def cut(secured: ssl.SSLSocket) -> None:
        secured.sendall(b"250-half a rep")
        secured.shutdown(socket.SHUT_RDWR)  # of the socket: no alert

    async def main(runtime: Runtime) -> None:
        stream = await _secure(runtime, endpoint, settings)
        assert await stream.read() == b"250-half a rep"
        await stream.read()

    with peer(over_tls(pair, cut)) as endpoint, pytest.raises(ConnectionLost, match="without TLS's closing alert"):
        mode.run(main)


def test_the_closing_alert_ends_the_octets_and_is_given_back(mode: Mode, pair: KeyPair, settings: TlsSettings) -> None:
    def end(secured: ssl.SSLSocket) -> None:
        secured.sendall(b"bye")
        secured.unwrap().close()  # returns when the client's alert is here

    async def main(runtime: Runtime) -> tuple[bytes, bytes, bytes]:
        stream = await _secure(runtime, endpoint, settings)
        said = await read_exactly(stream, 3), await stream.read(), await stream.read()
        await stream.close()
        return said

    with peer(over_tls(pair, end)) as endpoint:
        assert mode.run(main) == (b"bye", b"", b"")


def test_half_a_record_is_waited_for_no_longer_than_it_may(mode: Mode, pair: KeyPair, settings: TlsSettings) -> None:
    """What has arrived of it is not lost."""

    def script(connection: socket.socket) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        secured = context.wrap_bio(incoming, outgoing, server_side=True)
        for step in (secured.do_handshake, lambda: secured.read(4)):
            while True:
                try:
                    step()
                    break
                except ssl.SSLWantReadError:
                    connection.sendall(outgoing.read())
                    incoming.write(connection.recv(65_536))
        secured.write(b"a whole record")
        record = outgoing.read()
        connection.sendall(record[:10])
        assert connection.recv(65_536)  # the client has given up waiting, and says so
        connection.sendall(record[10:])
        wait_for_end(connection)

    async def main(runtime: Runtime) -> list[bytes | None]:
        stream = await _secure(runtime, endpoint, settings)
        await stream.write(b"more")
        given = [await stream.read_within(0.1)]
        await stream.write(b"well?")
        given.append(await stream.read_within(PATIENCE_SECONDS))
        await stream.close()
        return given

    with peer(script) as endpoint:
        assert mode.run(main) == [None, b"a whole record"]


def test_two_writers_of_8_mb_never_block_each_other(mode: Mode, pair: KeyPair, settings: TlsSettings) -> None:
    def script(secured: ssl.SSLSocket) -> None:
        secured.sendall(b"x" * MANY)
        assert receive(secured, MANY) == b"y" * MANY
        secured.sendall(b".")

    async def main(runtime: Runtime) -> bytes:
        stream = await _secure(runtime, endpoint, settings)
        await stream.write(b"y" * MANY)
        arrived = await read_exactly(stream, MANY + 1)
        await stream.close()
        return arrived

    with peer(over_tls(pair, script)) as endpoint:
        assert mode.run(main) == b"x" * MANY + b"."


def test_tls_inside_tls_is_the_callers_mistake(mode: Mode, pair: KeyPair, settings: TlsSettings) -> None:
    async def main(runtime: Runtime) -> None:
        stream = await _secure(runtime, endpoint, settings)
        await stream.write(b"QUIT\r\n")
        await stream.read()
        try:
            await stream.start_tls(settings)
        finally:
            await stream.close()

    with peer(over_tls(pair, _greet)) as endpoint, pytest.raises(ProtocolBroken) as raised:
        mode.run(main)
    assert raised.value.is_local


def test_our_server_side_and_our_client_side_understand_each_other(pair: KeyPair, settings: TlsSettings) -> None:
    async def serve(stream: Stream) -> None:
        stream.deadline = runtime.deadline(PATIENCE_SECONDS)
        secured = await stream.start_tls_server(TlsServerSettings(pair.certificate, pair.key))
        await secured.write(await secured.read())
        await secured.close()

    async def main(_: Runtime) -> bytes:
        async with await runtime.listen(Endpoint("127.0.0.1", 0), serve) as listener:
            stream = await _secure(runtime, Endpoint("127.0.0.1", listener.port), settings)
            await stream.write(b"echo")
            octets = await stream.read()
            await stream.close()
            return octets

    runtime = AsyncioRuntime()
    assert call(runtime, main) == b"echo"


# Settings


def test_an_authority_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(TlsFailed, match=r"no-such\.pem: cannot be used: No such file"):
        client_context(TlsSettings(ca_file=tmp_path / "no-such.pem"))


def test_an_authority_file_that_is_none_is_named(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("no certificate\n")
    with pytest.raises(TlsFailed, match=r"garbage\.pem: cannot be used"):
        client_context(TlsSettings(ca_file=garbage))


def test_a_key_that_is_missing_is_named(pair: KeyPair, tmp_path: Path) -> None:
    with pytest.raises(TlsFailed, match=r"no-such\.key: cannot be used: No such file"):
        server_context(TlsServerSettings(pair.certificate, tmp_path / "no-such.key"))


def test_an_unusable_authority_file_drops_the_connection(mode: Mode, tmp_path: Path) -> None:
    settings = TlsSettings(ca_file=tmp_path / "no-such.pem")
    with peer(wait_for_end) as endpoint, pytest.raises(TlsFailed):
        mode.run(lambda runtime: _secure(runtime, endpoint, settings))


def test_contexts_are_shared_until_a_file_changes(authority: Authority, tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    shutil.copy(authority.ca_file, ca_file)
    first = client_context(TlsSettings(ca_file=ca_file))
    again = client_context(TlsSettings(ca_file=ca_file))
    ca_file.write_text(ca_file.read_text() + "\n")

    assert again is first
    assert client_context(TlsSettings(ca_file=ca_file)) is not first


def test_no_context_speaks_less_than_tls_1_2(pair: KeyPair) -> None:
    contexts = [
        client_context(TlsSettings()),
        client_context(TlsSettings(is_opportunistic=True)),
        server_context(TlsServerSettings(pair.certificate, pair.key)),
    ]
    assert {context.minimum_version for context in contexts} == {ssl.TLSVersion.TLSv1_2}
