"""What a session costs: python -m benchmarks.session [--quick]

Logging on and off without a network, what idle sessions take of a process's memory, and submitting into the durable
outbox beside a bare commit of the same octets in SQLite. The limit of a logon is opening and closing its mailbox files.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs

import msgcore
from msgcore import Message, ProfileAdmin
from msgcore.codecs import mime

from .harness import compare_cases, output_of, run_by_hand, speed_table
from .mails import LINE
from .results import Row, Table

SUBMITTED = 20
PASSWORD = "MSGCORE_BENCHMARK_PW"
BODY = LINE.decode() * 30


def letter(number: int) -> Message:
    return Message(to="bob@b.test", subject=f"Letter {number}", text=BODY)


# Profiles


def mailbox(folder: Path, name: str) -> dict[str, object]:
    return {"service": "personal-folders", "path": str(folder / f"{name}.db"), "name": name}


def internet_mail(number: int) -> dict[str, object]:
    """An account at a port where nobody listens: who connects at logon is told so at once."""
    return {
        "service": "internet-mail",
        "name": f"account {number}",
        "email": f"ann{number}@a.test",
        "smtp": "smtps://127.0.0.1:9",
        "pop3": "pop3s://127.0.0.1:9",
        "user": f"ann{number}",
        "password": f"env:{PASSWORD}",
    }


def ten_services(folder: Path) -> list[dict[str, object]]:
    """An organisation's mailbox, three mailbox files, and six accounts of internet mail."""
    url = f"sqlite:///{folder / 'athena.db'}"
    with msgcore.open_organization(url, create=True) as organization:
        organization.add_mailbox("ann", addresses=["SMTP:ann@athena.test"])
    files = [mailbox(folder, f"mail{number}") for number in range(3)]
    return [
        {"service": "organization", "url": url, "mailbox": "ann"},
        *files,
        *(internet_mail(number) for number in range(6)),
    ]


# Logging on


def logons(folder: Path, rounds: int) -> Table:
    admin = ProfileAdmin(folder / "profiles")
    admin.create("ten", ten_services(folder))
    admin.create("one", [mailbox(folder, "mail0")])
    msgcore.logon("ten", admin=admin).close()  # makes the files
    files = [folder / name for name in ("athena.db", "mail0.db", "mail1.db", "mail2.db")]

    def log_on(name: str) -> Callable[[], object]:
        return lambda: msgcore.logon(name, admin=admin).close()

    def open_files() -> None:
        for file in files:
            with contextlib.closing(sqlite3.connect(file)) as connection:
                connection.execute("select count(*) from sqlite_schema").fetchone()

    cases = {
        "limit: sqlite3 opens four files": open_files,
        "msgcore, ten services": log_on("ten"),
        "msgcore, one mailbox file": log_on("one"),
    }
    results = compare_cases(cases, "limit: sqlite3 opens four files", rounds)
    processor, first = processor_seconds(folder, rounds) * 1e3, first_logon(folder) * 1e3
    notes = (
        f"Of a processor ten services take {processor:.0f} ms.",
        f"The first in a process, with all imports: {first:.0f} ms.",
    )
    return attrs.evolve(speed_table("Log on and off, again, without a network", results, "logons"), notes=notes)


def processor_seconds(folder: Path, times: int) -> float:
    """Time logons to the ten services by what they take of a processor, which no other process makes more."""
    admin = ProfileAdmin(folder / "profiles")
    begin = time.process_time()
    for _ in range(times):
        msgcore.logon("ten", admin=admin).close()
    return (time.process_time() - begin) / times


def first_logon(folder: Path) -> float:
    """Time the first logon of a process, imports and all."""
    code = (
        "import time; begin = time.perf_counter()\n"
        "import msgcore\n"
        f"msgcore.logon('ten', admin=msgcore.ProfileAdmin({str(folder / 'profiles')!r})).close()\n"
        "print(time.perf_counter() - begin)\n"
    )
    return min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(3))


# Memory


