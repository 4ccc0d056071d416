"""Hostile IMAP servers (cases I01 to I23 of the security reference), and the session that each must end in bounds.

``python -m tests.hostile.imap_cases PORT...`` lists, searches, threads and fetches everything that is at each port,
and prints for each what came of it, as JSON.
"""

from __future__ import annotations

import gc
import itertools
import json
import sys
import time
from collections.abc import Mapping

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError
from msgcore.runtime import BlockingRuntime, Endpoint, Runtime
from msgcore.wire.imap import ImapServer, Limits, SearchCriteria, open_session
from tests.hostile.imap_server import CUT, DONE, Said
from tests.hostile.memory import peak_octets, reset_peak

__all__ = ["CASES", "Case", "Report"]

PATIENCE_SECONDS = 30.0
"""How long the client waits, where a case does not ask for less."""
DEAF = 0.3
"""Where nothing ends a session but its deadline."""
SMALL = Limits(kept_octets=32 * 1024 * 1024, unasked_responses=20_000)
"""A tenth or so of what is usual, so that each case takes a moment only."""


@attrs.define
class Report:
    """What came of a session: the name of its error, or nothing; how much was given; what it cost."""

    end: str = ""
    text: str = ""
    mailboxes: int = -1
    found: int = -1
    threads: int = -1
    messages: int = -1
    octets: int = -1
    cpu_seconds: float = 0.0
    growth_octets: int = 0


@attrs.frozen
class Case:
    """What a server says in place of a good one, and how the session must end.

    ``end`` is the name of the error, or empty; ``given`` is what the report must say besides.
    """

    answers: Mapping[str, Said]
    end: str = ""
    given: Mapping[str, int] = attrs.field(factory=dict[str, int])
    patience_seconds: float = PATIENCE_SECONDS
    limits: Limits = SMALL


