"""Rules for POP3 servers: how safe a login is, and what can be done with the mail that waits."""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

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

__all__ = ["Seen", "abilities_of", "checks_of"]

# Of APOP (RFC 1939 section 7): numbers in it are no version.
_STAMP = re.compile(r"<[^<>]*>")


@attrs.define(kw_only=True)
class Seen(SeenTls):
    """What one session showed: status lines by what they answer to, and CAPA's answer in clear and in TLS.

    ``clear`` and ``secured`` are ``None`` where nobody asked, and where the server knows no CAPA.
    """

    replies: dict[str, str] = attrs.field(factory=dict[str, str])
    clear: Mapping[str, str] | None = None
    secured: Mapping[str, str] | None = None

    @property
    def takes_sessions(self) -> bool:
        return self.replies["greeting"].startswith("+OK")

    @property
    def offers(self) -> Mapping[str, str] | None:
        """What holds in the end: inside TLS where there is TLS."""
        return self.secured if self.tls is not None else self.clear


def checks_of(seen: Seen, injection: Violation) -> tuple[Check, ...]:
    """Judge what was seen, rule by rule."""
    offered = (seen.offers or {}).get("SASL", "").upper().split()
    greeting = _STAMP.sub("", seen.replies["greeting"])
    return (
        _starttls(seen),
        certificate(seen),
        tls_version(seen),
        _auth_in_clear(seen),
        auth_mechanisms(offered, "no SASL is offered: the login is by USER and PASS, or by APOP"),
        violation("starttls-injection", injection, "a command sent in clear behind STLS is obeyed inside TLS"),
        greeting_version(greeting),
    )


def abilities_of(seen: Seen) -> tuple[Check, ...]:
    """Say what can be done with the mail, as far as the server says so before a login."""
    return (
        _capabilities(seen),
        _offered(seen, "unique-ids", "UIDL", "copies can be left on the server", "no copy can be left on the server"),
        _offered(seen, "headers", "TOP", "headers can be read by themselves", "a header comes with its message only"),
        _offered(seen, "pipelining", "PIPELINING", "many messages are asked for at once", "one is asked for at a time"),
        _offered(seen, "response-codes", "RESP-CODES", "it says why it refuses", "why it refuses has to be guessed"),
        _login_delay(seen),
        _expire(seen),
    )


def _starttls(seen: Seen) -> Check:
    if seen.is_implicit:
        return passes("starttls", True, "TLS from the first octet")
    if not seen.takes_sessions:
        return unknown("starttls", "the server takes no session")
    answer = seen.replies.get("stls", "+OK")
    if not answer.startswith("+OK"):
        return passes("starttls", False, f"offered and refused: {answer}")
    is_offered = "STLS" in (seen.clear or {})
    return passes("starttls", is_offered, "offered" if is_offered else "not offered")


def _auth_in_clear(seen: Seen) -> Check:
    if seen.is_implicit:
        return passes("auth-in-clear", True, "nothing is said in clear")
    if seen.clear is None:
        return unknown("auth-in-clear", "not said")
    mechanisms = seen.clear.get("SASL", "")
    offered = [*(["USER"] if "USER" in seen.clear else []), *([f"SASL {mechanisms}"] if mechanisms else [])]
    return passes("auth-in-clear", not offered, ", ".join(offered) or "not offered")


def _capabilities(seen: Seen) -> Check:
    if not seen.takes_sessions:
        return unknown("capabilities", "the server takes no session")
    is_known = seen.offers is not None
    return passes(
        "capabilities", is_known, "CAPA: it says what it can" if is_known else "no CAPA: what it can is tried"
    )


def _offered(seen: Seen, rule: str, keyword: str, good: str, bad: str) -> Check:
    if seen.offers is None:
        return unknown(rule, "not said")
    is_offered = keyword in seen.offers
    return passes(rule, is_offered, f"{keyword}: {good}" if is_offered else f"no {keyword}: {bad}")


def _login_delay(seen: Seen) -> Check:
    """RFC 2449 section 6.5: the seconds, and ``USER`` where they differ by user."""
    if seen.offers is None:
        return unknown("login-delay", "not said")
    seconds = seen.offers.get("LOGIN-DELAY", "").partition(" ")[0]
    if seconds in {"", "0"}:
        return passes("login-delay", True, "logins may follow each other at once")
    return passes("login-delay", False, f"LOGIN-DELAY: a login is refused within {seconds} seconds of the one before")


def _expire(seen: Seen) -> Check:
    """RFC 2449 section 6.7: days, or ``NEVER``, and ``USER`` where they differ by user."""
    days = (seen.offers or {}).get("EXPIRE", "").partition(" ")[0].upper()
    if not days:
        return unknown("expire", "not said")
    if days == "0":
        return passes("expire", False, "EXPIRE 0: the server itself deletes what was retrieved")
    kept = "for good" if days == "NEVER" else f"for {days} days at least"
    return passes("expire", True, f"EXPIRE {days}: mail is kept {kept}")
