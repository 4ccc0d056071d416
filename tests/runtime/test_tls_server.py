"""The server's side of TLS, and what both sides learn from a handshake: certificates, and sessions that go on."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from msgcore.errors import MsgcoreError, ProtocolBroken, StarttlsInjection, TlsFailed
from msgcore.runtime import (
    AsyncioRuntime,
    BlockingRuntime,
    Endpoint,
    Runtime,
    Stream,
    TlsFacts,
    TlsServerSettings,
    TlsSettings,
)
from msgcore.runtime.tls_contexts import client_context, server_context
from msgcore.runtime.tls_sessions import Sessions, sessions_of
from msgcore.testing.modes import Mode, call
from tests.runtime.peers import PATIENCE_SECONDS, loopback
from tests.servers import Authority, KeyPair

Serve = Callable[[Stream], Awaitable[None]]


@pytest.fixture(scope="module")
def pair(authority: Authority) -> KeyPair:
    return authority.issue("mail.a.test", "DNS:mail.a.test", "DNS:mail.b.test")


@pytest.fixture(scope="module")
def client_pair(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    """A certificate that speaks for itself: the servers here trust it alone."""
    folder = tmp_path_factory.mktemp("client")
    pair = KeyPair(folder / "client.pem", folder / "client.key")
    command = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ann -keyout {pair.key} -out {pair.certificate}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    return pair


@contextmanager
def serving(serve: Serve) -> Generator[Endpoint]:
    """Serve any number of connections on a loop of its own; the endpoint's host is mail.a.test."""
    runtime = AsyncioRuntime()
    port: Future[int] = Future()
    end: Future[None] = Future()

    async def main(_: Runtime) -> None:
        async with await runtime.listen(Endpoint("127.0.0.1", 0), serve) as listener:
            port.set_result(listener.port)
            await runtime.wait(end)

    thread = threading.Thread(target=call, args=(runtime, main))
    thread.start()
    try:
        yield Endpoint("mail.a.test", port.result(PATIENCE_SECONDS), "smtp")
    finally:
        end.set_result(None)
        thread.join(PATIENCE_SECONDS)


def echo(settings: TlsServerSettings, seen: list[TlsFacts | type[MsgcoreError]] | None = None) -> Serve:
    """Give back one line over TLS; ``seen`` gets what the handshake came to."""
    facts: list[TlsFacts | type[MsgcoreError]] = [] if seen is None else seen

    async def serve(stream: Stream) -> None:
        stream.deadline = BlockingRuntime().deadline(PATIENCE_SECONDS)
        try:
            secured = await stream.start_tls_server(settings)
        except MsgcoreError as error:
            facts.append(type(error))
            raise
        assert secured.tls is not None
        facts.append(secured.tls)
        await secured.write(await secured.read())
        await secured.close()

    return serve


def of(pair: KeyPair, client: KeyPair | None = None) -> TlsServerSettings:
    return TlsServerSettings(pair.certificate, pair.key, None if client is None else client.certificate)


async def visit(runtime: Runtime, endpoint: Endpoint, settings: TlsSettings) -> TlsFacts:
    """Say one line, hear it back, and close in order."""
    clear = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
    stream = await clear.start_tls(settings)
    await stream.write(b"QUIT\r\n")
    assert await stream.read() == b"QUIT\r\n"
    await stream.close()
    assert stream.tls is not None
    return stream.tls


def der(pair: KeyPair) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pair.certificate.read_text())


# Certificates


def test_a_client_is_told_the_servers_certificate(mode: Mode, authority: Authority, pair: KeyPair) -> None:
    settings = TlsSettings(ca_file=authority.ca_file)
    with serving(echo(of(pair))) as endpoint:
        facts = mode.run(lambda runtime: visit(runtime, endpoint, settings), loopback)
    assert facts.certificate == der(pair)


