"""What a message's way costs: python benchmarks/way_through.py

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
from pathlib import Path

from harness import compare_cases, print_table

import msgcore
from msgcore import Message
from msgcore.blocking.session import Session
from msgcore.codecs import mime
from msgcore.spi.store import Incoming

COUNT = 200
LETTER = mime.write(
    Message(
        from_="Ann <ann@a.test>",
        to="Bob <bob@b.test>",
        subject="A letter of an ordinary size",
        text="A line of some seventy characters, as people write them.\r\n" * 35,
        message_id="<1@a.test>",
    )
)


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


def stores(folder: Path) -> None:
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
                "store.inbox.save": one_by_one,
                "store.inbox.save_all": in_one_batch,
                "session.submit": submit,
            },
            "limit: append and fdatasync",
        )
        print_table(f"Durable, {len(LETTER)} octets a message", results, COUNT, "messages")


def session_of(folder: Path) -> Session:
    url = f"sqlite:///{folder / 'athena.db'}"
    with msgcore.open_organization(url, create=True) as organization:
        for name in ("ann", "bob"):
            organization.add_mailbox(name, addresses=[f"SMTP:{name}@athena.test"])
    admin = msgcore.ProfileAdmin(folder / "profiles")
    admin.create("ann", services=[{"service": "organization", "url": url, "mailbox": "ann"}])
    return msgcore.logon("ann", admin=admin)


def reading() -> None:
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
    print_table("Read five facts of a message", compare_cases(cases, "limit: split into lines"), COUNT, "messages")


def importing() -> None:
    def run(script: str) -> None:
        for _ in range(10):
            subprocess.run([sys.executable, "-c", script], check=True)

    cases = {"limit: bare interpreter": lambda: run("pass"), "import msgcore": lambda: run("import msgcore")}
    cases["import email.message, smtplib"] = lambda: run("import email.message, smtplib")
    print_table("Start", compare_cases(cases, "limit: bare interpreter"), 10, "starts")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        importing()
        reading()
        stores(Path(name))
