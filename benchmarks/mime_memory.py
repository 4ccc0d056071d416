"""What memory it takes to read a message of many parts: python -m benchmarks.mime_memory

Each library reads it in a process of its own. Only Linux says the peak of a process since a chosen moment; elsewhere
only what Python allocates is counted, of which a compiled library hides its own.
"""

from __future__ import annotations

import math
import re
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path

from .harness import output_of, run_by_hand
from .peers.readers import ENVELOPE, EVERYTHING, JOBS, Reader, all_readers
from .results import Row, Table

__all__ = ["memory"]

PARTS, QUICK_PARTS = 9_000, 1_000
_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def message_of_parts(count: int) -> bytes:
    head = b"Subject: many\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    part = b'--b\r\nContent-Type: image/png; name="a.png"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + b"QUJD" * 16
    return head + (part + b"\r\n") * count + b"--b--\r\n"


def memory(readers: Sequence[Reader], is_quick: bool) -> Table:
    """Tell the octets a part that each job took at its peak, beyond the message itself."""
    parts = QUICK_PARTS if is_quick else PARTS
    octets = message_of_parts(parts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.eml"
        path.write_bytes(octets)
        rows = [
            Row(reader.name, tuple(figure for job in JOBS for figure in _growth(reader.name, job, path, parts)))
            for reader in readers
            if reader.envelope is not None
        ]
    about = f"a message of {parts:,} parts, {len(octets):,} octets; octets a part beyond the message"
    columns = (f"{ENVELOPE}: process", f"{ENVELOPE}: Python", f"{EVERYTHING}: process", f"{EVERYTHING}: Python")
    return Table("Memory", columns, tuple(rows), about)


def _growth(name: str, job: str, path: Path, parts: int) -> tuple[float, ...]:
    return tuple(float(octets) / parts for octets in output_of("benchmarks.mime_memory", name, job, path).split())


def print_growth(name: str, job: str, path: Path) -> None:
    """Print the growth of this process, then that of what Python allocates, in octets."""
    read = next(reader for reader in all_readers()[0] if reader.name == name).job(job)
    assert read is not None
    octets = path.read_bytes()
    held: list[object] = [read(octets[:2_000])]
    before = _reset_peak()
    held.append(read(octets))
    grown = _peak_octets() - before
    held.clear()
    tracemalloc.start()
    held.append(read(octets))
    print(grown, tracemalloc.get_traced_memory()[1])


def _reset_peak() -> float:
    """Make the peak what the process holds now, and give it."""
    if _RESET.exists():
        _RESET.write_text("5")
    return _peak_octets()


def _peak_octets() -> float:
    """Give the peak of this process; getrusage would not do, since its figure begins with that of the parent."""
    found = re.search(r"VmHWM:\s*(\d+)", _STATUS.read_text()) if _STATUS.exists() else None
    return int(found[1]) * 1024 if found else math.nan


def measure(is_quick: bool) -> Iterator[Table]:
    yield memory(all_readers()[0], is_quick)


if __name__ == "__main__":
    match sys.argv[1:]:
        case [name, job, path]:
            print_growth(name, job, Path(path))
        case _:
            run_by_hand(measure)
