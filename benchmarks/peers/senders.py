"""Sending messages over SMTP, done with each library as its manual says, and by hand as fast as the protocol goes.

Every sender takes the same letters, opens its connections, sends the letters in equal shares over them and says QUIT.
Blocking senders use a thread for each connection, asyncio ones a task.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import shutil
import smtplib
import socket
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs

import msgcore
from msgcore import Message, Outcomes

__all__ = ["LIMIT", "MSGCORE", "MSGCORE_ASYNCIO", "SOURCE", "Letters", "Sender", "all_senders", "find_program"]

LIMIT, SOURCE, SMTPLIB, AIOSMTPLIB = "limit: raw, pipelined", "smtp-source", "smtplib", "aiosmtplib"
MSGCORE, MSGCORE_ASYNCIO = "msgcore", "msgcore, asyncio"
SENDER, RECIPIENT = "ann@a.test", "bob@b.test"


@attrs.frozen
class Letters:
    """The letters of a run: as octets, and as messages that were read from them."""

    octets: Sequence[bytes]
    messages: Sequence[Message]

    def shares(self, connections: int) -> list[Letters]:
        return [Letters(self.octets[n::connections], self.messages[n::connections]) for n in range(connections)]


@attrs.frozen
class Sender:
    """``send`` sends letters to a port of 127.0.0.1 over so many connections."""

    name: str
    send: Callable[[int, Letters, int], object]


def all_senders() -> tuple[list[Sender], dict[str, str]]:
    """Give those that are here, and why each of the others is not."""
    found = [
        Sender(LIMIT, in_threads(send_raw)),
        Sender(MSGCORE, in_threads(send_all)),
        Sender(MSGCORE_ASYNCIO, in_tasks(send_all_async)),
        Sender(SMTPLIB, in_threads(send_with_smtplib)),
        Sender(f"{MSGCORE}, one by one", in_threads(send_one_by_one)),
        Sender(f"{MSGCORE_ASYNCIO}, one by one", in_tasks(send_one_by_one_async)),
    ]
    missing: dict[str, str] = {}
    if importlib.util.find_spec("aiosmtplib"):
        found.append(Sender(AIOSMTPLIB, in_tasks(send_with_aiosmtplib)))
    else:
        missing[AIOSMTPLIB] = "pip install aiosmtplib"
    if find_program(SOURCE):
        found.append(Sender(SOURCE, send_with_source))
    else:
        missing[SOURCE] = "it comes with Postfix"
    return found, missing


def find_program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin")


def in_threads(send: Callable[[int, Letters], object]) -> Callable[[int, Letters, int], object]:
    def send_in_threads(port: int, letters: Letters, connections: int) -> None:
        if connections == 1:
            send(port, letters)
            return
        with ThreadPoolExecutor(connections) as pool:
            for future in [pool.submit(send, port, share) for share in letters.shares(connections)]:
                future.result()

    return send_in_threads


def in_tasks(send: Callable[[int, Letters], Awaitable[object]]) -> Callable[[int, Letters, int], object]:
    def send_in_tasks(port: int, letters: Letters, connections: int) -> None:
        async def main() -> None:
            await asyncio.gather(*(send(port, share) for share in letters.shares(connections)))

        asyncio.run(main())

    return send_in_tasks


# By hand


def send_raw(port: int, letters: Letters) -> None:
    """The end of a message, and MAIL, RCPT and DATA of the next one, in one write (RFC 2920)."""
    envelope = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{RECIPIENT}>\r\nDATA\r\n".encode()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        hear(connection, b"220")
        connection.sendall(b"EHLO client.a.test\r\n")
        hear(connection, b"250")
        connection.sendall(envelope)
        hear(connection, b"354")
        last = len(letters.octets) - 1
        for number, octets in enumerate(letters.octets):
            connection.sendall(octets + b".\r\n" + (b"QUIT\r\n" if number == last else envelope))
            hear(connection, b"221" if number == last else b"354")


def hear(connection: socket.socket, code: bytes) -> None:
    """Wait for the reply that begins with ``code`` and a space; those before it have to be good."""
    heard = b""
    while not (heard.endswith(b"\n") and heard[heard.rfind(b"\n", 0, -1) + 1 :].startswith(code + b" ")):
        octets = connection.recv(65536)
        heard += octets
        if not octets or any(line[:1] in b"45" for line in heard.split(b"\n")[:-1]):
            raise ConnectionError(f"the server said {heard!r}")


# Libraries


def send_one_by_one(port: int, letters: Letters) -> None:
    with msgcore.open_transport(f"smtp://127.0.0.1:{port}") as transport:
        for message in letters.messages:
            see_accepted(transport.send(message, check=False))


def send_all(port: int, letters: Letters) -> None:
    with msgcore.open_transport(f"smtp://127.0.0.1:{port}") as transport:
        for outcomes in transport.send_all(letters.messages):
            see_accepted(outcomes)


async def send_one_by_one_async(port: int, letters: Letters) -> None:
    async with msgcore.aio.open_transport(f"smtp://127.0.0.1:{port}") as transport:
        for message in letters.messages:
            see_accepted(await transport.send(message, check=False))


async def send_all_async(port: int, letters: Letters) -> None:
    async with msgcore.aio.open_transport(f"smtp://127.0.0.1:{port}") as transport:
        for outcomes in await transport.send_all(letters.messages):
            see_accepted(outcomes)


def see_accepted(outcomes: Outcomes) -> None:
    if not outcomes.all_accepted:
        raise ConnectionError(f"not accepted: {outcomes}")


def send_with_smtplib(port: int, letters: Letters) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.a.test") as client:
        for octets in letters.octets:
            client.sendmail(SENDER, [RECIPIENT], octets)


async def send_with_aiosmtplib(port: int, letters: Letters) -> None:
    library: Any = importlib.import_module("aiosmtplib")
    async with library.SMTP(hostname="127.0.0.1", port=port, local_hostname="client.a.test") as client:
        for octets in letters.octets:
            await client.sendmail(SENDER, [RECIPIENT], octets)


def send_with_source(port: int, letters: Letters, connections: int) -> None:
    """Its letters are its own, of the same size. The time of starting the process counts: some 5 ms."""
    program = find_program(SOURCE)
    assert program is not None
    count, size = len(letters.octets), sum(map(len, letters.octets)) // len(letters.octets)
    options = ["-d", "-s", connections, "-m", count, "-l", size, "-f", SENDER, "-t", RECIPIENT]
    subprocess.run([program, *map(str, options), f"127.0.0.1:{port}"], check=True)
