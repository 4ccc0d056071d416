"""How much a listener takes from one client, one user, and all together."""

from __future__ import annotations

import attrs

from msgcore.errors import UsageError
from msgcore.mta.listener.clients import ClientTest, from_networks
from msgcore.mta.listener.rates import Rate

__all__ = ["IntakeLimits"]


@attrs.frozen(kw_only=True)
class IntakeLimits:
    """The limits of a listener; ``None`` is none.

    A client is an address of IPv4 or a network /64 of IPv6. Whom ``exempt`` means has no limit as a client, but for
    the places that all connections share. What is refused for a while is answered 4yz, so that good clients come again.

    Raises:
        UsageError: ``exempt`` is no test, or a number is not above 0.
    """

    exempt: ClientTest = attrs.field(default=from_networks("127.0.0.0/8", "::1"))
    connections: int | None = 50
    """Of a client at a time. When places get rare it has fewer: one has to leave for who has less."""
    new_connections: Rate | None = attrs.field(default=Rate(300))
    messages: Rate | None = attrs.field(default=Rate(1_200))
    recipients: Rate | None = attrs.field(default=Rate(6_000))
    octets: Rate | None = attrs.field(default=Rate(1_000_000_000))
    """Of messages that were taken. The message that goes past it is taken still."""
    octets_under_way: int | None = 500_000_000
    """Of messages that are coming in, of all clients together: they are kept in memory. Past it, whose client has the
    most of them leaves."""
    refused_commands: Rate | None = attrs.field(default=Rate(100, 600))
    bad_recipients: Rate | None = attrs.field(default=Rate(100, 600))
    refused_logins: Rate | None = attrs.field(default=Rate(20, 600))
    user_messages: Rate | None = attrs.field(default=Rate(1_000, 3_600))
    user_recipients: Rate | None = attrs.field(default=Rate(5_000, 3_600))
    user_refused_logins: Rate | None = attrs.field(default=Rate(50, 3_600))
    """Of all clients together. Where a user logged in lately he still does."""
    all_messages: Rate | None = None
    """Of the listener."""
    refused_login_seconds: float = 1.0
    """How long the reply to a refused login is held back."""
    greeting_seconds: float = 0.0
    """How long the greeting is held back, for who does not wait for it gives himself away."""
    idle_seconds: float = 10.0
    """Who has brought nothing for so long leaves when all places are taken and others wait."""
    most_remembered: int = 20_000
    """Clients, and users."""

    def __attrs_post_init__(self) -> None:
        if not callable(self.exempt):
            raise UsageError(f"exempt {self.exempt!r}: need a test, such as from_networks('10.0.0.0/8')")
        if self.connections is not None and self.connections < 1:
            raise UsageError(f"connections {self.connections}: need at least 1, or None for no limit")
        if self.octets_under_way is not None and self.octets_under_way < 1:
            raise UsageError(f"octets_under_way {self.octets_under_way}: need at least 1, or None for no limit")
        if self.most_remembered < 1:
            raise UsageError(f"most_remembered {self.most_remembered}: need at least 1")