def _endless(octets: bytes) -> Said:
    """Say the same without end, in pieces of some size."""
    return itertools.repeat(octets * max(1, 100_000 // len(octets)))


def _done(*octets: bytes) -> Said:
    return (*octets, DONE)


def _literal(length: bytes) -> Said:
    return itertools.chain((b"* 1 FETCH (UID 1 BODY[] {%b}\r\n" % length,), _endless(b"x" * 1_000))


def _structure(octets: bytes) -> Said:
    return _done(b"* 1 FETCH (UID 1 BODYSTRUCTURE " + octets + b" BODY[] {2}\r\nhi)\r\n")


_PART = b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" 2 1)'
_LISTED = b"".join(b'* LIST (\\HasNoChildren) "/" "folder %d"\r\n' % number for number in range(200_000))
_NUMBERS = b" ".join(b"%d" % number for number in range(1, 150_001))
_SCATTERED = b",".join(b"%d" % number for number in range(1, 300_000, 2))
_DEEP = b"(1" + b" (2)(3" * 8_000 + b")" * 8_000 + b")"
_FLAGS = b" ".join(b"flag%d" % number for number in range(10_000))

CASES: dict[str, Case] = {
    # I01: literals
    "a literal of 4 GB": Case({"FETCH": _literal(b"4294967295")}, "ProtocolBroken"),
    "a literal of 10**20": Case({"FETCH": _literal(b"1" + b"0" * 20)}, "ProtocolBroken"),
    "a literal of -1": Case({"FETCH": _literal(b"-1")}, "ProtocolBroken"),
    "a literal of 0x10": Case({"FETCH": _literal(b"0x10")}, "ProtocolBroken"),
    "a literal in a greeting": Case({"greeting": (b"* OK {2147483647}\r\n",)}, given={"messages": 2}),
    "a literal that is dripped": Case(
        {"FETCH": itertools.chain((b"* 1 FETCH (UID 1 BODY[] {200000000}\r\n",), itertools.repeat(b"x"))},
        "TimedOut",
        patience_seconds=DEAF,
    ),
    # I02, I03: without end
    "zero literals without end": Case(
        {"FETCH": itertools.chain((b"* 1 FETCH (UID 1 ",), _endless(b"BODY[1] {0}\r\n "))}, "ProtocolBroken"
    ),
    "a greeting without end": Case({"greeting": _endless(b"* OK ")}, "ProtocolBroken"),
    "a line without end": Case({"SELECT": _endless(b"* OK ")}, "ProtocolBroken"),
    "untagged lines without end": Case({"SELECT": _endless(b"* 1 EXPUNGE\r\n")}, "ProtocolBroken"),
    "greetings without end": Case({"SEARCH": _endless(b"* OK still here\r\n")}, "ProtocolBroken"),
    "lines that make no sense without end": Case({"SEARCH": _endless(b"* what\r\n")}, "ProtocolBroken"),
    "go-aheads without end": Case({"SEARCH": _endless(b"+ go\r\n")}, "ProtocolBroken"),
    "news of flags without end": Case({"FETCH": _endless(b"* 1 FETCH (FLAGS (\\Seen))\r\n")}, "ProtocolBroken"),
    "one message without end": Case({"FETCH": _endless(b"* 1 FETCH (UID 1 BODY[] {1}\r\nx)\r\n")}, "ProtocolBroken"),
    "messages that nobody asked for": Case(
        {"FETCH": _endless(b"* 9 FETCH (UID 9 BODY[] {1}\r\nx)\r\n* 8 FETCH (UID 8 BODY[] {1}\r\nx)\r\n")},
        "ProtocolBroken",
    ),
    "blank lines without end": Case({"SELECT": _endless(b"\r\n")}, "TimedOut", patience_seconds=DEAF),
    "a list of 200,000": Case({"LIST": _done(_LISTED)}, given={"mailboxes": 200_000}),
    "a list of long names without end": Case(
        {"LIST": _endless(b'* LIST () "/" "%b"\r\n' % (b"x" * 4_000_000))}, "ProtocolBroken"
    ),
    "100,000 lines of capabilities": Case(
        {"SELECT": _done(b"* CAPABILITY IMAP4rev1 ESEARCH THREAD=REFERENCES\r\n" * 100_000)},
        given={"messages": 2},
        limits=Limits(),
    ),
    "100,000 capabilities": Case(
        {"AUTHENTICATE": (b"TAG OK [CAPABILITY IMAP4rev1 ", b"X-MORE " * 100_000, b"] in\r\n")}, given={"messages": 2}
    ),
    "an answer to nothing": Case({"SELECT": (b"A999 OK done\r\n",)}, "ProtocolBroken"),
    # I04, I05: structure
    "a structure of 100,000 parentheses": Case({"FETCH": _structure(b"(" * 100_000)}, given={"messages": 1}),
    "a structure 50,000 deep": Case(
        {"FETCH": _structure(b"(" * 50_000 + _PART + b")" * 50_000)}, given={"messages": 1}
    ),
    "5,000 parts": Case({"FETCH": _structure(b"(" + _PART * 5_000 + b' "MIXED")')}, given={"messages": 1}),
    "a quoted string without end": Case({"FETCH": _structure(b'("' + b"\\" * 1_000_001)}, given={"messages": 1}),
    # I08, I09: cut and dripped
    "BYE between messages": Case(
        {"FETCH": (b"* 1 FETCH (UID 1 BODY[] {2}\r\nhi)\r\n* BYE\r\n", CUT)}, "ConnectionLost"
    ),
    "a cut in a literal": Case({"FETCH": (b"* 1 FETCH (UID 1 BODY[] {200}\r\nhi", CUT)}, "ConnectionLost"),
    "a drip": Case({"SELECT": itertools.repeat(b"x")}, "TimedOut", patience_seconds=DEAF),
    # I11, I14, I15: numbers
    "EXISTS 4294967295": Case({"SELECT": _done(b"* 4294967295 EXISTS\r\n")}, given={"messages": 2}),
    "a search of 150,000": Case({"SEARCH": _done(b"* SEARCH " + _NUMBERS + b"\r\n")}, given={"found": 150_000}),
    "a search of 150,000 ranges": Case(
        {"SEARCH": _done(b"* ESEARCH UID ALL " + _SCATTERED + b"\r\n")}, given={"found": 150_000}
    ),
    "a search of all": Case({"SEARCH": _done(b"* ESEARCH UID ALL 1:4294967295\r\n")}, given={"found": 2**32 - 1}),
    "a search of no numbers": Case({"SEARCH": _done(b"* SEARCH 0 -1 99999999999 x\r\n")}, "ProtocolBroken"),
    "threads 8,000 deep": Case({"THREAD": _done(b"* THREAD " + _DEEP + b"\r\n")}, given={"messages": 2}),
    "200,000 threads": Case({"THREAD": _done(b"* THREAD " + b"(1)" * 200_000 + b"\r\n")}, given={"threads": 200_000}),
    # I23
    "10,000 keywords": Case(
        {"FETCH": _done(b"* 1 FETCH (UID 1 FLAGS (%b) BODY[] {2}\r\nhi)\r\n" % _FLAGS)}, given={"messages": 1}
    ),
}


async def job(runtime: Runtime, port: int, case: Case, report: Report) -> None:
    """Hold a session; ``report`` gets what is given, also when it ends with an error."""
    server = ImapServer(
        Endpoint("127.0.0.1", port, "imap"), user="ann", password=Secret("secret"), allow_cleartext_login=True
    )
    session = await open_session(runtime, server, Deadline.after(case.patience_seconds))
    session.conversation.limits = case.limits
    try:
        report.mailboxes = len(await session.list())
        await session.select(b"INBOX")
        found = (await session.search(SearchCriteria())).found
        report.found = len(found)
        report.threads = len((await session.thread("REFERENCES", SearchCriteria())).threads)
        fetching = await session.fetch(None, ["BODY.PEEK[]"])
        report.messages = report.octets = 0
        while given := await fetching.next():
            report.messages += len(given)
            report.octets += sum(len(one.sections.get("BODY[]") or b"") for one in given)
        await session.logout()
    finally:
        session.abort()


def report_of(port: int, case: Case) -> Report:
    report = Report()
    gc.collect()
    before = reset_peak()
    started = time.process_time()
    runtime = BlockingRuntime()
    try:
        runtime.run(job(runtime, port, case, report))
    except MsgcoreError as error:
        report.end, report.text = type(error).__name__, str(error)
    report.cpu_seconds = time.process_time() - started
    report.growth_octets = peak_octets() - before
    return report


if __name__ == "__main__":
    for name, port in zip(CASES, map(int, sys.argv[1:]), strict=True):
        print(json.dumps(attrs.asdict(report_of(port, CASES[name]))), flush=True)
