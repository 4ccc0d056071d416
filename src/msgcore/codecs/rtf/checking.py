"""What reading RTF tolerates, told."""

from __future__ import annotations

import re

from msgcore.base.findings import Finding
from msgcore.base.octets import USUAL_LIMITS, Limits
from msgcore.codecs.rtf.given import given_octets
from msgcore.codecs.rtf.tokens import SIGNATURE

__all__ = ["check_rtf"]

_MOST_FINDINGS = 100
_SOURCE = "RTF 1.9.1"
_MARK = re.compile(rb"[{}]|\\(?:bin([0-9]{1,10})[0-9]*+ ?|'([0-9A-Fa-f]{2})?|[\s\S]|\Z)")


def check_rtf(rtf: bytes, limits: Limits = USUAL_LIMITS) -> tuple[Finding, ...]:
    """Tell what :func:`~msgcore.codecs.rtf.reading.text_of` and its kin tolerate in RTF: at most 100 findings.

    Raises:
        LimitExceeded: the RTF has more than ``limits.total_octets``.
    """
    rtf = given_octets(rtf)
    limits.check_total(len(rtf))
    findings: list[Finding] = []
    if SIGNATURE.match(rtf[:1024].decode("latin-1")) is None:
        findings.append(Finding(0, "rtf-signature", "it does not begin as RTF", _SOURCE))
    depth = place = 0
    while len(findings) < _MOST_FINDINGS and (mark := _MARK.search(rtf, place)) is not None:
        place = mark.end()
        found = _problem(mark, depth, len(rtf))
        if found is not None:
            findings.append(Finding(mark.start(), *found, _SOURCE))
        if mark[0] == b"{":
            depth += 1
        elif mark[0] == b"}":
            depth = max(depth - 1, 0)
        elif mark[1] is not None:
            place += int(mark[1])
    if depth and len(findings) < _MOST_FINDINGS:
        findings.append(Finding(len(rtf), "rtf-group-open", f"{depth} groups do not end", _SOURCE))
    return tuple(findings)


def _problem(mark: re.Match[bytes], depth: int, size: int) -> tuple[str, str] | None:
    if mark[0] == b"}" and not depth:
        return "rtf-group-stray", "a group ends that did not begin"
    if mark[1] is not None and mark.end() + int(mark[1]) > size:
        return "rtf-binary-cut", f"{int(mark[1])} octets are announced, {size - mark.end()} are there"
    if mark[0] == b"\\'":
        return "rtf-escape", "no two hexadecimal digits follow"
    return ("rtf-cut", "a backslash ends it") if mark[0] == b"\\" else None
