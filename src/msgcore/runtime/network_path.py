"""By which way a connection is made: from which of this machine's addresses, and through which proxy."""

from __future__ import annotations

import ipaddress
from urllib.parse import unquote, urlsplit

import attrs

from msgcore.base.text import Secret, refuse_line_ends
from msgcore.errors import UsageError

__all__ = ["DIRECT", "NetworkPath", "Proxy"]

# What a name means is left to the proxy in each of them.
_KINDS = {"socks5": "socks5", "socks5h": "socks5", "http": "http"}


@attrs.frozen
class Proxy:
    """Who makes connections in our place: ``kind`` is ``socks5`` (RFC 1928) or ``http`` (CONNECT, RFC 9110).

    Host names are sent to it as they are: the proxy looks them up.
    """

    kind: str
    host: str
    port: int
    user: str | None = None
    password: Secret | None = None

    @classmethod
    def parse(cls, url: str) -> Proxy:
        """Read ``socks5://user:password@host:port`` or ``http://…``; what a URL escapes (``%40``) stands for itself.

        Raises:
            UsageError: it is no such URL; the message does not repeat it, for it may hold a password.
        """
        try:
            parts = urlsplit(url)
            kind, host, port = _KINDS.get(parts.scheme), parts.hostname, parts.port
        except ValueError as error:  # its message may quote the URL
            raise UsageError("a proxy's URL: the port or the address is none") from error
        if kind is None or not host or not port or parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise UsageError(
                "a proxy's URL: need socks5://[user@]host:port or http://…, and the password as proxy_password="
            )
        refuse_line_ends(host, "a proxy's host")
        user = None if parts.username is None else unquote(parts.username)
        password = None if parts.password is None else Secret(unquote(parts.password))
        return cls(kind, host, port, user, password)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"proxy {self.kind}://{host}:{self.port}"


def _is_address(_: NetworkPath, attribute: attrs.Attribute[str | None], value: str | None) -> None:
    if value is not None:
        try:
            ipaddress.ip_address(value)
        except ValueError as error:
            raise UsageError(f"{attribute.name}: need an IP address, got {value!r}") from error


@attrs.frozen
class NetworkPath:
    """``source_address`` is an IP address of this machine; peers of the other family are then out of reach."""

    source_address: str | None = attrs.field(default=None, validator=_is_address)
    proxy: Proxy | None = None


DIRECT = NetworkPath()
"""Without a proxy, from any address of this machine."""
