"""What routing may look at besides the recipient: the message, and the state of the links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from msgcore.base.text import fold
from msgcore.errors import UsageError
from msgcore.model.address import Address

__all__ = ["LinkState", "MessageFacts"]

_NOT_TRIED: Mapping[str, int] = MappingProxyType({})


def _counts(tries: Mapping[str, int]) -> Mapping[str, int]:
    return MappingProxyType(dict(tries)) if tries else _NOT_TRIED


def _places(names: Iterable[str]) -> frozenset[str]:
    return frozenset(map(fold, names)) if names else frozenset()


def _set(names: Iterable[str]) -> frozenset[str]:
    if isinstance(names, str):
        raise UsageError(f"need a sequence of texts; write [{names!r}]")
    return frozenset(names)


@attrs.frozen
class MessageFacts:
    """The message as routing sees it; ``sender`` is ``None`` for a report.

    ``transfer_id`` (of the envelope) makes the draw among equal connectors the same on every try, and for all
    recipients of one message.
    """

    size_octets: int = 0
    sender: Address | None = None
    message_class: str = "IPM.Note"
    transfer_id: str = ""
    needs: frozenset[str] = attrs.field(converter=_set, default=frozenset(), kw_only=True)
    """What the way out must be able to do, as :attr:`Connector.capabilities` names it."""
    priority: int = attrs.field(default=0, kw_only=True)
    """-9 to 9 (RFC 6710); 0 is normal."""
    arrived_by: str = attrs.field(default="", kw_only=True)
    """The connector the message came in by; it does not go back that way."""
    visited: frozenset[str] = attrs.field(converter=_places, default=frozenset(), kw_only=True)
    """The sites and nodes in its trace, whose case says nothing."""
    verdicts: frozenset[str] = attrs.field(converter=_set, default=frozenset(), kw_only=True)
    """What was found of it when it came in, such as ``dmarc=fail``; see :mod:`msgcore.mta.trust.verdicts`."""
    tries: Mapping[str, int] = attrs.field(converter=_counts, default=_NOT_TRIED, kw_only=True, hash=False)
    """How often each connector failed to open for this recipient's copy."""


def _aware(down: Mapping[str, datetime]) -> Mapping[str, datetime]:
    for connector, until in down.items():
        if until.tzinfo is None:
            raise UsageError(f"link of {connector!r}: {until} is naive; give it a tzinfo")
    return MappingProxyType(dict(down))


def _none_down() -> Mapping[str, datetime]:
    return {}


@attrs.frozen
class LinkState:
    """Which connectors' links are down, until when each is left in peace, and who has called.

    ``called`` are the connectors whose other side is on the line: each is open, whatever its schedule or ``down`` says.
    """

    down: Mapping[str, datetime] = attrs.field(converter=_aware, factory=_none_down, hash=False)
    called: frozenset[str] = attrs.field(converter=_set, default=frozenset(), kw_only=True)

    def down_until(self, connector: str, now: datetime | None) -> datetime | None:
        """Say when the link is tried again, ``None`` for a link that is up; without ``now`` every entry counts."""
        until = self.down.get(connector)
        if until is None or (now is not None and until <= now) or connector in self.called:
            return None
        return until
