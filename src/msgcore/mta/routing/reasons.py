"""Reasons: why there is no way for a recipient, as RFC 3463 says it."""

from __future__ import annotations

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.model.address import SMTP, Address
from msgcore.mta.routing.candidate import Candidate, Trace
from msgcore.mta.routing.verdict import Verdict

__all__ = ["Reason", "no_route", "unusable"]


@attrs.frozen
class Reason:
    """Why there is no way for a recipient; of class 4 when waiting or an administrator may help."""

    status: EnhancedStatus
    text: str

    @property
    def is_permanent(self) -> bool:
        """Whether waiting does not help: the status is of class 5 (RFC 3463)."""
        return self.status.klass == 5

    def __str__(self) -> str:
        return f"{self.status} {self.text}"


# In the order in which they are told: what waiting or an administrator may help comes first.
_REASONS: dict[Verdict, tuple[EnhancedStatus, str]] = {
    Verdict.LEFT_OUT: (
        EnhancedStatus(4, 4, 4),
        "every connector of the best address space is left out of this try",
    ),
    Verdict.TRIED_ENOUGH: (EnhancedStatus(5, 4, 1), "no connector answered, tried as often as it may be"),
    Verdict.DISABLED: (EnhancedStatus(4, 4, 4), "disabled"),
    Verdict.BEEN_THERE: (EnhancedStatus(5, 4, 6), "a loop: the message has been there"),
    Verdict.CAME_THIS_WAY: (EnhancedStatus(5, 4, 6), "a loop: the message came this way"),
    Verdict.TOO_BIG: (EnhancedStatus(5, 3, 4), "too big for every connector"),
    Verdict.LACKS_CAPABILITY: (EnhancedStatus(5, 3, 3), "no connector can do what the message needs"),
    Verdict.CLASS_NOT_TAKEN: (EnhancedStatus(5, 7, 1), "no connector takes messages of this class"),
    Verdict.PRIORITY_NOT_TAKEN: (EnhancedStatus(5, 7, 1), "no connector takes messages of this priority"),
    Verdict.FOUND_OTHERWISE: (EnhancedStatus(5, 7, 1), "no connector takes mail of which this was found"),
    Verdict.SENDER_NOT_ALLOWED: (EnhancedStatus(5, 7, 1), "no connector takes mail of this sender to there"),
    Verdict.OUT_OF_SCOPE: (EnhancedStatus(5, 4, 4), "no connector is there for this site"),
}
_LACKING = {
    "REQUIRETLS": EnhancedStatus(5, 7, 30),  # RFC 8689 section 4.2.1
    "SMTPUTF8": EnhancedStatus(5, 6, 7),  # RFC 6531 section 3.4
    "8BITMIME": EnhancedStatus(5, 6, 3),
}
_TOLD_WITH_DETAILS = {
    Verdict.TOO_BIG,
    Verdict.LACKS_CAPABILITY,
    Verdict.CLASS_NOT_TAKEN,
    Verdict.PRIORITY_NOT_TAKEN,
    Verdict.FOUND_OTHERWISE,
}
_TOLD_WITH_NAMES = {Verdict.DISABLED, Verdict.BEEN_THERE, Verdict.CAME_THIS_WAY, Verdict.TRIED_ENOUGH}


def unusable(address: Address) -> Reason | None:
    """Say why nothing could ever be routed to an address."""
    if not address.is_resolved:
        return Reason(EnhancedStatus(5, 1, 3), f"{address.display_name!r} is a name that stands for no address yet")
    if address.address_type.upper() == SMTP and "@" not in address.email_address:
        return Reason(EnhancedStatus(5, 1, 3), f"{address.email_address!r} has no domain")
    return None


def no_route(address: Address, trace: Trace) -> Reason:
    """Say why none of the candidates was chosen."""
    for verdict, (status, text) in _REASONS.items():
        found = [candidate for candidate in trace.candidates if candidate.verdict is verdict]
        if found:
            return _told(verdict, status, text, found)
    if trace.other_spaces:
        return Reason(EnhancedStatus(5, 4, 4), f"no connector has an address space that matches {address.typed}")
    kind = address.address_type.upper()
    return Reason(EnhancedStatus(5, 4, 4), f"no connector has an address space of type {kind}, for {address.typed}")


def _told(verdict: Verdict, status: EnhancedStatus, text: str, found: list[Candidate]) -> Reason:
    detail = found[0].detail
    if verdict is Verdict.LACKS_CAPABILITY:
        status = _LACKING.get(detail.partition(",")[0], status)
    if verdict in _TOLD_WITH_DETAILS:
        text = f"{text}: {detail}"
    if verdict in _TOLD_WITH_NAMES:
        text = f"{text}: {', '.join(sorted({candidate.connector for candidate in found}))}"
    return Reason(status, text)
