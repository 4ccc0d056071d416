"""What a message's way costs: python -m benchmarks.way_through [--quick]

Small cases of what the house stands on; each room brings a benchmark of its own as it grows.
"""

from __future__ import annotations

import email
import email.policy
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgcore
from msgcore import Message
from msgcore.blocking.session import Session
from msgcore.codecs import mime
from msgcore.spi.store import Incoming

from .harness import compare_cases, run_by_hand, speed_table
from .mails import sized_mails
from .results import Table

COUNT = 200
(LETTER,) = sized_mails(2_300, 1)


def durable_writes(path: Path) -> None:
    with path.open("ab") as file:
        for _ in range(COUNT):
            file.write(LETTER)
            file.flush()
            os.fdatasync(file.fileno())


def bare_sqlite(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("create table if not exists mail (id integer primary key, octets blob)")
    for _ in range(COUNT):
        connection.execute("insert into mail (octets) values (?)", (LETTER,))
    connection.close()


def stores(folder: Path, rounds: int) -> Table:
    with msgcore.open_store(f"sqlite:///{folder / 'mail.db'}") as store, session_of(folder) as session:

        def one_by_one() -> None:
            for _ in range(COUNT):
                store.inbox.save(mime.read(LETTER))

        def in_one_batch() -> None:
            store.inbox.save_all([Incoming(mime.read(LETTER)) for _ in range(COUNT)])

        def submit() -> None:
            for _ in range(COUNT):
                session.submit(Message(to="bob@athena.test", subject="Hi", text="Hello"))

        results = compare_cases(
            {
                "limit: append and fdatasync": lambda: durable_writes(folder / "mail.bin"),
                "bare SQLite, a commit a message": lambda: bare_sqlite(folder / "bare.db"),
                "msgcore, store.inbox.save": one_by_one,
                "msgcore, store.inbox.save_all": in_one_batch,
                "msgcore, session.submit": submit,
            },
            "limit: append and fdatasync",
            rounds,
            count=COUNT,
        )
        return speed_table("Durable", results, "messages", about=f"{len(LETTER):,} octets a message")


def session_of(folder: Path) -> Session:
    url = f"sqlite:///{folder / 'athena.db'}"
    with msgcore.open_organization(url, create=True) as organization:
        for name in ("ann", "bob"):
            organization.add_mailbox(name, addresses=[f"SMTP:{name}@athena.test"])
    admin = msgcore.ProfileAdmin(folder / "profiles")
    admin.create("ann", services=[{"service": "organization", "url": url, "mailbox": "ann"}])
    return msgcore.logon("ann", admin=admin)


def reading(rounds: int) -> Table:
    facts = ("Subject", "From", "To", "Date", "Message-ID")

    def with_msgcore() -> None:
        for _ in range(COUNT):
            message = mime.read(LETTER)
            _ = (message.subject, message.from_, message.to, message.date, message.message_id)

    def with_email() -> None:
        for _ in range(COUNT):
            parsed = email.message_from_bytes(LETTER)
            _ = [parsed[fact] for fact in facts]

    def with_email_policy() -> None:
        for _ in range(COUNT):
            parsed = email.message_from_bytes(LETTER, policy=email.policy.default)
            _ = [parsed[fact] for fact in facts]

    def limit() -> None:
        for _ in range(COUNT):
            LETTER.split(b"\r\n")

    cases = {
        "limit: split into lines": limit,
        "msgcore": with_msgcore,
        "email, compat32": with_email,
        "email, policy.default": with_email_policy,
    }
    results = compare_cases(cases, "limit: split into lines", rounds, count=COUNT)
    return speed_table("Read five facts of a message", results, "messages")


def importing(rounds: int) -> Table:
    def running(script: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", script], check=True)

    cases = {
        "limit: bare interpreter": running("pass"),
        "msgcore, imported": running("import msgcore"),
        "email.message and smtplib, imported": running("import email.message, smtplib"),
    }
    return speed_table("Start", compare_cases(cases, "limit: bare interpreter", rounds), "starts")


def measure(is_quick: bool) -> Iterator[Table]:
    yield importing(4 if is_quick else 70)
    yield reading(2 if is_quick else 7)
    with tempfile.TemporaryDirectory() as name:
        yield stores(Path(name), 1 if is_quick else 7)


if __name__ == "__main__":
    run_by_hand(measure)