def test_opportunistic_tls_is_told_the_certificate_that_it_does_not_verify(mode: Mode, pair: KeyPair) -> None:
    with serving(echo(of(pair))) as endpoint:
        settings = TlsSettings(is_opportunistic=True)
        facts = mode.run(lambda runtime: visit(runtime, endpoint, settings), loopback)
    assert facts.certificate == der(pair)


def test_a_server_that_asks_for_a_client_certificate_verifies_and_knows_it(
    mode: Mode, authority: Authority, pair: KeyPair, client_pair: KeyPair
) -> None:
    settings = TlsSettings(authority.ca_file, client_pair.certificate, client_pair.key)
    seen: list[TlsFacts | type[MsgcoreError]] = []
    with serving(echo(of(pair, client_pair), seen)) as endpoint:
        mode.run(lambda runtime: visit(runtime, endpoint, settings), loopback)
    [facts] = seen
    assert isinstance(facts, TlsFacts)
    assert (facts.is_verified, facts.certificate) == (True, der(client_pair))


def test_a_client_without_the_certificate_that_is_asked_for_is_refused(
    mode: Mode, authority: Authority, pair: KeyPair, client_pair: KeyPair
) -> None:
    settings = TlsSettings(authority.ca_file)
    with serving(echo(of(pair, client_pair))) as endpoint, pytest.raises(TlsFailed, match=r"(?i)certificate.required"):
        mode.run(lambda runtime: visit(runtime, endpoint, settings), loopback)


def test_a_client_with_another_certificate_than_is_trusted_is_refused(
    mode: Mode, authority: Authority, pair: KeyPair, client_pair: KeyPair
) -> None:
    settings = TlsSettings(authority.ca_file, client_pair.certificate, client_pair.key)
    with serving(echo(of(pair, pair))) as endpoint, pytest.raises(TlsFailed):
        mode.run(lambda runtime: visit(runtime, endpoint, settings), loopback)


def test_a_server_that_asks_for_no_certificate_has_verified_nobody(authority: Authority, pair: KeyPair) -> None:
    seen: list[TlsFacts | type[MsgcoreError]] = []
    settings = TlsSettings(ca_file=authority.ca_file)
    with serving(echo(of(pair), seen)) as endpoint:
        Mode.BLOCKING.run(lambda runtime: visit(runtime, endpoint, settings), loopback)
    [facts] = seen
    assert isinstance(facts, TlsFacts)
    assert (facts.is_verified, facts.certificate) == (False, b"")


def test_a_server_knows_the_certificate_that_it_showed_when_its_file_is_another_by_then(
    mode: Mode, authority: Authority, pair: KeyPair, client_pair: KeyPair, tmp_path: Path
) -> None:
    """What binds a login to the connection is what was shown on it; and no file is read for each login."""
    certificate, key = tmp_path / "chain.pem", tmp_path / "own.key"
    certificate.write_bytes(pair.certificate.read_bytes() + authority.ca_file.read_bytes())
    key.write_bytes(pair.key.read_bytes())
    shown: list[bytes] = []

    async def serve(stream: Stream) -> None:
        secured = await stream.start_tls_server(TlsServerSettings(certificate, key))
        certificate.write_bytes(client_pair.certificate.read_bytes())
        assert secured.tls is not None
        shown.append(secured.tls.own_certificate)
        await secured.write(await secured.read())
        await secured.close()

    with serving(serve) as endpoint:
        mode.run(lambda runtime: visit(runtime, endpoint, TlsSettings(ca_file=authority.ca_file)), loopback)
    assert shown == [der(pair)]


def test_a_file_of_client_authorities_that_is_missing_is_named(pair: KeyPair, tmp_path: Path) -> None:
    with pytest.raises(TlsFailed, match=r"no-such\.pem: cannot be used: No such file"):
        server_context(TlsServerSettings(pair.certificate, pair.key, tmp_path / "no-such.pem"))


# Clear text


