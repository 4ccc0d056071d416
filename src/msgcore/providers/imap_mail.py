"""The message service ``imap-mail``: an account whose mail stays at its IMAP server, and which sends over SMTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from msgcore.model.address import Address
from msgcore.providers.imap.config import ImapConfig
from msgcore.providers.imap.service import ImapService
from msgcore.providers.smtp import SmtpTransport, identity_of
from msgcore.runtime.abc import Runtime
from msgcore.spi.account import Account
from msgcore.spi.settings import setting
from msgcore.spi.smtp_account import SmtpAccount
from msgcore.spi.url import ServiceUrl
from msgcore.wire.smtp.link import SmtpServer

__all__ = ["ImapMailConfig", "ImapMailService"]


@attrs.frozen(kw_only=True)
class ImapMailConfig(SmtpAccount):
    """An account as an Internet provider gives it; one login serves for both servers."""

    email: str = attrs.field(metadata=setting("the account's address: mail from it goes this way first"))
    imap: ServiceUrl = attrs.field(
        metadata=setting(
            "the server that keeps the mail: imaps://…, imap+starttls://… or imap://…", protocols=("imap",)
        )
    )
    smtp: ServiceUrl = attrs.field(metadata=setting("the server that takes outgoing mail"))
    imap_connections: int = attrs.field(
        default=4, metadata=setting("how many connections to the IMAP server there may be at a time")
    )
    compress: bool = attrs.field(default=False, metadata=setting("compress what goes over the IMAP line, if it can be"))
    display_name: str | None = attrs.field(default=None, metadata=setting("what people see of the store"))
    keeps_sent_mail: bool | None = attrs.field(
        default=None,
        metadata=setting("whether the server itself puts what is submitted into Sent; by default as it is known to do"),
    )

    def __attrs_post_init__(self) -> None:
        self.server()
        self.identity()
        self.store()

    def server(self) -> SmtpServer:
        return self.server_at(self.smtp)

    def identity(self) -> Address:
        return identity_of(self.email)

    def store(self) -> ImapConfig:
        """Give what is said of the IMAP server."""
        account: dict[str, Any] = {field.name: getattr(self, field.name) for field in attrs.fields(Account)}
        return ImapConfig(
            **account,
            url=self.imap,
            connections=self.imap_connections,
            compress=self.compress,
            display_name=self.display_name or self.email,
            keeps_sent_mail=self.keeps_sent_mail,
        )


class ImapMailService:
    """A store at an IMAP server, and SMTP submission for one address, whose sent mail the store keeps."""

    config_type = ImapMailConfig

    def __init__(self, config: ImapMailConfig, runtime: Runtime) -> None:
        self._transport = SmtpTransport(runtime, config.server(), config.pool_limits, config.identity())
        self._imap = ImapService(config.store(), runtime)

    def providers(self) -> Sequence[object]:
        return (self._transport, self._imap)

    async def close(self) -> None:
        try:
            await self._transport.close()
        finally:
            await self._imap.close()
