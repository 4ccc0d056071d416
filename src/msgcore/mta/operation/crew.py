"""Who does the work: a worker in this process, or workers in processes of their own."""

from __future__ import annotations

from typing import Protocol

import attrs

from msgcore.mta.configuration import Configuration
from msgcore.mta.metrics.tally import Tally
from msgcore.mta.operation.worker import Worker
from msgcore.runtime.abc import LoopRuntime

__all__ = ["Alone", "Crew", "Muster"]


@attrs.frozen
class Muster:
    """How many workers are at work, who is ``starting``, whose event loop is ``silent``, and what all have counted."""

    at_work: int
    starting: tuple[str, ...]
    silent: tuple[str, ...]
    tally: Tally


class Crew(Protocol):
    """Works by a configuration, from ``start`` to ``close``."""

    async def start(self, configuration: Configuration) -> None:
        """Go to work; returns once clients can connect.

        Raises:
            MsgcoreError: somebody cannot; then close it.
        """
        ...

    async def renew(self, configuration: Configuration) -> None:
        """Go on by another configuration; nothing that is on its way is lost.

        Raises:
            MsgcoreError: somebody cannot, and goes on by the old one.
        """
        ...

    async def muster(self) -> Muster:
        """See how all are."""
        ...

    async def wait(self) -> None:
        """Wait for as long as it is at work; raise what broke it down for good."""
        ...

    async def close(self) -> None:
        """Stop in order."""
        ...

    def kill(self) -> None:
        """End every process of its own at once."""
        ...


class Alone:
    """A worker in this process."""

    def __init__(self, runtime: LoopRuntime) -> None:
        self._worker = Worker(runtime, "main")

    async def start(self, configuration: Configuration) -> None:
        await self._worker.start(configuration)

    async def renew(self, configuration: Configuration) -> None:
        await self._worker.renew(configuration)

    async def muster(self) -> Muster:
        tally = Tally()
        tally.take(self._worker.count())
        return Muster(1, (), (), tally)  # its event loop turns, or nobody would be told

    async def wait(self) -> None:
        await self._worker.wait()

    async def close(self) -> None:
        await self._worker.close()

    def kill(self) -> None:
        """There is no process but this one."""
