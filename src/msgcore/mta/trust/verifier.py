"""Looking at a message that came in: SPF, DKIM, ARC and DMARC, with all their questions to one resolver."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from msgcore.base.times import Deadline
from msgcore.model.address import SMTP, Address
from msgcore.mta.trust.arc import verify_arc
from msgcore.mta.trust.authentication import Authentication
from msgcore.mta.trust.canonical import SignedMail
from msgcore.mta.trust.dkim import verify_dkim
from msgcore.mta.trust.dmarc import author_policies, judge
from msgcore.mta.trust.lookups import Lookups
from msgcore.mta.trust.settings import TrustSettings
from msgcore.mta.trust.spf import SpfResult, check_spf, load_spf
from msgcore.mta.trust.suffixes import load_suffixes, organizational_domain
from msgcore.runtime.abc import Runtime
from msgcore.wire.domain import ascii_domain
from msgcore.wire.smtp.server import Client

if TYPE_CHECKING:
    from msgcore.runtime.dns import Resolver  # it loads much

__all__ = ["Verifier"]

_SMALL_OCTETS = 64 * 1024
_MOST_FROM_OCTETS = 16 * 1024
_BY_LMTP = SpfResult("none", "helo", "", "by LMTP the client is the server in front", is_past_knowing=True)
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+")


class Verifier:
    """Looks at messages; one serves any number of sessions of its runtime.

    ``own_names`` are those of all nodes of the organisation, in whose name no stranger's message may have results.
    """

    def __init__(
        self, runtime: Runtime, resolver: Resolver, settings: TrustSettings, own_names: Collection[str] = ()
    ) -> None:
        """Load what looking takes.

        Raises:
            MissingExtra: the extra ``auth-results`` is not installed.
        """
        load_spf()
        load_suffixes()
        self.settings = settings
        self.own_names = frozenset(own_names)
        self._runtime = runtime
        self._resolver = resolver

    async def verify(
        self, octets: bytes, client: Client, sender: Address | None, deadline: Deadline
    ) -> Authentication | None:
        """Say what is known of a message as it came; what nobody can tell before the deadline is a ``temperror``.

        ``None``: its header has lines that end otherwise than with CR LF, so that others see other fields in it, or is
        too large to be looked at.
        """
        lookups = Lookups(self._resolver, self.settings.most_questions, deadline)
        if len(octets) <= _SMALL_OCTETS:
            mail = SignedMail(octets)
        else:
            mail = await self._runtime.in_thread(lambda: _prepared(octets))
        if not mail.is_readable or any(len(one.octets) > _MOST_FROM_OCTETS for one in mail.named(b"from")):
            return None
        now = self._runtime.now().timestamp()
        # What the stranger chose, and could make slow, comes last.
        policies = await author_policies(mail, lookups)
        name = _host(client.name)
        spf = _BY_LMTP if client.hello == "LHLO" else await _spf_of(sender, client, name, lookups)
        first = frozenset(organizational_domain(one) for one in (spf.domain, *(one.domain for one in policies)) if one)
        dkim = await verify_dkim(mail, lookups.texts, now, first)
        arc = await verify_arc(mail, lookups.texts, now)
        hello = None
        if name and spf.identity != "helo":
            hello = await check_spf(lookups, client.address, name, "", name, "helo")
        dmarc = judge(policies, mail, spf, dkim)
        is_vouched = dmarc.result == "fail" and arc.vouches(self.settings.believes_arc_of)
        return Authentication(spf, hello, dkim, arc, dmarc, is_vouched)


def _prepared(octets: bytes) -> SignedMail:
    """Take a large mail apart, and do of the work what takes long."""
    mail = SignedMail(octets)
    for field in mail.fields:
        if field.name in {b"dkim-signature", b"arc-message-signature"}:
            mail.body_hash(is_relaxed=True)
            mail.body_hash(is_relaxed=False)
            break
    return mail


async def _spf_of(sender: Address | None, client: Client, name: str, lookups: Lookups) -> SpfResult:
    """Look at the return path, and where it is empty at what the client calls itself (RFC 7208 section 2.4)."""
    if sender is None or not sender.email_address:
        if not name:
            return SpfResult("none", "helo", "", "no return path, and no name")
        return await check_spf(lookups, client.address, name, "", name, "helo")
    local, _, domain = sender.email_address.rpartition("@")
    domain = ascii_domain(domain)
    if sender.address_type != SMTP or not _HOST.fullmatch(domain):
        return SpfResult("none", "mailfrom", "", "no return path that has a domain")
    return await check_spf(lookups, client.address, domain, local, name, "mailfrom")


def _host(name: str) -> str:
    """Give what a client calls itself if it is the name of a host, and no address."""
    name = ascii_domain(name.removesuffix("."))
    return name if _HOST.fullmatch(name) else ""
