"""Leases on rows: who works on one and until when, by a clock that all who share the database agree on.

A SQLite file is used by one machine: its leases run on this boot's monotonic clock, and those of an earlier boot or of
a process that has ended are free at once. A PostgreSQL database is used by many machines: its leases run on the
server's clock. There a process is known to have ended only when it was one of this boot of this machine; the lease of
any other runs out.
"""

from __future__ import annotations

import time

import attrs

from msgcore.runtime import Connection, Engine
from msgcore.runtime.host import boot_id, boot_of, holder_has_ended

__all__ = ["LONGEST_LEASE_SECONDS", "LeaseClock", "lease_clock"]

LONGEST_LEASE_SECONDS = 24 * 3600.0
"""A lease further in the future stands on a clock that was set back, or on that of a boot that nobody named."""


@attrs.frozen
class LeaseClock:
    """What time it is for the leases of a database; ``is_of_one_machine`` when nobody else uses it."""

    now: float
    is_of_one_machine: bool

    def is_free(self, holder: str | None, leased_until: float | None) -> bool:
        """Say whether a lease may be taken: given back, run out, of an earlier boot, or of a process that has ended."""
        if holder is None or leased_until is None or leased_until <= self.now:
            return True
        return leased_until > self.now + LONGEST_LEASE_SECONDS or self.has_ended(holder)

    def has_ended(self, holder: str) -> bool:
        """Say whether the process that holds a lease is surely gone."""
        return (self.is_of_one_machine or boot_of(holder) == boot_id()) and holder_has_ended(holder)


def lease_clock(connection: Connection, monotonic: float) -> LeaseClock:
    """Read the clock of the database's leases as of the moment that was ``monotonic`` on the runtime's clock.

    A runtime whose clock was moved, as tests do, moves this one by as much.
    """
    if connection.engine is Engine.SQLITE:
        return LeaseClock(monotonic, is_of_one_machine=True)
    now = connection.value("select cast(extract(epoch from clock_timestamp()) as double precision)")
    return LeaseClock(now + monotonic - time.monotonic(), is_of_one_machine=False)
