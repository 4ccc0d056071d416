"""What can be checked of a configuration without working by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import attrs

from msgcore.base.text import Secret
from msgcore.errors import MissingExtra, MsgcoreError, NotFound, SecretMissing, TlsFailed, UsageError
from msgcore.model.address import SMTP
from msgcore.mta.configuration import Configuration
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.operation.privileges import find_user
from msgcore.mta.organization import organization_service
from msgcore.mta.postmaster import postmaster_domain
from msgcore.mta.reports.settings import ReportSettings
from msgcore.mta.routing.check import check_table
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.own_places import check_own_places
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.trust.making import check_keys
from msgcore.mta.trust.settings import NO_TRUST
from msgcore.runtime.abc import Runtime, TlsSettings
from msgcore.runtime.dns import DnsKind, DnsSettings, Resolver
from msgcore.runtime.tls_contexts import client_context
from msgcore.runtime.tls_expiry import certificate_validity
from msgcore.spi.config import build_config, option_values
from msgcore.spi.registry import gateway
from msgcore.spi.secrets import resolve_secret
from msgcore.wire.domain import ascii_domain, typed_key

__all__ = ["Checked", "check_certificates", "check_configuration"]

_SECONDS = 30.0
_MOST_NAMED = 5
_NOBODY = "nobody-of-that-name"
# The connector that every table has of itself.
_MAILBOXES = "mailboxes"
_SOON = timedelta(days=14)

# Under the root's keys, there or not.
_SIGNED_NAME = "org"


class Checked:
    """What was found: ``errors`` would keep it from its work, ``notes`` would not."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.notes: list[str] = []


async def check_configuration(configuration: Configuration, runtime: Runtime) -> Checked:
    """Check routes, their gateways' secrets, certificates, the user, published keys and the database; change nothing.

    Ports are not tried: those of an MTA that is at work are taken.
    """
    checked = Checked()
    _check_routes(configuration, checked)
    _check_secrets(configuration, checked)
    certificates = check_certificates(configuration, runtime.now())
    checked.errors += certificates.errors
    checked.notes += certificates.notes
    if configuration.workers.user:
        try:
            find_user(configuration.workers.user, configuration.workers.group)
        except UsageError as error:
            checked.errors.append(f"workers: {error}")
    if not configuration.listen:
        checked.notes.append("listen: it takes no mail from the network")
    _check_extras(configuration, checked)
    _check_authorities(configuration, checked)
    await _check_names(configuration, runtime, checked)
    await _check_keys(configuration, runtime, checked)
    await _check_database(configuration, runtime, checked)
    return checked


def check_certificates(configuration: Configuration, now: datetime) -> Checked:
    """See that each certificate can be shown: one that cannot is an error.

    One that is not valid now, or of another name, is a note: many clients take what is shown.
    """
    checked = Checked()
    for one in configuration.listen:
        if one.section.tls is None:
            continue
        name = f"{one.endpoint}: {one.section.certificate_file}"
        try:
            validity = certificate_validity(one.section.tls)
        except TlsFailed as error:
            checked.errors.append(f"{one.endpoint}: {error}")
            continue
        if now < validity.start:
            checked.notes.append(f"{name} is not valid before {validity.start:%Y-%m-%d %H:%M} UTC")
        elif now + _SOON > validity.end:
            word = "has expired" if now > validity.end else "expires"
            checked.notes.append(f"{name} {word} at {validity.end:%Y-%m-%d %H:%M} UTC")
        host = configuration.node.host_name
        if not validity.is_for(host):
            whose = ", ".join(validity.names) or "no name"
            checked.notes.append(f"{name} is for {whose}, and not for {host}, as which it greets")
    return checked


def _check_routes(configuration: Configuration, checked: Checked) -> None:
    if configuration.routes is None:
        return
    host = configuration.node.host_name
    places: Sequence[tuple[str, int]] = [(one.on.host, one.on.port) for one in configuration.listen]
    for finding in (
        *check_table(configuration.routes, own_names=[host]),
        *check_own_places(configuration.routes, host, places),
    ):
        (checked.errors if finding.severity == "error" else checked.notes).append(f"routes: {finding}")
    known = {connector.name for connector in configuration.routes.connectors}
    for one in configuration.listen:
        name = "" if one.on.settings is None else one.on.settings.arrives_by
        if name and name not in known:
            checked.notes.append(f"{one.endpoint}: arrives_by: there is no connector {name!r}")


