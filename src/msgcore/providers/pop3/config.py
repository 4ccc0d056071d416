"""What is said of a POP3 account."""

from __future__ import annotations

import attrs

from msgcore.errors import UsageError
from msgcore.spi.account import Account
from msgcore.spi.origin import ACCOUNT_CHARACTERS
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spi.settings import setting
from msgcore.spi.url import ServiceUrl
from msgcore.wire.account import MailServer
from msgcore.wire.pop3 import Pop3Server

__all__ = ["Pop3Config", "Pop3Settings"]

_PORTS = frozenset({110, 995})
_PREFIX = "pop3:"
_NAME_CHARACTERS = ACCOUNT_CHARACTERS - len(_PREFIX)
_POLICY = tuple(field.name for field in attrs.fields(RetrievalPolicy))


@attrs.frozen(kw_only=True, slots=False)
class Pop3Settings(RetrievalPolicy):
    """How mail is retrieved by POP3: the policy, and how to talk to the server."""

    apop: bool = attrs.field(
        default=False, metadata=setting("where nothing else protects the password, log in by APOP: an old digest, MD5")
    )
    utf8: bool = attrs.field(
        default=False, metadata=setting("ask the POP3 server for header fields in UTF-8 (RFC 6856)", in_url=True)
    )
    account: str | None = attrs.field(
        default=None,
        metadata=setting("USER@HOST that the journal knows the account by, when one of them has changed since"),
    )

    @property
    def policy(self) -> RetrievalPolicy:
        """The policy alone.

        Raises:
            UsageError: its settings do not go together, or one is out of bounds.
        """
        return RetrievalPolicy(**{name: getattr(self, name) for name in _POLICY})

    def account_of(self, server: MailServer) -> str:
        """Say what the journal calls the maildrop: the same whatever kind of TLS is used.

        Behind another port than those of POP3 another server may be, at the end of a tunnel.

        Raises:
            UsageError: the name is too long, or empty.
        """
        host, port = server.endpoint.host.lower(), server.endpoint.port
        at = host if port in _PORTS else f"{host}:{port}"
        name = f"{server.user}@{at}" if self.account is None else self.account
        if not 0 < len(name) <= _NAME_CHARACTERS:
            raise UsageError(f"account: need 1 to {_NAME_CHARACTERS} characters, got {len(name)}")
        return _PREFIX + name

    def maildrop_at(self, server: MailServer) -> Pop3Server:
        """Give a server as POP3 talks to it.

        Raises:
            UsageError: nobody is named who logs in.
        """
        if server.user is None:
            raise UsageError("user: is missing; a maildrop is opened by logging in")
        return Pop3Server(**attrs.asdict(server, recurse=False), apop=self.apop, utf8=self.utf8)


@attrs.frozen(kw_only=True)
class Pop3Config(Pop3Settings, Account):
    """A maildrop at a server by URL."""

    url: ServiceUrl = attrs.field(
        metadata=setting("the server: pop3s://…, pop3+starttls://… or pop3://…", protocols=("pop3",))
    )

    def __attrs_post_init__(self) -> None:
        self.account_of(self.server())
        _ = self.policy

    def server(self) -> Pop3Server:
        return self.maildrop_at(self.account_at(self.url))
