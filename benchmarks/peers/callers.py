"""Conversations of msgcore for both kinds of callers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from msgcore.runtime import AsyncioRuntime, BlockingRuntime, Runtime

__all__ = ["blocking", "in_asyncio"]

Conversation = Callable[[Runtime, int, int], Coroutine[Any, Any, int]]
"""Fetches so many messages from a port of 127.0.0.1."""


def blocking(fetch: Conversation) -> Callable[[int, int], int]:
    def fetch_here(port: int, count: int) -> int:
        runtime = BlockingRuntime()
        return runtime.run(fetch(runtime, port, count))

    return fetch_here


def in_asyncio(fetch: Conversation) -> Callable[[int, int], int]:
    def fetch_in_loop(port: int, count: int) -> int:
        runtime = AsyncioRuntime()
        return asyncio.run(runtime.run(fetch(runtime, port, count)))

    return fetch_in_loop
