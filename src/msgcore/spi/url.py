"""Service URLs: which server, and how the connection is secured."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import attrs

from msgcore.base.text import refuse_line_ends
from msgcore.errors import NotSupported, UsageError
from msgcore.runtime.abc import Endpoint, Security

__all__ = ["DatabaseUrl", "ServiceUrl", "refuse_password", "shown_url"]

_LOGIN = re.compile(r"((?:^(?!.*//)|//)[^:@/]*):.*@", re.DOTALL)


_PORTS = {
    "smtp": 25,
    "smtp+starttls": 587,
    "smtps": 465,
    "lmtp": 24,
    "lmtp+starttls": 24,
    "imap": 143,
    "imap+starttls": 143,
    "imaps": 993,
    "pop3": 110,
    "pop3+starttls": 110,
    "pop3s": 995,
}


@attrs.frozen
class ServiceUrl:
    """A server's URL: ``smtps imaps pop3s`` speak TLS from the first octet, ``smtp+starttls`` and its kin must upgrade,
    ``smtp imap pop3 lmtp`` upgrade when it is offered.
    """

    protocol: str
    host: str
    port: int
    security: Security
    user: str | None = None

    @classmethod
    def parse(cls, text: str, protocols: tuple[str, ...] = ("smtp",)) -> ServiceUrl:
        """Read a URL of one of the ``protocols``.

        Raises:
            UsageError: it is none, or holds a password, a path or a query (no URL can switch verification off).
        """
        refuse_line_ends(text, "URL")
        shown = shown_url(text)
        refuse_password(text)
        parts = urlsplit(text)
        try:
            port = parts.port
        except ValueError as error:
            raise UsageError(f"{shown!r}: {error}") from error
        scheme = parts.scheme.lower()
        protocol = scheme.removesuffix("+starttls")
        if scheme not in _PORTS or protocol.removesuffix("s") not in protocols:
            known = [name for name in _PORTS if name.removesuffix("+starttls").removesuffix("s") in protocols]
            raise UsageError(f"{shown!r}: need a URL with one of the schemes {', '.join(known)}")
        if parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise UsageError(f"{shown!r}: nothing may follow the host and port")
        if not parts.hostname:
            raise UsageError(f"{shown!r}: names no host")
        security = Security.OPPORTUNISTIC
        if scheme.endswith("+starttls"):
            security = Security.STARTTLS
        elif scheme.endswith("s"):
            security = Security.IMPLICIT
        return cls(
            protocol.removesuffix("s"),
            parts.hostname,
            port or _PORTS[scheme],
            security,
            unquote(parts.username) if parts.username else None,
        )

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self.host, self.port, self.protocol)

    def __str__(self) -> str:
        suffix = {Security.IMPLICIT: "s", Security.STARTTLS: "+starttls", Security.OPPORTUNISTIC: ""}[self.security]
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.protocol}{suffix}://{host}:{self.port}"


def refuse_password(text: str) -> None:
    """Refuse a URL with a password in it, and one that is none.

    Raises:
        UsageError: that is what it is.
    """
    try:
        password = urlsplit(text).password
    except ValueError as error:
        raise UsageError(f"{shown_url(text)!r}: {error}") from error
    if password is not None:
        raise UsageError(f"{shown_url(text)!r}: a password does not belong into a URL; give password=")


def shown_url(text: str) -> str:
    """Give a URL without what may be a password in it: all from the first colon behind the scheme to the last @."""
    return _LOGIN.sub(r"\1:***@", text)


@attrs.frozen
class DatabaseUrl:
    """A database by URL: ``sqlite:///PATH`` with a relative path, ``sqlite:////PATH`` with an absolute one."""

    path: Path

    @classmethod
    def parse(cls, text: str, folder: Path) -> DatabaseUrl:
        """Read a URL; a relative path is taken from ``folder``.

        Raises:
            UsageError: it is none.
            NotSupported: ``postgresql:``, which is not in this version.
        """
        scheme, colon, rest = text.partition("://")
        if scheme.startswith("postgres"):
            raise NotSupported("postgresql: stores on PostgreSQL are not in this version of msgcore")
        if scheme != "sqlite" or not colon or not rest.startswith("/") or rest == "/" or "\0" in rest:
            raise UsageError(f"{shown_url(text)!r}: need sqlite:///PATH")
        return cls((folder / rest[1:]).absolute())

    def __str__(self) -> str:
        return f"sqlite:///{self.path}"
