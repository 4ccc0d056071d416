"""What tests of the outgoing queue have in common: a letter, and short forms of submitting and working off."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.base.times import Deadline
from msgcore.model import Message, Outcome
from msgcore.runtime import NEVER
from msgcore.spi.guarded_hook import GuardedHook
from msgcore.spi.outgoing_queue import OutgoingItem
from msgcore.spi.plugin import Plugin
from msgcore.spi.transport import TransportProvider
from msgcore.spooler.attempt import FailedService
from msgcore.spooler.outgoing import send_due
from msgcore.spooler.retry import RetryPolicy
from tests.providers.internal.box import Box
from tests.spooler.transports import Named, Verdict, guarded

__all__ = ["LETTER", "always", "now_is", "send", "sent", "submitted", "verdicts"]

LETTER = Message(from_="Ann <ann@a.test>", to=["bob@b.test", "cid@c.test"], subject="letter", text="Hello")


def send(
    box: Box,
    *transports: Named | TransportProvider,
    policy: RetryPolicy | None = None,
    hooks: Sequence[object] = (),
    failed: Sequence[FailedService] = (),
    chance: float = 0.0,
    deadline: Deadline = NEVER,
) -> int:
    """Work off what is due; a hook's name is that of its class."""
    ready = [(one if isinstance(one, Named) else Named(one)).on(box.runtime) for one in transports]
    seeing = [GuardedHook(Plugin(type(one).__name__, one, box.runtime), one) for one in hooks]
    return box.run(
        send_due(
            box.runtime,
            guarded(box.store, box.runtime),
            ready,
            deadline,
            policy,
            failed,
            hooks=seeing,
            chance=lambda: chance,
        )
    )


def submitted(box: Box, message: Message = LETTER, transfer_id: str = "t1") -> OutgoingItem:
    return box.submit(message, transfer_id)


def now_is(box: Box, item: OutgoingItem) -> OutgoingItem:
    return box.run(box.store.submission(item.entry_id, NEVER))


def sent(box: Box, *transports: Named | TransportProvider, message: Message = LETTER) -> OutgoingItem:
    """Submit a message, work off the queue once, and read what became of it."""
    item = submitted(box, message)
    send(box, *transports)
    return now_is(box, item)


def verdicts(**by_name: Outcome) -> Verdict:
    return lambda recipient: by_name[recipient.email_address.partition("@")[0]]


def always(outcome: Outcome) -> Verdict:
    return lambda _: outcome
