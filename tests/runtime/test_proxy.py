"""Proxies: SOCKS5 (RFC 1928, 1929) and HTTP CONNECT, against small servers of their kind that really relay."""

from __future__ import annotations

import base64
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from msgcore.base.text import Secret
from msgcore.errors import (
    AuthenticationRefused,
    ConnectionLost,
    InjectionRefused,
    MissingExtra,
    NameNotResolved,
    OperationCancelled,
    TimedOut,
    UsageError,
)
from msgcore.runtime import Endpoint, NetworkPath, Proxy, Runtime, TlsSettings
from msgcore.testing.modes import Mode, call
from tests.runtime.peers import PATIENCE_SECONDS, Script, over_tls, peer, receive, wait_for_end
from tests.servers import Authority

pytest.importorskip("python_socks", reason="the extra `proxy` is not installed")

# Only the proxies of this module know where it is.
MAIL = Endpoint("mail.a.test", 25, "smtp")

LOGIN = b"\x01\x03ann\x02pw"


# The servers


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while octets := source.recv(65_536):
            sink.sendall(octets)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def relay(connection: socket.socket, port: int, answer: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS) as onward:
        connection.sendall(answer)
        back = threading.Thread(target=pump, args=(onward, connection))
        back.start()
        pump(connection, onward)
        back.join(PATIENCE_SECONDS)


def socks5(port: int, *, wants_login: bool = False, bound: bytes = b"\x01\x7f\x00\x00\x01\x00\x19") -> Script:
    """Be a SOCKS5 server that knows where mail.a.test:25 is."""

    def serve(connection: socket.socket) -> None:
        version, count = receive(connection, 2)
        assert version == 5
        methods = receive(connection, count)
        if wants_login:
            if 2 not in methods:
                connection.sendall(b"\x05\xff")
                return wait_for_end(connection)
            connection.sendall(b"\x05\x02")
            if receive(connection, len(LOGIN)) != LOGIN:
                connection.sendall(b"\x01\x01")
                return wait_for_end(connection)
            connection.sendall(b"\x01\x00")
        else:
            connection.sendall(b"\x05\x00")
        assert receive(connection, 18) == b"\x05\x01\x00\x03\x0bmail.a.test\x00\x19"
        return relay(connection, port, b"\x05\x00\x00" + bound)

    return serve


def http(port: int, *, wants_login: bool = False) -> Script:
    """Be an HTTP proxy that knows where mail.a.test:25 is."""

    def serve(connection: socket.socket) -> None:
        head = read_head(connection)
        assert head.startswith(b"CONNECT mail.a.test:25 HTTP/1.1\r\nHost: mail.a.test:25\r\n")
        if wants_login and b"Proxy-Authorization: Basic " + base64.b64encode(b"ann:pw") + b"\r\n" not in head:
            connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return wait_for_end(connection)
        return relay(connection, port, b"HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n")

    return serve