def _check_secrets(configuration: Configuration, checked: Checked) -> None:
    """See that the gateways find their secrets: without one a gateway delivers nothing until it is there."""
    database = configuration.organization.url.place
    folder = database.parent if isinstance(database, Path) else Path.cwd()  # as the organisation takes them
    for connector in () if configuration.routes is None else configuration.routes.connectors:
        for error in _missing_secrets(connector, folder) if connector.is_enabled else ():
            checked.notes.append(f"routes: {connector.name}: {error}")


def _missing_secrets(connector: Connector, folder: Path) -> Sequence[SecretMissing]:
    """Look for a gateway's secrets, but in no keyring, which may ask a person."""
    missing: list[SecretMissing] = []

    def look(reference: str) -> Secret:
        if not reference.startswith("keyring:"):
            try:
                return resolve_secret(reference, folder)
            except SecretMissing as error:
                missing.append(error)
        return Secret("not-fetched-yet")

    try:
        config_type = gateway(connector.gateway).config_type
        build_config(config_type, option_values(config_type, connector.options), folder=folder, secret=look)
    except MsgcoreError:
        return missing  # what else is wrong is found in the table
    return missing


def _check_extras(configuration: Configuration, checked: Checked) -> None:
    """See that what keeps mail by MX from strangers is there: without it such mail goes all the same."""
    routes, outbound = configuration.routes, configuration.rooms.get("outbound")
    connectors = () if routes is None else routes.connectors
    if outbound is None and not any(one.gateway == "smtp" and "relay" not in one.options for one in connectors):
        return
    if (outbound or OutboundSettings()).uses_mta_sts and find_spec("h11") is None:
        checked.notes.append(f"outbound: {MissingExtra('http', 'keeping to the MTA-STS policies of domains')}")
    names = configuration.rooms.get("names", DnsSettings())
    if names.validates is None and not names.trusts_ad and find_spec("cryptography") is None:
        checked.notes.append(f"names: {MissingExtra('dnssec', 'DANE')}")


def _check_authorities(configuration: Configuration, checked: Checked) -> None:
    """See that who vouches for the hosts of policies can be read: else no policy is had, and no report taken."""
    outbound: OutboundSettings | None = configuration.rooms.get("outbound")
    if outbound is None or outbound.ca_file is None:
        return
    try:
        client_context(TlsSettings(ca_file=outbound.ca_file))
    except TlsFailed as error:
        checked.errors.append(f"outbound: {error}")


async def _check_names(configuration: Configuration, runtime: Runtime, checked: Checked) -> None:
    """See that the name servers answer, and whether names can be proved."""
    names: DnsSettings | None = configuration.rooms.get("names")
    if names is None:
        return
    try:
        resolver = await runtime.in_thread(lambda: Resolver(runtime, names), runtime.deadline(_SECONDS))
    except MsgcoreError as error:
        checked.errors.append(f"names: {error}")
        return
    try:
        answer = await resolver.ask(_SIGNED_NAME, DnsKind.MX, runtime.deadline(_SECONDS))
    except MsgcoreError as error:
        checked.notes.append(f"names: {error}")
        return
    if not answer.is_secure:
        checked.notes.append("names: no name is proved here, and so there is no DANE")


async def _check_keys(configuration: Configuration, runtime: Runtime, checked: Checked) -> None:
    """See that what mail is signed with can be verified by others."""
    trust, names = configuration.rooms.get("trust", NO_TRUST), configuration.rooms.get("names", DnsSettings())
    try:
        findings = await check_keys(trust, names, runtime, configuration.file.parent, runtime.deadline(_SECONDS))
    except MsgcoreError as error:
        checked.errors.append(f"trust: {error}")
        return
    for finding in findings:
        checked.notes.append(f"trust: {finding}")


