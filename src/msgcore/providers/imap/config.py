"""What is said of an IMAP account."""

from __future__ import annotations

import hashlib

import attrs

from msgcore.errors import UsageError
from msgcore.spi.account import Account
from msgcore.spi.settings import setting
from msgcore.spi.url import ServiceUrl
from msgcore.wire.imap.account import ImapServer

__all__ = ["ImapConfig"]

_PORTS = frozenset({143, 993})


@attrs.frozen(kw_only=True)
class ImapConfig(Account):
    """An account at a server by URL."""

    url: ServiceUrl = attrs.field(
        metadata=setting("the server: imaps://…, imap+starttls://… or imap://…", protocols=("imap",))
    )
    connections: int = attrs.field(
        default=4,
        metadata=setting(
            "how many connections there may be at a time, those that wait for news among them; "
            "servers have a limit of their own",
            in_url=True,
        ),
    )
    compress: bool = attrs.field(
        default=False, metadata=setting("compress what goes over the line, if the server can", in_url=True)
    )
    display_name: str | None = attrs.field(default=None, metadata=setting("what people see", in_url=True))
    read_only: bool = attrs.field(default=False, metadata=setting("open it for reading only", in_url=True))

    keeps_sent_mail: bool | None = attrs.field(
        default=None,
        metadata=setting("whether the server itself puts what is submitted into Sent; by default as it is known to do"),
    )

    def __attrs_post_init__(self) -> None:
        if self.connections < 1:
            raise UsageError(f"connections: need 1 or more, got {self.connections}")
        self.server()

    def server(self) -> ImapServer:
        """Give the server as IMAP talks to it.

        Raises:
            UsageError: two settings do not go together, or nobody is named who logs in.
        """
        server = self.account_at(self.url)
        if server.user is None:
            raise UsageError("user: is missing; a store is opened by logging in")
        return ImapServer(**attrs.asdict(server, recurse=False), compress=self.compress)

    @property
    def uid(self) -> bytes:
        """The 16 octets of the store: the same whatever kind of TLS is used, and whoever asks.

        Behind another port than those of IMAP another server may be, at the end of a tunnel.
        """
        return hashlib.sha256(f"imap:{self._account}".encode()).digest()[:16]

    @property
    def title(self) -> str:
        """What people see."""
        return self.display_name or self._account

    @property
    def _account(self) -> str:
        server = self.server()
        host, port = server.endpoint.host.lower(), server.endpoint.port
        return f"{server.user}@{host}" if port in _PORTS else f"{server.user}@{host}:{port}"
