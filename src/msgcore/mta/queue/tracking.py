"""Message tracking: what happened to a message, recipient by recipient, as events that are only ever added.

Exchange followed a message by one id from server to server; here that is the Message-ID, which every node keeps.
"""

from __future__ import annotations

import enum
from datetime import datetime

import attrs

from msgcore.errors import UsageError

__all__ = ["EventKind", "Track", "TrackingEvent"]


class EventKind(enum.Enum):
    """What can happen. The first event of a message is that it was accepted; of a recipient, nothing in particular."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    RELAYED = "relayed"
    DELIVERED = "delivered"
    REFUSED = "refused"
    EXPANDED = "expanded"
    REPORTED = "reported"
    ABSORBED = "absorbed"
    HELD = "held"
    RELEASED = "released"
    REQUEUED = "requeued"
    REDIRECTED = "redirected"
    DELETED = "deleted"
    CRASHED = "crashed"
    DEAD = "dead letter"


@attrs.frozen
class TrackingEvent:
    """One thing that happened at this node. ``address`` is the recipient's, typed, and empty for the whole message.

    ``sender`` is typed, too, and empty for a report; ``text`` is the reply or the reason; ``connector`` and
    ``next_hop`` are where the recipient was sent.
    """

    number: int
    at: datetime
    kind: EventKind
    transfer_id: str
    message_id: str
    address: str = ""
    connector: str = ""
    next_hop: str = ""
    text: str = ""
    sender: str = ""

    def __str__(self) -> str:
        way = f" through {self.connector}" if self.connector else ""
        whom = f" {self.address}" if self.address else ""
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.kind.value}{whom}{way}{f': {self.text}' if self.text else ''}"


def _in_brackets(message_id: str) -> str:
    return message_id if not message_id or message_id.startswith("<") else f"<{message_id}>"


@attrs.frozen(kw_only=True)
class Track:
    """Which events to give: of a message, of an address's mail, since a moment; at most ``limit``, beyond ``after``.

    ``message_id`` is the Message-ID, with its brackets or without them;
    ``transfer_id`` is that of one submission; ``address`` (a recipient's) and ``sender`` are typed:
    ``SMTP:bob@b.test``. Of what a sender sent all events are given, those of each recipient, too.

    Raises:
        UsageError: neither a message nor an address is named.
    """

    message_id: str = attrs.field(default="", converter=_in_brackets)
    transfer_id: str = ""
    address: str = ""
    sender: str = ""
    since: datetime | None = None
    after: int = 0
    limit: int = 1_000

    def __attrs_post_init__(self) -> None:
        if not (self.message_id or self.transfer_id or self.address or self.sender):
            raise UsageError("track: name a message_id, a transfer_id, an address or a sender")
