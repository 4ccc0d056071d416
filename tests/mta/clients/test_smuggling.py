"""No message that comes in by one door is two behind the next one, whatever line ends it has.

At the end are a real Postfix, and a sink that takes a dot behind a bare LF for the end of a message, as its likes did
(VU#302671). Line ends that text may not have come in as binary octets, or in what a program submits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from msgcore.base.ids import new_time_ordered_id
from msgcore.codecs import mime
from msgcore.model import Address, Envelope, Recipient
from msgcore.mta import AddressSpace, Connector
from msgcore.mta.intake import accept_of
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.runtime import NEVER, BlockingRuntime, Database
from tests.mta.clients.site import Site, site
from tests.mta.clients.test_attacks import STRAYS
from tests.mta.listener.house import Talk
from tests.mta.mail_sink import MailSink
from tests.servers import Authority, Postfix

pytestmark = pytest.mark.interop

FORMS = [*STRAYS, b"\r\n.\r\n", b"\0\r\n.\r\n", b"\r\n..\r\n", b".\r\n", b"\r\n.", b"\r\n.\r\n.\r\n", b""]
SMUGGLED = b"MAIL FROM:<evil@node.test>\r\nRCPT TO:<bob@example.test>\r\nDATA\r\nSubject: evil\r\n\r\nevil\r\n.\r\n"
STRAY = re.compile(rb"\r(?!\n)|(?<!\r)\n")


@pytest.fixture(scope="module")
def sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@pytest.fixture(scope="module")
def node(authority: Authority, folder: Path, postfix: Postfix, sink: MailSink) -> Iterator[Site]:
    ways = [way("postfix", "*@example.test", postfix.smtp), way("sink", "*@gullible.test", sink.port)]
    with site(authority, folder, connectors=ways) as node:
        yield node


def way(name: str, pattern: str, port: int) -> Connector:
    options = {"relay": f"smtp://127.0.0.1:{port}"}
    return Connector(name, "smtp", [AddressSpace("SMTP", pattern)], options=options)


def by_chunks(node: Site, letters: Mapping[str, bytes]) -> list[str]:
    """Send each letter to Alice and to the sink, as binary octets; name those that are taken."""
    replies: dict[str, str] = {}
    with Talk(node.smtp) as client:
        client.say("EHLO client.test")
        for name, octets in letters.items():
            to = [f"RCPT TO:<{one}>" for one in recipients(name)]
            client.say("MAIL FROM:<ann@node.test> BODY=BINARYMIME", *to)
            replies[name] = client.send(b"BDAT %d LAST\r\n" % len(octets) + octets)
    # In a header some readers take a stray one for the end of a line, and others do not.
    refused = [name for name, octets in letters.items() if STRAY.search(octets.partition(b"\r\n\r\n")[0])]
    assert [name for name, reply in replies.items() if reply.startswith("554 5.5.2")] == refused
    return [name for name, reply in replies.items() if reply.startswith("250")]


def by_program(node: Site, letters: Mapping[str, bytes]) -> list[str]:
    """Put each letter into the queue as a session's relay does."""
    runtime = BlockingRuntime()
    database = Database.open(node.database, QUEUE_SCHEMA, create=False)
    queue = SqlQueue(runtime, database)
    for name, octets in letters.items():
        to = tuple(Recipient(Address("SMTP", one)) for one in recipients(name))
        envelope = Envelope(Address("SMTP", "ann@node.test"), to, new_time_ordered_id().hex())
        runtime.run(queue.accept(accept_of(envelope, mime.read(octets)), NEVER))
    runtime.run(database.close(runtime))
    return list(letters)


def recipients(name: str) -> tuple[str, str]:
    return "alice@example.test", f"{name}@gullible.test"


def in_body(name: str, form: bytes) -> bytes:
    return b"Subject: %s\r\n\r\nbefore" % name.encode() + form + SMUGGLED + b"after\r\n"


def in_header(name: str, form: bytes) -> bytes:
    return b"Subject: %s\r\nX-Odd: before" % name.encode() + form + SMUGGLED + b"\r\n\r\nafter\r\n"


@pytest.mark.parametrize("write", [in_body, in_header])
@pytest.mark.parametrize("send", [by_chunks, by_program])
def test_one_message_is_one_message_behind_the_next_server(
    node: Site,
    postfix: Postfix,
    sink: MailSink,
    send: Callable[[Site, Mapping[str, bytes]], list[str]],
    write: Callable[[str, bytes], bytes],
) -> None:
    mark = f"{send.__name__}.{write.__name__}"
    letters = send(node, {f"{mark}.{n}.end": write(f"{mark}.{n}.end", form) for n, form in enumerate(FORMS)})
    assert f"{mark}.{len(FORMS) - 1}.end" in letters
    settled = {node.watched.settled()[0].email_address for _ in range(2 * len(letters))}

    assert settled == {one for name in letters for one in recipients(name)}
    taken = [one for one in sink.taken if mark.encode() in one.octets]
    assert sorted(one.recipients for one in taken) == sorted((recipients(name)[1],) for name in letters)
    assert [one for one in taken if STRAY.search(one.octets)] == []
    for name in letters:
        postfix.wait_for_message("alice", name.encode())
    # The last letter has nothing odd: what one before it might have smuggled has come by now.
    assert sum(mark.encode() in one for one in postfix.messages("alice")) == len(letters)
    assert "from=<evil@" not in postfix.log_text
