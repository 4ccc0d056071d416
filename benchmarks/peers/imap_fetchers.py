"""Fetching a mailbox over IMAP, with each library as its manual says, and by hand as fast as the server sends.

Every fetcher connects to a port of 127.0.0.1, logs in, selects the inbox read-only, fetches, and logs out. Of envelopes
it reads the unique id, flags, size and date of arrival, the subject, date and Message-ID, and the addresses of From, To
and Cc, which some rows leave as they were sent. It gives how much it had: fields, octets of messages, or numbers found;
the limit counts octets of the answer only.
"""

from __future__ import annotations

import asyncio
import email.policy
import functools
import imaplib
import importlib
import importlib.util
import re
import socket
from collections.abc import Callable
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from typing import Any

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.runtime import Endpoint, Runtime
from msgcore.runtime.abc import Security
from msgcore.wire.imap import ImapServer, ImapSession, open_session
from msgcore.wire.imap.criteria import key
from msgcore.wire.imap.uid_set import UidSet

from .callers import blocking, in_asyncio

__all__ = [
    "AS_SENT",
    "CLIENT",
    "IMAPCLIENT",
    "IMAPLIB",
    "LIMIT",
    "USER",
    "WORD",
    "Fetcher",
    "bodies",
    "envelopes",
    "searches",
]

LIMIT, CLIENT, IMAPLIB, IMAPCLIENT = "limit: raw drain", "msgcore", "imaplib + email", "IMAPClient"
AS_SENT = "addresses as sent"
USER, PASSWORD, WORD = "alice", "secret", "everybody"
HEADERS = "DATE SUBJECT FROM SENDER REPLY-TO TO CC BCC IN-REPLY-TO MESSAGE-ID"
ENVELOPE = ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE")
BODY = ("BODY.PEEK[]",)

SECONDS = 600


@attrs.frozen
class Fetcher:
    """``fetch`` does the work at a port, of the first so many messages; ``is_slow`` ones are given fewer.

    ``module`` is what it takes beside the standard library.
    """

    name: str
    fetch: Callable[[int, int], int]
    is_slow: bool = False
    module: str = ""

    @property
    def is_there(self) -> bool:
        return not self.module or importlib.util.find_spec(self.module) is not None

    @property
    def package(self) -> str:
        """What pip calls it."""
        return self.module.replace("_", "-")


def envelopes() -> list[Fetcher]:
    return [
        Fetcher(LIMIT, drained("UID FETCH 1:{} (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)")),
        Fetcher(CLIENT, blocking(fetch_envelopes)),
        Fetcher(f"{CLIENT}, asyncio", in_asyncio(fetch_envelopes)),
        Fetcher(f"{CLIENT}, {AS_SENT}", blocking(functools.partial(fetch_envelopes, has_addresses=False))),
        Fetcher("imaplib, nothing parsed", imaplib_raw_envelopes),
        Fetcher(IMAPLIB, imaplib_headers),
        Fetcher(f"{IMAPLIB}, {AS_SENT}", functools.partial(imaplib_headers, has_addresses=False)),
        Fetcher(IMAPCLIENT, imapclient_envelopes, is_slow=True, module="imapclient"),
        Fetcher("imap-tools", imap_tools_headers, is_slow=True, module="imap_tools"),
        Fetcher("aioimaplib, nothing parsed", aioimaplib_envelopes, is_slow=True, module="aioimaplib"),
    ]


def bodies() -> list[Fetcher]:
    return [
        Fetcher(LIMIT, drained("UID FETCH 1:{} (UID BODY.PEEK[])")),
        Fetcher(CLIENT, blocking(fetch_bodies)),
        Fetcher(f"{CLIENT}, asyncio", in_asyncio(fetch_bodies)),
        Fetcher("imaplib", imaplib_bodies),
        Fetcher(IMAPCLIENT, imapclient_bodies, module="imapclient"),
        Fetcher("aioimaplib", aioimaplib_bodies, is_slow=True, module="aioimaplib"),
        Fetcher("imap-tools", imap_tools_bodies, is_slow=True, module="imap_tools"),
    ]


