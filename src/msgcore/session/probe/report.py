"""What a probe found: values, and the page that shows them."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

import attrs

from msgcore.base.text import one_line
from msgcore.session.probe.certificate import Certificate

__all__ = ["Check", "Confidence", "Guess", "ProbeReport", "TlsSeen", "Verdict"]


class Confidence(enum.Enum):
    """How sure a guess is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Verdict(enum.Enum):
    """How a security rule fares; ``UNKNOWN`` where it could not be seen."""

    PASS = "pass"
    FAIL = "FAIL"
    UNKNOWN = "unknown"


@attrs.frozen
class Guess:
    """A program or service that may be the one that answers, and by what it was told."""

    name: str
    confidence: Confidence
    version: str = ""
    evidence: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}".rstrip() + f" ({self.confidence.value}: {self.evidence})"


@attrs.frozen
class Check:
    """A security rule, or an ability of the server, by its name, and how it fares."""

    rule: str
    verdict: Verdict
    text: str

    def __str__(self) -> str:
        return f"{self.verdict.value:8}{self.rule:24}{self.text}"


@attrs.frozen
class TlsSeen:
    """What a handshake agreed on; ``distrust`` says why the certificate is not trusted, and is empty when it is."""

    version: str
    cipher: str
    distrust: str = ""
    certificate: Certificate | None = None


def _offers(offers: Mapping[str, str] | None) -> Mapping[str, str] | None:
    return None if offers is None else MappingProxyType(dict(offers))


@attrs.frozen(kw_only=True)
class ProbeReport:
    """Who answers at ``url``, what it offers, and how the security rules fare; ``str()`` gives it as a page.

    ``abilities`` are those that decide what can be done with mail that waits there; SMTP servers have none.
    ``software`` is guessed, the best guess first. ``offers_in_clear`` and ``offers_in_tls`` hold the extensions with
    their parameters, and are ``None`` where nothing was said: in clear with ``smtps``, in TLS without it.
    """

    url: str
    probed_at: datetime
    greeting: str
    server_name: str = ""
    software: tuple[Guess, ...] = ()
    offers_in_clear: Mapping[str, str] | None = attrs.field(default=None, converter=_offers, hash=False)
    offers_in_tls: Mapping[str, str] | None = attrs.field(default=None, converter=_offers, hash=False)
    tls: TlsSeen | None = None
    checks: tuple[Check, ...] = ()
    abilities: tuple[Check, ...] = ()

    def check(self, rule: str) -> Check:
        """Give the check of this name, of security or of an ability.

        Raises:
            KeyError: there is none.
        """
        return {check.rule: check for check in self.checks + self.abilities}[rule]

    def __str__(self) -> str:
        return "\n".join(_page(self)) + "\n"


def _page(report: ProbeReport) -> Iterator[str]:
    yield f"{report.url}, {report.probed_at:%Y-%m-%d %H:%M} UTC"
    yield f"  greeting   {one_line(report.greeting, 200)}"
    yield f"  name       {one_line(report.server_name, 200) or 'not said'}"
    guesses = report.software or ("not known",)
    yield from (f"  {'software' if n == 0 else '':11}{guess}" for n, guess in enumerate(guesses))
    yield from _offers_lines("Offered in clear", report.offers_in_clear)
    yield from _tls_lines(report)
    yield from _offers_lines("Offered in TLS", report.offers_in_tls)
    yield "Security"
    yield from (f"  {check}" for check in report.checks)
    if report.abilities:
        yield "Abilities"
        yield from (f"  {check}" for check in report.abilities)


def _offers_lines(title: str, offers: Mapping[str, str] | None) -> Iterator[str]:
    if offers is not None:
        yield title if offers else f"{title}: nothing"
        yield from (f"  {one_line(f'{name} {parameters}', 200)}" for name, parameters in offers.items())


def _tls_lines(report: ProbeReport) -> Iterator[str]:
    tls = report.tls
    if tls is None:
        return
    yield f"TLS: {tls.version} {tls.cipher}"
    if tls.certificate is not None:
        certificate, days = tls.certificate, tls.certificate.days_left(report.probed_at)
        yield f"  subject    {certificate.subject}"
        yield f"  names      {', '.join(certificate.names) or 'none'}"
        yield f"  issuer     {certificate.issuer}"
        yield f"  valid      {certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}, {days} days left"
    yield f"  trusted    {'no: ' + tls.distrust if tls.distrust else 'yes'}"
