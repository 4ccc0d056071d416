"""SMTP submission (RFC 6409): the services ``smtp``, by URL, and ``internet-mail``, of a profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import NotSupported, UsageError
from msgcore.model.address import SMTP, Address, parse_address
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.runtime.abc import Runtime
from msgcore.spi.settings import setting
from msgcore.spi.url import ServiceUrl
from msgcore.wire.smtp import Extensions
from msgcore.wire.smtp.link import SmtpLink, SmtpServer

__all__ = ["InternetMailConfig", "InternetMailService", "SmtpConfig", "SmtpService"]


@attrs.frozen(kw_only=True)
class _Account:
    """Who logs in, and how the server is trusted: by default over TLS only, with the system's authorities."""

    user: str | None = attrs.field(default=None, metadata=setting("who logs in"))
    password: Secret | None = attrs.field(default=None, metadata=setting("goes with the user"))
    ca_file: Path | None = attrs.field(default=None, metadata=setting("PEM file of a private authority"))
    certificate_file: Path | None = attrs.field(default=None, metadata=setting("PEM file of a client certificate"))
    key_file: Path | None = attrs.field(default=None, metadata=setting("PEM file of its key"))
    allow_cleartext_login: bool = attrs.field(
        default=False, metadata=setting("log in without TLS, too: the password can be overheard then")
    )
    ehlo_name: str = attrs.field(
        default="[127.0.0.1]", metadata=setting("how this host names itself to the server", in_url=True)
    )

    def server_at(self, url: ServiceUrl) -> SmtpServer:
        user = self.user or url.user
        if (user is None) != (self.password is None):
            raise UsageError("user and password go together: one of them is missing")
        return SmtpServer(
            url.endpoint,
            url.security,
            user,
            self.password,
            self.ca_file,
            self.certificate_file,
            self.key_file,
            self.allow_cleartext_login,
            self.ehlo_name,
        )


@attrs.frozen(kw_only=True)
class SmtpConfig(_Account):
    """A server by URL, for any From address unless ``email`` is given."""

    url: ServiceUrl = attrs.field(metadata=setting("the server"))
    email: str | None = attrs.field(
        default=None, metadata=setting("the one From address that this transport submits for", in_url=True)
    )

    def __attrs_post_init__(self) -> None:
        self.server()
        self.identity()

    def server(self) -> SmtpServer:
        return self.server_at(self.url)

    def identity(self) -> Address | None:
        return None if self.email is None else _identity(self.email)


@attrs.frozen(kw_only=True)
class InternetMailConfig(_Account):
    """An account as an Internet provider gives it."""

    email: str = attrs.field(metadata=setting("the account's address: mail from it goes this way first"))
    smtp: ServiceUrl = attrs.field(metadata=setting("the server that takes outgoing mail"))
    pop3: ServiceUrl | None = attrs.field(default=None, metadata=setting("not in this version", protocols=("pop3",)))

    def __attrs_post_init__(self) -> None:
        if self.pop3 is not None:
            raise NotSupported("pop3: POP3 retrieval is not in this version of msgcore")
        self.server()
        self.identity()

    def server(self) -> SmtpServer:
        return self.server_at(self.smtp)

    def identity(self) -> Address | None:
        return _identity(self.email)


def _identity(email: str) -> Address:
    address = parse_address(email)
    if not address.is_resolved:
        raise UsageError(f"email {email!r}: need an address, such as ann@a.test")
    return address


class SmtpService:
    """The transport that an SMTP URL names."""

    config_type: type[SmtpConfig | InternetMailConfig] = SmtpConfig

    def __init__(self, config: SmtpConfig | InternetMailConfig, runtime: Runtime) -> None:
        self._link = SmtpLink(runtime, config.server())
        self._identity = config.identity()

    @property
    def address_types(self) -> Sequence[str]:
        return (SMTP,)

    @property
    def identity(self) -> Address | None:
        return self._identity

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        """Send in one transaction; the errors are those of :meth:`~msgcore.wire.smtp.link.SmtpLink.transmit`."""

        def render(extensions: Extensions) -> bytes:
            return mime.write_for_wire(
                message, allow_8bit=extensions.offers("8BITMIME"), allow_utf8=extensions.offers("SMTPUTF8")
            )

        return await self._link.transmit(envelope, render, deadline)

    async def close(self) -> None:
        await self._link.close()


class InternetMailService(SmtpService):
    """The message service ``internet-mail``: SMTP submission for one address."""

    config_type = InternetMailConfig
