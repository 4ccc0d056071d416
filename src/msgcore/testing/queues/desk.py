"""A queue on the desk of a test: two workers at it, and the clock that both read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import attrs

from msgcore.model.address import Address
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient, RecipientKind
from msgcore.mta.queue.contract import Accept, Claim, Finished, NewReport, QueuedRecipient, QueueStore, Settlement
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.spi.gateway import Content
from msgcore.testing.clock import ManualClock

__all__ = ["ANN", "LEASE_SECONDS", "LETTER", "NOON", "Desk", "names", "report_about", "to"]

ANN = Address("SMTP", "ann@a.test", "Ann Alm")
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
LETTER = b"Subject: hello\r\n\r\nhello\r\n"
LEASE_SECONDS = 600.0
SOON = timedelta(minutes=5)


def to(*names: str) -> tuple[Recipient, ...]:
    return tuple(Recipient(Address("SMTP", f"{name}@b.test")) for name in names)


@attrs.frozen
class Desk:
    """Two workers at one queue, each with a queue object of its own, and the clock that both read."""

    queue: QueueStore
    other: QueueStore
    clock: ManualClock
    runtime: Runtime

    def now(self) -> datetime:
        return self.runtime.now()

    async def accept(
        self,
        *names: str,
        transfer_id: str = "t1",
        octets: bytes = LETTER,
        sender: Address | None = ANN,
        kind: RecipientKind = RecipientKind.TO,
    ) -> bytes:
        recipients = tuple(attrs.evolve(one, kind=kind) for one in to(*names))
        accept = Accept(transfer_id, sender, recipients, Content(octets), "<1@a.test>", "hello")
        return await self.queue.accept(accept, NEVER)

    async def claim(self, limit: int = 100, lease_seconds: float = LEASE_SECONDS) -> Sequence[Claim]:
        return await self.queue.claim(limit, lease_seconds, NEVER)

    async def claim_one(self) -> Claim:
        [claim] = await self.claim()
        return claim

    async def settle(
        self, claim: Claim, outcome: Outcome, *, after: timedelta = SOON, reports: Sequence[NewReport] = ()
    ) -> Sequence[QueuedRecipient]:
        """Give every recipient of a claim the same outcome."""
        due_at = self.now() + after
        settlements = [Settlement(queued, outcome, due_at) for queued in claim.recipients]
        return await self.queue.finish([Finished(claim.message, tuple(settlements), tuple(reports))], NEVER)

    async def outcomes(self, transfer_id: str = "t1") -> Mapping[Recipient, Outcome]:
        return await self.queue.outcomes(transfer_id, NEVER)


def report_about(claim: Claim, *, kind: str = "failed", transfer_id: str = "t1/report") -> NewReport:
    accept = Accept(
        transfer_id,
        None,
        (Recipient(ANN),),
        Content(b"Subject: Undeliverable\r\n\r\n"),
        message_class="REPORT.IPM.Note.NDR",
    )
    return NewReport(accept, kind, claim.recipients)


def names(claims: Iterable[Claim]) -> list[list[str]]:
    return [[one.recipient.email_address.partition("@")[0] for one in claim.recipients] for claim in claims]
