"""Work in the background: beside the calls of a runtime, in both modes."""

from __future__ import annotations

import pytest

from msgcore.errors import OperationCancelled, TimedOut
from msgcore.runtime import Runtime
from msgcore.testing.modes import Mode

pytestmark = pytest.mark.parametrize("mode", Mode)


async def work(runtime: Runtime, said: list[str]) -> None:
    said.append("begun")
    try:
        await runtime.event().wait()
    except OperationCancelled:
        said.append("cancelled")
        raise


def test_cancel_of_the_runtime_passes_by_and_its_own_cancel_ends_it(mode: Mode) -> None:
    async def main(runtime: Runtime) -> list[str]:
        said: list[str] = []
        background = runtime.in_background(work(runtime, said))
        with runtime.shielded():
            runtime.cancel()
            with pytest.raises(TimedOut):
                await background.wait(runtime.deadline(0.01))
            background.cancel()
            with pytest.raises(OperationCancelled):
                await background.wait(runtime.deadline(30))
        return said

    assert mode.run(main) == ["begun", "cancelled"]


def test_waiting_raises_what_the_work_raised(mode: Mode) -> None:
    async def fail() -> None:
        raise ZeroDivisionError("work")

    async def main(runtime: Runtime) -> None:
        await runtime.in_background(fail()).wait(runtime.deadline(30))

    with pytest.raises(ZeroDivisionError, match="work"):
        mode.run(main)


def test_the_work_goes_on_when_the_call_that_started_it_has_ended(mode: Mode) -> None:
    async def main(runtime: Runtime) -> bool:
        bell, is_done = runtime.event(), runtime.event()

        async def later() -> None:
            await bell.wait()
            is_done.set()

        async def start() -> None:
            runtime.in_background(later())

        await start()
        bell.set()
        await is_done.wait(runtime.deadline(30))
        return is_done.is_set

    assert mode.run(main)
