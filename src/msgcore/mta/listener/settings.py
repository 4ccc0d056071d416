"""What a listener offers, whom it trusts with what, and what it puts up with."""

from __future__ import annotations

import attrs

from msgcore.errors import UsageError
from msgcore.mta.listener.clients import ClientTest, nobody
from msgcore.wire.smtp.server import EVERY_EXTENSION, ServerSettings

__all__ = ["ListenerSettings"]


@attrs.frozen
class ListenerSettings(ServerSettings):
    """The settings of a server's sessions, with every extension offered, and what a listener decides besides.

    ``may_relay`` says whose mail goes to other places, too; only theirs has a priority or is held until later.
    ``is_site`` says who is another site of the organisation: what it sends as TNEF is taken in as that. In TLS
    ``from_first_octet``, as on port 465, nobody has to ask for it.

    Raises:
        UsageError: an extension is not known, or TLS has no certificate.
    """

    offers: frozenset[str] = attrs.field(default=EVERY_EXTENSION, kw_only=True)
    may_relay: ClientTest = attrs.field(default=nobody, kw_only=True)
    is_site: ClientTest = attrs.field(default=nobody, kw_only=True)
    from_first_octet: bool = attrs.field(default=False, kw_only=True)
    max_received: int = attrs.field(default=100, kw_only=True)
    """Received fields; a message with more is going round (RFC 5321 section 6.3)."""
    max_passes: int = attrs.field(default=10, kw_only=True)
    """Received fields of this very host."""
    max_connections: int = attrs.field(default=1_000, kw_only=True)
    """At once on each endpoint; others wait."""
    accept_seconds: float = attrs.field(default=120.0, kw_only=True)
    """How long the queue has to take a message; clients wait ten minutes (RFC 5321 section 4.5.3.2.6)."""

    @property
    def service(self) -> str:
        """The name of what is spoken: ``smtp``, ``smtps`` or ``lmtp``."""
        return "lmtp" if self.is_lmtp else "smtps" if self.from_first_octet else "smtp"

    def __attrs_post_init__(self) -> None:
        unknown = self.offers - EVERY_EXTENSION
        if unknown:
            raise UsageError(f"no such extensions: {', '.join(sorted(unknown))}")
        for name in ("may_relay", "is_site"):
            if not callable(getattr(self, name)):
                raise UsageError(f"{name} {getattr(self, name)!r}: need a test, such as from_networks('127.0.0.0/8')")
        if self.from_first_octet and self.tls is None:
            raise UsageError("TLS from the first octet needs a certificate: give tls")
