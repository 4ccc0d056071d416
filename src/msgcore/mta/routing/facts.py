"""What routing may look at besides the recipient: the message, and the state of the links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from msgcore.errors import UsageError
from msgcore.model.address import Address

__all__ = ["LinkState", "MessageFacts"]


@attrs.frozen
class MessageFacts:
    """The message as routing sees it; ``sender`` is ``None`` for a report.

    ``transfer_id`` (of the envelope) makes the draw among equal connectors the same on every try, and for all
    recipients of one message. No rule of a table looks at ``message_class`` yet.
    """

    size_octets: int = 0
    sender: Address | None = None
    message_class: str = "IPM.Note"
    transfer_id: str = ""


def _aware(down: Mapping[str, datetime]) -> Mapping[str, datetime]:
    for connector, until in down.items():
        if until.tzinfo is None:
            raise UsageError(f"link of {connector!r}: {until} is naive; give it a tzinfo")
    return MappingProxyType(dict(down))


def _none_down() -> Mapping[str, datetime]:
    return {}


@attrs.frozen
class LinkState:
    """Which connectors' links are down, and until when each is left in peace."""

    down: Mapping[str, datetime] = attrs.field(converter=_aware, factory=_none_down, hash=False)

    def down_until(self, connector: str, now: datetime | None) -> datetime | None:
        """Say when the link is tried again, ``None`` for a link that is up; without ``now`` every entry counts."""
        until = self.down.get(connector)
        return None if until is None or (now is not None and until <= now) else until
