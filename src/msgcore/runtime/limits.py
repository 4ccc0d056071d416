"""How much a stream holds and how long one wait lasts, in both runtimes."""

from __future__ import annotations

import math
import threading

from msgcore.base.times import Deadline
from msgcore.errors import SuspendedError

__all__ = [
    "LOOP_THREAD_NAME",
    "READ_OCTETS",
    "UNREAD_PAUSE",
    "UNREAD_WHILE_WRITING",
    "WRITE_SLICE_OCTETS",
    "refuse_on_loop_thread",
    "wait_seconds",
]

READ_OCTETS = 64 * 1024

# Past this the peer is no longer read from, unless a writer waits: that one may depend on the peer being read.
UNREAD_PAUSE = 1024 * 1024

# While a writer waits, octets are kept up to this; only a peer that talks and never listens gets there.
UNREAD_WHILE_WRITING = 64 * 1024 * 1024

WRITE_SLICE_OCTETS = 256 * 1024

# No system's poll or timer takes an endless number; after this a wait looks at its deadline and goes on.
_LONGEST_WAIT_SECONDS = 3_600.0


def wait_seconds(deadline: Deadline) -> float | None:
    """Say how long one wait may last before it looks at the deadline again; ``None`` is for ever."""
    left = deadline.remaining_seconds()
    return None if math.isinf(left) else min(left, _LONGEST_WAIT_SECONDS)


LOOP_THREAD_NAME = "msgcore loop"


def refuse_on_loop_thread() -> None:
    """Let no blocking wait hold up the loop that all blocking callers of the process share.

    Raises:
        SuspendedError: this is its thread; code that was given a loop waits with asyncio.
    """
    if threading.current_thread().name == LOOP_THREAD_NAME:
        raise SuspendedError("a blocking wait on msgcore's loop thread; code that runs on asyncio awaits asyncio")
