"""What has ended is forgotten, by a node that goes on whatever the database says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

from msgcore.base.times import Deadline
from msgcore.errors import StoreBusy, TimedOut
from msgcore.mta.manager.purging import purge_until
from msgcore.mta.queue.contract import WorkQueue
from msgcore.runtime import Event, Runtime
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
ERRORS = [StoreBusy("others hold it"), TimedOut("there is much")]


class _Stop:
    """Is set when somebody has waited for it once for each error, and once more."""

    def __init__(self) -> None:
        self.waits = 0

    @property
    def is_set(self) -> bool:
        return self.waits > len(ERRORS)

    async def wait(self, deadline: Deadline) -> None:
        self.waits += 1
        if not self.is_set:
            raise TimedOut("a minute is over")


class _Queue:
    def __init__(self) -> None:
        self.moments: list[datetime] = []

    async def purge(self, ended_before: datetime, deadline: Deadline) -> int:
        self.moments.append(ended_before)
        if len(self.moments) <= len(ERRORS):
            raise ERRORS[len(self.moments) - 1]
        return 1


def test_what_ended_before_the_days_to_keep_is_purged_again_and_again_until_the_node_stops() -> None:
    queue = _Queue()

    async def main(runtime: Runtime) -> None:
        stop = cast(Event, _Stop())
        await purge_until(stop, runtime, cast(WorkQueue, queue), timedelta(days=30))

    call(runtime_on(Mode.BLOCKING, ManualClock(NOW)), main)

    assert queue.moments == [NOW - timedelta(days=30)] * 3
