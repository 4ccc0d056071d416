"""A test that takes a mode runs as blocking callers do, and as asyncio callers do."""

import asyncio

import pytest

from msgcore.errors import SuspendedError
from msgcore.runtime import AsyncioRuntime, BlockingRuntime, Runtime
from msgcore.testing.modes import Mode, call, gather

EACH_MODE = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)


@pytest.mark.parametrize(("mode", "kind"), [(Mode.BLOCKING, BlockingRuntime), (Mode.ASYNCIO, AsyncioRuntime)])
def test_a_mode_has_its_own_runtime(mode: Mode, kind: type[object]) -> None:
    async def main(runtime: Runtime) -> type[object]:
        return type(runtime)

    assert mode.run(main) is kind


async def on_a_loop() -> bool:
    await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    return True


def test_asyncio_mode_has_an_event_loop() -> None:
    assert Mode.ASYNCIO.drive(on_a_loop())


def test_blocking_mode_has_none() -> None:
    with pytest.raises(SuspendedError):
        Mode.BLOCKING.drive(on_a_loop())


@EACH_MODE
def test_one_runtime_makes_several_calls(mode: Mode) -> None:
    runtime = mode.runtime()

    async def main(given: Runtime) -> bool:
        return given is runtime

    assert [call(runtime, main), call(runtime, main)] == [True, True]


@EACH_MODE
def test_gathered_coroutines_run_side_by_side(mode: Mode) -> None:
    async def main(runtime: Runtime) -> None:
        ping, pong = runtime.event(), runtime.event()

        async def first() -> None:
            ping.set()
            await pong.wait(runtime.deadline(30))

        async def second() -> None:
            await ping.wait(runtime.deadline(30))
            pong.set()

        await gather(runtime, first(), second())
        assert ping.is_set and pong.is_set

    mode.run(main)


@EACH_MODE
def test_an_error_of_one_is_raised_after_all_have_ended(mode: Mode) -> None:
    ended: list[str] = []

    async def main(runtime: Runtime) -> None:
        broken = runtime.event()

        async def breaks() -> None:
            broken.set()
            raise LookupError("first")

        async def ends() -> None:
            await broken.wait(runtime.deadline(30))
            ended.append("second")

        await gather(runtime, breaks(), ends())

    with pytest.raises(LookupError):
        mode.run(main)
    assert ended == ["second"]
