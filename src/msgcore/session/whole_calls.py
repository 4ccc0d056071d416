"""Public calls of asyncio code that ``cancel()`` ends as a whole, as it ends those of blocking code.

Outside of a call ``cancel()`` ends only the waits that stand, and one that is over already, but whose task has not had
its turn, would go on to the next.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from operator import attrgetter
from typing import Any, TypeVar

__all__ = ["each_call_whole"]

C = TypeVar("C", bound=type)


def each_call_whole(runtime: str) -> Callable[[C], C]:
    """Make every public coroutine method of a class one call, on the runtime that the attribute ``runtime`` holds."""
    runtime_of = attrgetter(runtime)

    def whole(method: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        @wraps(method)
        async def call(self: object, *arguments: Any, **options: Any) -> object:
            with runtime_of(self).as_one_call():
                return await method(self, *arguments, **options)

        return call

    def change(owner: C) -> C:
        for name, member in inspect.getmembers(owner, inspect.iscoroutinefunction):
            if not name.startswith("_"):
                setattr(owner, name, whole(member))
        return owner

    return change