def read_head(connection: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += receive(connection, 1)
    return head


def says(octets: bytes, after: Callable[[socket.socket], object]) -> Script:
    """Be a server that says one thing, by the octet, and waits."""

    def serve(connection: socket.socket) -> None:
        after(connection)
        with suppress(OSError):
            for octet in octets:
                connection.sendall(bytes([octet]))
        wait_for_end(connection)

    return serve


def nothing(connection: socket.socket) -> None:
    """Hear nothing before it speaks."""


def read_offer(connection: socket.socket) -> None:
    assert receive(connection, 4) == b"\x05\x02\x00\x02"


def ask_by_name(connection: socket.socket) -> None:
    assert receive(connection, 3) == b"\x05\x01\x00"
    connection.sendall(b"\x05\x00")
    receive(connection, 18)


KINDS = pytest.mark.parametrize(("kind", "server"), [("socks5", socks5), ("http", http)])
Server = Callable[..., Script]


def converse(connection: socket.socket) -> None:
    connection.sendall(b"220 here\r\n")
    assert receive(connection, 6) == b"QUIT\r\n"
    connection.sendall(b"221 bye\r\n")


async def talk(runtime: Runtime, proxy: Proxy, seconds: float = PATIENCE_SECONDS) -> bytes:
    stream = await runtime.connect(MAIL, runtime.deadline(seconds), NetworkPath(proxy=proxy))
    greeting = await stream.read()
    await stream.write(b"QUIT\r\n")
    said = greeting + await stream.read()
    await stream.close()
    return said


def proxy_at(kind: str, endpoint: Endpoint, login: str = "") -> Proxy:
    return Proxy.parse(f"{kind}://{login}127.0.0.1:{endpoint.port}")


# What they carry


@KINDS
def test_a_conversation_goes_through(mode: Mode, kind: str, server: Server) -> None:
    with peer(converse) as here, peer(server(here.port)) as there:
        assert mode.run(lambda runtime: talk(runtime, proxy_at(kind, there))) == b"220 here\r\n221 bye\r\n"


@KINDS
def test_the_credentials_let_it_through(mode: Mode, kind: str, server: Server) -> None:
    with peer(converse) as here, peer(server(here.port, wants_login=True)) as there:
        said = mode.run(lambda runtime: talk(runtime, proxy_at(kind, there, "ann:pw@")))
    assert said == b"220 here\r\n221 bye\r\n"


@pytest.mark.parametrize("bound", [b"\x03\x05proxy\x00\x19", b"\x04" + bytes(16) + b"\x00\x19"], ids=["name", "IPv6"])
def test_any_kind_of_bound_address_is_passed_over(mode: Mode, bound: bytes) -> None:
    with peer(converse) as here, peer(socks5(here.port, bound=bound)) as there:
        assert mode.run(lambda runtime: talk(runtime, proxy_at("socks5", there))) == b"220 here\r\n221 bye\r\n"


@pytest.mark.parametrize(
    ("kind", "ask", "answer"),
    [
        ("http", read_head, b"HTTP/1.0 200 OK\r\n\r\n220 here\r\n"),
        ("socks5", ask_by_name, b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00220 here\r\n"),
    ],
    ids=["http", "socks5"],
)  # fmt: skip
def test_a_greeting_glued_behind_the_answer_is_kept(
    mode: Mode, kind: str, ask: Callable[[socket.socket], object], answer: bytes
) -> None:
    def glue(connection: socket.socket) -> None:
        ask(connection)
        connection.sendall(answer)
        wait_for_end(connection)

    async def main(runtime: Runtime) -> bytes:
        path = NetworkPath(proxy=proxy_at(kind, there))
        stream = await runtime.connect(MAIL, runtime.deadline(PATIENCE_SECONDS), path)
        octets = await stream.read()
        await stream.close()
        return octets

    with peer(glue) as there:
        assert mode.run(main) == b"220 here\r\n"


def test_tls_behind_a_proxy_is_with_the_server_by_its_own_name(mode: Mode, authority: Authority) -> None:
    def greet(secured: socket.socket) -> None:
        secured.sendall(b"220 secured\r\n")
        wait_for_end(secured)

    async def main(runtime: Runtime) -> bytes:
        path = NetworkPath(proxy=proxy_at("socks5", there))
        clear = await runtime.connect(MAIL, runtime.deadline(PATIENCE_SECONDS), path)
        stream = await clear.start_tls(TlsSettings(ca_file=authority.ca_file))
        octets = await stream.read()
        await stream.close()
        return octets

    pair = authority.issue("mail.a.test", "DNS:mail.a.test")
    with peer(over_tls(pair, greet)) as here, peer(socks5(here.port)) as there:
        assert mode.run(main) == b"220 secured\r\n"


# What they refuse


@KINDS
@pytest.mark.parametrize("login", ["", "ann:wrong@"])
def test_wrong_credentials_are_told_apart(mode: Mode, kind: str, server: Server, login: str) -> None:
    with peer(server(0, wants_login=True)) as there:
        login = login if kind == "http" or not login else "ann:no@"  # as long as the right one
        with pytest.raises(
            AuthenticationRefused, match=rf"mail\.a\.test:25 through {kind} proxy 127\.0\.0\.1:\d+: it says"
        ):
            mode.run(lambda runtime: talk(runtime, proxy_at(kind, there, login)))


def test_a_refusal_names_the_proxy_and_what_it_said(mode: Mode) -> None:
    with peer(says(b"HTTP/1.1 403 Forbidden\r\n\r\n", read_head)) as there:
        said = rf"smtp mail\.a\.test:25 through http proxy 127\.0\.0\.1:{there.port}: it says '403 Forbidden'"
        with pytest.raises(ConnectionLost, match=said):
            mode.run(lambda runtime: talk(runtime, proxy_at("http", there)))


def test_a_proxy_is_told_the_first_of_the_given_addresses(mode: Mode) -> None:
    heads: list[bytes] = []

    def refuse(connection: socket.socket) -> None:
        heads.append(read_head(connection))
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")

    async def main(runtime: Runtime) -> None:
        path = NetworkPath(proxy=proxy_at("http", there))
        await runtime.connect(MAIL, runtime.deadline(PATIENCE_SECONDS), path, ["2001:db8::1", "192.0.2.1"])

    with peer(refuse) as there, pytest.raises(ConnectionLost, match=r"mail\.a\.test:25 through http proxy"):
        mode.run(main)
    assert heads[0].startswith(b"CONNECT [2001:db8::1]:25 ")


def test_a_refusal_of_socks5_may_be_two_octets(mode: Mode) -> None:
    with (
        peer(says(b"\x05\x00\x05\x02", lambda c: receive(c, 3))) as there,
        pytest.raises(ConnectionLost, match=r"socks5 proxy .*: it says 'Connection not allowed by ruleset'"),
    ):
        mode.run(lambda runtime: talk(runtime, proxy_at("socks5", there)))


@pytest.mark.parametrize("kind", ["socks5", "http"])
def test_a_server_that_is_no_proxy_is_a_lost_connection(mode: Mode, kind: str) -> None:
    with (
        peer(says(b"220 mail.b.test ESMTP\r\n\r\n", lambda _: None)) as there,
        pytest.raises(ConnectionLost, match=rf"{kind} proxy .*: it says"),
    ):
        mode.run(lambda runtime: talk(runtime, proxy_at(kind, there)))


@pytest.mark.parametrize("kind", ["socks5", "http"])
def test_a_proxy_that_hangs_up_is_a_lost_connection(mode: Mode, kind: str) -> None:
    with (
        peer(lambda connection: connection.recv(3)) as there,
        pytest.raises(ConnectionLost, match=rf"through {kind} proxy"),
    ):
        mode.run(lambda runtime: talk(runtime, proxy_at(kind, there)))


def test_an_answer_of_http_without_end_is_cut(mode: Mode) -> None:
    with (
        peer(says(b"HTTP/1.1 200 OK\r\n" + b"x" * 20_000, read_head)) as there,
        pytest.raises(ConnectionLost, match="octets came, and no end of an answer"),
    ):
        mode.run(lambda runtime: talk(runtime, proxy_at("http", there)))


@pytest.mark.parametrize("kind", ["socks5", "http"])
def test_a_silent_proxy_is_left_at_the_deadline(mode: Mode, kind: str) -> None:
    with (
        peer(wait_for_end) as there,
        pytest.raises(TimedOut, match=rf"through {kind} proxy .*: the deadline has passed"),
    ):
        mode.run(lambda runtime: talk(runtime, proxy_at(kind, there), 0.1))


def test_cancel_ends_the_wait_for_a_proxy(mode: Mode) -> None:
    runtime = mode.runtime()

    def cancels(connection: socket.socket) -> None:
        receive(connection, 3)
        runtime.cancel()
        wait_for_end(connection)

    with peer(cancels) as there, pytest.raises(OperationCancelled):
        call(runtime, lambda runtime: talk(runtime, proxy_at("socks5", there)))


@pytest.mark.parametrize("host", ["mail.test HTTP/1.1\r\nX: y", "a b", "a..b", "a" * 64 + ".test"])
def test_what_is_no_hosts_name_is_not_sent(mode: Mode, host: str) -> None:
    async def main(runtime: Runtime) -> None:
        await runtime.connect(Endpoint(host, 25), runtime.deadline(PATIENCE_SECONDS), NetworkPath(proxy=proxy))

    def hears_nothing(connection: socket.socket) -> None:
        assert connection.recv(1) == b""

    with peer(hears_nothing) as there:
        proxy = proxy_at("http", there)
        with pytest.raises(NameNotResolved, match="no name of a host"):
            mode.run(main)


@pytest.mark.parametrize(("kind", "ask"), [("http", nothing), ("socks5", read_offer)])
def test_credentials_that_cannot_be_sent_do_not_show(
    mode: Mode, kind: str, ask: Callable[[socket.socket], object]
) -> None:
    with (
        peer(says(b"\x05\x02" if kind == "socks5" else b"", ask)) as there,
        pytest.raises(UsageError, match="none that it can be told") as raised,
    ):
        mode.run(lambda runtime: talk(runtime, proxy_at(kind, there, "ann:%E2%82%AC@")))
    assert raised.value.__cause__ is None


def test_a_proxy_without_its_extra_names_the_line_to_install(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_socks", None)
    with pytest.raises(MissingExtra, match=r"^proxy http://p\.test:1 needs an extra: pip install 'msgcore\[proxy\]'$"):
        mode.run(lambda runtime: talk(runtime, Proxy.parse("http://p.test:1")))


# Their URLs


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("socks5://ann:p%40w@proxy.test:1080", Proxy("socks5", "proxy.test", 1080, "ann", Secret("p@w"))),
        ("socks5h://proxy.test:1080", Proxy("socks5", "proxy.test", 1080)),
        ("http://[::1]:3128/", Proxy("http", "::1", 3128)),
    ],
)
def test_a_proxys_url_is_read(url: str, proxy: Proxy) -> None:
    assert Proxy.parse(url) == proxy


@pytest.mark.parametrize(
    "url",
    ["https://p.test:1", "socks4://p.test:1", "socks5://p.test", "http://:3128", "http://p.test:1/x", "http://p.test:99999",
     "p.test:1080", "http://p.test:1?q", "http://[::1:1", ""],
)  # fmt: skip
def test_what_is_no_proxys_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        Proxy.parse(url)


def test_a_refused_url_is_not_repeated() -> None:
    with pytest.raises(UsageError) as raised:
        Proxy.parse("https://ann:geheim@p.test:1")
    assert "geheim" not in str(raised.value)


def test_a_password_shows_in_no_repr() -> None:
    assert "geheim" not in repr(NetworkPath(proxy=Proxy.parse("http://ann:geheim@p.test:1")))


def test_a_host_with_a_nul_is_refused() -> None:
    with pytest.raises(InjectionRefused):
        Proxy.parse("http://p\0.test:1")


def test_a_source_address_is_no_name() -> None:
    with pytest.raises(UsageError, match=r"source_address: need an IP address, got 'mail\.test'"):
        NetworkPath(source_address="mail.test")
