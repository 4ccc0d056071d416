"""One HTTPS request at a time over our own streams: names by our resolver, and everything within one deadline.

The protocol is h11's; redirects are not followed, nothing is kept open, and of an answer no more is read than allowed.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import LimitExceeded, MissingExtra, NameNotResolved, ProtocolBroken, ResolverFailed, UsageError
from msgcore.runtime.abc import Endpoint, Runtime, Stream, TlsSettings
from msgcore.runtime.dns import DnsKind

if TYPE_CHECKING:
    from msgcore.runtime.dns import Resolver

__all__ = ["HttpsAnswer", "HttpsClient", "addresses_of"]

_Header = tuple[str, str]
_CONNECT_SECONDS = 30.0


@attrs.frozen
class HttpsAnswer:
    """What a server said; ``media_type`` in lower case, without parameters."""

    status: int
    media_type: str
    body: bytes = attrs.field(repr=lambda octets: f"<{len(octets)} octets>")


async def addresses_of(resolver: Resolver, host: str, deadline: Deadline) -> tuple[str, ...]:
    """Give a host's addresses.

    Raises:
        NameNotResolved: it has none.
        ResolverFailed: DNS does not answer.
    """
    found: list[str] = []
    trouble: ResolverFailed | None = None
    for kind in (DnsKind.AAAA, DnsKind.A):
        try:
            answer = await resolver.ask(host, kind, deadline)
            found += [one for one in answer.records if isinstance(one, str)]
        except ResolverFailed as error:
            trouble = error
    if not found:
        raise trouble or NameNotResolved(f"{host}: no such host")
    return tuple(found)


class HttpsClient:
    """Asks servers, whom ``ca_file`` or the system's authorities vouch for; no answer is longer than ``most_octets``.

    Raises (from every request):
        NameNotResolved, ResolverFailed, ConnectionLost, TimedOut: nobody answers.
        TlsFailed: the server is not who it should be.
        ProtocolBroken: it does not speak HTTP.
        LimitExceeded: it says too much.
        MissingExtra: the extra ``http`` is not installed.
    """

    def __init__(
        self, runtime: Runtime, resolver: Resolver, *, ca_file: Path | None = None, most_octets: int = 64 * 1024
    ) -> None:
        self._runtime = runtime
        self._resolver = resolver
        self._tls = TlsSettings(ca_file=ca_file)
        self._most_octets = most_octets

    async def get(self, url: str, deadline: Deadline) -> HttpsAnswer:
        return await self._ask("GET", url, (), b"", deadline)

    async def post(self, url: str, media_type: str, body: bytes, deadline: Deadline) -> HttpsAnswer:
        return await self._ask("POST", url, [("Content-Type", media_type)], body, deadline)

    async def _ask(
        self, method: str, url: str, fields: Sequence[_Header], body: bytes, deadline: Deadline
    ) -> HttpsAnswer:
        h11 = _h11()
        host, port, target = _parts(url)
        authority = host if port == 443 else f"{host}:{port}"
        header = [("Host", authority), ("User-Agent", "msgcore"), ("Connection", "close"), *fields]
        if body:
            header.append(("Content-Length", str(len(body))))
        addresses = await addresses_of(self._resolver, host, deadline)
        stream = await self._runtime.connect(
            Endpoint(host, port, "https"), deadline.sooner(_CONNECT_SECONDS), addresses=addresses
        )
        try:
            stream.deadline = deadline
            stream = await stream.start_tls(self._tls)
            connection = h11.Connection(h11.CLIENT)
            request = connection.send(h11.Request(method=method, target=target, headers=header))
            end = (connection.send(h11.Data(data=body)) if body else b"") + connection.send(h11.EndOfMessage())
            await stream.write(request + end)
            return await self._answer(h11, connection, stream)
        except h11.ProtocolError as error:
            raise ProtocolBroken.remote(f"{url}: {error}") from error
        finally:
            stream.abort()

    async def _answer(self, h11: Any, connection: Any, stream: Stream) -> HttpsAnswer:
        status, media_type = 0, ""
        body = bytearray()
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await stream.read())
            elif isinstance(event, h11.Response):
                status = int(event.status_code)
                types = [bytes(value) for name, value in event.headers if name == b"content-type"]
                media_type = types[0].partition(b";")[0].strip().lower().decode("ascii", "replace") if types else ""
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > self._most_octets:
                    raise LimitExceeded(f"{stream.endpoint}: the answer is longer than {self._most_octets:,} octets")
            elif isinstance(event, h11.EndOfMessage):
                return HttpsAnswer(status, media_type, bytes(body))
            elif isinstance(event, h11.ConnectionClosed):
                raise ProtocolBroken.remote(f"{stream.endpoint}: the connection ended before an answer")


def _h11() -> Any:
    try:
        return importlib.import_module("h11")
    except ImportError as error:
        raise MissingExtra("http", "HTTPS") from error


def _parts(url: str) -> tuple[str, int, str]:
    """Take a URL apart.

    Raises:
        UsageError: it is no ``https`` URL of a named host.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 443
    except ValueError as error:
        raise UsageError(f"{url[:200]!r}: is no URL") from error
    if parts.scheme != "https" or not host or parts.username is not None or not url.isascii() or not url.isprintable():
        raise UsageError(f"{url[:200]!r}: need https://host/path")
    return host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