def resident_octets() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def octets_each(count: int, log_on: Callable[[int], msgcore.Session], use: bool) -> tuple[float, float]:
    """Log on that often, and give what each session took: memory of this process, and seconds."""
    log_on(0)  # for what is loaded once
    before, begin = resident_octets(), time.perf_counter()
    sessions = [log_on(number) for number in range(1, count + 1)]
    seconds = time.perf_counter() - begin
    if use:
        for session in sessions:
            session.submit(letter(1))
            session.inbox.contents_table().query_rows(10)
    octets = resident_octets() - before
    for session in sessions:
        session.close()
    return octets / count, seconds / count


def in_files(folder: Path) -> Callable[[int], msgcore.Session]:
    """Each session has a mailbox file of its own, and an account."""
    admin = ProfileAdmin(folder / "profiles")
    first = folder / "template.db"
    msgcore.open_store(f"sqlite:///{first}").close()
    octets = first.read_bytes()

    def log_on(number: int) -> msgcore.Session:
        service = mailbox(folder, f"user{number}")
        Path(str(service["path"])).write_bytes(octets)
        admin.create(f"user{number}", [service, internet_mail(number)], replace=True)
        return msgcore.logon(f"user{number}", admin=admin)

    return log_on


def in_organization(folder: Path) -> Callable[[int], msgcore.Session]:
    """Each session has a mailbox of one organisation."""
    admin = ProfileAdmin(folder / "profiles")
    url = f"sqlite:///{folder / 'thousand.db'}"
    organization = msgcore.open_organization(url, create=True)

    def log_on(number: int) -> msgcore.Session:
        organization.add_mailbox(f"user{number}", addresses=[f"SMTP:user{number}@athena.test"])
        service: dict[str, object] = {"service": "organization", "url": url, "mailbox": f"user{number}"}
        admin.create(f"user{number}", [service], replace=True)
        return msgcore.logon(f"user{number}", admin=admin)

    return log_on


def memory(count: int) -> Table:
    rows: list[Row] = []
    for name, kind in (("mailbox file and account", "in_files"), ("mailbox of an organisation", "in_organization")):
        idle, seconds = in_a_child(kind, count, "idle")
        used, _ = in_a_child(kind, count, "used")
        rows.append(Row(f"msgcore, {name}", (idle / 1024, seconds * 1e3, used / 1024)))
    columns = ("KB each, idle", "ms a logon", "KB each, after a submit and a table")
    return Table("Memory of sessions in one process", columns, tuple(rows), f"{count:,}")


def in_a_child(kind: str, count: int, how: str) -> tuple[float, float]:
    """Measure in a process that has done nothing else."""
    octets, seconds = output_of("benchmarks.session", kind, count, how).split()
    return float(octets), float(seconds)


def print_octets(kind: str, count: int, how: str) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    make = {"in_files": in_files, "in_organization": in_organization}[kind]
    with tempfile.TemporaryDirectory() as folder:
        print(*octets_each(count, make(Path(folder)), how == "used"))


# Submitting


def submits(folder: Path, rounds: int) -> Table:
    admin = ProfileAdmin(folder / "profiles")
    admin.create("submit", [mailbox(folder, "submit"), internet_mail(1)])
    octets = mime.write(letter(1))
    bare = sqlite3.connect(folder / "bare.db", isolation_level=None)
    bare.execute("pragma journal_mode = wal")
    bare.execute("pragma synchronous = full")
    bare.execute("create table message (id integer primary key, octets blob)")
    session = msgcore.logon("submit", admin=admin)

    def commit() -> None:
        for _ in range(SUBMITTED):
            bare.execute("insert into message (octets) values (?)", (octets,))

    def submit() -> None:
        for number in range(SUBMITTED):
            session.submit(letter(number))

    limit = "limit: one row of the octets, committed"
    results = compare_cases({limit: commit, "msgcore, session.submit": submit}, limit, rounds, count=SUBMITTED)
    session.close()
    bare.close()
    return speed_table("Submit", results, "submissions", about=f"{SUBMITTED} letters of {len(octets):,} octets")


def measure(is_quick: bool) -> Iterator[Table]:
    rounds, count = (3, 10) if is_quick else (21, 1_000)
    os.environ[PASSWORD] = "secret"
    with tempfile.TemporaryDirectory() as place:
        yield logons(Path(place), rounds)
        yield submits(Path(place), rounds)
    yield memory(count)


if __name__ == "__main__":
    match sys.argv[1:]:
        case [kind, count, how]:
            print_octets(kind, int(count), how)
        case _:
            run_by_hand(measure)
