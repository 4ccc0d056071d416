"""What every reader of messages does with what it is given: octets, and how strict it is to be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from msgcore.base.findings import Finding, Strictness
from msgcore.errors import LimitExceeded, MalformedMessage, UsageError

__all__ = ["is_strict", "octets_of", "refuse_departures"]

_OCTETS: tuple[type[object], ...] = (bytes, bytearray, memoryview)


def octets_of(given: bytes, what: str = "message") -> bytes:
    """Give the octets of ``what`` as ``bytes``.

    Raises:
        UsageError: it is something else.
    """
    if type(given) is bytes:
        return given
    if not isinstance(cast(object, given), _OCTETS):
        raise UsageError(f"need the {what}'s octets, got {type(given).__name__}; of a file: Path(...).read_bytes()")
    return bytes(given)


def is_strict(strictness: Strictness) -> bool:
    """Say whether a reader raises on departures.

    Raises:
        UsageError: ``strictness`` is no Strictness.
    """
    if strictness is Strictness.LENIENT:
        return False
    if not isinstance(cast(object, strictness), Strictness):
        raise UsageError(f"strictness: need a Strictness, such as Strictness.STRICT, got {strictness!r}")
    return True


def refuse_departures(findings: Iterable[Finding]) -> None:
    """Raise the first finding.

    Raises:
        LimitExceeded: it is that a limit was passed.
        MalformedMessage: it is any other.
    """
    for finding in findings:
        if finding.rule.startswith("limit-"):
            raise LimitExceeded(str(finding))
        raise MalformedMessage(str(finding), finding.offset, finding.rule, finding.source)
