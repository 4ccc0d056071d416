"""Signals to this process, as something to wait for; on the event loop of the main thread."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterable
from types import FrameType
from typing import Self

__all__ = ["Signals"]


class Signals:
    """What was sent to this process since the ``with`` block began, one after the other."""

    def __init__(self, names: Iterable[str]) -> None:
        self._numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
        self._before: dict[int, object] = {}
        self._told: asyncio.Queue[str] = asyncio.Queue()

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()

        # Not add_signal_handler(), which Windows has not. A handler may run at any moment, and so does little.
        def tell(number: int, _: FrameType | None) -> None:
            loop.call_soon_threadsafe(self._told.put_nowait, signal.Signals(number).name)

        for number in self._numbers:
            self._before[number] = signal.signal(number, tell)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            # None is a handler that is not Python's, which cannot be put back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)  # type: ignore[arg-type]

    def tell(self, name: str) -> None:
        """Put something else among them; on the loop."""
        self._told.put_nowait(name)

    async def next(self) -> str:
        """Wait for the next, and give its name, such as ``SIGHUP``."""
        return await self._told.get()
