"""The most memory that this process held."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

__all__ = ["peak_octets", "reset_peak"]


def reset_peak() -> int:
    """Make the peak what the process holds now, and give it; elsewhere than on Linux it stays what it was."""
    reset = Path("/proc/self/clear_refs")
    if reset.exists():
        reset.write_text("5")
    return peak_octets()


def peak_octets() -> int:
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says begins with the peak of the parent
        found = re.search(r"VmHWM:\s*(\d+)", status.read_text())
        assert found is not None
        return int(found[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
