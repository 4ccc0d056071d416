"""Which boot of this machine and which process holds a lease, so that what a killed process held is free at once."""

from __future__ import annotations

import functools
import os
from pathlib import Path

__all__ = ["boot_id", "boot_of", "holder_has_ended", "holder_name"]


@functools.cache
def boot_id() -> str:
    """Name this boot of the machine: monotonic times of another boot mean nothing."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "unknown"


def holder_name() -> str:
    """Name this process among all that this boot will see: namespace, number and start, where the system tells."""
    return _name_of(os.getpid())


@functools.lru_cache(maxsize=1)
def _name_of(process: int) -> str:
    return f"{boot_id()}/{_namespace()}/{process}/{_start_of(process) or ''}"


def boot_of(name: str) -> str:
    """Say of which boot of which machine the process is that gave itself ``name``."""
    return name.partition("/")[0]


def holder_has_ended(name: str) -> bool:
    """Say whether a process of this machine that gave itself ``name`` is surely gone; ``False`` when nobody can tell.

    The processes of another namespace (a container on the same machine) are not seen from here.
    """
    if name == holder_name():
        return False
    boot, namespace, number, start = (*name.split("/"), "", "", "")[:4]
    if boot != boot_id():
        return "unknown" not in {boot, boot_id()}
    if not start or namespace != _namespace() or not number.isdigit():
        return False
    return _start_of(int(number)) != start


def _namespace() -> str:
    try:
        return Path("/proc/self/ns/pid").readlink().name
    except OSError:
        return ""


def _start_of(process: int) -> str | None:
    """Read when a process started, in clock ticks since boot (Linux); ``None`` when there is none or nobody tells."""
    try:
        facts = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return None
    state, *fields = facts.rpartition(")")[2].split()
    return None if state in {"Z", "X"} else fields[18]
