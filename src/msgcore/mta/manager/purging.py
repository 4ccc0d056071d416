"""Forgetting: what has ended is kept for tracking, but not for ever."""

from __future__ import annotations

import logging
from datetime import timedelta

from msgcore.errors import MsgcoreError, TimedOut
from msgcore.mta.queue.contract import WorkQueue
from msgcore.runtime.abc import Event, Runtime

__all__ = ["purge_until"]

_EVERY_SECONDS = 60.0
# One turn of it; the rest has time until the next, and a node that is closed does not wait for long.
_TURN_SECONDS = 5.0

_log = logging.getLogger("msgcore.mta")


async def purge_until(stop: Event, runtime: Runtime, queue: WorkQueue, keep: timedelta) -> None:
    """Forget messages whose last recipient ended longer ago than ``keep``, once a minute, until ``stop`` is set."""
    while not stop.is_set:
        try:
            await queue.purge(runtime.now() - keep, runtime.deadline(_TURN_SECONDS))
        except TimedOut:
            pass
        except MsgcoreError as error:
            _log.warning("what has ended cannot be purged now: %s", error)
        try:
            await stop.wait(runtime.deadline(_EVERY_SECONDS))
        except TimedOut:
            continue
