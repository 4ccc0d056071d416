"""The sections of a configuration that are no settings of a room's own."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Any, Literal

import attrs

from msgcore.base.text import Secret, refuse_line_ends
from msgcore.errors import UsageError
from msgcore.mta.listener import any_of, from_networks, is_logged_in, logged_in_as
from msgcore.runtime.abc import Endpoint, TlsServerSettings
from msgcore.spi.settings import setting
from msgcore.spi.url import Access, DatabaseUrl
from msgcore.wire.domain import ascii_domain

__all__ = [
    "ListenSection",
    "LoggingSection",
    "MetricsSection",
    "NodeSection",
    "OrganizationSection",
    "RoutesSection",
    "WorkersSection",
]

# Or an address in brackets (RFC 5321 section 4.1.3).
_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*|\[[0-9A-Za-z.:]+\]")


def _check_port(_: object, field: attrs.Attribute[int], value: int) -> None:
    if not 0 <= value <= 65_535:
        raise UsageError(f"{field.name} {value}: need 0 to 65535")


def _host_name(given: str) -> str:
    """Give a name as it stands in greetings and header fields: in ASCII, and without the dot at its end."""
    refuse_line_ends(given, "host_name")
    return (given if given.isascii() else ascii_domain(given)).removesuffix(".")


def _check_host_name(_: object, field: attrs.Attribute[str], value: str) -> None:
    if not _HOST_NAME.fullmatch(value):
        raise UsageError(f"{field.name} {value!r}: need the name of this host, such as mx.a.test")


def _above_zero(_: object, field: attrs.Attribute[Any], value: float) -> None:
    if not value > 0:
        raise UsageError(f"{field.name} {value}: need more than 0")


@attrs.frozen
class OrganizationSection:
    """The organisation whose MTA this is."""

    url: DatabaseUrl = attrs.field(metadata=setting("its database: sqlite:///PATH or postgresql://…"))
    password: Secret | None = attrs.field(default=None, metadata=setting("the PostgreSQL user's"))
    ca_file: Path | None = attrs.field(
        default=None, metadata=setting("the authorities that vouch for a PostgreSQL server (PEM)")
    )
    create: bool = attrs.field(default=False, metadata=setting("make it, if it is not there"))

    @property
    def access(self) -> Access:
        return Access(self.password, self.ca_file)


@attrs.frozen
class NodeSection:
    """The MTA as others see it; the keys of ``ManagerSettings`` stand beside these."""

    host_name: str = attrs.field(
        converter=_host_name,
        validator=_check_host_name,
        metadata=setting("its name, in greetings, trace fields and reports"),
    )
    grace_seconds: float = attrs.field(
        default=30.0, validator=_above_zero, metadata=setting("how long what is on its way may take to end")
    )


@attrs.frozen
class ListenSection:
    """A place where mail comes in; the keys of ``ListenerSettings`` stand beside these.

    Raises:
        UsageError: a certificate is without its key, or TLS from the first octet without a certificate.
    """

    port: int = attrs.field(validator=_check_port, metadata=setting("0 takes a free one"))
    host: str = attrs.field(default="", metadata=setting("an address of this machine; empty: all"))
    kind: Literal["smtp", "lmtp", "submission"] = attrs.field(
        default="smtp",
        metadata=setting("smtp: other servers; submission: users, who log in; lmtp: programs that deliver"),
    )
    certificate_file: Path | None = attrs.field(default=None, metadata=setting("for TLS (PEM)"))
    key_file: Path | None = attrs.field(default=None, metadata=setting("the certificate's key (PEM)"))
    client_ca_file: Path | None = attrs.field(
        default=None, metadata=setting("the authorities by which clients have to be certified (PEM)")
    )
    implicit_tls: bool = attrs.field(default=False, metadata=setting("TLS from the first octet, as on port 465"))
    may_relay: tuple[str, ...] = attrs.field(default=(), metadata=setting("networks whose mail goes everywhere"))
    sites: tuple[str, ...] = attrs.field(default=(), metadata=setting("networks of other sites of the organisation"))
    exempt: tuple[str, ...] = attrs.field(
        default=("127.0.0.0/8", "::1"), metadata=setting("networks whose clients the limits do not count")
    )
    any_sender: tuple[str, ...] = attrs.field(
        default=(), metadata=setting("users who submit under other addresses than their mailboxes'")
    )

    def __attrs_post_init__(self) -> None:
        if (self.certificate_file is None) != (self.key_file is None):
            raise UsageError("a certificate and its key go together: certificate_file and key_file")
        if self.certificate_file is None and (self.implicit_tls or self.client_ca_file is not None):
            raise UsageError("TLS needs a certificate: certificate_file and key_file")
        if self.certificate_file is None and self.kind == "submission":
            raise UsageError("users log in over TLS only: certificate_file and key_file")
        if self.any_sender and self.kind != "submission":
            raise UsageError("any_sender is about users, who come to kind = 'submission'")
        for network in (*self.may_relay, *self.sites, *self.exempt):
            from_networks(network)

    @property
    def tls(self) -> TlsServerSettings | None:
        if self.certificate_file is None or self.key_file is None:
            return None
        return TlsServerSettings(self.certificate_file, self.key_file, self.client_ca_file)

    def arguments(self, host_name: str) -> dict[str, object]:
        """Give what these keys are of the listener's settings."""
        is_submission = self.kind == "submission"
        relays = from_networks(*self.may_relay)
        return {
            "host_name": host_name,
            "tls": self.tls,
            "authenticator": None,
            "is_lmtp": self.kind == "lmtp",
            "from_first_octet": self.implicit_tls,
            "may_relay": any_of(is_logged_in, relays) if is_submission else relays,
            "is_site": from_networks(*self.sites),
            "requires_tls": is_submission,
            "mailboxes_log_in": is_submission,
            "is_submission": is_submission,
            "may_use_any_sender": logged_in_as(*self.any_sender),
        }


