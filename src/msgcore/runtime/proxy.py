"""Asking a proxy for a connection.

python-socks writes and reads the messages, over a stream of ours, so that the deadline and ``cancel()`` hold. Its
sans-I/O part has no public name; its public classes open sockets of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Protocol

from msgcore.base.text import forget_frames
from msgcore.errors import (
    AuthenticationRefused,
    ConnectionLost,
    MissingExtra,
    NameNotResolved,
    TimedOut,
    UsageError,
)
from msgcore.runtime.abc import DIRECT, Endpoint, NetworkPath, Proxy, Stream

__all__ = ["first_hop", "through"]

_HEAD_OCTETS = 16 * 1024

_HOST_NAME = re.compile(r"[\x21-\x7e]{1,255}")

# What follows the type of an address in an answer of SOCKS5: the address and two octets of port (RFC 1928 section 6).
_ADDRESS_OCTETS = {1: 4 + 2, 4: 16 + 2}
_NAME = 3


class DirectStream(Stream, Protocol):
    """A stream of one of the runtimes."""

    def give_back(self, octets: bytes) -> None:
        """Let the next read give these octets first."""
        ...


def first_hop(endpoint: Endpoint, path: NetworkPath) -> Endpoint:
    """Say to whom the connection for ``endpoint`` is made.

    Raises:
        MissingExtra: to a proxy, and python-socks is not installed.
        UsageError: a path leads to a Unix socket.
    """
    proxy = path.proxy
    if endpoint.is_unix_socket and path != DIRECT:
        raise UsageError(f"{endpoint}: a Unix socket is connected to directly, not by a proxy or from an address")
    if proxy is None:
        return endpoint
    if find_spec("python_socks") is None:
        raise MissingExtra("proxy", str(proxy))
    return Endpoint(proxy.host, proxy.port, f"{endpoint} through {proxy.kind} proxy")


async def through(stream: DirectStream, path: NetworkPath, addresses: Sequence[str] = ()) -> Stream:
    """Have the proxy, if there is one, connect this stream to its endpoint, which is at the first of ``addresses``.

    Raises:
        ConnectionLost: the proxy refused, or what it said is no answer.
        AuthenticationRefused: it wants other credentials.
        NameNotResolved: the host is none that a proxy can be told.
        UsageError: the credentials are none that a proxy can be told.
    """
    if path.proxy is None:
        return stream
    try:
        stream.give_back(await _ask(stream, path.proxy, addresses[0] if addresses else stream.endpoint.host))
    except (ConnectionLost, TimedOut, AuthenticationRefused, NameNotResolved) as error:
        stream.abort()
        raise type(error)(f"{first_hop(stream.endpoint, path)}: {error}") from error
    except BaseException:
        stream.abort()
        raise
    return stream


async def _ask(stream: Stream, proxy: Proxy, host: str) -> bytes:
    """Give what came behind the proxy's answer."""
    answers = _Answers(stream)
    host = _sent_name(host)
    if proxy.kind == "http":
        await _http(stream, answers, proxy, host)
    else:
        await _socks5(stream, answers, proxy, host)
    return answers.rest()


def _sent_name(host: str) -> str:
    try:
        name = host.rstrip(".").encode("idna").decode("ascii")
    except UnicodeError as error:
        raise NameNotResolved(f"{host!r}: no name of a host") from error
    if not _HOST_NAME.fullmatch(name):
        raise NameNotResolved(f"{host!r}: no name of a host")
    return name


