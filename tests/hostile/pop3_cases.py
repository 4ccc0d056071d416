"""Hostile POP3 servers (cases P01 to P11 of the security reference), and the session that each must end in bounds.

``python -m tests.hostile.pop3_cases PORT...`` retrieves and deletes everything that waits at each port, and prints for
each what came of it, as JSON.
"""

from __future__ import annotations

import gc
import itertools
import json
import sys
import time
from collections.abc import Mapping, Sequence

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError
from msgcore.runtime import BlockingRuntime, Endpoint, Runtime
from msgcore.wire.pop3 import Pop3Server, Until, open_session
from tests.hostile.memory import peak_octets, reset_peak
from tests.hostile.pop3_server import CUT, Said

__all__ = ["CASES", "Case", "Report"]

PATIENCE_SECONDS = 20.0
"""How long the client waits, where a case does not ask for less."""


@attrs.define
class Report:
    """What came of a session: the name of its error, or nothing; what was given; what it cost."""

    end: str = ""
    text: str = ""
    unique_ids: Sequence[str] | None = None
    messages: list[str] = attrs.Factory(list[str])
    cpu_seconds: float = 0.0
    growth_octets: int = 0


@attrs.frozen
class Case:
    """What a server says in place of a good one, and how the session must end.

    ``end`` is the name of the error, or empty. ``messages`` and ``unique_ids``, if any, are those that must be given.
    """

    answers: Mapping[str, Said]
    end: str = ""
    messages: Sequence[str] | None = None
    unique_ids: Sequence[str] | None = None
    patience_seconds: float = PATIENCE_SECONDS
    user: str = "ann"
    password: str = "secret"
    apop: bool = False


GOOD = "Subject: x\r\n\r\nHello, world\r\n"
DEAF = 1.0
"""Where nothing ends a session but its deadline."""


def _endless(octets: bytes) -> Said:
    return itertools.chain((b"+OK\r\n",), itertools.repeat(octets))


def _many(count: int) -> Mapping[str, Said]:
    numbers = range(1, count + 1)
    sizes = b"".join(b"%d 28\r\n" % number for number in numbers)
    unique_ids = b"".join(b"%d %016x\r\n" % (number, number) for number in numbers)
    return {"LIST": (b"+OK\r\n", sizes, b".\r\n"), "UIDL": (b"+OK\r\n", unique_ids, b".\r\n")}


def _retrieved(body: bytes) -> Mapping[str, Said]:
    return {"RETR": (b"+OK\r\n" + body + b".\r\n",)}


def _named(unique_id: bytes) -> Mapping[str, Said]:
    return {"UIDL": (b"+OK\r\n1 " + unique_id + b"\r\n2 b\r\n.\r\n",)}


