"""Calling plug-ins: in threads or bounded, with their faults named."""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import pytest

from msgcore.base.times import Deadline
from msgcore.errors import (
    AuthenticationRefused,
    ConnectionLost,
    CutShort,
    MsgcoreError,
    OperationCancelled,
    PluginBroken,
    TimedOut,
    UsageError,
)
from msgcore.runtime import NEVER, AsyncioRuntime, Runtime, Stream
from msgcore.spi.plugin import Plugin, answer_seconds_of
from msgcore.testing.clock import ManualClock, runtime_on
from msgcore.testing.modes import Mode, call

T = TypeVar("T")

BOTH = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
BRIEF_SECONDS = 0.1


class Target:
    """A plug-in of every kind of method."""

    def __init__(self, runtime: Runtime | None = None) -> None:
        self.runtime = runtime
        self.released = threading.Event()
        self.begun = threading.Semaphore(0)
        self.closings = 0

    def plain(self, number: int) -> int:
        return number + 1

    async def coroutine(self, number: int) -> int:
        return number + 1

    def later(self, number: int) -> Awaitable[int]:
        return self.coroutine(number)

    def thread_name(self) -> str:
        return threading.current_thread().name

    def explode(self) -> None:
        raise ZeroDivisionError("boom")

    async def explode_later(self) -> None:
        raise ZeroDivisionError("boom")

    def leave(self) -> None:
        sys.exit(3)

    async def leave_later(self) -> None:
        sys.exit(3)

    def pretend(self) -> None:
        raise OperationCancelled("by the operator")

    async def pretend_later(self) -> None:
        raise OperationCancelled("by the operator")

    def say_much(self) -> None:
        raise ValueError("page " * 1_000_000)

    def say_nothing(self) -> None:
        raise Unspeakable

    def lack_words(self) -> None:
        raise NotImplementedError

    def refuse(self) -> None:
        raise AuthenticationRefused("no")

    def lose(self) -> None:
        raise ConnectionLost("gone")

    def hang(self) -> str:
        self.begun.release()
        self.released.wait(30)
        return "at last"

    async def hang_later(self) -> None:
        assert self.runtime is not None
        await self.runtime.sleep(30)

    async def stop_at(self, deadline: Deadline) -> None:
        assert self.runtime is not None
        await self.runtime.sleep(30, deadline)

    async def on_asyncio(self) -> str:
        await asyncio.sleep(0)
        return "waited"

    async def cancel_itself(self) -> None:
        raise asyncio.CancelledError

    async def fail_as_a_group(self, *errors: BaseException) -> None:
        raise BaseExceptionGroup("all at once", errors)

    async def fail_as_a_group_when_cancelled(self) -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError as error:
            raise BaseExceptionGroup("all at once", [error]) from None

    def close(self) -> None:
        self.closings += 1


def run(mode: Mode, story: Callable[[Plugin, Target], Coroutine[Any, Any, T]]) -> T:
    async def main(runtime: Runtime) -> T:
        target = Target(runtime)
        plugin = Plugin("mine", target, runtime)
        try:
            return await story(plugin, target)
        finally:
            target.released.set()

    return mode.run(main)


def calling(name: str, *arguments: object, deadline: Deadline = NEVER) -> Callable[[Plugin, Target], Any]:
    return lambda plugin, target: plugin.call(getattr(target, name), *arguments, deadline=deadline)


@BOTH
@pytest.mark.parametrize("name", ["plain", "coroutine", "later"])
def test_methods_of_every_kind_are_called_alike(mode: Mode, name: str) -> None:
    assert run(mode, calling(name, 1)) == 2


@BOTH
def test_a_plain_def_runs_in_a_thread_of_its_own_pool(mode: Mode) -> None:
    assert run(mode, calling("thread_name")) == "msgcore mine"


@BOTH
@pytest.mark.parametrize("name", ["explode", "explode_later"])
def test_what_is_no_error_of_msgcore_names_the_plug_in(mode: Mode, name: str) -> None:
    with pytest.raises(PluginBroken, match=rf"^mine: .*test_plugin\.Target\.{name}: ZeroDivisionError: boom$"):
        run(mode, calling(name))


