"""Both ways to run a conversation, so that a test states its fact once for the two of them."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from msgcore.runtime import AsyncioRuntime, BlockingRuntime, Runtime
from msgcore.runtime.dial import LookUp, look_up

T = TypeVar("T")
R = TypeVar("R")


class Mode(enum.Enum):
    BLOCKING = "blocking"
    ASYNCIO = "asyncio"

    def runtime(self, look_up: LookUp = look_up) -> BlockingRuntime | AsyncioRuntime:
        return BlockingRuntime(look_up) if self is Mode.BLOCKING else AsyncioRuntime(look_up)

    def run(self, main: Callable[[Runtime], Coroutine[Any, Any, T]], look_up: LookUp = look_up) -> T:
        """Run ``main`` as one public call."""
        return call(self.runtime(look_up), main)


def call(runtime: BlockingRuntime | AsyncioRuntime, main: Callable[[Runtime], Coroutine[Any, Any, T]]) -> T:
    """Run ``main`` as one public call of this runtime."""
    if isinstance(runtime, BlockingRuntime):
        return runtime.run(main(runtime))
    return asyncio.run(runtime.run(main(runtime)))


def done(value: R) -> Future[R]:
    future: Future[R] = Future()
    future.set_result(value)
    return future


def gather(runtime: Runtime, *coroutines: Coroutine[Any, Any, object]) -> Coroutine[Any, Any, None]:
    """Run coroutines side by side."""
    return _gather(runtime, coroutines)


async def _gather(runtime: Runtime, coroutines: Sequence[Coroutine[Any, Any, object]]) -> None:
    async with runtime.group() as group:
        for coroutine in coroutines:
            group.start(coroutine)