def test_octets_in_clear_instead_of_a_clients_hello_are_an_injection(pair: KeyPair) -> None:
    seen: list[TlsFacts | type[MsgcoreError]] = []

    async def main(runtime: Runtime) -> None:
        stream = await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS))
        await stream.write(b"MAIL FROM:<evil@x.test>\r\n")
        with suppress(MsgcoreError):
            await stream.read()
        await stream.close()

    with serving(echo(of(pair), seen)) as endpoint:
        Mode.BLOCKING.run(main, loopback)
    assert seen == [StarttlsInjection]


def test_a_second_handshake_on_a_servers_stream_is_the_callers_mistake(authority: Authority, pair: KeyPair) -> None:
    seen: list[bool] = []

    async def serve(stream: Stream) -> None:
        secured = await stream.start_tls_server(of(pair))
        try:
            await secured.start_tls_server(of(pair))
        except ProtocolBroken as error:
            seen.append(error.is_local)
        await echo_line(secured)

    async def echo_line(secured: Stream) -> None:
        await secured.write(await secured.read())

    settings = TlsSettings(ca_file=authority.ca_file)
    with serving(serve) as endpoint:
        Mode.BLOCKING.run(lambda runtime: visit(runtime, endpoint, settings), loopback)
    assert seen == [True]


# Sessions


async def visit_twice(runtime: Runtime, endpoint: Endpoint, settings: TlsSettings) -> list[TlsFacts]:
    return [await visit(runtime, endpoint, settings) for _ in range(2)]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["TLS 1.2", "TLS 1.3"])
def test_the_second_connection_goes_on_with_the_session_of_the_first(
    mode: Mode, authority: Authority, pair: KeyPair, version: ssl.TLSVersion
) -> None:
    context = server_context(of(pair))
    settings = TlsSettings(ca_file=authority.ca_file)
    newest = context.maximum_version
    context.maximum_version = version
    try:
        with serving(echo(of(pair))) as endpoint:
            facts = mode.run(lambda runtime: visit_twice(runtime, endpoint, settings), loopback)
    finally:
        context.maximum_version = newest
    assert [one.is_resumed for one in facts] == [False, True]


def test_a_session_that_goes_on_still_tells_the_certificate(authority: Authority, pair: KeyPair) -> None:
    settings = TlsSettings(ca_file=authority.ca_file)
    with serving(echo(of(pair))) as endpoint:
        facts = Mode.BLOCKING.run(lambda runtime: visit_twice(runtime, endpoint, settings), loopback)
    assert facts[1].certificate == der(pair)


def test_no_session_goes_on_under_another_hosts_name(mode: Mode, authority: Authority, pair: KeyPair) -> None:
    settings = TlsSettings(ca_file=authority.ca_file)

    async def main(runtime: Runtime) -> bool:
        await visit(runtime, endpoint, settings)
        return (await visit(runtime, Endpoint("mail.b.test", endpoint.port), settings)).is_resumed

    with serving(echo(of(pair))) as endpoint:
        assert mode.run(main, loopback) is False


def test_no_session_that_nobody_verified_goes_on_where_verification_is_asked_for(mode: Mode, pair: KeyPair) -> None:
    async def main(runtime: Runtime) -> None:
        await visit(runtime, endpoint, TlsSettings(is_opportunistic=True))
        await visit(runtime, endpoint, TlsSettings())

    with serving(echo(of(pair))) as endpoint, pytest.raises(TlsFailed, match="not trusted"):
        mode.run(main, loopback)


def test_sessions_are_dropped_when_the_servers_are_too_many(authority: Authority, pair: KeyPair) -> None:
    settings = TlsSettings(ca_file=authority.ca_file)
    with serving(echo(of(pair))) as endpoint:
        Mode.BLOCKING.run(lambda runtime: visit(runtime, endpoint, settings), loopback)
    session = sessions_of(client_context(settings)).get(("mail.a.test", endpoint.port))
    sessions = Sessions()
    for port in range(1_001):
        sessions.put(("mail.a.test", port), session)
    assert [port for port in range(1_001) if sessions.get(("mail.a.test", port)) is None] == [0]
