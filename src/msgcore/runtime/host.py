"""Which boot of this machine and which process holds a lease, so that what a killed process held is free at once."""

from __future__ import annotations

import functools
import os
from pathlib import Path

__all__ = ["boot_id", "holder_has_ended", "holder_name"]


@functools.cache
def boot_id() -> str:
    """Name this boot of the machine: monotonic times of another boot mean nothing."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "unknown"


def holder_name() -> str:
    """Name this process among all that this boot will see: its number and, where the system tells, its start."""
    return f"{boot_id()}/{os.getpid()}/{_start_of(os.getpid()) or ''}"


def holder_has_ended(name: str) -> bool:
    """Say whether the process that gave itself ``name`` is surely gone; ``False`` when nobody can tell."""
    boot, _, rest = name.partition("/")
    number, _, start = rest.partition("/")
    if boot != boot_id():
        return boot != "unknown" and boot_id() != "unknown"
    if not start or not number.isdigit():
        return False
    return _start_of(int(number)) != start


def _start_of(process: int) -> str | None:
    """Read when a process started, in clock ticks since boot (Linux); ``None`` when there is none or nobody tells."""
    try:
        facts = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return None
    state, *fields = facts.rpartition(")")[2].split()
    return None if state in {"Z", "X"} else fields[18]
