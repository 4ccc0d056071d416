"""Calling plug-ins: plain ``def`` or ``async def``, with their faults named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from inspect import iscoroutinefunction
from typing import Any, TypeVar, cast, overload

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, PluginBroken
from msgcore.runtime.abc import NEVER, Runtime

__all__ = ["call"]

T = TypeVar("T")


@overload
async def call(
    runtime: Runtime, function: Callable[..., Coroutine[Any, Any, T]], *arguments: Any, deadline: Deadline = NEVER
) -> T: ...
@overload
async def call(
    runtime: Runtime, function: Callable[..., Awaitable[T] | T], *arguments: Any, deadline: Deadline = NEVER
) -> T: ...
async def call(
    runtime: Runtime, function: Callable[..., Awaitable[T] | T], *arguments: Any, deadline: Deadline = NEVER
) -> T:
    """Call a plug-in's method: an ``async def`` is awaited, a plain ``def`` runs in a thread.

    Raises:
        PluginBroken: it raised what is no error of msgcore; the message names it.
    """
    try:
        if iscoroutinefunction(function):
            return await cast(Awaitable[T], function(*arguments))
        return await runtime.in_thread(partial(cast("Callable[..., T]", function), *arguments), deadline)
    except MsgcoreError:
        raise
    except Exception as error:
        name = getattr(function, "__qualname__", repr(function))
        raise PluginBroken(f"{function.__module__}.{name}: {type(error).__name__}: {error}") from error
