"""Calling plug-ins: plain ``def`` or ``async def``, with their faults named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from inspect import isawaitable, iscoroutinefunction
from typing import Any, TypeVar, cast, overload

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, PluginBroken
from msgcore.runtime.abc import NEVER, Runtime

__all__ = ["call", "name_of"]

T = TypeVar("T")


@overload
async def call(
    runtime: Runtime, function: Callable[..., Awaitable[T]], *arguments: Any, deadline: Deadline = NEVER
) -> T: ...
@overload
async def call(
    runtime: Runtime, function: Callable[..., Awaitable[T] | T], *arguments: Any, deadline: Deadline = NEVER
) -> T: ...
async def call(
    runtime: Runtime, function: Callable[..., Awaitable[T] | T], *arguments: Any, deadline: Deadline = NEVER
) -> T:
    """Call a plug-in's method: an ``async def`` is awaited, a plain ``def`` runs in a thread.

    A plug-in with ``runs_on = "asyncio"`` may await what asyncio has: it is given an event loop in blocking sessions.

    Raises:
        PluginBroken: it raised what is no error of msgcore; the message names it.
    """
    try:
        if iscoroutinefunction(function):
            coroutine = cast("Callable[..., Awaitable[T]]", function)
            if getattr(getattr(function, "__self__", None), "runs_on", "") == "asyncio":
                return await runtime.on_loop(lambda _: coroutine(*arguments), deadline)
            return await coroutine(*arguments)
        given = await runtime.in_thread(partial(function, *arguments), deadline)
        return await cast("Awaitable[T]", given) if isawaitable(given) else given
    except MsgcoreError:
        raise
    except Exception as error:
        raise PluginBroken(f"{name_of(function)}: {type(error).__name__}: {error}") from error


def name_of(function: object) -> str:
    """Name a plug-in's class or method with its module, for a message to people."""
    name = getattr(function, "__qualname__", "") or repr(function)
    return f"{getattr(function, '__module__', '')}.{name}".lstrip(".")
