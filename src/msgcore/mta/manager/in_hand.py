"""What is in hand: every recipient that was claimed, until its settlement is written, with the reports it makes due."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Sequence

import attrs

from msgcore.base.records import record
from msgcore.errors import MsgcoreError, StoreFull, TryAgain
from msgcore.mta.manager.settings import ManagerSettings
from msgcore.mta.manager.settling import Settling
from msgcore.mta.queue.contract import Claim, Finished, NewReport, QueuedRecipient, Settlement, WorkQueue
from msgcore.mta.reports.about import reports_about
from msgcore.mta.reports.due import absorbed
from msgcore.runtime.abc import NEVER, Group, Runtime
from msgcore.spi.gateway import Content
from msgcore.spi.persist import written_down

__all__ = ["InHand"]

_log = logging.getLogger("msgcore.mta")

_AT_ONCE = 200
_PAUSE_SECONDS = 0.5
_GATHERING_SECONDS = 0.01


@record
class _Due:
    """Settlements of one claim that are to be written."""

    claim: Claim
    settlements: Sequence[Settlement]
    copies: Sequence[NewReport]


@attrs.define(eq=False)
class _Held:
    """A claim, and how many of its recipients have no settlement yet."""

    claim: Claim
    left: int


class InHand:
    """Writes down what has gathered while the last settlements were written.

    ``group`` is where that is done, as long as there is one.
    """

    def __init__(self, runtime: Runtime, queue: WorkQueue, settling: Settling, settings: ManagerSettings) -> None:
        self._runtime = runtime
        self._queue = queue
        self._settling = settling
        self._settings = settings
        self._due: deque[_Due] = deque()
        self._is_writing = False
        self._claims: dict[int, _Held] = {}
        self.recipients = 0
        """How many are in hand."""
        self.octets = 0
        """Of their messages."""
        self.is_patient = False
        """Whether nobody waits for the end. Then a moment is waited for more, which costs little; and what
        cannot be written is tried again as long as a lease lasts, for what was delivered must not be forgotten."""

        self.left_some = False
        """Whether somebody may be due in the queue by what was written: a report, a successor, another try."""

        self.errors: list[MsgcoreError] = []
        """Why something could not be written down."""
        self.changed = runtime.event()
        """Set whenever less is in hand."""
        self.group: Group | None = None

    def take(self, claims: Sequence[Claim]) -> None:
        """Have claims in hand."""
        for claim in claims:
            self._claims[id(claim)] = _Held(claim, len(claim.recipients))
            self.recipients += len(claim.recipients)
            self.octets += len(claim.content.octets)

    def give_back(self, claim: Claim, recipients: Iterable[QueuedRecipient]) -> None:
        now = self._runtime.now()
        self.settle(claim, [self._settling.given_back(claim, one, now) for one in recipients])

    def settle(self, claim: Claim, settlements: Sequence[Settlement], copies: Sequence[NewReport] = ()) -> None:
        """Have settlements of one claim written, with the reports that they make due and what goes on to lists."""
        if not settlements:
            return
        self._due.append(_Due(claim, settlements, copies))
        if self.group is not None and not self._is_writing:
            self.group.start(self._write_in_group())
            self._is_writing = True

    async def _write_in_group(self) -> None:
        try:
            while self._due:
                if self.is_patient:
                    await self._runtime.sleep(_GATHERING_SECONDS)
                await self._write_some()
        finally:
            self._is_writing = False

    async def write_all(self) -> None:
        """Write what is due, as much at once as has gathered.

        Neither the caller's deadline nor its cancel() counts here: what was delivered has to be written down. What
        cannot be written at all is logged, and claimed again once its lease has run out.
        """
        while self._due:
            await self._write_some()

    async def _write_some(self) -> None:
        some = [self._due.popleft() for _ in range(min(len(self._due), _AT_ONCE))]
        finished: list[Finished] = []
        try:
            finished += map(self._finished, some)
            await self._write(finished)
        finally:
            for one in some:
                self._let_go(one.claim, len(one.settlements))
            # Not before: who looked while it was written would have found nothing, and not look again.
            self.left_some = self.left_some or any(map(_leaves_some, finished))
            self.changed.set()

    async def _write(self, finished: Sequence[Finished]) -> None:
        give_up = self._runtime.monotonic() + (self._settings.lease_seconds if self.is_patient else 0.0)
        while True:
            try:
                await written_down(self._runtime, lambda: self._queue.finish(finished, NEVER))
            except (TryAgain, StoreFull) as error:
                if self._runtime.monotonic() >= give_up:
                    self._forget(finished, error)
                    return
                _log.warning("what became of mail cannot be written down now: %s", error)
                await self._runtime.sleep(_PAUSE_SECONDS)
            except MsgcoreError as error:
                if len(finished) == 1:
                    self._forget(finished, error)
                    return
                for one in finished:  # nobody's result is lost because of another's
                    await self._write([one])
                return
            else:
                return

    def _forget(self, finished: Sequence[Finished], error: MsgcoreError) -> None:
        """Leave it to the ends of the leases."""
        self.errors.append(error)
        for one in finished:
            _log.error("what became of %s could not be written down: %s", one.message.transfer_id, error)

    def _finished(self, due: _Due) -> Finished:
        claim = due.claim
        now, settings = self._runtime.now(), self._settings.reports
        reports: tuple[NewReport, ...] = ()
        settlements = due.settlements
        for quoted in (claim.content, Content(b"")):
            try:
                reports = reports_about(claim.message, quoted, settlements, now, settings)
                settlements = self._absorbing(claim, settlements)
                break
            except Exception:
                # Whoever has the message must not get it again because nobody can be told so.
                what = "with" if quoted is claim.content else "without"
                _log.exception("no report can be made about %s %s its header", claim.message.transfer_id, what)
        return Finished(claim.message, tuple(settlements), (*reports, *due.copies))

    def _absorbing(self, claim: Claim, settlements: Sequence[Settlement]) -> Sequence[Settlement]:
        untold = absorbed(claim.message, settlements, self._settings.reports)
        if not untold:
            return settlements
        return [attrs.evolve(one, is_absorbed=one.queued in untold) for one in settlements]

    def _let_go(self, claim: Claim, count: int) -> None:
        """Have so many recipients of a claim less in hand."""
        held = self._claims[id(claim)]
        held.left -= count
        self.recipients -= count
        if not held.left:
            del self._claims[id(claim)]
            self.octets -= len(claim.content.octets)


def _leaves_some(finished: Finished) -> bool:
    return bool(finished.reports) or any(one.successors or not one.outcome.is_final for one in finished.settlements)
