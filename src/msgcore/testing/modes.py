"""Both ways to run a conversation, so that a test states its fact once for the two of them."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from msgcore.runtime import AsyncioRuntime, BlockingRuntime, Runtime
from msgcore.runtime.blocking import run
from msgcore.runtime.dial import LookUp, look_up

__all__ = ["Mode", "call", "gather"]

T = TypeVar("T")


class Mode(enum.Enum):
    """Blocking or asyncio; a test takes it as a parameter: ``@pytest.mark.parametrize("mode", Mode)``."""

    BLOCKING = "blocking"
    ASYNCIO = "asyncio"

    def runtime(self, look_up: LookUp = look_up) -> BlockingRuntime | AsyncioRuntime:
        """Make a real runtime; ``look_up`` replaces the look-up of host names."""
        return BlockingRuntime(look_up) if self is Mode.BLOCKING else AsyncioRuntime(look_up)

    def run(self, main: Callable[[Runtime], Coroutine[Any, Any, T]], look_up: LookUp = look_up) -> T:
        """Run ``main`` as one public call of a new runtime."""
        return call(self.runtime(look_up), main)

    def drive(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine over a ``ScriptedRuntime`` or ``ScriptedStream``: as a plain call, or on an event loop."""
        return run(coroutine) if self is Mode.BLOCKING else asyncio.run(coroutine)


def call(runtime: BlockingRuntime | AsyncioRuntime, main: Callable[[Runtime], Coroutine[Any, Any, T]]) -> T:
    """Run ``main`` as one public call of this runtime; the asyncio one gets an event loop for it."""
    if isinstance(runtime, BlockingRuntime):
        return runtime.run(main(runtime))
    return asyncio.run(runtime.run(main(runtime)))


async def gather(runtime: Runtime, *coroutines: Coroutine[Any, Any, object]) -> None:
    """Run coroutines side by side, in threads or tasks, until all have ended; raise the first error after that."""
    async with runtime.group() as group:
        for coroutine in coroutines:
            group.start(coroutine)
