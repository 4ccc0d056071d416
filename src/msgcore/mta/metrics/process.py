"""What a process uses."""

from __future__ import annotations

import os
from pathlib import Path

from msgcore.mta.metrics.families import PROCESS_CPU_SECONDS, PROCESS_OPEN_FILES, PROCESS_RESIDENT_OCTETS
from msgcore.mta.metrics.tally import Tally

__all__ = ["measure_process"]

_HERE = Path("/proc/self")


def measure_process(tally: Tally, name: str) -> None:
    """Put in what this process uses: CPU time everywhere, memory and descriptors where ``/proc`` tells."""
    times = os.times()
    tally.put(PROCESS_CPU_SECONDS, name, value=times.user + times.system)
    try:
        pages = int((_HERE / "statm").read_text().split()[1])
        files = len(os.listdir(_HERE / "fd"))  # noqa: PTH208  # of many names only the count
    except (OSError, ValueError, IndexError):
        return
    tally.put(PROCESS_RESIDENT_OCTETS, name, value=pages * os.sysconf("SC_PAGE_SIZE"))
    tally.put(PROCESS_OPEN_FILES, name, value=files)