@BOTH
def test_an_async_def_that_says_it_was_cancelled_is_cut_short(mode: Mode) -> None:
    with pytest.raises(CutShort, match=r"^mine: .*cancel_itself: it was cancelled from within$"):
        run(mode, calling("cancel_itself"))


@BOTH
def test_a_group_of_errors_is_the_plug_ins_fault(mode: Mode) -> None:
    """It would end a node's loop with every delivery."""
    with pytest.raises(PluginBroken, match=r"^mine: .*fail_as_a_group: BaseExceptionGroup: all at once"):
        run(mode, calling("fail_as_a_group", asyncio.CancelledError(), ZeroDivisionError()))


@BOTH
def test_a_group_that_holds_control_c_is_the_users(mode: Mode) -> None:
    with pytest.raises(BaseExceptionGroup, match="all at once"):
        run(mode, calling("fail_as_a_group", KeyboardInterrupt()))


def test_a_deadline_that_ends_a_group_is_told_as_that() -> None:
    async def story(plugin: Plugin, target: Target) -> object:
        return await plugin.runtime.bounded(
            target.fail_as_a_group_when_cancelled(), plugin.runtime.deadline(BRIEF_SECONDS / 10)
        )

    with pytest.raises(CutShort, match="the deadline has passed"):
        run(Mode.ASYNCIO, story)


@BOTH
def test_sys_exit_in_a_plain_def_ends_nothing(mode: Mode) -> None:
    with pytest.raises(PluginBroken, match="SystemExit: 3"):
        run(mode, calling("leave"))


@BOTH
@pytest.mark.parametrize("name", ["pretend", "pretend_later"])
def test_no_plug_in_can_say_that_its_caller_has_cancelled(mode: Mode, name: str) -> None:
    """Whoever flushes would end there, before all that others have to send."""
    with pytest.raises(PluginBroken, match=rf"^mine: .*Target\.{name}: OperationCancelled: by the operator"):
        run(mode, calling(name))


@BOTH
def test_an_error_of_msgcore_comes_as_it_is(mode: Mode) -> None:
    with pytest.raises(AuthenticationRefused, match=r"^no$"):
        run(mode, calling("refuse"))


@BOTH
@pytest.mark.parametrize("name", ["hang", "hang_later"])
def test_what_does_not_keep_to_its_deadline_is_cut(mode: Mode, name: str) -> None:
    async def story(plugin: Plugin, target: Target) -> None:
        await plugin.call(getattr(target, name), deadline=plugin.runtime.deadline(BRIEF_SECONDS))

    with pytest.raises(CutShort, match=rf"^mine: .*Target\.{name} did not keep to its deadline"):
        run(mode, story)


