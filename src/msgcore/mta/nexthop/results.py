"""How a session with a host began, in the words of TLS reports (RFC 8460 section 4.3)."""

from __future__ import annotations

from typing import Protocol

import attrs

from msgcore.errors import MsgcoreError, TlsRequired
from msgcore.mta.nexthop.policy import PolicyKind

__all__ = ["AppliedPolicy", "CountsSessions", "SessionResult", "result_of"]

# OpenSSL's reasons (X509_V_ERR_…, x509_vfy.h).
_RESULTS = {
    10: "certificate-expired",
    62: "certificate-host-mismatch",
    64: "certificate-host-mismatch",
} | dict.fromkeys((2, 18, 19, 20, 21, 24, 26, 27), "certificate-not-trusted")


@attrs.frozen
class AppliedPolicy:
    """The policy of a domain that a session had to keep to: its ``text`` line by line, and the ``hosts`` it names."""

    domain: str
    kind: PolicyKind
    text: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


@attrs.frozen
class SessionResult:
    """One session, or what kept it from being one: ``result`` is empty for a session that kept to the policy."""

    policy: AppliedPolicy
    result: str = ""
    host: str = ""
    address: str = ""
    reason: str = ""


class CountsSessions(Protocol):
    """Takes the results of sessions for a report."""

    def count(self, result: SessionResult) -> None:
        """Count one; never waits."""
        ...


def result_of(error: MsgcoreError) -> str:
    """Name what went wrong with TLS."""
    if isinstance(error, TlsRequired):
        return "starttls-not-supported"
    return _RESULTS.get(getattr(error.__cause__, "verify_code", 0), "validation-failure")
