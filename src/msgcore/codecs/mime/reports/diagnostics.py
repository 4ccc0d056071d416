"""What X.400 has for a status: why a message was not delivered, and what was found.

The two say in properties what the status says in MIME; each is made from the other ([MS-OXCMAIL] sections 2.1.3.6.1.2
and 2.2.3.7.1.3).
"""

from __future__ import annotations

from collections.abc import Mapping

from msgcore.base.status import EnhancedStatus

__all__ = ["diagnostic_and_reason", "status_code", "status_of_codes"]

_NOTHING = -1
_UNSIGNED_NOTHING = 0xFFFFFFFF
_LARGEST = 9

# By subject and detail of a status, else by its subject: the diagnostic and the reason.
_OF_STATUS: Mapping[tuple[int, int | None], tuple[int, int]] = {
    (1, 1): (35, 1), (1, 2): (48, 0), (1, 3): (32, 0), (1, 4): (1, 0), (1, 6): (40, 0), (1, None): (0, 0),
    (2, 2): (13, 0), (2, 3): (13, 0), (2, 4): (30, 0), (2, None): (38, 0),
    (3, 2): (-1, 0), (3, 3): (18, 0), (3, 4): (13, 0), (3, 5): (18, 0), (3, None): (38, 0),
    (4, 0): (-1, 0), (4, 3): (-1, 6), (4, 4): (-1, 0), (4, 6): (3, 0), (4, 7): (5, 0), (4, 8): (3, 0),
    (4, None): (2, 0),
    (5, 3): (16, 0), (5, 4): (11, 0), (5, None): (17, 0),
    (6, 2): (9, 0), (6, 3): (8, 0), (6, 4): (25, 0), (6, 5): (-1, 2), (6, None): (15, 0),
    (7, 1): (29, 0), (7, 2): (28, 0), (7, 3): (26, 0), (7, None): (46, 0),
}  # fmt: skip
_OF_REASONS = ("5.4.0", "5.1.0", "5.6.5", "5.6.5", "5.2.0", "5.3.0", "4.4.3")
_OF_DIAGNOSTICS = (
    "5.1.0", "5.1.4", "4.4.5", "4.4.6", "5.1.0", "4.4.7", "5.3.0", "5.6.0", "5.6.3", "5.6.2",
    "5.6.0", "5.5.4", "5.6.0", "5.3.4", "5.6.0", "5.6.1", "5.5.3", "5.5.5", "5.3.3", "5.6.2",
    "5.6.0", "5.6.0", "4.6.4", "4.6.4", "4.6.4", "4.6.4", "5.7.3", "4.4.6", "5.7.2", "5.7.1",
    "5.2.4", "5.6.1", "5.1.3", "5.1.0", "5.1.3", "5.1.1", "5.1.0", "5.3.0", "5.3.0", "5.1.0",
    "5.1.6", "5.1.0", "5.1.0", "5.1.6", "5.0.0", "5.0.0", "5.7.0", "5.0.0", "5.1.2",
)  # fmt: skip


def status_code(status: EnhancedStatus) -> int:
    """Give a status as its three digits; of a part that has more than one digit nothing is left."""
    subject, detail = _digits(status)
    return status.klass * 100 + subject * 10 + detail


def diagnostic_and_reason(status: EnhancedStatus) -> tuple[int, int]:
    """Give PidTagNonDeliveryReportDiagCode and PidTagNonDeliveryReportReasonCode of a status."""
    subject, detail = _digits(status)
    return _OF_STATUS.get((subject, detail)) or _OF_STATUS.get((subject, None), (_NOTHING, 0))


def _digits(status: EnhancedStatus) -> tuple[int, int]:
    subject, detail = (part if part <= _LARGEST else 0 for part in (status.subject, status.detail))
    return subject, detail


def status_of_codes(diagnostic: object, reason: object) -> EnhancedStatus | None:
    """Give the status of these two, or ``None`` where neither says anything."""
    if isinstance(diagnostic, int) and diagnostic not in {_NOTHING, _UNSIGNED_NOTHING}:
        is_known = 0 <= diagnostic < len(_OF_DIAGNOSTICS)
        return EnhancedStatus.parse(_OF_DIAGNOSTICS[diagnostic] if is_known else "5.0.0")
    if isinstance(reason, int):
        return EnhancedStatus.parse(_OF_REASONS[reason] if 0 <= reason < len(_OF_REASONS) else "5.4.0")
    return None
