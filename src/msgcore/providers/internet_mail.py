"""The message service ``internet-mail``: an account as an Internet provider gives it, for both ways of the mail."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from msgcore.errors import UsageError
from msgcore.model.address import Address
from msgcore.providers.pop3.config import Pop3Settings
from msgcore.providers.pop3.retriever import Pop3Retriever
from msgcore.providers.smtp import SmtpTransport, identity_of
from msgcore.runtime.abc import Runtime
from msgcore.spi.settings import setting
from msgcore.spi.smtp_account import SmtpAccount
from msgcore.spi.url import ServiceUrl
from msgcore.wire.pop3 import Pop3Server
from msgcore.wire.smtp.link import SmtpServer

__all__ = ["InternetMailConfig", "InternetMailService"]


@attrs.frozen(kw_only=True)
class InternetMailConfig(Pop3Settings, SmtpAccount):
    """An account as an Internet provider gives it; one login serves for both servers."""

    email: str = attrs.field(metadata=setting("the account's address: mail from it goes this way first"))
    smtp: ServiceUrl = attrs.field(metadata=setting("the server that takes outgoing mail"))
    pop3: ServiceUrl | None = attrs.field(
        default=None,
        metadata=setting(
            "the server that keeps incoming mail: pop3s://…, pop3+starttls://… or pop3://…", protocols=("pop3",)
        ),
    )

    def __attrs_post_init__(self) -> None:
        self.server()
        self.identity()
        maildrop = self.maildrop()
        if maildrop is not None:
            self.account_of(maildrop)
        _ = self.policy
        changed = [field.name for field in attrs.fields(Pop3Settings) if getattr(self, field.name) != field.default]
        if self.pop3 is None and changed:
            raise UsageError(f"pop3: is missing; without it no mail is retrieved by {', '.join(changed)}")

    def server(self) -> SmtpServer:
        return self.server_at(self.smtp)

    def maildrop(self) -> Pop3Server | None:
        return None if self.pop3 is None else self.maildrop_at(self.account_at(self.pop3))

    def identity(self) -> Address:
        return identity_of(self.email)


class InternetMailService:
    """SMTP submission for one address, and POP3 retrieval where the account names a server for it."""

    config_type = InternetMailConfig

    def __init__(self, config: InternetMailConfig, runtime: Runtime) -> None:
        self._transport = SmtpTransport(runtime, config.server(), config.pool_limits, config.identity())
        maildrop = config.maildrop()
        self._retriever = (
            None if maildrop is None else Pop3Retriever(runtime, maildrop, config.policy, config.account_of(maildrop))
        )

    def providers(self) -> Sequence[object]:
        return (self._transport,) if self._retriever is None else (self._transport, self._retriever)

    async def close(self) -> None:
        try:
            await self._transport.close()
        finally:
            if self._retriever is not None:
                await self._retriever.close()
