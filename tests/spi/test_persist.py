"""Writing down what has been done already: what passes is waited for, whatever else goes wrong is told at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from msgcore.errors import CommitUnknown, ConnectionLost, MsgcoreError, StoreBusy, StoreCorrupt, StoreFull
from msgcore.runtime import AsyncioRuntime
from msgcore.spi.persist import written_down
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode

PASSING = [StoreBusy("locked"), ConnectionLost("crashed"), CommitUnknown("lost at the commit")]
STAYING = [StoreFull("no space"), StoreCorrupt("damaged")]
MORE_THAN_TWO_MINUTES = 121.0


def named(error: MsgcoreError) -> str:
    return type(error).__name__


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    result: Mode = request.param
    return result


def write_down(mode: Mode, answers: Iterator[MsgcoreError | str], seconds_each: float = 0.0) -> str:
    clock = ManualClock()
    runtime = runtime_on(mode, clock)

    async def write() -> str:
        clock.move(seconds_each)
        answer = next(answers)
        if isinstance(answer, MsgcoreError):
            raise answer
        return answer

    return mode.run(lambda _: written_down(runtime, write))


@pytest.mark.parametrize("error", PASSING, ids=named)
def test_what_passes_is_waited_for(mode: Mode, error: MsgcoreError) -> None:
    assert write_down(mode, iter([error, "written"])) == "written"


@pytest.mark.parametrize("error", PASSING, ids=named)
def test_what_does_not_pass_in_two_minutes_is_raised(mode: Mode, error: MsgcoreError) -> None:
    with pytest.raises(type(error)):
        write_down(mode, iter([error, "written"]), MORE_THAN_TWO_MINUTES)


@pytest.mark.parametrize("error", STAYING, ids=named)
def test_what_stays_is_raised_at_once(mode: Mode, error: MsgcoreError) -> None:
    with pytest.raises(type(error)):
        write_down(mode, iter([error, "written"]))


def test_a_task_that_is_cancelled_while_it_waits_for_what_passes_writes_first() -> None:
    written: list[str] = []

    async def main() -> bool:
        refused = asyncio.Event()

        async def write() -> None:
            if not refused.is_set():
                refused.set()
                raise StoreBusy("locked")
            written.append("it has left")

        task = asyncio.create_task(written_down(AsyncioRuntime(), write))
        await refused.wait()
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert (asyncio.run(main()), written) == (True, ["it has left"])