@BOTH
def test_what_waits_for_an_answer_is_cut_later(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("msgcore.spi.plugin._GRACE_SECONDS", 0.0)

    async def story(plugin: Plugin, target: Target) -> None:
        deadline = plugin.runtime.deadline(BRIEF_SECONDS)
        await plugin.call(plugin.runtime.sleep, 2 * BRIEF_SECONDS, deadline=deadline, answer_seconds=20)
        with pytest.raises(CutShort):
            deadline = plugin.runtime.deadline(BRIEF_SECONDS)
            await plugin.call(target.hang_later, deadline=deadline, answer_seconds=BRIEF_SECONDS)

    run(mode, story)


@pytest.mark.parametrize("given", [-1, 61, math.nan, True, "30", None])
def test_a_time_for_answers_that_is_nonsense_is_the_plug_in_s_fault(given: object) -> None:
    target = type("Target", (), {"answer_seconds": given})()

    with pytest.raises(PluginBroken, match=r"^mine: answer_seconds is .*; need 0 to 60$"):
        answer_seconds_of("mine", target)
    assert answer_seconds_of("mine", object()) == 0


@BOTH
def test_what_keeps_to_its_deadline_is_not_cut(mode: Mode) -> None:
    async def story(plugin: Plugin, target: Target) -> None:
        deadline = plugin.runtime.deadline(BRIEF_SECONDS)
        await plugin.call(target.stop_at, deadline, deadline=deadline)

    with pytest.raises(TimedOut) as caught:
        run(mode, story)
    assert not isinstance(caught.value, CutShort)


@BOTH
def test_what_ends_late_is_believed_and_remembered_as_a_fault(mode: Mode) -> None:
    clock = ManualClock()

    class Late(Target):
        async def work(self) -> str:
            clock.move(60)
            return "done"

    async def main(runtime: Runtime) -> tuple[object, MsgcoreError | None]:
        target = Late(runtime)
        plugin = Plugin("mine", target, runtime)
        return await plugin.call(target.work, deadline=runtime.deadline(30)), plugin.fault

    given, fault = call(runtime_on(mode, clock), main)
    assert (given, type(fault)) == ("done", CutShort)


@BOTH
@pytest.mark.parametrize("name", ["hang", "hang_later"])
def test_nothing_is_called_after_the_deadline(mode: Mode, name: str) -> None:
    async def story(plugin: Plugin, target: Target) -> None:
        await plugin.call(getattr(target, name), deadline=plugin.runtime.deadline(0))

    with pytest.raises(TimedOut, match=r"^mine: ") as caught:
        run(mode, story)
    assert not isinstance(caught.value, CutShort)


@BOTH
def test_a_call_that_finds_no_free_thread_has_not_begun(mode: Mode) -> None:
    class OneThread(Target):
        max_threads = 1

    async def main(runtime: Runtime) -> None:
        target = OneThread(runtime)
        plugin = Plugin("mine", target, runtime)
        try:
            with pytest.raises(CutShort):
                await plugin.call(target.hang, deadline=runtime.deadline(BRIEF_SECONDS))
            with pytest.raises(TimedOut, match="none of its threads was free") as caught:
                await plugin.call(target.plain, 1, deadline=runtime.deadline(BRIEF_SECONDS))
            assert not isinstance(caught.value, CutShort)
        finally:
            target.released.set()

    mode.run(main)


@BOTH
def test_a_thread_that_hung_serves_again_when_it_has_come_back(mode: Mode) -> None:
    class OneThread(Target):
        max_threads = 1

    async def main(runtime: Runtime) -> object:
        target = OneThread(runtime)
        plugin = Plugin("mine", target, runtime)
        with pytest.raises(CutShort):
            await plugin.call(target.hang, deadline=runtime.deadline(BRIEF_SECONDS))
        target.released.set()
        return await plugin.call(target.plain, 1)

    assert mode.run(main) == 2


@BOTH
def test_not_more_calls_run_at_once_than_the_class_says(mode: Mode) -> None:
    class TwoThreads(Target):
        max_threads = 2

    async def main(runtime: Runtime) -> bool:
        target = TwoThreads(runtime)
        plugin = Plugin("mine", target, runtime)
        async with runtime.group() as group:
            for _ in range(3):
                group.start(plugin.call(target.hang))
            for _ in range(2):
                await runtime.in_thread(partial(target.begun.acquire, timeout=30))
            has_third_begun = target.begun.acquire(blocking=False)
            target.released.set()
        return has_third_begun

    assert mode.run(main) is False


class OnALoop(Target):
    runs_on = "asyncio"


@BOTH
def test_a_plug_in_that_runs_on_asyncio_is_given_a_loop(mode: Mode) -> None:
    async def main(runtime: Runtime) -> object:
        target = OnALoop(runtime)
        return await Plugin("mine", target, runtime).call(target.on_asyncio)

    assert mode.run(main) == "waited"


def test_a_plug_in_that_awaits_a_foreign_loop_in_blocking_mode_is_broken() -> None:
    with pytest.raises(PluginBroken, match="SuspendedError"):
        run(Mode.BLOCKING, calling("on_asyncio"))


def test_a_plug_in_that_cancels_itself_cancels_nobody_else() -> None:
    with pytest.raises(CutShort, match=r"^mine: .*cancel_itself: it was cancelled from within$"):
        run(Mode.ASYNCIO, calling("cancel_itself"))


@pytest.mark.parametrize(
    ("said", "need"),
    [
        ({"max_threads": 0}, "max_threads is 0; need a number of threads"),
        ({"max_threads": "8"}, "max_threads is '8'; need a number of threads"),
        ({"runs_on": "trio"}, "runs_on is 'trio'; need 'asyncio'"),
    ],
)
def test_a_class_that_cannot_be_called_as_it_wants_is_broken(said: dict[str, object], need: str) -> None:
    with pytest.raises(PluginBroken, match=f"^mine: {need}"):
        Plugin("mine", type("Odd", (), said)(), Mode.BLOCKING.runtime())


@BOTH
def test_a_plug_in_on_a_loop_that_cancels_itself_cancels_nobody_else(mode: Mode) -> None:
    async def main(runtime: Runtime) -> object:
        target = OnALoop(runtime)
        return await Plugin("mine", target, runtime).call(target.cancel_itself)

    with pytest.raises(CutShort, match="cancelled from within"):
        mode.run(main)


def test_a_plug_in_that_exits_does_not_end_the_loop_that_others_work_on() -> None:
    async def main(runtime: Runtime) -> object:
        target = OnALoop(runtime)
        plugin = Plugin("mine", target, runtime)
        with pytest.raises(PluginBroken, match="SystemExit: 3"):
            await plugin.call(target.leave_later)
        return await plugin.call(target.on_asyncio)

    assert Mode.BLOCKING.run(main) == "waited"


@BOTH
def test_a_plug_in_that_exits_does_not_end_the_thread_that_others_work_in(mode: Mode) -> None:
    """A node's loop is one: an async gateway that calls sys.exit() would end it with every delivery."""

    async def on_a_loop(runtime: Runtime) -> object:
        target = OnALoop(runtime)
        return await Plugin("mine", target, runtime).call(target.leave_later)

    for calls in (lambda: run(mode, calling("leave_later")), lambda: mode.run(on_a_loop)):
        with ThreadPoolExecutor(1) as pool, pytest.raises(PluginBroken, match="SystemExit: 3"):
            pool.submit(calls).result()


@BOTH
def test_what_close_raises_does_not_hide_why_a_logon_failed(mode: Mode, caplog: pytest.LogCaptureFixture) -> None:
    async def main(runtime: Runtime) -> None:
        await Plugin("mine", HalfOpen(), runtime).logon(NEVER)

    with pytest.raises(AuthenticationRefused, match="wrong password"):
        mode.run(main)
    assert "mine: could not be closed in order: mine: " in caplog.text
    assert "HalfOpen.close: AttributeError: " in caplog.text


class HalfOpen:
    """Has nothing yet that it could close."""

    _connection: Stream

    def logon(self, deadline: Deadline) -> None:
        raise AuthenticationRefused("wrong password")

    def close(self) -> None:
        self._connection.abort()


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")

    __repr__ = __str__


def test_of_a_long_text_the_beginning_is_told() -> None:
    with pytest.raises(PluginBroken) as broken:
        run(Mode.BLOCKING, calling("say_much"))
    assert len(str(broken.value)) < 2_200


@BOTH
def test_an_error_without_a_text_is_a_fault_like_another(mode: Mode) -> None:
    with pytest.raises(PluginBroken, match=r"Target\.say_nothing: Unspeakable: \(its text cannot be had: ValueError\)"):
        run(mode, calling("say_nothing"))


@BOTH
@pytest.mark.parametrize("name", ["explode", "refuse"])
def test_a_fault_is_remembered(mode: Mode, name: str) -> None:
    async def story(plugin: Plugin, target: Target) -> MsgcoreError | None:
        with pytest.raises(MsgcoreError):
            await plugin.call(getattr(target, name))
        return plugin.fault

    assert isinstance(run(mode, story), PluginBroken | AuthenticationRefused)


@BOTH
def test_what_passes_is_no_fault(mode: Mode) -> None:
    async def story(plugin: Plugin, target: Target) -> MsgcoreError | None:
        with pytest.raises(ConnectionLost):
            await plugin.call(target.lose)
        return plugin.fault

    assert run(mode, story) is None


@BOTH
def test_a_call_that_goes_well_ends_the_fault(mode: Mode) -> None:
    async def story(plugin: Plugin, target: Target) -> MsgcoreError | None:
        with pytest.raises(PluginBroken):
            await plugin.call(target.explode)
        await plugin.call(target.plain, 1)
        return plugin.fault

    assert run(mode, story) is None


@BOTH
def test_a_plug_in_is_closed_once(mode: Mode) -> None:
    async def story(plugin: Plugin, target: Target) -> int:
        await plugin.close()
        await plugin.close()
        return target.closings

    assert run(mode, story) == 1


def test_what_a_thread_gives_to_nobody_is_undone_before_the_plug_in_is_closed() -> None:
    """A store that is closed unlocks nothing any more."""
    told: list[str] = []
    has_closed = threading.Event()

    class Closing(Target):
        def close(self) -> None:
            told.append("closed")
            has_closed.set()

    def undo(_: str) -> None:
        has_closed.wait(BRIEF_SECONDS)
        told.append("undone")

    async def main() -> None:
        runtime = AsyncioRuntime()
        target = Closing(runtime)
        plugin = Plugin("mine", target, runtime)
        task = asyncio.ensure_future(plugin.call(target.hang, undo=undo))
        await asyncio.to_thread(target.begun.acquire)
        task.cancel()
        await asyncio.sleep(0)
        target.released.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        await plugin.close()

    asyncio.run(main())
    assert told == ["undone", "closed"]


@BOTH
def test_a_plug_in_that_was_closed_is_not_called(mode: Mode) -> None:
    async def story(plugin: Plugin, target: Target) -> None:
        await plugin.close()
        await plugin.call(target.plain, 1)

    with pytest.raises(UsageError, match="mine: is closed"):
        run(mode, story)


@BOTH
def test_a_plain_def_that_is_cancelled_comes_to_its_end_first(mode: Mode) -> None:
    ended: list[str] = []

    class Slow(Target):
        def work(self) -> None:
            self.begun.release()
            self.released.wait(30)
            ended.append("work")

    async def main(runtime: Runtime) -> None:
        target = Slow(runtime)
        plugin = Plugin("mine", target, runtime)

        def cancel() -> None:
            target.begun.acquire(timeout=30)
            runtime.cancel()
            target.released.set()

        canceller = threading.Thread(target=cancel)
        canceller.start()
        try:
            with pytest.raises(OperationCancelled):
                await plugin.call(target.work)
        finally:
            canceller.join()

    mode.run(main)
    assert ended == ["work"]


def test_a_task_that_is_cancelled_ends_a_plug_in_of_asyncio() -> None:
    """The plug-in waits for what msgcore knows nothing of."""
    ended: list[str] = []

    class Foreign(Target):
        async def work(self) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("work")

    async def main() -> None:
        runtime = AsyncioRuntime()
        target = Foreign(runtime)
        task = asyncio.ensure_future(Plugin("mine", target, runtime).call(target.work))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())
    assert ended == ["work"]


def test_a_process_ends_though_a_plug_in_hangs() -> None:
    script = """if True:
        import threading
        from msgcore.errors import CutShort
        from msgcore.runtime import BlockingRuntime
        from msgcore.spi.plugin import Plugin

        class Target:
            def hang(self):
                threading.Event().wait()

        runtime, target = BlockingRuntime(), Target()
        try:
            runtime.run(Plugin("mine", target, runtime).call(target.hang, deadline=runtime.deadline(0.1)))
        except CutShort:
            print("cut")
    """
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "cut\n"


@BOTH
def test_an_error_without_a_text_is_its_name(mode: Mode) -> None:
    with pytest.raises(PluginBroken, match=r"^mine: .*\.lack_words: NotImplementedError$"):
        run(mode, calling("lack_words"))
