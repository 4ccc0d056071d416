"""The least of HTTP/1.1 (RFC 9112) that health checks and Prometheus need: GET and HEAD, one request a connection."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import attrs

from msgcore.errors import ConnectionLost, TimedOut
from msgcore.runtime.abc import Endpoint, Listener, LoopRuntime, Stream

__all__ = ["Page", "serve_pages"]

_MOST_OCTETS = 8 * 1024
_SECONDS = 10.0
_CONNECTIONS = 20

_REQUEST = re.compile(rb"([A-Z]+) (/[!-~]*) HTTP/1\.[01]\r\n")
_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}


@attrs.frozen
class Page:
    """What a path has, with the status that is said of it."""

    text: str
    status: int = 200
    content_type: str = "text/plain; charset=utf-8"


Pages = Callable[[str], Awaitable[Page | None]]
"""Gives the page of a path, ``None`` where there is none."""


async def serve_pages(runtime: LoopRuntime, place: Endpoint, pages: Pages) -> Listener:
    """Serve pages at a place.

    Raises:
        SetupError: the port is taken or not allowed, or the host is not this machine's.
    """

    async def serve(stream: Stream) -> None:
        stream.deadline = runtime.deadline(_SECONDS)
        try:
            head = await _head(stream)
            if head:
                await stream.write(await _answer(head, pages))
        except (ConnectionLost, TimedOut):
            return

    return await runtime.listen(place, serve, _CONNECTIONS)


async def _head(stream: Stream) -> bytes:
    """Read a request's head; what is too large is cut, and no head any more."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) <= _MOST_OCTETS:
        octets = await stream.read()
        if not octets:
            break
        head += octets
    return head[:_MOST_OCTETS]


async def _answer(head: bytes, pages: Pages) -> bytes:
    request = _REQUEST.match(head)
    if request is None or b"\r\n\r\n" not in head:
        return _written(Page("this is no request\n", 400))
    method, target = request[1].decode(), request[2].decode()
    if method not in {"GET", "HEAD"}:
        return _written(Page("only GET and HEAD\n", 405))
    page = await pages(target.partition("?")[0])
    return _written(page or Page("there is no such page\n", 404), has_body=method == "GET")


def _written(page: Page, *, has_body: bool = True) -> bytes:
    body = page.text.encode()
    allow = "Allow: GET, HEAD\r\n" if page.status == 405 else ""
    head = (
        f"HTTP/1.1 {page.status} {_REASONS[page.status]}\r\nContent-Type: {page.content_type}\r\n"
        f"Content-Length: {len(body)}\r\n{allow}Connection: close\r\n\r\n"
    )
    return head.encode() + (body if has_body else b"")
