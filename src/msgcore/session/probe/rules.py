"""Security rules for SMTP servers: what was seen, and how each rule fares by it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from msgcore.base.status import Reply
from msgcore.base.text import one_line
from msgcore.runtime.abc import TlsFacts
from msgcore.session.probe.report import Check, Verdict

__all__ = ["Seen", "Violation", "checks_of"]

_WEAK_MECHANISMS = {"LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM"}
_GOOD_VERSIONS = {"TLSv1.2", "TLSv1.3"}
# An address has four numbers, and no date is written with two that a full stop parts.
_VERSION = re.compile(r"(?<![\w.])v?[0-9]{1,4}\.[0-9]{1,6}(?:\.[0-9]{1,6})?(?![0-9.])")


@attrs.define
class Seen:
    """What one session showed. ``clear`` and ``secured`` are what was offered; ``None`` where nobody asked.

    ``distrust`` is why a handshake that checks certificates failed. ``replies`` are in the order of the session.
    """

    is_implicit: bool
    replies: dict[str, Reply] = attrs.field(factory=dict[str, Reply])
    server_name: str = ""
    clear: Mapping[str, str] | None = None
    secured: Mapping[str, str] | None = None
    tls: TlsFacts | None = None
    distrust: str = ""

    @property
    def offers(self) -> Mapping[str, str]:
        """What holds in the end: inside TLS where there is TLS."""
        return self.secured if self.secured is not None else self.clear or {}


@attrs.frozen
class Violation:
    """What came of breaking the protocol on purpose: the reply that should not have come, or why there is none."""

    answer: Reply | None = None
    text: str = ""
    was_tried: bool = True


def checks_of(seen: Seen, injection: Violation, pipelining: Violation) -> tuple[Check, ...]:
    """Judge what was seen, rule by rule."""
    return (
        _starttls(seen),
        _certificate(seen),
        _tls_version(seen),
        _auth_in_clear(seen),
        _auth_mechanisms(seen),
        _violation("starttls-injection", injection, "a command sent in clear behind STARTTLS is obeyed inside TLS"),
        _violation("pipelining", pipelining, "a command sent behind EHLO without waiting is obeyed"),
        _listing("vrfy", seen),
        _listing("expn", seen),
        _greeting_version(seen),
        _requiretls(seen),
    )


def _passes(rule: str, is_passed: bool, text: str) -> Check:
    return Check(rule, Verdict.PASS if is_passed else Verdict.FAIL, one_line(text, 300))


def _unknown(rule: str, text: str) -> Check:
    return Check(rule, Verdict.UNKNOWN, one_line(text, 300))


def _starttls(seen: Seen) -> Check:
    if seen.is_implicit:
        return _passes("starttls", True, "TLS from the first octet")
    if seen.clear is None:
        return _unknown("starttls", "the server takes no session")
    reply = seen.replies.get("starttls")
    if reply is not None and reply.code != 220:
        return _passes("starttls", False, f"offered and refused: {reply}")
    is_offered = "STARTTLS" in seen.clear
    return _passes("starttls", is_offered, "offered" if is_offered else "not offered")


def _certificate(seen: Seen) -> Check:
    if seen.tls is None:
        return _unknown("certificate", seen.distrust or "no TLS")
    return _passes("certificate", not seen.distrust, seen.distrust or "verified")


def _tls_version(seen: Seen) -> Check:
    if seen.tls is not None:
        return _passes("tls-version", seen.tls.version in _GOOD_VERSIONS, seen.tls.version)
    if seen.distrust:
        return _passes("tls-version", False, f"no agreement on TLS 1.2 or newer: {seen.distrust}")
    return _unknown("tls-version", "no TLS")


def _auth_in_clear(seen: Seen) -> Check:
    if seen.is_implicit:
        return _passes("auth-in-clear", True, "nothing is said in clear")
    if seen.clear is None:
        return _unknown("auth-in-clear", "the server takes no session")
    mechanisms = seen.clear.get("AUTH")
    return _passes("auth-in-clear", mechanisms is None, "not offered" if mechanisms is None else f"AUTH {mechanisms}")


def _auth_mechanisms(seen: Seen) -> Check:
    offered = seen.offers.get("AUTH", "").upper().split()
    if not offered:
        return _unknown("auth-mechanisms", "no AUTH is offered")
    is_weak = set(offered) <= _WEAK_MECHANISMS
    return _passes("auth-mechanisms", not is_weak, f"{'only ' if is_weak else ''}{' '.join(offered)}")


def _violation(rule: str, violation: Violation, what: str) -> Check:
    if not violation.was_tried:
        return _unknown(rule, violation.text)
    if violation.answer is not None:
        return _passes(rule, False, f"{what}: {violation.answer}")
    return _passes(rule, True, violation.text)


def _listing(rule: str, seen: Seen) -> Check:
    """VRFY or EXPN; 252 says neither yes nor no (RFC 5321 section 3.5.3)."""
    reply = seen.replies.get(rule)
    if reply is None or reply.is_temporary:
        return _unknown(rule, "no answer" if reply is None else str(reply))
    return _passes(rule, reply.code not in {250, 251}, str(reply))


def _greeting_version(seen: Seen) -> Check:
    _, _, text = seen.replies["greeting"].text.partition(" ")
    found = _VERSION.search(text)
    return _passes("greeting-version", found is None, f"names {found[0]}" if found else "no version")


def _requiretls(seen: Seen) -> Check:
    if seen.secured is None:
        return _unknown("requiretls", "no TLS")
    is_offered = "REQUIRETLS" in seen.secured
    return _passes("requiretls", is_offered, "offered" if is_offered else "not offered")
