"""The least that a durable relay on asyncio and SQLite does: python bare_relay.py PORT SINK_PORT FOLDER

250 is said when the mail is committed, with all that came meanwhile; it is passed on from memory, with the next one's
commands in the same write; its row goes in a later commit. It believes everybody and knows no limits, addresses,
routes, retries, reports, TLS nor deadlines: it shows how fast this machine lets Python be.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

import attrs

SESSIONS = 20
GREETING, HELLO, TAKEN, GO_AHEAD = b"220 bare\r\n", b"250-bare\r\n250 PIPELINING\r\n", b"250 ok\r\n", b"354 go on\r\n"
END = b"\r\n.\r\n"


@attrs.define(eq=False)
class Mail:
    commands: bytes
    octets: bytes
    kept: Callable[[bytes], None]
    number: int = 0


class Queue:
    """A thread commits what has come, and what has gone."""

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop, pass_on: Callable[[list[Mail]], None]) -> None:
        self._path, self._loop, self._pass_on = path, loop, pass_on
        self._come: list[Mail] = []
        self._gone: list[int] = []
        self._changed = threading.Condition()
        threading.Thread(target=self._work, daemon=True).start()

    def put(self, mail: Mail) -> None:
        with self._changed:
            self._come.append(mail)
            self._changed.notify()

    def end(self, number: int) -> None:
        self._gone.append(number)

    def _work(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute("create table mail (id integer primary key, commands blob, octets blob)")
        last = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._come)
                come, self._come = self._come, []
                gone, self._gone = self._gone, []
            for mail in come:
                mail.number = last = last + 1
            connection.execute("begin immediate")
            connection.executemany(
                "insert into mail values (?, ?, ?)", [(m.number, m.commands, m.octets) for m in come]
            )
            connection.executemany("delete from mail where id = ?", [(number,) for number in gone])
            connection.execute("commit")
            self._loop.call_soon_threadsafe(self._pass_on, come)


class Incoming(asyncio.Protocol):
    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._buffer = b""
        self._commands = b""
        self._is_in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            if self._is_in_data:
                end = self._buffer.find(END)
                if end < 0:
                    return
                octets, self._buffer = self._buffer[: end + len(END)], self._buffer[end + len(END) :]
                self._is_in_data = False
                self._queue.put(Mail(self._commands + b"DATA\r\n", octets, self._transport.write))
            else:
                line, found, rest = self._buffer.partition(b"\r\n")
                if not found:
                    return
                self._buffer = rest
                self._obey(line)

    def _obey(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"MAIL":
            self._commands = line + b"\r\n"
        elif verb == b"RCPT":
            self._commands += line + b"\r\n"
        elif verb == b"DATA":
            self._is_in_data = True
            self._transport.write(GO_AHEAD)
            return
        self._transport.write(HELLO if verb == b"EHLO" else TAKEN)


class Outgoing(asyncio.Protocol):
    """Writes a mail's octets and the next one's commands at once."""

    def __init__(self, waiting: deque[Mail], idle: deque[Outgoing], queue: Callable[[], Queue]) -> None:
        self._waiting, self._idle, self._queue = waiting, idle, queue
        self._sent: Mail | None = None
        self._begun: Mail | None = None
        self._replies_due = 2
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"HELO bare\r\n")

    def begin(self) -> None:
        self._transport.write(self._next_commands())

    def data_received(self, data: bytes) -> None:
        *replies, self._buffer = (self._buffer + data).split(b"\r\n")
        for reply in replies:
            if reply[:1] not in b"23":
                raise ValueError(reply)
            if self._sent is not None:
                self._queue().end(self._sent.number)
                self._sent = None
            else:
                self._replies_due -= 1
            if self._begun is None:
                if not self._replies_due:
                    self._idle.append(self)
            elif not self._replies_due:
                self._sent = self._begun
                self._transport.write(self._sent.octets + self._next_commands())

    def _next_commands(self) -> bytes:
        self._begun = self._waiting.popleft() if self._waiting else None
        if self._begun is None:
            return b""
        self._replies_due = self._begun.commands.count(b"\r\n")
        return self._begun.commands


async def main(port: int, sink_port: int, folder: Path) -> None:
    loop = asyncio.get_running_loop()
    waiting: deque[Mail] = deque()
    idle: deque[Outgoing] = deque()

    def pass_on(come: list[Mail]) -> None:
        for mail in come:
            mail.kept(TAKEN)
            waiting.append(mail)
            if idle:
                idle.popleft().begin()

    queue = Queue(folder / "bare.db", loop, pass_on)
    for _ in range(SESSIONS):
        await loop.create_connection(lambda: Outgoing(waiting, idle, lambda: queue), "127.0.0.1", sink_port)
    await loop.create_server(lambda: Incoming(queue), "127.0.0.1", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