class _Answers:
    """What the proxy has said and nobody has read."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._arrived = bytearray()

    async def take(self, octets: int) -> bytes:
        while len(self._arrived) < octets:
            await self._more()
        taken = bytes(self._arrived[:octets])
        del self._arrived[:octets]
        return taken

    async def take_head(self) -> bytes:
        """Give all to the first empty line; the rest may be the greeting of whom the proxy connected us to."""
        while (end := self._arrived.find(b"\r\n\r\n")) < 0:
            if len(self._arrived) > _HEAD_OCTETS:
                raise ConnectionLost(f"{len(self._arrived)} octets came, and no end of an answer")
            await self._more()
        return await self.take(end + 4)

    async def _more(self) -> None:
        octets = await self._stream.read()
        if not octets:
            raise ConnectionLost(f"it hung up after {bytes(self._arrived[:200])!a}")
        self._arrived += octets

    def rest(self) -> bytes:
        return bytes(self._arrived)


async def _http(stream: Stream, answers: _Answers, proxy: Proxy, host: str) -> None:
    from python_socks._protocols import http
    from python_socks._protocols.errors import ReplyError

    await _write_hidden(stream, lambda: _http_request(proxy, host, stream.endpoint.port))
    head = await answers.take_head()
    try:
        http.ConnectReply.loads(head)
    except ReplyError as error:
        kind = AuthenticationRefused if error.error_code == 407 else ConnectionLost
        raise kind(_shown(error)) from error


async def _socks5(stream: Stream, answers: _Answers, proxy: Proxy, host: str) -> None:
    from python_socks._protocols import socks5
    from python_socks._protocols.errors import ReplyError

    offer = socks5.AuthMethodsRequest(*_login(proxy))
    await stream.write(offer.dumps())
    said = await answers.take(socks5.AuthMethodReply.SIZE)
    try:
        choice = socks5.AuthMethodReply.loads(said)
        choice.validate(offer)
        if choice.method == socks5.AuthMethod.USERNAME_PASSWORD:
            await _write_hidden(stream, lambda: _socks5_login(proxy))
            said = await answers.take(socks5.AuthReply.SIZE)
            socks5.AuthReply.loads(said)
    except ReplyError as error:
        # Not what came from something that speaks no SOCKS at all.
        kind = AuthenticationRefused if said[0] == 1 or said == b"\x05\xff" else ConnectionLost
        raise kind(_shown(error)) from error
    await stream.write(socks5.ConnectRequest(host, stream.endpoint.port).dumps())
    said = await _socks5_answer(answers)
    try:
        socks5.ConnectReply.loads(said)
    except (ReplyError, UnicodeDecodeError) as error:  # the name that it says it connects from may be of any octets
        raise ConnectionLost(_shown(error)) from error


def _http_request(proxy: Proxy, host: str, port: int) -> bytes:
    from python_socks._protocols import http

    user, password = _login(proxy)
    try:
        return http.ConnectRequest(host, port, user, password).dumps()
    except ValueError:
        raise _unusable(proxy) from None


async def _write_hidden(stream: Stream, make: Callable[[], bytes]) -> None:
    try:
        await stream.write(make())
    except BaseException as error:
        forget_frames(error)
        raise


def _socks5_login(proxy: Proxy) -> bytes:
    from python_socks._protocols import socks5

    user, password = _login(proxy)
    assert user is not None
    assert password is not None  # no other method was offered
    try:
        return socks5.AuthRequest(user, password).dumps()
    except ValueError:
        raise _unusable(proxy) from None


async def _socks5_answer(answers: _Answers) -> bytes:
    head = await answers.take(2)
    if head != b"\x05\x00":  # a refusal, of which some proxies send no more
        return head
    head += await answers.take(2)
    if head[3] == _NAME:
        head += await answers.take(1)
        return head + await answers.take(head[4] + 2)
    return head + await answers.take(_ADDRESS_OCTETS.get(head[3], 0))


def _login(proxy: Proxy) -> tuple[str | None, str | None]:
    return proxy.user, None if proxy.password is None else proxy.password.reveal()


def _unusable(proxy: Proxy) -> UsageError:
    # Without its cause, which shows them.
    return UsageError(f"{proxy}: the user's name or the password is none that it can be told")


def _shown(error: Exception) -> str:
    return f"it says {str(error)[:200]!a}"
