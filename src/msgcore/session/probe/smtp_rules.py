"""Security rules for SMTP servers: what was seen, and how each rule fares by it."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from msgcore.base.status import Reply
from msgcore.session.probe.common_rules import (
    SeenTls,
    Violation,
    auth_mechanisms,
    certificate,
    greeting_version,
    passes,
    tls_version,
    unknown,
    violation,
)
from msgcore.session.probe.report import Check

__all__ = ["Seen", "checks_of"]


@attrs.define(kw_only=True)
class Seen(SeenTls):
    """What one session showed. ``clear`` and ``secured`` are what was offered; ``None`` where nobody asked.

    ``replies`` are in the order of the session.
    """

    replies: dict[str, Reply] = attrs.field(factory=dict[str, Reply])
    server_name: str = ""
    clear: Mapping[str, str] | None = None
    secured: Mapping[str, str] | None = None

    @property
    def offers(self) -> Mapping[str, str]:
        """What holds in the end: inside TLS where there is TLS."""
        return self.secured if self.secured is not None else self.clear or {}


def checks_of(seen: Seen, injection: Violation, pipelining: Violation) -> tuple[Check, ...]:
    """Judge what was seen, rule by rule."""
    return (
        _starttls(seen),
        certificate(seen),
        tls_version(seen),
        _auth_in_clear(seen),
        auth_mechanisms(seen.offers.get("AUTH", "").upper().split(), "no AUTH is offered"),
        violation("starttls-injection", injection, "a command sent in clear behind STARTTLS is obeyed inside TLS"),
        violation("pipelining", pipelining, "a command sent behind EHLO without waiting is obeyed"),
        _listing("vrfy", seen),
        _listing("expn", seen),
        greeting_version(seen.replies["greeting"].text.partition(" ")[2]),
        _requiretls(seen),
    )


def _starttls(seen: Seen) -> Check:
    if seen.is_implicit:
        return passes("starttls", True, "TLS from the first octet")
    if seen.clear is None:
        return unknown("starttls", "the server takes no session")
    reply = seen.replies.get("starttls")
    if reply is not None and reply.code != 220:
        return passes("starttls", False, f"offered and refused: {reply}")
    is_offered = "STARTTLS" in seen.clear
    return passes("starttls", is_offered, "offered" if is_offered else "not offered")


def _auth_in_clear(seen: Seen) -> Check:
    if seen.is_implicit:
        return passes("auth-in-clear", True, "nothing is said in clear")
    if seen.clear is None:
        return unknown("auth-in-clear", "the server takes no session")
    mechanisms = seen.clear.get("AUTH")
    return passes("auth-in-clear", mechanisms is None, "not offered" if mechanisms is None else f"AUTH {mechanisms}")


def _listing(rule: str, seen: Seen) -> Check:
    """VRFY or EXPN; 252 says neither yes nor no (RFC 5321 section 3.5.3)."""
    reply = seen.replies.get(rule)
    if reply is None or reply.is_temporary:
        return unknown(rule, "no answer" if reply is None else str(reply))
    return passes(rule, reply.code not in {250, 251}, str(reply))


def _requiretls(seen: Seen) -> Check:
    if seen.secured is None:
        return unknown("requiretls", "no TLS")
    is_offered = "REQUIRETLS" in seen.secured
    return passes("requiretls", is_offered, "offered" if is_offered else "not offered")
