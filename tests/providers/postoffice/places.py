"""Where the tests of this room keep post offices."""

from __future__ import annotations

from pathlib import Path

__all__ = ["IN_MEMORY"]

_MEMORY = Path("/dev/shm")

# Nothing is learnt here from waiting for a disk.
IN_MEMORY = _MEMORY if _MEMORY.is_dir() else None
