"""What every configuration of a client of a mail server has in common, whatever it speaks."""

from __future__ import annotations

from pathlib import Path

import attrs

from msgcore.base.text import Secret
from msgcore.errors import UsageError
from msgcore.runtime.abc import DIRECT, NetworkPath, Proxy
from msgcore.spi.settings import setting
from msgcore.spi.url import ServiceUrl, refuse_password
from msgcore.wire.account import MailServer, Token
from msgcore.wire.sasl import MechanismFactory

__all__ = ["Account"]


@attrs.frozen(kw_only=True)
class Account:
    """Who logs in, by which way, and how the server is trusted: by default over TLS, with the system's authorities."""

    user: str | None = attrs.field(default=None, metadata=setting("who logs in"))
    password: Token | None = attrs.field(
        default=None, metadata=setting("goes with the user; in Python also who gives it")
    )
    token: Token | None = attrs.field(
        default=None, metadata=setting("OAuth access token in place of the password; in Python also who gives one")
    )
    mechanism: MechanismFactory | None = attrs.field(
        default=None, metadata=setting("in Python: who makes a SASL mechanism of your own of the credentials")
    )
    ca_file: Path | None = attrs.field(default=None, metadata=setting("PEM file of a private authority"))
    certificate_file: Path | None = attrs.field(default=None, metadata=setting("PEM file of a client certificate"))
    key_file: Path | None = attrs.field(default=None, metadata=setting("PEM file of its key"))
    allow_cleartext_login: bool = attrs.field(
        default=False, metadata=setting("log in without TLS, too: the password can be overheard then")
    )
    proxy: str | None = attrs.field(
        default=None, metadata=setting("URL of the proxy that makes the connections: socks5://… or http://…")
    )
    proxy_password: Secret | None = attrs.field(default=None, metadata=setting("goes with the user in the proxy's URL"))
    source_address: str | None = attrs.field(
        default=None, metadata=setting("IP address of this machine that connections come from", in_url=True)
    )

    def account_at(self, url: ServiceUrl) -> MailServer:
        """Give the server at a URL with all that is said here.

        Raises:
            UsageError: two settings do not go together.
        """
        user = self.user or url.user
        has_secret = self.password is not None or self.token is not None
        if (user is None and has_secret) or (user is not None and not has_secret and self.certificate_file is None):
            raise UsageError("user and password (or token) go together: one of them is missing")
        path = NetworkPath(self.source_address, self._proxy())
        if url.endpoint.is_unix_socket:
            self._refuse_for_a_unix_socket(path)
        return MailServer(
            url.endpoint,
            url.security,
            user,
            self.password,
            self.ca_file,
            self.certificate_file,
            self.key_file,
            self.allow_cleartext_login,
            self.token,
            self.mechanism,
            path,
        )

    def _refuse_for_a_unix_socket(self, path: NetworkPath) -> None:
        if path != DIRECT:
            raise UsageError("a Unix socket is connected to directly: proxy and source_address do not go with it")
        if self.ca_file or self.certificate_file or self.key_file:
            raise UsageError("a Unix socket has no TLS: ca_file, certificate_file and key_file do not go with it")

    def _proxy(self) -> Proxy | None:
        if self.proxy is None:
            if self.proxy_password is not None:
                raise UsageError("proxy and proxy_password go together: the proxy is missing")
            return None
        refuse_password(self.proxy)
        proxy = Proxy.parse(self.proxy)
        if (proxy.user is None) != (self.proxy_password is None):
            raise UsageError("the user in the proxy's URL and proxy_password go together: one of them is missing")
        return attrs.evolve(proxy, password=self.proxy_password)
