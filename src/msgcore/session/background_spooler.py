"""The spooler at work by itself: lanes that each do a round, then wait until the next one is due or a bell rings.

One lane sends, and each account that mail is retrieved from has a lane of its own: one that hangs holds up nobody else.
A round that fails is shown, and the next one comes all the same. Stopping ends no round: the lanes finish theirs.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, OperationCancelled, TimedOut
from msgcore.runtime.abc import Background, Event, Runtime
from msgcore.spi.patience import seconds_asked_for

__all__ = ["BackgroundSpooler", "Lane", "pause_after"]

_log = logging.getLogger("msgcore.spooler")

_ROUND_SECONDS = 3600.0
_AGAIN_SECONDS = 60.0
_GRACE_SECONDS = 5.0


@attrs.define(eq=False)
class Lane:
    """One thing to be done again and again. ``work`` does a round, and gives in how many seconds the next one is due.

    The next round comes sooner when ``bell`` is rung. ``error`` is what the last one met.
    """

    name: str
    work: Callable[[Deadline], Awaitable[float]]
    bell: Event
    is_inbound: bool
    error: str = ""
    is_at_work: bool = False


def pause_after(error: MsgcoreError) -> float:
    """Say how many seconds to wait after a round that met an error: a minute, or as long as the service asked for."""
    return max(_AGAIN_SECONDS, seconds_asked_for(error) or 0.0)


class BackgroundSpooler:
    """Lanes in the background; ``tell`` is called when one begins or ends a round."""

    def __init__(self, runtime: Runtime, lanes: Sequence[Lane], tell: Callable[[], None]) -> None:
        self.lanes = tuple(lanes)
        self._runtime = runtime
        self._tell = tell
        self._is_stopping = False
        self._background: Background | None = None

    def start(self) -> None:
        """Begin with a round of every lane."""
        self._background = self._runtime.in_background(self._main())

    async def stop(self, deadline: Deadline) -> None:
        """Let every lane end its round, then end; at the deadline the rounds are cancelled."""
        assert self._background is not None
        self._is_stopping = True
        for lane in self.lanes:
            lane.bell.set()
        try:
            await self._background.wait(deadline)
        except TimedOut:
            _log.warning("the spooler's round is cancelled: it did not end in time")
        except OperationCancelled:  # of this call, or long ago of the spooler's task
            if not self.has_ended:
                raise
        finally:
            # Also when this call is cancelled: nobody else would end it.
            self._background.cancel()
            await self._ended(self._background)

    @property
    def has_ended(self) -> bool:
        """Whether it works no more, as when somebody cancels every task of a loop."""
        return self._background is not None and self._background.has_ended

    async def _ended(self, background: Background) -> None:
        with self._runtime.shielded():
            try:
                await background.wait(self._runtime.deadline(_GRACE_SECONDS))
            except OperationCancelled:
                return
            except TimedOut:
                _log.warning("the spooler goes on, though it was cancelled")

    async def _main(self) -> None:
        async with self._runtime.group() as group:
            for lane in self.lanes[1:]:
                group.start(self._run(lane))
            await self._run(self.lanes[0])

    async def _run(self, lane: Lane) -> None:
        while True:
            lane.bell.clear()
            if self._is_stopping:
                return
            seconds = await self._round(lane)
            try:
                await lane.bell.wait(self._runtime.deadline(seconds))
            except TimedOut:
                continue

    async def _round(self, lane: Lane) -> float:
        """Do a round, whatever it meets, and say in how many seconds the next one is due."""
        lane.is_at_work = True
        self._tell()
        try:
            seconds = await lane.work(self._runtime.deadline(_ROUND_SECONDS))
        except MsgcoreError as error:
            if self._is_stopping and isinstance(error, OperationCancelled):
                raise
            # Else it is of a call that a service has ended by itself, as when it has closed what it stands on.
            lane.error, seconds = str(error), pause_after(error)
            _log.warning("%s: %s", lane.name, error)
        except Exception as error:  # a fault of ours, or of what we stand on: mail goes on all the same
            lane.error, seconds = f"{type(error).__name__}: {error}", _AGAIN_SECONDS
            _log.exception("%s: the round failed", lane.name)
        else:
            lane.error = ""
        finally:
            lane.is_at_work = False
            self._tell()
        return seconds
