"""A client that sends over many sessions at a time, in one thread, and times each transaction.

It waits for each reply, as smtp-source does, so that both are the same load.
"""

from __future__ import annotations

import selectors
import socket
import statistics
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack

import attrs

__all__ = ["Percentiles", "Transaction", "numbered_letters", "percentiles", "send_timed"]

_SECONDS = 60.0
_LINE = b"A line of some seventy characters, as people write them, with its end.\r\n"

Talk = Generator[bytes, bytes, None]
"""A session: octets that were heard go in, what is to be said comes out, or nothing, to hear more."""


@attrs.frozen
class Transaction:
    """One that was accepted: which letter it was, and how long it took from MAIL to the reply to the final dot."""

    number: int
    seconds: float


@attrs.frozen
class Percentiles:
    """Milliseconds within which so many of a hundred transactions ended."""

    p50: float
    p95: float
    p99: float
    longest: float


def percentiles(seconds: Sequence[float]) -> Percentiles:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return Percentiles(*(1e3 * one for one in (cuts[49], cuts[94], cuts[98], max(seconds))))


def numbered_letters(octets: int) -> Callable[[int], bytes]:
    """Give what writes letters of so many octets, each with a Message-ID of its number."""
    body = b"Subject: timed\r\n\r\n" + _LINE * (octets // len(_LINE))
    return lambda number: b"From: ann@a.test\r\nMessage-ID: <%d@timed.test>\r\n" % number + body


def send_timed(
    port: int,
    sessions: int,
    letters: Iterator[tuple[int, bytes]],
    *,
    sender: str = "ann@a.test",
    recipient: str = "bob@sink.test",
) -> list[Transaction]:
    """Send letters, which have numbers and no line that begins with a dot, until there are no more.

    Raises:
        ConnectionError: the server refused something, or ended a session.
        TimeoutError: nobody was answered for a minute.
    """
    done: list[Transaction] = []
    envelope = f"MAIL FROM:<{sender}>\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode()
    with ExitStack() as stack, selectors.DefaultSelector() as waiting:
        for _ in range(sessions):
            talk = _talk(letters, envelope, done)
            next(talk)
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), _SECONDS))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            waiting.register(connection, selectors.EVENT_READ, (connection, talk))
        while waiting.get_map():
            ready = waiting.select(_SECONDS)
            if not ready:
                raise TimeoutError(f"nobody was answered for {_SECONDS} seconds")
            for key, _ in ready:
                if not _go_on(*key.data):
                    waiting.unregister(key.fileobj)
    return done


def _go_on(connection: socket.socket, talk: Talk) -> bool:
    """Hear what a server says, and answer; say whether the session goes on."""
    try:
        said = talk.send(connection.recv(65_536))
    except StopIteration:
        return False
    if said:
        connection.sendall(said)
    return True


def _talk(letters: Iterator[tuple[int, bytes]], envelope: tuple[bytes, bytes], done: list[Transaction]) -> Talk:
    mail, rcpt = envelope
    yield from _say(b"", b"220")
    yield from _say(b"EHLO client.test\r\n", b"250")
    for number, octets in letters:
        start = time.perf_counter()
        yield from _say(mail, b"250")
        yield from _say(rcpt, b"250")
        yield from _say(b"DATA\r\n", b"354")
        yield from _say(octets + b".\r\n", b"250")
        done.append(Transaction(number, time.perf_counter() - start))
    yield from _say(b"QUIT\r\n", b"221")


def _say(said: bytes, code: bytes) -> Talk:
    """Say something, and hear the reply to it, which has to be this one."""
    heard = yield said
    while (heard and not heard.endswith(b"\r\n")) or heard[heard.rfind(b"\n", 0, -1) + 1 :][3:4] == b"-":
        heard += yield b""
    if not heard.startswith(code):
        raise ConnectionError(f"the server said {heard!r} to {said[:40]!r}")