async def _check_database(configuration: Configuration, runtime: Runtime, checked: Checked) -> None:
    section = configuration.organization
    known = _Known()
    try:
        is_up_to_date = await organization_service().is_up_to_date(
            section.url,
            access=section.access,
            create=section.create,
            runtime=runtime,
            deadline=runtime.deadline(_SECONDS),
        )
    except NotFound as error:
        checked.errors.append(f"organization: {error}; with create = true it is made")
    except MsgcoreError as error:
        checked.errors.append(f"organization: {error}")
    else:
        if is_up_to_date:  # only then it is opened without a change
            try:
                known = await _look_into(configuration, runtime)
            except MsgcoreError as error:
                checked.notes.append(f"organization: its people could not be looked at: {error}")
                return
        else:
            checked.notes.append("organization: the start makes it, or gives it the tables of this version")
    _check_postmaster(configuration, known, checked)
    _check_own_domains(known, checked)


@attrs.frozen
class _Known:
    """What an organisation has: its addresses as they are compared, and what is in force."""

    addresses: frozenset[str] = frozenset()
    reports: ReportSettings = attrs.field(factory=ReportSettings)
    routes: RouteTable = attrs.field(factory=RouteTable)

    @property
    def domains(self) -> frozenset[str]:
        return frozenset(one.rpartition("@")[2] for one in self.addresses)


async def _look_into(configuration: Configuration, runtime: Runtime) -> _Known:
    section = configuration.organization
    organization = await organization_service().open_organization(
        section.url, access=section.access, create=False, runtime=runtime, deadline=runtime.deadline(_SECONDS)
    )
    try:
        addresses = [one.address for one in await organization.redirects()]
        addresses += chain.from_iterable(one.addresses for one in await organization.mailboxes())
        addresses += chain.from_iterable(one.addresses for one in await organization.lists())
        reports = configuration.reports or await organization.reports()
        postmaster = reports.postmaster
        # Its way shows that an address with a tag is somebody's; ``postmaster`` would go by the reports from before.
        if postmaster is None or postmaster_domain(postmaster):
            pass
        elif (await organization.route(postmaster)).connector == _MAILBOXES:
            addresses.append(postmaster)
        return _Known(
            frozenset(typed_key(one)[1] for one in addresses if one.address_type == SMTP),
            reports,
            configuration.routes or await organization.routes(),
        )
    finally:
        await organization.close()


def _check_postmaster(configuration: Configuration, known: _Known, checked: Checked) -> None:
    """See that mail for ``postmaster`` comes to somebody (RFC 5321 section 4.5.1)."""
    if not configuration.listen:
        return
    postmaster = (configuration.reports or known.reports).postmaster
    key = "" if postmaster is None else typed_key(postmaster)[1]
    leads_nowhere = not key or (key.rpartition("@")[2] in known.domains and key not in known.addresses)
    host = ascii_domain(configuration.node.host_name)
    served = known.domains | {host if configuration.reports is None else ascii_domain(configuration.reports.host)}
    missing = [
        domain
        for domain in sorted(known.domains | {host})
        if f"postmaster@{domain}" not in known.addresses
        and (leads_nowhere or domain not in served or key == f"postmaster@{domain}")
    ]
    if missing:
        more = f" and {len(missing) - _MOST_NAMED} others" if len(missing) > _MOST_NAMED else ""
        checked.notes.append(
            f"reports: nobody is postmaster at {', '.join(missing[:_MOST_NAMED])}{more}, and mail to him is refused or "
            "lost: give the reports a postmaster who has a mailbox, or somebody that address"
        )


def _check_own_domains(known: _Known, checked: Checked) -> None:
    """Find domains of people here whose mail for nobody leaves by the way of all the world: most are slips."""
    elsewhere = known.routes.route(f"{_NOBODY}@msgcore.invalid").connector
    if elsewhere is None or any(one.name == elsewhere and one.gateway == "mailbox" for one in known.routes.connectors):
        return
    open_domains = [
        domain for domain in sorted(known.domains) if known.routes.route(f"{_NOBODY}@{domain}").connector == elsewhere
    ]
    for domain in open_domains[:_MOST_NAMED]:
        checked.notes.append(
            f"routes: mail for nobody's address at {domain} leaves by {elsewhere!r}, as for a stranger's domain; a "
            f"connector of the gateway 'mailbox' for *@{domain} refuses it here"
        )
