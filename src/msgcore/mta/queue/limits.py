"""Back-pressure: when a queue takes nothing more in, and says so instead of breaking."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import attrs

from msgcore.errors import MsgcoreError, ServiceBusy, StoreFull
from msgcore.mta.queue.contract import QueueDepth

__all__ = ["QueueLimits", "refusal"]


@attrs.frozen
class QueueLimits:
    """Up to where a queue takes messages in; reports and lists of what is in it come in all the same.

    ``most_recipients`` may wait; ``least_free_octets`` stay free on the disk of a file; while somebody is due for
    longer than ``longest_delay``, what is there goes first (``None``: however late).
    """

    most_recipients: int = 10_000_000
    least_free_octets: int = 256 * 1024 * 1024
    longest_delay: timedelta | None = None


def refusal(limits: QueueLimits, depth: QueueDepth, now: datetime, folder: Path | None) -> MsgcoreError | None:
    """Say why a queue takes nothing in now; ``folder`` is where its file lies, if it has one."""
    if depth.waiting >= limits.most_recipients:
        return ServiceBusy(f"{depth.waiting:,} recipients wait in the queue")
    late = None if depth.oldest_due_at is None else now - depth.oldest_due_at
    if limits.longest_delay is not None and late is not None and late > limits.longest_delay:
        return ServiceBusy(f"the queue is {late} late")
    if folder is not None and shutil.disk_usage(folder).free < limits.least_free_octets:
        return StoreFull(f"{folder}: less than {limits.least_free_octets:,} octets are free, as many as a queue leaves")
    return None
