"""What happens at a node, as it is told to who watches: for metrics, the log of mail, or a program of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import attrs

from msgcore.base.status import Reply
from msgcore.model.address import Address
from msgcore.mta.queue.contract import NOBODY, LinkNote, QueuedMessage, Settlement
from msgcore.wire.smtp.server import Client

__all__ = [
    "HopTurned",
    "LoginRefused",
    "MailRefused",
    "MessageTaken",
    "NodeEvent",
    "RecipientSettled",
    "ReportMade",
    "SessionTurned",
    "Watch",
    "turned_down",
    "watch_nothing",
]


@attrs.frozen
class RecipientSettled:
    """What a try came to, once it is written down: ``settlement.outcome``, which is final or waits for the next try.

    ``message.accepted_at`` says since when the message is in the queue, ``message.size_octets`` how large it is.
    """

    message: QueuedMessage
    settlement: Settlement


@attrs.frozen
class HopTurned:
    """A next hop went down, and is tried again at ``down_until``; or is up again, when that is ``None``.

    ``hop`` is the connector's name and the next hop, with a blank between them.
    """

    hop: str
    down_until: datetime | None

    @property
    def connector(self) -> str:
        """The connector's name."""
        return self.hop.rpartition(" ")[0]


def turned_down(notes: Iterable[LinkNote]) -> tuple[HopTurned, ...]:
    """Give the next hops that are down, by name."""
    down = [HopTurned(one.hop, one.down_until) for one in notes if one.down_until is not None]
    return tuple(sorted(down, key=lambda one: one.hop))


@attrs.frozen
class ReportMade:
    """A report of this ``kind`` (``failed``, ``delayed``, …) has gone into the queue, about so many recipients."""

    kind: str
    recipients: int


@attrs.frozen
class SessionTurned:
    """A client's session with a listener of ``service`` (``smtp``, ``submission``, …) has begun, or is over."""

    service: str
    is_open: bool


@attrs.frozen
class MessageTaken:
    """A listener has a client's message in the queue, ``seconds`` after its last octet came.

    ``reply`` is what the client is told, which names the transfer id; ``verdicts`` are what was found of the message
    (:mod:`msgcore.mta.trust.verdicts`).
    """

    service: str
    client: Client
    sender: Address | None
    reply: Reply
    size_octets: int
    recipients: int
    seconds: float
    message_id: str = ""
    verdicts: frozenset[str] = NOBODY


@attrs.frozen
class MailRefused:
    """A listener said no, for now or for good, to what a client meant with MAIL, RCPT or DATA (``command``).

    ``address`` is the recipient of RCPT, else the sender.
    """

    service: str
    client: Client
    command: str
    address: Address | None
    reply: Reply


@attrs.frozen
class LoginRefused:
    """A listener refused a login; ``user`` is who the client at ``address`` said it is, empty where it did not say."""

    service: str
    address: str
    user: str


NodeEvent = RecipientSettled | HopTurned | ReportMade | SessionTurned | MessageTaken | MailRefused | LoginRefused
"""Whatever a node tells who watches it."""

Watch = Callable[[NodeEvent], object]
"""Is told what happens at a node, on its event loop: it counts, and never waits. What it raises is logged."""


def watch_nothing(_: NodeEvent) -> None:
    """Hear what happens, and do nothing."""
