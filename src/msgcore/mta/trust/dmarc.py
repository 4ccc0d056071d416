"""DMARC: does the domain of the author stand behind a message, and what does it want done if not (RFC 7489, RFC 9091)?

authheaders does not do this for us: it reads ``ann@our-bank.test`` as of ``our``, and knows one record a name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import attrs

from msgcore.errors import TryAgain
from msgcore.mta.trust.authors import author_domain, author_domains
from msgcore.mta.trust.canonical import SignedMail
from msgcore.mta.trust.dkim import DkimResult
from msgcore.mta.trust.lookups import Lookups
from msgcore.mta.trust.spf import SpfResult
from msgcore.mta.trust.suffixes import organizational_domain
from msgcore.mta.trust.tags import TagsUnreadable, read_tags
from msgcore.runtime.dns import DnsKind

__all__ = ["AuthorPolicy", "DmarcResult", "author_policies", "judge"]

_POLICIES = ("none", "quarantine", "reject")
_MOST_AUTHORS = 3  # domains of authors


@attrs.frozen
class DmarcResult:
    """What came of DMARC: ``pass``, ``fail``, ``none``, ``temperror`` or ``permerror`` (RFC 7489 section 11.2).

    ``policy`` is what the domain asks for, and ``wants`` what that means for this message, of which ``pct=`` may have
    spared some: ``none`` unless it failed. Of a message that has not one author (``permerror``) it is the strictest of
    what their domains want: each of them could be the one that is shown.
    """

    result: str
    domain: str = ""
    policy: str = ""
    wants: str = "none"
    reason: str = ""
    aligned: str = ""
    """What stands for the domain: ``spf``, ``dkim``, or both."""


@attrs.frozen
class _Policy:
    policy: str
    is_strict_dkim: bool
    is_strict_spf: bool
    percent: int


@attrs.frozen
class AuthorPolicy:
    """What the domain of an author asks for, if anything; ``error`` says why that is not known."""

    domain: str
    policy: _Policy | None = None
    error: str = ""


async def author_policies(mail: SignedMail, lookups: Lookups) -> tuple[AuthorPolicy, ...]:
    """Ask for the policies of the authors' domains.

    To be asked before anything that strangers choose: their names could take all the questions, and all the time.
    """
    return tuple(
        [await _author_policy(one, lookups) for one in author_domains(mail, _MOST_AUTHORS)[: _MOST_AUTHORS + 1]]
    )


async def _author_policy(domain: str, lookups: Lookups) -> AuthorPolicy:
    try:
        return AuthorPolicy(domain, await _policy(domain, lookups))
    except TryAgain as error:
        return AuthorPolicy(domain, error=f"the policy cannot be asked for: {error}")


def judge(
    policies: Sequence[AuthorPolicy], mail: SignedMail, spf: SpfResult, dkim: Sequence[DkimResult]
) -> DmarcResult:
    """Look whether a result that passed is of the author's domain, and what that domain wants if not."""
    results = [_judged(one, mail, spf, dkim) for one in policies]
    if author_domain(mail):
        return results[0]
    reason = "the message has not one author"
    if not results:
        return DmarcResult("permerror", reason=reason)
    worst = max(results, key=lambda one: _POLICIES.index(one.wants))
    if len(results) > _MOST_AUTHORS or any(one.result == "temperror" for one in results):
        worst = attrs.evolve(worst, wants="reject")
    return attrs.evolve(worst, result="permerror", reason=reason, aligned="")


def _judged(author: AuthorPolicy, mail: SignedMail, spf: SpfResult, dkim: Sequence[DkimResult]) -> DmarcResult:
    domain, policy = author.domain, author.policy
    if author.error:
        return DmarcResult("temperror", domain, reason=author.error)
    if policy is None:
        return DmarcResult("none", domain)
    found: list[str] = []
    if spf.result == "pass" and _is_aligned(spf.domain, domain, is_strict=policy.is_strict_spf):
        found.append("spf")
    ours = [one for one in dkim if one.domain and _is_aligned(one.domain, domain, is_strict=policy.is_strict_dkim)]
    if any(one.is_pass and not one.is_test for one in ours):
        found.append("dkim")
    if found:
        return DmarcResult("pass", domain, policy.policy, aligned="+".join(found))
    spf_is_open = spf.result == "temperror" and _is_aligned(spf.domain, domain, is_strict=policy.is_strict_spf)
    if spf_is_open or any(one.result == "temperror" for one in ours):
        return DmarcResult("temperror", domain, policy.policy, reason="what could stand for it is not known now")
    if spf.is_past_knowing:
        return DmarcResult("none", domain, policy.policy, reason="SPF, which could stand for it, is not known")
    return DmarcResult("fail", domain, policy.policy, _wanted(policy, mail))


def _wanted(policy: _Policy, mail: SignedMail) -> str:
    """Say what a policy means for a message: of those beyond ``pct=`` one step less (RFC 7489 section 6.6.4).

    The draw is the message's own, so that who tries again draws the same.
    """
    draw = int.from_bytes(hashlib.sha256(b"".join(field.octets for field in mail.fields)).digest()[:4], "big") % 100
    step = _POLICIES.index(policy.policy)
    return _POLICIES[step if draw < policy.percent else max(0, step - 1)]


def _is_aligned(domain: str, author: str, *, is_strict: bool) -> bool:
    return domain == author or (not is_strict and organizational_domain(domain) == organizational_domain(author))


async def _policy(domain: str, lookups: Lookups) -> _Policy | None:
    """Find the policy of a domain: its own, or that of its organization (RFC 7489 section 6.6.3)."""
    tags, organization = await _record(domain, lookups), organizational_domain(domain)
    if tags is not None:
        return _read(tags, tags.get("p"))
    if organization == domain:
        return None
    tags = await _record(organization, lookups)
    if tags is None:
        return None
    said = tags.get("sp", tags.get("p"))
    if "np" in tags and not (await lookups.ask(domain, DnsKind.A)).exists:
        said = tags["np"]
    return _read(tags, said)


async def _record(domain: str, lookups: Lookups) -> dict[str, str] | None:
    found: list[dict[str, str]] = []
    for text in await lookups.texts(f"_dmarc.{domain}"):
        if text.partition(b";")[0].replace(b" ", b"").replace(b"\t", b"") != b"v=DMARC1":
            continue
        try:
            found.append({name.lower(): value for name, value in read_tags(text.decode("ascii")).items()})
        except (UnicodeDecodeError, TagsUnreadable):
            continue
    # With several nobody knows which is meant.
    return found[0] if len(found) == 1 else None


def _read(tags: dict[str, str], said: str | None) -> _Policy | None:
    policy = (said or "").lower()
    if policy not in _POLICIES:
        if "mailto:" not in tags.get("rua", "").lower():
            return None
        policy = "none"  # RFC 7489 section 6.6.3: who wants reports wants to be looked at
    percent = tags.get("pct", "100")
    return _Policy(
        policy,
        tags.get("adkim", "r").lower() == "s",
        tags.get("aspf", "r").lower() == "s",
        min(int(percent), 100) if percent.isascii() and percent.isdigit() and len(percent) <= 3 else 100,
    )
