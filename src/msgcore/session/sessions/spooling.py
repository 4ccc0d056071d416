"""Sending and receiving in the background, and the state of all that in the status table."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import cast

from msgcore.base.times import Deadline
from msgcore.errors import NotSupported, UsageError
from msgcore.profile.profile import Profile
from msgcore.runtime.abc import Runtime
from msgcore.session.background_spooler import BackgroundSpooler, Lane
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.retriever import Retriever
from msgcore.session.services import ResourceFlag, ResourceMethod, ResourceType, ServiceState
from msgcore.session.sessions.noticing import SessionNoticing
from msgcore.session.tables.session_rows import SPOOLER_NAME, StatusRow
from msgcore.spi.capability import Capability
from msgcore.spi.outgoing_queue import OutgoingItem, OutgoingState
from msgcore.spi.store import SpecialFolder
from msgcore.spooler.incoming import Task
from msgcore.spooler.retry import ends_at

__all__ = ["INTERVAL_SECONDS", "SessionSpooling"]

_log = logging.getLogger("msgcore.spooler")

INTERVAL_SECONDS = 300.0

_LOCKED_SECONDS = 10.0
"""What is due and was not taken is locked by somebody else, who may be gone soon."""

_ENABLED = ServiceState.INBOUND_ENABLED | ServiceState.OUTBOUND_ENABLED


class SessionSpooling(SessionNoticing):
    """Run the spooler beside the session's calls."""

    def __init__(self, runtime: Runtime, profile: Profile) -> None:
        super().__init__(runtime, profile)
        self._starting = runtime.lock()
        self._spooler: BackgroundSpooler | None = None
        self._end_of_watch: Callable[[], None] | None = None

    async def start_spooler(
        self, *, interval_seconds: float = INTERVAL_SECONDS, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> None:
        """Send and receive in the background from now on, until :meth:`stop_spooler` or logoff.

        A submission goes out at once, one that waits when it is due, whoever submitted it into the outbox. Accounts are
        asked for mail every ``interval_seconds``, or as often as their ``poll_seconds`` says; what transports hold
        themselves is worked off as often. What a round meets is in the status table, at the service and at the spooler.
        Several sessions, of several processes, may do this side by side.

        Raises:
            UsageError: it runs already, or the interval is not above 0.
            NotSupported: the profile neither sends nor receives.
            Closed: the session was logged off.
        """
        given = cast(object, interval_seconds)
        if isinstance(given, bool) or not isinstance(given, int | float) or not 0 < given < float("inf"):
            raise UsageError(f"start_spooler: need seconds above 0 as interval_seconds, got {interval_seconds!r}")
        deadline = self._runtime.deadline(timeout_seconds)
        await self._starting.acquire(deadline)
        try:
            self._need_open()
            if self._spooler is not None and not self._spooler.has_ended:
                raise UsageError("start_spooler: the spooler of this session runs already")
            lanes = self._lanes(interval_seconds)
            if not lanes:
                raise NotSupported(f"no service of this profile sends or retrieves mail{self._reasons()}")
            await self._watch_outbox(deadline)
            self._spooler = BackgroundSpooler(self._runtime, lanes, self._tell_of_spooler)
            self._spooler.start()
        finally:
            self._starting.release()
        self._tell_of_spooler()

    async def stop_spooler(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Send and receive in the background no more; does nothing when it does not run.

        What is at work ends first, for as long as ``timeout_seconds``, and is cancelled then: what a transport had
        begun may be unknown, and is held. Nothing else is lost; what was not begun waits.
        """
        deadline = self._runtime.deadline(timeout_seconds)
        await self._starting.acquire(deadline)
        spooler, self._spooler = self._spooler, None
        end, self._end_of_watch = self._end_of_watch, None
        self._starting.release()
        if end is not None:
            end()
        if spooler is not None:
            try:
                await spooler.stop(deadline)
            finally:
                self._tell_of_spooler()

    def _lanes(self, interval_seconds: float) -> list[Lane]:
        lanes: list[Lane] = []
        if self._transports() and self._stores_with(Capability.OUTGOING_QUEUE):
            queue = self._queue()

            async def send(deadline: Deadline) -> float:
                taken = await self._send_due(queue, deadline)
                waiting = await queue.outgoing(deadline)
                if taken:
                    _log.info("outgoing queue: %s taken up, %s waiting", taken, len(waiting))
                return min(interval_seconds, self._next_due(waiting))

            lanes.append(Lane("outgoing queue", send, self._has_submitted, is_inbound=False))
        return lanes + [self._lane_of(one, interval_seconds) for one in self._retrievers()]

    def _lane_of(self, retriever: Retriever, interval_seconds: float) -> Lane:
        own = retriever.policy.poll_seconds
        seconds = interval_seconds if own is None else float(own)

        async def retrieve(deadline: Deadline) -> float:
            store = self._store_for(retriever)
            report = await retriever.retrieve(store, deadline, Task.RECEIVE, self._gate())
            if report.error is not None:
                raise report.error
            if report.stored or report.removed:
                _log.info("%s", report)
            return seconds

        return Lane(retriever.name, retrieve, self._runtime.event(), is_inbound=True)

    def _next_due(self, waiting: Sequence[OutgoingItem]) -> float:
        """Say in how many seconds something has to be sent."""
        now = self._runtime.now()
        moments = [item.due_at if item.state is OutgoingState.READY else ends_at(item) for item in waiting]
        waits = [(moment - now).total_seconds() for moment in moments if moment is not None]
        return min((one if one > 0 else _LOCKED_SECONDS for one in waits), default=float("inf"))

    async def _watch_outbox(self, deadline: Deadline) -> None:
        """Have the spooler woken by what others submit, too."""
        if self._end_of_watch is not None:  # of a spooler whose task was cancelled
            self._end_of_watch()
        for store in self._stores_with(Capability.OUTGOING_QUEUE)[:1]:
            if store.provider.can(Capability.NOTIFY):
                outbox = store.special_folders[SpecialFolder.OUTBOX]
                self._end_of_watch = await store.provider.advise(outbox, self._wake, self._wake, deadline)

    def _wake(self, _: object = None) -> None:
        self._has_submitted.set()

    # The status table

    def _tell_of_spooler(self) -> None:
        self._board.changed(len(self._services))

    def _status_rows(self) -> Sequence[StatusRow]:
        """Describe each service, in the profile's order, and the spooler."""
        default = next(iter(self._stores_with(Capability.OUTGOING_QUEUE)), None)
        primary = self._primary_service
        rows: list[StatusRow] = []
        for opened in self._services:
            flags = ResourceFlag.PRIMARY_IDENTITY if opened is primary else ResourceFlag(0)
            if default in opened.stores:
                flags |= ResourceFlag.DEFAULT_STORE
            code, text = opened.state | self._shown(opened.activity), opened.status_text
            rows.append(
                StatusRow(opened.entry.name, code, text, opened.resource_type, opened.methods, flags, opened.identity)
            )
        return [*rows, self._spooler_row()]

    def _spooler_row(self) -> StatusRow:
        spooler = self._spooler
        state, text, activity = ServiceState.OFFLINE, "stopped", ServiceState(0)
        if spooler is not None and spooler.has_ended:
            state, text = ServiceState.FAILURE, "its task was cancelled; start_spooler starts it again"
        elif spooler is not None:
            errors = [f"{lane.name}: {lane.error}" for lane in spooler.lanes if lane.error]
            state = ServiceState.FAILURE if errors else ServiceState.AVAILABLE
            for lane in spooler.lanes:
                activity |= _activity(lane)
            is_busy = any(lane.is_at_work for lane in spooler.lanes)
            text = "; ".join(errors) or ("at work" if is_busy else "waits")
        code = state | self._shown(activity)
        what = (ResourceType.SPOOLER, ResourceMethod.FLUSH_QUEUES, ResourceFlag(0))
        return StatusRow(SPOOLER_NAME, code, text, *what)

    def _shown(self, activity: ServiceState) -> ServiceState:
        """Add that what is enabled is being flushed."""
        # Each of MAPI's bits for flushing stands two above the one for being enabled.
        return activity | ServiceState((activity & _ENABLED) << 2) if self._board.flushes else activity


def _activity(lane: Lane) -> ServiceState:
    if lane.is_inbound:
        return ServiceState.INBOUND_ENABLED | (ServiceState.INBOUND_ACTIVE if lane.is_at_work else ServiceState(0))
    return ServiceState.OUTBOUND_ENABLED | (ServiceState.OUTBOUND_ACTIVE if lane.is_at_work else ServiceState(0))
