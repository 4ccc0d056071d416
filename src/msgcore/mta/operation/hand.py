"""One worker of a crew: a child process, and after its death another one."""

from __future__ import annotations

import logging
import sys

from msgcore.errors import MsgcoreError, TimedOut
from msgcore.mta.configuration import Configuration
from msgcore.mta.metrics.tally import Tally
from msgcore.mta.operation.conversation import Asking
from msgcore.mta.operation.worker import START_SECONDS
from msgcore.runtime.abc import LoopRuntime
from msgcore.runtime.child import Child, ending_of
from msgcore.runtime.held import HeldSockets

__all__ = ["Hand"]

_log = logging.getLogger("msgcore.mta")

_PROGRAM = (sys.executable, "-P", "-m", "msgcore.cli.mta_worker")
_ANSWER_SECONDS = 3.0


class Hand:
    """Works on the ``held`` sockets; ``name`` tells it from the others in log and metrics."""

    def __init__(self, runtime: LoopRuntime, held: HeldSockets, name: str) -> None:
        self.name = name
        self.is_at_work = False
        self.is_silent = False
        """Whether it did not answer when it was asked last."""
        self.counted = Tally()
        """What its present process had counted when it said so last."""
        self._runtime = runtime
        self._held = held
        self._child: Child | None = None
        self._asking: Asking | None = None
        self._is_renewing = False

    @property
    def process_id(self) -> int:
        return 0 if self._child is None else self._child.process_id

    async def begin(self, configuration: Configuration) -> None:
        """Start a process and have it work.

        Raises:
            MsgcoreError: it cannot; its process has ended.
        """
        places = self._held.descriptors
        child = self._child = await Child.start(_PROGRAM, [one for some in places.values() for one in some])
        asking = self._asking = Asking(self._runtime, child)
        self._runtime.in_background(asking.hear())
        try:
            await asking.ask(
                "start",
                self._runtime.deadline(START_SECONDS),
                name=self.name,
                file=str(configuration.file),
                text=configuration.text,
                places=[(host, port, some) for (host, port), some in places.items()],
            )
        except MsgcoreError:
            child.kill()
            raise
        self.is_at_work = True
        _log.info("%s is process %d", self.name, child.process_id)

    async def renew(self, configuration: Configuration) -> None:
        """Have it go on by another configuration; nothing for one that is being started.

        Raises:
            MsgcoreError: it cannot, and goes on as before.
        """
        if self._asking is None or not self.is_at_work:
            return
        self._is_renewing = True
        try:
            await self._asking.ask("renew", self._runtime.deadline(START_SECONDS), text=configuration.text)
        finally:
            self._is_renewing = False

    async def count(self) -> None:
        """Ask what it has counted; who does not answer is silent, unless it is busy renewing itself."""
        if self._asking is None or not self.is_at_work or self._is_renewing:
            return
        try:
            self.counted = Tally.of_data(await self._asking.ask("count", self._runtime.deadline(_ANSWER_SECONDS)))
        except TimedOut:
            self.is_silent = True
        except MsgcoreError as error:  # it has just ended, which is told by who waits for that
            _log.debug("%s: %s", self.name, error)
        else:
            self.is_silent = False

    async def wait(self) -> str:
        """Wait for the end of its process, and say how it ended."""
        assert self._child is not None
        status = await self._child.wait()
        self.is_at_work = self.is_silent = False
        return ending_of(status)

    async def end(self, seconds: float) -> None:
        """Have it stop in order, and end it when that takes longer."""
        if self._child is None:
            return
        self._child.let_go()
        try:
            await self._runtime.bounded(self._child.wait(), self._runtime.deadline(seconds))
        except TimedOut:
            _log.error("%s did not stop in time", self.name)
            self._child.kill()
            await self._child.wait()

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()
