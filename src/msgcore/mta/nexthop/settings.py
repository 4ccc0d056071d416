"""How an MTA goes to other domains' hosts: what TLS has to show at least, whose policies count, what is reported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import cast

import attrs

from msgcore.base.text import refuse_line_ends
from msgcore.errors import UsageError
from msgcore.model.address import SMTP, Address, parse_address
from msgcore.mta.nexthop.own import is_own_address
from msgcore.mta.nexthop.policy import FLOORS, Floor
from msgcore.wire.domain import ascii_domain

__all__ = ["OutboundSettings"]

_DOMAIN_OR_LITERAL = re.compile(r"[^\s*@/:,;.\[][^\s*@/:,;\[]*|\[[^\s\[\]]+\]")


def _floors(given: Mapping[str, Floor]) -> Mapping[str, Floor]:
    if not isinstance(cast(object, given), Mapping):
        raise UsageError(f"tls {given!r}: need a floor by domain, such as {{'b.test': 'verify', '*': 'encrypt'}}")
    for domain, floor in given.items():
        if floor not in FLOORS:
            raise UsageError(f"TLS to {domain}: {floor!r}: need {', '.join(FLOORS)}")
    return MappingProxyType({_floor_of(domain): floor for domain, floor in given.items()})


def _floor_of(domain: str) -> str:
    """Refuse what no domain is called: a floor under it would hold for nobody, and mail go out with less."""
    name = _name(domain)
    if name != "*" and not _DOMAIN_OR_LITERAL.fullmatch(name):
        raise UsageError(f"TLS to {domain}: need one domain, without its subdomains, or '*' for all that are not named")
    return name


def _names(given: Iterable[str]) -> frozenset[str]:
    if isinstance(given, str):
        raise UsageError(f"own_names: need a sequence of names; write [{given!r}]")
    return frozenset(map(_name, given))


def _name(domain: str) -> str:
    return ascii_domain(refuse_line_ends(domain, "domain").removesuffix("."))


def _addresses(given: Iterable[str]) -> frozenset[str]:
    if isinstance(given, str):
        raise UsageError(f"own_addresses: need a sequence of addresses; write [{given!r}]")
    try:
        return frozenset(str(ip_address(one)) for one in given)
    except ValueError as error:
        raise UsageError(f"own_addresses: {error}") from error


def _address(given: Address | str | None) -> Address | None:
    return parse_address(given) if isinstance(given, str) else given


@attrs.frozen(kw_only=True)
class OutboundSettings:
    """What is the same for all domains that mail goes to by their MX records.

    - ``tls`` says what TLS to a domain has to show at least: ``opportunistic`` (what is offered), ``encrypt`` or
      ``verify``; ``"*"`` is for all domains that are not named.
    - ``uses_mta_sts``: domains' MTA-STS policies are fetched and kept to (extra ``http``).
    - ``tls_reports_from``: who daily TLS reports (RFC 8460) come from, and whom their readers may ask; without one
      nothing is counted or reported. ``organization_name`` stands in them.
    - ``own_names`` and ``own_addresses`` are this MTA's besides its host's name, so that mail is not sent round. A node
      to which servers bring mail finds more addresses: those of its names in DNS, and those to which others connect.
    - ``ca_file`` has the authorities (PEM) that vouch for the hosts of policies and reports, instead of the system's;
      ``https_port`` is where these are asked.

    Raises:
        UsageError: a value is none of those that there are.
    """

    tls: Mapping[str, Floor] = attrs.field(factory=dict[str, Floor], converter=_floors)
    uses_mta_sts: bool = True
    tls_reports_from: Address | None = attrs.field(default=None, converter=_address)
    organization_name: str = ""
    own_names: frozenset[str] = attrs.field(default=frozenset(), converter=_names)
    own_addresses: frozenset[str] = attrs.field(default=frozenset(), converter=_addresses)
    ca_file: Path | None = None
    https_port: int = 443

    def __attrs_post_init__(self) -> None:
        contact = self.tls_reports_from
        if contact is not None and (contact.address_type != SMTP or not contact.email_address.isascii()):
            raise UsageError(f"tls_reports_from '{contact}': need an Internet address in ASCII, such as tls@a.test")
        if not isinstance(cast(object, self.uses_mta_sts), bool):
            raise UsageError(f"uses_mta_sts {self.uses_mta_sts!r}: need True or False")
        if not isinstance(cast(object, self.https_port), int) or not 1 <= self.https_port <= 65_535:
            raise UsageError(f"https_port {self.https_port!r}: need 1 to 65,535")

    def listening_at(self, hosts: Iterable[str]) -> OutboundSettings:
        """Give these with the addresses at which the MTA itself takes mail; loopback ones are others' as well."""
        return attrs.evolve(self, own_addresses={*self.own_addresses, *filter(is_own_address, hosts)})

    def floor(self, domain: str) -> Floor:
        """Say what TLS to a domain (in A-labels) has to show at least."""
        return self.tls.get(domain, self.tls.get("*", "opportunistic"))
