"""What every configuration of an SMTP client has in common, whether of a transport or of a gateway."""

from __future__ import annotations

import attrs

from msgcore.runtime.pool import PoolLimits
from msgcore.spi.account import Account
from msgcore.spi.settings import setting
from msgcore.spi.url import ServiceUrl
from msgcore.wire.smtp.session import SmtpServer

__all__ = ["SmtpAccount"]


@attrs.frozen(kw_only=True)
class SmtpAccount(Account):
    """An account with a server that takes mail, and how many connections to it there are."""

    ehlo_name: str = attrs.field(
        default="[127.0.0.1]", metadata=setting("how this host names itself to the server", in_url=True)
    )
    connections: int = attrs.field(default=5, metadata=setting("how many there may be at a time", in_url=True))
    messages_per_connection: int = attrs.field(
        default=1_000, metadata=setting("after so many a new connection is made", in_url=True)
    )
    idle_seconds: float = attrs.field(
        default=30.0, metadata=setting("a connection that was idle for longer is not used again", in_url=True)
    )
    messages_per_minute: int | None = attrs.field(
        default=None, metadata=setting("how many are sent, spread evenly", in_url=True)
    )

    @property
    def pool_limits(self) -> PoolLimits:
        return PoolLimits(self.connections, self.messages_per_connection, self.idle_seconds, self.messages_per_minute)

    def server_at(self, url: ServiceUrl) -> SmtpServer:
        """Give the server at a URL with all that is said here.

        Raises:
            UsageError: two settings do not go together, or one is out of bounds.
        """
        _ = self.pool_limits
        account = attrs.asdict(self.account_at(url), recurse=False)
        return SmtpServer(**account, ehlo_name=self.ehlo_name, is_lmtp=url.protocol == "lmtp")
