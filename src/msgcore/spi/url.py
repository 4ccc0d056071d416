"""Service URLs: which server, and how the connection is secured."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import attrs

from msgcore.base.text import Secret, refuse_line_ends
from msgcore.errors import UsageError
from msgcore.runtime.abc import Endpoint, Security

__all__ = ["Access", "DatabaseUrl", "PostgresPlace", "ServiceUrl", "refuse_password", "shown_url"]

DEFAULT_NAMESPACE = "msgcore"

_LOGIN = re.compile(r"((?:^(?!.*//)|//)[^:@/]*):.*@", re.DOTALL)
_SQLITE_SETTING = re.compile(r"\?\w+=[^/]*\Z")
_HOST = re.compile(r"[0-9a-z._:-]+")
_NAMESPACE = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")
_POSTGRES_PORT = 5432
_POSTGRES_SETTINGS = ("host", "namespace")

_PORTS = {
    "smtp": 25,
    "smtp+starttls": 587,
    "smtps": 465,
    "lmtp": 24,
    "lmtp+starttls": 24,
    "lmtp+unix": 0,
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
    ``smtp imap pop3 lmtp`` upgrade when it is offered. ``lmtp+unix:///PATH`` is a Unix socket, without TLS: ``host`` is
    its path then, and ``port`` 0.
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
        protocol = scheme.partition("+")[0]
        if scheme not in _PORTS or protocol.removesuffix("s") not in protocols:
            known = [name for name in _PORTS if name.partition("+")[0].removesuffix("s") in protocols]
            raise UsageError(f"{shown!r}: need a URL with one of the schemes {', '.join(known)}")
        if scheme.endswith("+unix"):
            return cls(protocol, _socket_path(text, shown), 0, Security.OPPORTUNISTIC)
        if parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise UsageError(f"{shown!r}: nothing may follow the host and port; settings are keys beside the URL")
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
        # No host of a URL has a slash in it.
        return Endpoint(self.host, self.port, self.protocol, is_unix_socket=self.host.startswith("/"))

    def __str__(self) -> str:
        if self.endpoint.is_unix_socket:
            return f"{self.protocol}+unix://{quote(self.host)}"
        suffix = {Security.IMPLICIT: "s", Security.STARTTLS: "+starttls", Security.OPPORTUNISTIC: ""}[self.security]
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.protocol}{suffix}://{host}:{self.port}"


def _socket_path(text: str, shown: str) -> str:
    parts = urlsplit(text)
    path = unquote(parts.path)
    if parts.netloc or not path.startswith("/") or path.endswith("/"):
        raise UsageError(f"{shown!r}: need the absolute path of a Unix socket: {parts.scheme}:///run/dovecot/lmtp")
    if parts.query or parts.fragment:
        raise UsageError(f"{shown!r}: nothing may follow the path")
    return refuse_line_ends(path, "URL")


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
class PostgresPlace:
    """Tables in a database of a PostgreSQL server: those of the schema ``namespace``, so that several stores and
    organisations find room in one database.

    ``host`` is a name or an address, or the absolute path of the folder with the server's Unix socket. Without
    ``user`` it is the one that runs the program.
    """

    host: str
    port: int
    dbname: str
    user: str | None = None
    namespace: str = DEFAULT_NAMESPACE

    def __str__(self) -> str:
        user = "" if self.user is None else f"{quote(self.user, safe='')}@"
        is_socket = self.host.startswith("/")
        host = "" if is_socket else f"[{self.host}]" if ":" in self.host else self.host
        query = {
            **({"host": self.host} if is_socket else {}),
            **({"namespace": self.namespace} if self.namespace != DEFAULT_NAMESPACE else {}),
        }
        port = "" if self.port == _POSTGRES_PORT else f":{self.port}"
        end = f"?{urlencode(query)}" if query else ""
        return f"postgresql://{user}{host}{port}/{quote(self.dbname, safe='')}{end}"


@attrs.frozen
class Access:
    """How a database's server is reached; it is no part of its URL, and a file needs none of it.

    Without ``password`` the server has to ask for none; ``ca_file`` (PEM) has the authorities that vouch for it,
    instead of the system's.
    """

    password: Secret | None = None
    ca_file: Path | None = None


@attrs.frozen
class DatabaseUrl:
    """A database by URL.

    ``sqlite:///PATH`` is a file with a relative path, ``sqlite:////PATH`` with an absolute one.
    ``postgresql://USER@HOST:PORT/DBNAME?namespace=NAME`` (or ``postgres:``) is a schema of a server's database;
    ``postgresql://USER@/DBNAME?host=/FOLDER`` reaches the server over its Unix socket.
    """

    place: Path | PostgresPlace

    @classmethod
    def parse(cls, text: str, folder: Path) -> DatabaseUrl:
        """Read a URL; a relative path is taken from ``folder``.

        Raises:
            UsageError: it is none, or holds a password or a setting that no URL may hold.
        """
        if not isinstance(cast(object, text), str):
            raise UsageError(f"need a URL as text, got {type(text).__name__}: write sqlite:///PATH for a file")
        scheme, colon, rest = text.partition("://")
        if colon and scheme.lower() in {"postgresql", "postgres"}:
            return cls(_postgres_place(text))
        if scheme != "sqlite" or not colon or not rest.startswith("/") or rest == "/" or "\0" in rest:
            raise UsageError(f"{shown_url(text)!r}: need sqlite:///PATH or postgresql://USER@HOST/DBNAME")
        # Other libraries take these for what they are not here; a file of that name would be made.
        if rest == "/:memory:":
            raise UsageError(f"{text!r}: a store is a file; one that need not last belongs into a temporary folder")
        if _SQLITE_SETTING.search(rest):
            raise UsageError(f"{shown_url(text)!r}: a sqlite URL takes no settings; give them as arguments")
        return cls((folder / rest[1:]).absolute())

    @property
    def name(self) -> str:
        """A name for what is kept there: of the file, the schema or the database."""
        if isinstance(self.place, Path):
            return self.place.stem
        return self.place.dbname if self.place.namespace == DEFAULT_NAMESPACE else self.place.namespace

    def __str__(self) -> str:
        return f"sqlite:///{self.place}" if isinstance(self.place, Path) else str(self.place)


def _postgres_place(text: str) -> PostgresPlace:
    refuse_line_ends(text, "URL")
    refuse_password(text)
    base, _, query = text.partition("?")  # what follows may be a password of somebody who means well: it is not shown
    shown = shown_url(base)
    parts = urlsplit(text)
    try:
        port = parts.port or _POSTGRES_PORT
    except ValueError as error:
        raise UsageError(f"{shown!r}: {error}") from error
    settings = _settings(query, shown)
    host = parts.hostname or ""
    if bool(host) == ("host" in settings):
        raise UsageError(f"{shown!r}: need one host: postgresql://HOST/DBNAME, or ?host=/FOLDER of a Unix socket")
    if not host and not settings["host"].startswith("/"):
        raise UsageError(f"{shown!r}: host= has to be the absolute path of the folder with the server's socket")
    if host and not _HOST.fullmatch(host):
        raise UsageError(f"{shown!r}: {host!r} is no host")
    dbname, user = unquote(parts.path[1:]), unquote(parts.username) if parts.username else None
    if not dbname or "/" in parts.path[1:] or parts.fragment:
        raise UsageError(f"{shown!r}: need the name of a database behind the host: postgresql://HOST/DBNAME")
    namespace = settings.get("namespace", DEFAULT_NAMESPACE)
    if not _NAMESPACE.fullmatch(namespace):
        raise UsageError(f"{shown!r}: a namespace is of up to 63 of the letters a-z, digits and _, and not pg_…")
    for value in (dbname, user or "", *settings.values()):
        refuse_line_ends(value, "URL")
    return PostgresPlace(host or settings["host"], port, dbname, user, namespace)


def _settings(query: str, shown: str) -> dict[str, str]:
    settings: dict[str, str] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key not in _POSTGRES_SETTINGS:
            raise UsageError(f"{shown!r}: {key} may not stand in a URL; there may {', '.join(_POSTGRES_SETTINGS)}")
        if key in settings:
            raise UsageError(f"{shown!r}: {key} stands twice in the URL")
        settings[key] = value
    return settings