def searches() -> list[Fetcher]:
    return [
        Fetcher(LIMIT, drained(f"UID SEARCH BODY {WORD}")),
        Fetcher(CLIENT, blocking(search)),
        Fetcher(f"{CLIENT}, asyncio", in_asyncio(search)),
        Fetcher("imaplib", imaplib_search),
        Fetcher(IMAPCLIENT, imapclient_search, module="imapclient"),
    ]


# By hand


def drained(command: str) -> Callable[[int, int], int]:
    """Say one command and read its answer into one buffer, looking only for the tagged reply."""

    def fetch(port: int, count: int) -> int:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.recv(1_000)
            for number, said in enumerate((f"LOGIN {USER} {PASSWORD}", "EXAMINE INBOX")):
                connection.sendall(f"a{number} {said}\r\n".encode())
                until_tagged(connection, b"a%d " % number)
            connection.sendall(f"z9 {command.format(count)}\r\n".encode())
            return until_tagged(connection, b"z9 ")

    return fetch


def until_tagged(connection: socket.socket, tag: bytes) -> int:
    end = re.compile(rb"(?:^|\r\n)" + tag + rb"OK[^\r]*\r\n\Z")
    buffer = bytearray(1 << 18)
    view = memoryview(buffer)
    octets = 0
    tail = b""
    while True:
        size = connection.recv_into(buffer)
        if not size:
            raise ConnectionError("the server closed the connection")
        octets += size
        tail = (tail + view[max(0, size - 500) : size].tobytes())[-500:]
        if end.search(tail):
            return octets


# msgcore


async def opened(runtime: Runtime, port: int) -> ImapSession:
    server = ImapServer(
        Endpoint("127.0.0.1", port, "imap"),
        Security.OPPORTUNISTIC,
        user=USER,
        password=Secret(PASSWORD),
        allow_cleartext_login=True,
    )
    session = await open_session(runtime, server, Deadline.after(SECONDS))
    await session.select(b"INBOX", is_read_only=True)
    return session


async def fetch_envelopes(runtime: Runtime, port: int, count: int, has_addresses: bool = True) -> int:
    """Read all, or all but addresses, which are read when they are asked for."""
    found = 0
    session = await opened(runtime, port)
    fetching = await session.fetch(UidSet(((1, count),)), ENVELOPE)
    while batch := await fetching.next():
        for one in batch:
            _ = one.uid, one.flags, one.size_octets, one.internal_date
            envelope = one.envelope
            if envelope is not None:
                _ = envelope.subject, envelope.date, envelope.message_id
                found += 1
                if has_addresses:
                    found += len(envelope.from_) + len(envelope.to) + len(envelope.cc)
    await session.logout()
    return found


async def fetch_bodies(runtime: Runtime, port: int, count: int) -> int:
    session = await opened(runtime, port)
    fetching = await session.fetch(UidSet(((1, count),)), BODY)
    octets = 0
    while batch := await fetching.next():
        octets += sum(len(one.sections["BODY[]"] or b"") for one in batch)
    await session.logout()
    return octets


async def search(runtime: Runtime, port: int, _: int) -> int:
    session = await opened(runtime, port)
    found = await session.search(key("BODY", WORD))
    await session.logout()
    return len(found.ids or found.numbers or ())


# Libraries


def imaplib_at(port: int) -> imaplib.IMAP4:
    client = imaplib.IMAP4("127.0.0.1", port)
    client.login(USER, PASSWORD)
    client.select("INBOX", readonly=True)
    return client


def imaplib_raw_envelopes(port: int, count: int) -> int:
    client = imaplib_at(port)
    _, data = client.uid("FETCH", f"1:{count}", f"({' '.join(ENVELOPE)})")
    client.logout()
    return len(data)


NUMBERS = re.compile(rb"\d+ \(UID (\d+) .*RFC822\.SIZE (\d+)")