@attrs.frozen
class RoutesSection:
    """A table of routes in a file of its own."""

    file: Path = attrs.field(metadata=setting("a table of routes (TOML)"))


def _check_listen(_: object, __: object, value: str) -> None:
    host, _, port = refuse_line_ends(value, "listen").rpartition(":")
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError as error:
        raise UsageError(f"listen {value!r}: need an address and a port, such as 127.0.0.1:9125") from error
    if not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise UsageError(f"listen {value!r}: need a port from 0 to 65535 behind the colon")


@attrs.frozen
class MetricsSection:
    """Where metrics and health are asked for, by HTTP."""

    listen: str = attrs.field(
        validator=_check_listen, metadata=setting("an address of this machine and a port, such as 127.0.0.1:9125")
    )

    @property
    def endpoint(self) -> Endpoint:
        host, _, port = self.listen.rpartition(":")
        return Endpoint(host.removeprefix("[").removesuffix("]"), int(port), "http")


def _check_count(_: object, __: object, value: int) -> None:
    if not 1 <= value <= 256:
        raise UsageError(f"count {value}: need 1 to 256")


@attrs.frozen
class WorkersSection:
    """The processes that share the work, and the user that they are.

    Raises:
        UsageError: there is a group without a user.
    """

    count: int = attrs.field(
        default=1, validator=_check_count, metadata=setting("processes; with 1 the first does all")
    )
    user: str = attrs.field(default="", metadata=setting("who to become once the ports are bound"))
    group: str = attrs.field(default="", metadata=setting("the group besides; the user's own if it is left out"))

    def __attrs_post_init__(self) -> None:
        if self.group and not self.user:
            raise UsageError("a group needs a user")


@attrs.frozen
class LoggingSection:
    """What is logged on standard error, and how."""

    level: Literal["debug", "info", "warning", "error"] = attrs.field(
        default="info", metadata=setting("the least that is logged")
    )
    form: Literal["plain", "json"] = attrs.field(default="plain", metadata=setting("a line of text, or of JSON"))
    redact: bool = attrs.field(default=False, metadata=setting("leave out the local parts of addresses"))
    mail: bool = attrs.field(default=True, metadata=setting("tell of every message, refusal and try to deliver"))
