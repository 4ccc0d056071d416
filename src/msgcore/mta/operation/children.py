"""Workers in processes of their own: started, watched, and started again when they die.

*Theory of operation.* Each worker is a child that inherits the listening sockets and is asked over its pipes to start,
to renew itself, and to count. Whoever dies is started again after a pause, which grows while it keeps dying; what it
had in hand is in the queue, under leases that its death sets free. A child whose parent is gone hears the end of its
pipe, and stops in order.
"""

from __future__ import annotations

import logging

from msgcore.errors import MsgcoreError, OperationCancelled, SetupError
from msgcore.mta.configuration import Configuration
from msgcore.mta.metrics.families import WORKERS_RESTARTED
from msgcore.mta.metrics.tally import Tally
from msgcore.mta.operation.crew import Muster
from msgcore.mta.operation.hand import Hand
from msgcore.runtime.abc import Background, LoopRuntime
from msgcore.runtime.held import HeldSockets

__all__ = ["Children"]

_log = logging.getLogger("msgcore.mta")

_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 30.0
# Who has worked for so long has not died of its start.
_SOUND_SECONDS = 60.0
_ENDING_SECONDS = 10.0


class Children:
    """A crew of ``count`` processes that share the ``held`` sockets."""

    def __init__(self, runtime: LoopRuntime, held: HeldSockets, count: int) -> None:
        self._runtime = runtime
        self._hands = [Hand(runtime, held, f"worker {number}") for number in range(1, count + 1)]
        self._past = Tally()  # what those had counted that are gone
        self._closing = runtime.event()
        self._configuration: Configuration | None = None
        self._keeping: list[Background] = []

    async def start(self, configuration: Configuration) -> None:
        self._configuration = configuration
        async with self._runtime.group() as group:
            for hand in self._hands:
                group.start(hand.begin(configuration))
        self._keeping = [self._runtime.in_background(self._keep(hand)) for hand in self._hands]

    async def renew(self, configuration: Configuration) -> None:
        old, self._configuration = self._configuration, configuration  # whoever begins from now on
        errors: list[str] = []

        async def renew(hand: Hand) -> None:
            try:
                await hand.renew(configuration)
            except OperationCancelled:
                raise
            except MsgcoreError as error:
                errors.append(f"{hand.name}: {error}")

        async with self._runtime.group() as group:
            for hand in self._hands:
                group.start(renew(hand))
        if errors:
            self._configuration = old
            raise SetupError("; ".join(errors))

    async def muster(self) -> Muster:
        async with self._runtime.group() as group:
            for hand in self._hands:
                group.start(hand.count())
        tally = Tally()
        tally.take(self._past)
        for hand in self._hands:
            tally.take(hand.counted)
        at_work = [hand.name for hand in self._hands if hand.is_at_work]
        starting = [hand.name for hand in self._hands if not hand.is_at_work]
        return Muster(len(at_work), tuple(starting), tuple(hand.name for hand in self._hands if hand.is_silent), tally)

    async def wait(self) -> None:
        for keeping in self._keeping:
            await keeping.wait()

    async def close(self) -> None:
        self._closing.set()
        configuration = self._configuration
        seconds = _ENDING_SECONDS if configuration is None else configuration.node.grace_seconds + _ENDING_SECONDS
        async with self._runtime.group() as group:
            for hand in self._hands:
                group.start(hand.end(seconds))

    def kill(self) -> None:
        for hand in self._hands:
            hand.kill()

    async def _keep(self, hand: Hand) -> None:
        """Have a worker at work, whatever becomes of its processes."""
        pause = _SHORTEST_PAUSE_SECONDS
        while True:
            began = self._runtime.monotonic()
            ending = await hand.wait()
            self._past.take(hand.counted, without_gauges=True)
            hand.counted = Tally()
            if self._closing.is_set:
                return
            if self._runtime.monotonic() - began > _SOUND_SECONDS:
                pause = _SHORTEST_PAUSE_SECONDS
            _log.error("%s (process %d) %s; starts again in %.1f s", hand.name, hand.process_id, ending, pause)
            await self._runtime.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            await self._begin_again(hand)

    async def _begin_again(self, hand: Hand) -> None:
        configuration = self._configuration
        if self._closing.is_set or configuration is None:
            return
        self._past.add(WORKERS_RESTARTED)
        try:
            await hand.begin(configuration)
        except MsgcoreError as error:
            _log.error("%s cannot start: %s", hand.name, error)
            return
        while self._configuration is not configuration and self._configuration is not None:
            # All others were renewed, or fell back, while it began.
            configuration = self._configuration
            try:
                await hand.renew(configuration)
            except MsgcoreError as error:
                _log.error("%s goes on by an older configuration: %s", hand.name, error)