CASES: dict[str, Case] = {
    # P01: greetings and lists
    "silence": Case({"greeting": ()}, "TimedOut", patience_seconds=DEAF),
    "a refusal in place of a greeting": Case({"greeting": (b"-ERR no\r\n", CUT)}, "CommandRefused"),
    "an IMAP server": Case({"greeting": (b"* OK IMAP4rev1 ready\r\n",)}, "ProtocolBroken"),
    "an SMTP server": Case({"greeting": (b"220 mx.b.test ESMTP\r\n",)}, "ProtocolBroken"),
    "a greeting without end": Case({"greeting": itertools.repeat(b"+OK " * 100)}, "ProtocolBroken"),
    "half a greeting": Case({"greeting": (b"+O",)}, "TimedOut", patience_seconds=DEAF),
    "capabilities without end": Case({"CAPA": _endless(b"X-MORE\r\n" * 100)}, "ProtocolBroken"),
    "a capability without end": Case({"CAPA": _endless(b"X-MORE " * 100)}, "ProtocolBroken"),
    "a list without end": Case({"LIST": _endless(b"1 1\r\n" * 10_000)}, "ProtocolBroken"),
    "a list of 100,000": Case({**_many(100_000), "RETR": (b"-ERR no\r\n", CUT)}, "ConnectionLost"),
    "a unique id without end": Case({"UIDL": _endless(b"a" * 100_000)}, "ProtocolBroken"),
    "a list of 10 MB of blanks": Case({"LIST": (b"+OK\r\n", b" " * 10_000_000, b"\r\n.\r\n")}, messages=[]),
    "unique ids of 10 MB of blanks": Case({"UIDL": (b"+OK\r\n", b"\t" * 10_000_000, b"\r\n.\r\n")}, "ServiceBusy"),
    "unique ids of some messages only": Case({"UIDL": (b"+OK\r\n1 a\r\n.\r\n",)}, "ServiceBusy"),
    "a status line without end": Case({"STAT": itertools.repeat(b"+OK 2 60 " * 1_000)}, "ProtocolBroken"),
    # P02: who is to blame
    "in use": Case({"PASS": (b"-ERR [IN-USE] locked\r\n",)}, "MaildropInUse"),
    "a passing fault": Case({"PASS": (b"-ERR [SYS/TEMP] later\r\n",)}, "ServiceBusy"),
    "a wrong password": Case({"PASS": (b"-ERR [AUTH] no\r\n",)}, "AuthenticationRefused"),
    # P03, P05, P06: messages
    "a message without end": Case({"RETR": _endless(b"x" * 70 + b"\r\n")}, "ProtocolBroken"),
    "a message of one line without end": Case({"RETR": _endless(b"x" * 10_000)}, "ProtocolBroken"),
    "a dripped message": Case({"RETR": _endless(b"x")}, "TimedOut", patience_seconds=DEAF),
    "a message of dots without end": Case({"RETR": _endless(b"..\r\n" * 100)}, "ProtocolBroken"),
    "a line of 100 kB": Case(_retrieved(b"x" * 100_000 + b"\r\n"), messages=["x" * 100_000 + "\r\n"] * 2),
    "a cut behind a stuffed dot": Case({"RETR": (b"+OK\r\nSubject: x\r\n\r\n..", CUT)}, "ConnectionLost", []),
    "a cut behind a dot": Case({"RETR": (b"+OK\r\nSubject: x\r\n\r\n.", CUT)}, "ConnectionLost", []),
    "a cut ahead of the last octet": Case({"RETR": (b"+OK\r\nSubject: x\r\n\r\n.\r", CUT)}, "ConnectionLost", []),
    "LF, dot, LF": Case(_retrieved(b"a\n.\nb\r\n"), messages=["a\n.\nb\r\n"] * 2),
    "LF, dot, CR LF": Case(_retrieved(b"a\n.\r\nb\r\n"), messages=["a\n.\r\nb\r\n"] * 2),
    "CR, dot, CR LF": Case(_retrieved(b"a\r.\r\nb\r\n"), messages=["a\r.\r\nb\r\n"] * 2),
    "a dot that was not doubled": Case(_retrieved(b"a\r\n. \r\nb\r\n"), messages=["a\r\n. \r\nb\r\n"] * 2),
    "nothing at all": Case(_retrieved(b""), messages=["", ""]),
    "octets behind the end": Case({"RETR": (b"+OK\r\nx\r\n.\r\nmore\r\n.\r\n",)}, "ProtocolBroken"),
    "a cut behind a lone dot": Case(
        {"LIST": (b"+OK\r\n1 28\r\n2 280\r\n.\r\n",), "RETR": (b"+OK\r\nSubject: x\r\n\r\nHello\r\n.\r\n", CUT)},
        "ConnectionLost",
        [],
    ),
    # P07: figures that lie
    "STAT lies": Case({"STAT": (b"+OK 99999999999999999999 -5\r\n",)}, messages=[GOOD, GOOD]),
    "sizes of 10**20": Case({"LIST": (b"+OK\r\n1 1%b\r\n2 30\r\n.\r\n" % (b"0" * 20),)}, messages=[GOOD, GOOD]),
    "negative sizes": Case({"LIST": (b"+OK\r\n1 -1\r\n2 -99999999999999999999\r\n.\r\n",)}, messages=[GOOD, GOOD]),
    "no sizes": Case({"LIST": (b"+OK\r\n1\r\n2\r\n.\r\n",)}, messages=[GOOD, GOOD]),
    "sizes that are none": Case({"LIST": (b"+OK\r\n1 many\r\n2 more\r\n.\r\n",)}, messages=[GOOD, GOOD]),
    "numbers that are none": Case({"LIST": (b"+OK\r\none 1\r\ntwo 2\r\n.\r\n",)}, "ProtocolBroken"),
    "a number of 4,000 digits": Case({"LIST": (b"+OK\r\n%b 1\r\n.\r\n" % (b"9" * 4_000),)}, "ProtocolBroken"),
    # P08: unique ids
    "a path for a unique id": Case(_named(b"../../etc/passwd"), unique_ids=["../../etc/passwd", "b"]),
    "SQL for a unique id": Case(_named(b"');DROP--"), unique_ids=["');DROP--", "b"]),
    "one unique id twice": Case(_named(b"b"), unique_ids=["b", "b"]),
    "a unique id of 10 kB": Case(_named(b"x" * 10_000), unique_ids=["", "b"]),
    "a unique id of blanks": Case(_named(b"  "), unique_ids=["", "b"]),
    "no unique ids": Case({"UIDL": (b"-ERR what?\r\n",), "CAPA": (b"-ERR what?\r\n",)}, messages=[GOOD, GOOD]),
    "unique ids refused": Case({"UIDL": (b"-ERR internal error\r\n",)}, "CommandRefused"),
    # P09: QUIT
    "QUIT refused": Case({"QUIT": (b"-ERR some deleted messages not removed\r\n",)}, "CommandRefused"),
    "a cut at QUIT": Case({"QUIT": (CUT,)}, "ConnectionLost"),
    # P10, P11: what is said at login
    "a banner of 450 angles": Case({"greeting": (b"+OK " + b"<" * 450 + b"\r\n",)}, "TlsRequired", apop=True),
    "a banner of angles and signs": Case({"greeting": (b"+OK " + b"<@" * 225 + b"\r\n",)}, "TlsRequired", apop=True),
    "a line end in the user": Case({}, "InjectionRefused", user="ann\r\nDELE 1"),
    "a line end in the password": Case({}, "InjectionRefused", password="secret\nDELE 1"),
    "NUL in the password": Case({}, "InjectionRefused", password="se\0cret"),
}


async def job(runtime: Runtime, port: int, case: Case, report: Report) -> None:
    """Hold a session; ``report`` gets what is given, also when it ends with an error."""
    server = Pop3Server(
        Endpoint("127.0.0.1", port, "pop3"),
        user=case.user,
        password=Secret(case.password),
        allow_cleartext_login=True,
        apop=case.apop,
    )
    session = await open_session(runtime, server, Deadline.after(case.patience_seconds))
    try:
        listing = await session.listing()
        if listing.unique_ids is not None:
            report.unique_ids = [one.decode("latin-1") for one in listing.unique_ids]
        left = list(listing.numbers)
        while left:
            drained = await session.retrieve(left, Until())
            report.messages += [(one.octets or b"").decode("latin-1") for one in drained]
            left = left[len(drained) :]
        await session.delete(listing.numbers)
        await session.quit()
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