def imaplib_headers(port: int, count: int, has_addresses: bool = True) -> int:
    """What a program does that wants these fields: the standard library's readers of all of them."""
    client = imaplib_at(port)
    parser = BytesHeaderParser(policy=email.policy.compat32)
    found = 0
    for line, header in pairs(client, count, f"(FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS ({HEADERS})])"):
        numbers = NUMBERS.match(line)
        assert numbers is not None
        _ = int(numbers[1]), int(numbers[2]), imaplib.ParseFlags(line), imaplib.Internaldate2tuple(line)
        message = parser.parsebytes(header)
        _ = message["Subject"], message["Date"], message["Message-ID"]
        found += 1
        if has_addresses:
            found += sum(len(getaddresses(message.get_all(name, []))) for name in ("From", "To", "Cc"))
    client.logout()
    return found


def pairs(client: imaplib.IMAP4, count: int, what: str) -> list[tuple[bytes, bytes]]:
    """Fetch, and give the lines of the answer that end in a literal, with it; imaplib has them among others."""
    data: list[Any] = client.uid("FETCH", f"1:{count}", what)[1]
    return [one for one in data if type(one) is tuple]


def imaplib_bodies(port: int, count: int) -> int:
    client = imaplib_at(port)
    octets = sum(len(body) for _, body in pairs(client, count, "(BODY.PEEK[])"))
    client.logout()
    return octets


def imaplib_search(port: int, _: int) -> int:
    client = imaplib_at(port)
    found: list[bytes] = client.uid("SEARCH", "BODY", WORD)[1]
    client.logout()
    return len(found[0].split())


def imapclient_at(port: int) -> Any:
    client = importlib.import_module("imapclient").IMAPClient("127.0.0.1", port, ssl=False)
    client.login(USER, PASSWORD)
    client.select_folder("INBOX", readonly=True)
    return client


def imapclient_envelopes(port: int, count: int) -> int:
    client = imapclient_at(port)
    found = client.fetch(range(1, count + 1), ENVELOPE)
    client.logout()
    given = [one[b"ENVELOPE"] for one in found.values()]  # all of it has been read by now
    return sum(1 + len(one.from_ or ()) + len(one.to or ()) + len(one.cc or ()) for one in given)


def imapclient_bodies(port: int, count: int) -> int:
    client = imapclient_at(port)
    found = client.fetch(range(1, count + 1), BODY)
    client.logout()
    return sum(len(one[b"BODY[]"]) for one in found.values())


def imapclient_search(port: int, _: int) -> int:
    client = imapclient_at(port)
    found = client.search(["BODY", WORD])
    client.logout()
    return len(found)


def imap_tools_at(port: int) -> Any:
    return importlib.import_module("imap_tools").MailBoxUnencrypted("127.0.0.1", port).login(USER, PASSWORD)


def imap_tools_headers(port: int, count: int) -> int:
    with imap_tools_at(port) as mailbox:
        found = mailbox.fetch(limit=count, headers_only=True, mark_seen=False, bulk=True)
        return sum(
            len((one.uid, one.flags, one.subject, one.date_str, one.from_values, one.to_values, one.cc_values))
            for one in found
        )


def imap_tools_bodies(port: int, count: int) -> int:
    with imap_tools_at(port) as mailbox:
        return sum(len(one.obj.as_bytes()) for one in mailbox.fetch(limit=count, mark_seen=False, bulk=True))


def aioimaplib_envelopes(port: int, count: int) -> int:
    return asyncio.run(aioimaplib_fetch(port, count, f"({' '.join(ENVELOPE)})"))


def aioimaplib_bodies(port: int, count: int) -> int:
    return asyncio.run(aioimaplib_fetch(port, count, "(BODY.PEEK[])"))


async def aioimaplib_fetch(port: int, count: int, what: str) -> int:
    client = importlib.import_module("aioimaplib").IMAP4("127.0.0.1", port, timeout=SECONDS)
    await client.wait_hello_from_server()
    await client.login(USER, PASSWORD)
    await client.select("INBOX")
    response = await client.uid("fetch", f"1:{count}", what)
    await client.logout()
    return sum(len(line) for line in response.lines if isinstance(line, bytearray)) or len(response.lines)
