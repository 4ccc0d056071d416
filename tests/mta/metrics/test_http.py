"""The pages that health checks and Prometheus ask for."""

from __future__ import annotations

import asyncio
import http.client
import socket
from collections.abc import Iterator

import pytest

from msgcore.mta.metrics.http import Page, serve_pages
from msgcore.runtime import AsyncioRuntime, Endpoint
from msgcore.runtime.loop_thread import submit


async def pages(path: str) -> Page | None:
    match path:
        case "/here":
            return Page("här\n")
        case "/ill":
            return Page("not well\n", 503)
        case _:
            return None


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    listener = submit(serve_pages(AsyncioRuntime(), Endpoint("127.0.0.1", 0), pages)).result(30)
    yield listener.port
    submit(listener.close()).result(30)


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/here", 200, "här\n"),
        ("GET", "/here?x=1", 200, "här\n"),
        ("HEAD", "/here", 200, ""),
        ("GET", "/ill", 503, "not well\n"),
        ("GET", "/there", 404, "there is no such page\n"),
        ("POST", "/here", 405, "only GET and HEAD\n"),
    ],
)
def test_a_page_is_given_to_an_http_client(port: int, method: str, path: str, status: int, body: str) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    client.request(method, path)
    reply = client.getresponse()

    assert (reply.status, reply.read().decode()) == (status, body)
    client.close()


@pytest.mark.parametrize(
    "octets",
    [
        b"\r\n\r\n",
        b"EHLO client.a.test\r\n\r\n",
        b"GET /here HTTP/2.0\r\n\r\n",
        b"GET http://x/here HTTP/1.1\r\n\r\n",
        b"GET /here HTTP/1.1\r\nX: " + b"x" * 9_000 + b"\r\n\r\n",
        bytes(range(256)) * 40,
    ],
)
def test_what_is_no_request_is_refused_and_harms_nobody(port: int, octets: bytes) -> None:
    assert talk(port, octets).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert talk(port, b"GET /here HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 OK\r\n")


def talk(port: int, octets: bytes) -> bytes:
    """Say octets and give what is answered; what the server did not read may cut its answer short."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(octets)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while more := client.recv(65_536):
                answer += more
        except ConnectionResetError:
            pass
        return answer


def test_a_client_that_says_nothing_is_let_go(port: int) -> None:
    assert talk(port, b"") == b""


def test_pages_that_take_their_time_hold_nobody_up() -> None:
    async def story() -> bytes:
        gate = asyncio.Event()

        async def slow(path: str) -> Page:
            if path == "/slow":
                await gate.wait()
            return Page(path)

        async with await serve_pages(AsyncioRuntime(), Endpoint("127.0.0.1", 0), slow) as listener:
            waiting = asyncio.create_task(asyncio.to_thread(talk, listener.port, b"GET /slow HTTP/1.1\r\n\r\n"))
            quick = await asyncio.to_thread(talk, listener.port, b"GET /quick HTTP/1.1\r\n\r\n")
            gate.set()
            return quick[-6:] + (await waiting)[-5:]

    assert asyncio.run(story()) == b"/quick/slow"
