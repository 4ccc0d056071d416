"""What a sender asks of the servers on the way, besides taking the message (RFC 3461, 2852, 4865, 6710, 8689)."""

from __future__ import annotations

import enum
import re
from datetime import datetime
from typing import cast

import attrs

from msgcore.errors import UsageError

__all__ = ["NO_REQUEST", "DeliveryRequest", "Notify", "ReturnedContent"]

_ENVELOPE_ID = re.compile(r"[ -~]{0,100}")
_MOST_SECONDS = 999_999_999


class Notify(enum.Flag):
    """When a delivery status notification is wanted of a recipient (RFC 3461 section 4.1).

    ``NEVER`` is none of the others: joined to one it says nothing.
    """

    NEVER = 0
    SUCCESS = enum.auto()
    FAILURE = enum.auto()
    DELAY = enum.auto()


class ReturnedContent(enum.Enum):
    """How much of the message a notification of failure brings back (RFC 3461 section 4.3)."""

    FULL = "FULL"
    HEADERS = "HDRS"


@attrs.frozen(kw_only=True)
class DeliveryRequest:
    """What is asked for a whole message.

    - ``notify``: when a notification is wanted of the recipients that do not say it themselves.
    - ``envelope_id`` comes back in each notification (printable ASCII, at most 100 characters);
      ``returned_content`` is what a failure brings back.
    - ``within_seconds``: deliver within so many seconds, else return it, or with ``only_tell_when_late`` notify the
      sender and go on (RFC 2852).
    - ``priority``: -9 to 9 (RFC 6710).
    - ``require_tls``: never over a hop without verified TLS (RFC 8689). A server that cannot promise it gets nothing.
    - ``hold_seconds`` or ``hold_until`` (aware): the server keeps it back (RFC 4865).

    Raises:
        UsageError: a value is out of its range.
    """

    notify: Notify | None = None
    envelope_id: str = ""
    returned_content: ReturnedContent | None = None
    within_seconds: int | None = None
    only_tell_when_late: bool = False
    priority: int | None = None
    require_tls: bool = False
    hold_seconds: int | None = None
    hold_until: datetime | None = None

    def __attrs_post_init__(self) -> None:
        if self.notify is not None and not isinstance(cast(object, self.notify), Notify):
            raise UsageError(f"notify {self.notify!r}: need a Notify, such as Notify.SUCCESS")
        if not _ENVELOPE_ID.fullmatch(self.envelope_id):
            raise UsageError(f"envelope_id {self.envelope_id!r}: need at most 100 printable ASCII characters")
        if self.within_seconds is not None and not 1 <= self.within_seconds <= _MOST_SECONDS:
            raise UsageError(f"within_seconds {self.within_seconds}: need 1 to {_MOST_SECONDS}")
        if self.priority is not None and not -9 <= self.priority <= 9:
            raise UsageError(f"priority {self.priority}: need -9 to 9")
        if self.hold_seconds is not None and not 1 <= self.hold_seconds <= _MOST_SECONDS:
            raise UsageError(f"hold_seconds {self.hold_seconds}: need 1 to {_MOST_SECONDS}")
        if self.hold_until is not None and self.hold_until.tzinfo is None:
            raise UsageError(f"hold_until {self.hold_until}: need an aware datetime")
        if self.hold_seconds is not None and self.hold_until is not None:
            raise UsageError("hold_seconds and hold_until: give one of them")


NO_REQUEST = DeliveryRequest()
