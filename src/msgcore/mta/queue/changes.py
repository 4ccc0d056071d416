"""What a person does to recipients that wait in a queue."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Self

import attrs

from msgcore.errors import InvalidAddress
from msgcore.model.address import Address, parse_address
from msgcore.model.delivery import Notify
from msgcore.model.recipient import Recipient
from msgcore.mta.queue.tracking import EventKind

__all__ = ["Change", "ChangeKind", "Changed", "is_for_leased", "redirected_to"]


class ChangeKind(enum.Enum):
    """What a person can do, as its event is called."""

    HOLD = "held"
    RELEASE = "released"
    RETRY = "requeued"
    REDIRECT = "redirected"
    DELETE = "deleted"


class Changed(int):
    """How many recipients were changed.

    ``passed_over`` are those that were to be held, redirected or deleted, too, but that a worker had just then: it may
    deliver them, and whoever is not delivered waits in the queue, for the same change once more.
    """

    passed_over: int

    def __new__(cls, count: int, passed_over: int = 0) -> Self:
        self = super().__new__(cls, count)
        self.passed_over = passed_over
        return self


@attrs.frozen
class Change:
    """What a person does to recipients that wait; those that a worker has are left alone."""

    kind: ChangeKind
    reason: str = ""
    to: Recipient | None = None

    @property
    def event(self) -> EventKind:
        return EventKind(self.kind.value)

    @classmethod
    def hold(cls, reason: str = "") -> Change:
        """Keep them back until they are released."""
        return cls(ChangeKind.HOLD, reason)

    @classmethod
    def release(cls) -> Change:
        """Let go what is held, and dead letters: they are due now, and their crashes are forgotten.

        Whom his sender holds back waits for that time.
        """
        return cls(ChangeKind.RELEASE)

    @classmethod
    def retry(cls) -> Change:
        """Make those due now that were tried and wait for the next time; whom his sender holds back stays."""
        return cls(ChangeKind.RETRY)

    @classmethod
    def redirect(cls, to: Recipient | Address | str, reason: str = "") -> Change:
        """Send their message to somebody else instead, who asks for the reports that they asked for.

        Who has this address already, and whose message was refused there or redirected from there, is left alone.

        Raises:
            InvalidAddress: that is no address, or only a name.
        """
        found = parse_address(to) if isinstance(to, str) else to
        recipient = Recipient(found) if isinstance(found, Address) else found
        if not recipient.address.is_resolved:
            raise InvalidAddress(f"redirect: {recipient}: need an address, not only a name")
        return cls(ChangeKind.REDIRECT, reason, recipient)

    @classmethod
    def delete(cls, reason: str = "") -> Change:
        """End them without a report."""
        return cls(ChangeKind.DELETE, reason)


def is_for_leased(change: Change) -> bool:
    """Say whether it is meant for whom a worker has just now, too; who is released or tried again is with none."""
    return change.kind in {ChangeKind.HOLD, ChangeKind.REDIRECT, ChangeKind.DELETE}


def redirected_to(to: Recipient, those: Sequence[Recipient]) -> Recipient:
    """Give ``to`` as it takes the place of recipients of one message: with their wishes, as an alias passes them on.

    RFC 3461 section 5.2.7.2; of several who want to hear of different things, whatever one of them does.
    """
    first, notify = those[0], to.notify
    if notify is None:
        notify = Notify.NEVER
        for one in those:
            notify = None if notify is None or one.notify is None else notify | one.notify
    return attrs.evolve(to, notify=notify, original=to.original or first.original or first.address)
