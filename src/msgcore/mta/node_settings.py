"""What a node goes by towards others: whom it asks for names, how its mail goes out, what it signs and looks at."""

from __future__ import annotations

import enum

import attrs

from msgcore.errors import UsageError
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.trust.settings import NO_TRUST, TrustSettings
from msgcore.runtime.dns import DnsSettings

__all__ = ["NodeSettings", "NodesAffair"]


class NodesAffair(enum.IntFlag):
    """What nodes do about mail that goes out, and a session, which has no settings, cannot."""

    NOTHING = 0
    SIGNS = 1
    HAS_FLOOR = 2
    """Of TLS."""


def _outbound(given: OutboundSettings | None) -> OutboundSettings:
    return OutboundSettings() if given is None else given


@attrs.frozen
class NodeSettings:
    """The settings of nodes, and of who works the queue in their place.

    With ``names`` of its own, whoever begins sees first that names can be asked for.

    Raises:
        UsageError: one is of another class.
    """

    names: DnsSettings | None = None
    outbound: OutboundSettings = attrs.field(default=None, converter=_outbound)
    trust: TrustSettings = NO_TRUST

    def __attrs_post_init__(self) -> None:
        for name, kind in (("names", DnsSettings), ("outbound", OutboundSettings), ("trust", TrustSettings)):
            given: object = getattr(self, name)
            if not isinstance(given, kind) and (given is not None or kind is not DnsSettings):
                raise UsageError(f"{name}: need {kind.__name__}(…), got {given!r:.80}")

    @property
    def affair(self) -> NodesAffair:
        """What they do about what goes out."""
        signs = NodesAffair.SIGNS if self.trust.keys else NodesAffair.NOTHING
        return signs | (NodesAffair.HAS_FLOOR if self.outbound.tls else NodesAffair.NOTHING)

    def refuse_less(self, affair: NodesAffair) -> None:
        """Refuse to send by these where they do not do what nodes do.

        Raises:
            UsageError: they lack keys, or a floor of TLS.
        """
        lacking = affair & ~self.affair
        if NodesAffair.SIGNS in lacking:
            raise UsageError("the nodes of this organisation sign: give trust as they do")
        if NodesAffair.HAS_FLOOR in lacking:
            raise UsageError("the nodes of this organisation have a floor of TLS: give outbound as they do")
