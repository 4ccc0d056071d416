"""Running benchmarks one after the other, each in a process of its own, which hands its tables over as values."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import platform
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from .catalogue import summary
from .environment import NODE_PACKAGES, peer_names
from .harness import REPOSITORY
from .results import Measured, NotHere, Report, Table

__all__ = ["gather_facts", "measure_each", "reports"]


def measure_each(names: Sequence[str], is_quick: bool, tell: Callable[[Table], object]) -> Iterable[Measured]:
    """Run these benchmarks, and ``tell`` each table as soon as it is there. One that fails does not end the others."""
    for name in names:
        tables: list[Table] = []
        start, processor = time.perf_counter(), _processor_seconds()
        ours, theirs = _SPAWN.Pipe(duplex=False)
        process = _SPAWN.Process(target=_work, args=(name, is_quick, theirs))
        process.start()
        theirs.close()
        failure = f"{name}: its process has ended"
        try:
            while isinstance(found := ours.recv(), Table):
                tables.append(found)
                tell(found)
            failure = found
        except EOFError:
            pass
        process.join()
        seconds, processor = time.perf_counter() - start, _processor_seconds() - processor
        yield Measured(name, tuple(tables), seconds, processor, failure)


def _processor_seconds() -> float:
    """Give what all processes took that were waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


# Spawned, not forked: what was imported for one would be there for the next.
_SPAWN = multiprocessing.get_context("spawn")


def _work(name: str, is_quick: bool, told: Connection[Table | str, object]) -> None:
    """Send tables, and at last why there are no more: an empty text when that was all."""
    failure = ""
    try:
        for table in importlib.import_module(f"{__package__}.{name}").measure(is_quick):
            told.send(table)
    except NotHere as error:
        told.send(Table(name, (), (), missing={"all": str(error)}))
    except Exception as error:
        traceback.print_exc()
        failure = f"{type(error).__name__}: {error}"
    told.send(failure)


# The machine, and who was measured


def gather_facts() -> dict[str, Any]:
    """Say when and where this is, at which revision, and the versions of everybody; who is not here has ``None``."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": _said(["git", "rev-parse", "HEAD"], r"(\w+)"),
        "has_changes": bool(_said(["git", "status", "--porcelain"], r"(.)")),
        "machine": {
            "system": platform.platform(),
            "processor": _processor(),
            "cores": os.cpu_count(),
            "cores_to_use": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "memory_octets": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "load_average": os.getloadavg()[0],
        },
        "versions": {
            "Python": platform.python_version(),
            "SQLite": sqlite3.sqlite_version,
            **{name: _version(name) for name in ("msgcore", "pybase64", "psycopg", *_distributions())},
            **{name: _said(command, pattern) for name, (command, pattern) in _PROGRAMS.items()},
        },
    }


def _distributions() -> list[str]:
    return [re.split(r"[<>=!~\[ ]", line)[0] for line in peer_names()]


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


_PROGRAMS: Mapping[str, tuple[Sequence[str], str]] = {
    "Postfix": (["postconf", "-d", "-h", "mail_version"], r"(\S+)"),
    "Dovecot": (["dovecot", "--version"], r"(\S+)"),
    "PostgreSQL": (["psql", "--version"], r"([\d.]+)"),
    "notmuch": (["notmuch", "--version"], r"([\d.]+)"),
    "Node.js": (["node", "--version"], r"v(\S+)"),
    **{name: (["node", "-p", f"require('{name}/package.json').version"], r"^(\d\S+)") for name in NODE_PACKAGES},
}


def _said(command: Sequence[str], pattern: str) -> str | None:
    """Run a program, if it is there, and find something in what it says."""
    program = shutil.which(command[0], path=f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin")
    if program is None:
        return None
    done = subprocess.run([program, *command[1:]], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    found = re.search(pattern, done.stdout)
    return found[1] if found and not done.returncode else None


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def reports(names: Sequence[str], is_quick: bool) -> Iterator[Report]:
    """Run benchmarks, print their tables, and give after each what there is so far: hours of work are not lost."""

    def tell(table: Table) -> None:
        print(f"\n{table.markdown()}", flush=True)

    facts = gather_facts()
    found: list[Measured] = []
    for name in names:
        print(f"\n## {name}: {summary(name)}", flush=True)
        for one in measure_each([name], is_quick, tell):
            found.append(one)
            took = f"{one.seconds:.0f} s, {one.processor_seconds:.0f} of a processor"
            print(f"benchmarks: {name}: {took} {one.failure}".rstrip(), file=sys.stderr, flush=True)
            yield Report(facts, is_quick, tuple(found))
