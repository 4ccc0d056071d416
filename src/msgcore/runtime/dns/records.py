"""What is asked of the domain name system, of whom, and what comes back; no name server is needed for these."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import attrs

from msgcore.errors import UsageError
from msgcore.runtime.dns.names import place_of
from msgcore.runtime.tlsa import TlsaRecord

__all__ = ["DnsAnswer", "DnsKind", "DnsRecord", "DnsSettings", "MxRecord"]


class DnsKind(enum.StrEnum):
    """The types of records that mail needs."""

    A = "A"
    AAAA = "AAAA"
    MX = "MX"
    TLSA = "TLSA"
    TXT = "TXT"
    PTR = "PTR"
    CNAME = "CNAME"


@attrs.frozen
class MxRecord:
    """A host that takes a domain's mail; the empty ``host`` is the root: this domain takes none (RFC 7505)."""

    preference: int
    host: str


DnsRecord = str | bytes | MxRecord | TlsaRecord


@attrs.frozen
class DnsAnswer:
    """What there is of ``kind`` at ``name``.

    ``records`` are ``str`` for A, AAAA, PTR and CNAME (names in lower case, as A-labels, without the last dot),
    ``bytes`` for TXT (the strings of a record joined), :class:`MxRecord` and
    :class:`~msgcore.runtime.tlsa.TlsaRecord`. ``exists`` is false when there is no such name (NXDOMAIN); a name
    without such records has none. ``canonical_name`` is where aliases (CNAME) led to. ``is_secure``: DNSSEC proves
    all of it, what is not there and every alias as well. ``ttl_seconds`` is how long it still may be kept.
    """

    name: str
    kind: DnsKind
    records: tuple[DnsRecord, ...]
    exists: bool
    is_secure: bool
    canonical_name: str
    ttl_seconds: int


def _checked(name_servers: Iterable[str]) -> tuple[str, ...]:
    if isinstance(name_servers, str):
        raise UsageError(f"name_servers: need a sequence of addresses; write [{name_servers!r}]")
    servers = tuple(name_servers)
    for server in servers:
        place_of(server)
    return servers


def _is_positive(_: object, field: attrs.Attribute[Any], value: float) -> None:
    if isinstance(value, bool) or not isinstance(cast(object, value), int | float):
        raise UsageError(f"{field.name}: need a number, got {value!r}")
    if not value > 0:
        raise UsageError(f"{field.name}: {value} is not above 0")


def _is_positive_integer(settings: object, field: attrs.Attribute[Any], value: int) -> None:
    if not isinstance(cast(object, value), int):
        raise UsageError(f"{field.name}: need an integer, got {value!r}")
    _is_positive(settings, field, value)


def _is_flag(_: object, field: attrs.Attribute[Any], value: bool | None) -> None:
    if not isinstance(value, bool) and value is not field.default:
        raise UsageError(f"{field.name}: need True or False, got {value!r}")


@attrs.frozen
class DnsSettings:
    """Which name servers are asked, and whose word counts for security.

    ``name_servers`` are addresses with or without a port ("192.0.2.1", "127.0.0.1:5353", "[::1]:5353") of servers
    that resolve for others, asked in this order; none: those of the system. Each has ``attempt_seconds`` for an
    answer, and ``attempts`` times all are tried.

    ``validates``: answers are checked with DNSSEC, from the ``trust_anchors`` down (a file of DS or DNSKEY records;
    ``None``: the root's keys that msgcore knows). Unless it says so, they are where the extra ``dnssec`` is there and
    the name servers hand signatures on: that is found out, and once they did, always demanded. ``trusts_ad`` believes
    the name servers' own validation instead: only for servers on this machine, or where nobody else can write into the
    path to them.

    Up to ``cached_answers`` are kept, none longer than a day.
    """

    name_servers: tuple[str, ...] = attrs.field(default=(), converter=_checked)
    trusts_ad: bool = attrs.field(default=False, validator=_is_flag)
    trust_anchors: Path | None = None
    validates: bool | None = attrs.field(default=None, validator=_is_flag)
    attempt_seconds: float = attrs.field(default=2.0, validator=_is_positive)
    attempts: int = attrs.field(default=3, validator=_is_positive_integer)
    cached_answers: int = attrs.field(default=10_000, validator=_is_positive_integer)
