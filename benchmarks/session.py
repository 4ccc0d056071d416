"""What a session costs: python benchmarks/session.py [--quick] [--folder FOLDER]

Logging on and off without a network, what idle sessions take of a process's memory, and submitting into the durable
outbox beside a bare commit of the same octets in SQLite. The limit of a logon is opening and closing its mailbox files.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from harness import Result, compare_cases, print_table

import msgcore
from msgcore import Message, ProfileAdmin
from msgcore.codecs import mime

SUBMITTED = 20
BODY = "It is a truth universally acknowledged, that a single man wants a wife.\n" * 30


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
        "password": "env:MSGCORE_BENCHMARK_PW",
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


def logons(folder: Path, rounds: int) -> list[Result]:
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
        "ten services": log_on("ten"),
        "one mailbox file": log_on("one"),
    }
    return compare_cases(cases, "limit: sqlite3 opens four files", rounds)


def processor_seconds(folder: Path, times: int = 20) -> float:
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


def memory(folder: Path, count: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(f"\n### Memory of {count:,} sessions in one process\n")
    print("| sessions | KB each, idle | ms a logon | KB each, after a submit and a table |")
    print("| --- | ---: | ---: | ---: |")
    for name, kind in (("mailbox file and account", in_files), ("mailbox of an organisation", in_organization)):
        idle, seconds = child(folder / kind.__name__, kind.__name__, count, "idle")
        used, _ = child(folder / f"{kind.__name__} used", kind.__name__, count, "used")
        print(f"| {name} | {idle / 1024:.0f} | {seconds * 1e3:.1f} | {used / 1024:.0f} |")


def child(folder: Path, kind: str, count: int, how: str) -> tuple[float, float]:
    """Measure in a process that has done nothing else."""
    folder.mkdir()
    arguments = [sys.executable, __file__, "--folder", str(folder), "--child", kind, str(count), how]
    octets, seconds = subprocess.check_output(arguments, text=True).split()
    return float(octets), float(seconds)


# Submitting


def submits(folder: Path, rounds: int) -> list[Result]:
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

    cases = {"limit: one row of the octets, committed": commit, "session.submit": submit}
    results = compare_cases(cases, "limit: one row of the octets, committed", rounds)
    session.close()
    bare.close()
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer sessions and rounds")
    parser.add_argument("--folder", type=Path, help="where files are made (default: a temporary folder)")
    parser.add_argument("--child", nargs=3, metavar=("KIND", "COUNT", "HOW"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    os.environ["MSGCORE_BENCHMARK_PW"] = "secret"
    if given.child:
        kind, count, how = given.child
        make = {"in_files": in_files, "in_organization": in_organization}[kind]
        print(*octets_each(int(count), make(given.folder), how == "used"))
        return
    rounds, count = (7, 100) if given.quick else (21, 1_000)
    with tempfile.TemporaryDirectory(dir=given.folder) as place:
        folder = Path(place)
        print_table("Log on and off, again, without a network", logons(folder, rounds), 1, "logons")
        print(f"\nOf a processor ten services take {processor_seconds(folder) * 1e3:.0f} ms.")
        print(f"The first in a process, with all imports: {first_logon(folder) * 1e3:.0f} ms.")
        print_table(f"Submit {SUBMITTED} letters of 2.3 KB", submits(folder, rounds), SUBMITTED, "submissions")
        memory(folder, count)


if __name__ == "__main__":
    main()
