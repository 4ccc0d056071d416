"""Security rules that hold for a server of any protocol, and what they are judged by."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from msgcore.base.text import one_line
from msgcore.runtime.abc import TlsFacts
from msgcore.session.probe.report import Check, Verdict

__all__ = [
    "SeenTls",
    "Violation",
    "auth_mechanisms",
    "certificate",
    "greeting_version",
    "passes",
    "tls_version",
    "unknown",
    "violation",
]

_GOOD_VERSIONS = {"TLSv1.2", "TLSv1.3"}
_WEAK_MECHANISMS = {"LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM"}
# An address has four numbers, and no date is written with two that a full stop parts.
_VERSION = re.compile(r"(?<![\w.])v?[0-9]{1,4}\.[0-9]{1,6}(?:\.[0-9]{1,6})?(?![0-9.])")


@attrs.define(kw_only=True)
class SeenTls:
    """What a session showed of TLS; ``distrust`` is why a handshake that checks certificates failed."""

    is_implicit: bool
    tls: TlsFacts | None = None
    distrust: str = ""


@attrs.frozen
class Violation:
    """What came of breaking the protocol on purpose: the answer that should not have come, or why there is none."""

    answer: object = None
    text: str = ""
    was_tried: bool = True


def passes(rule: str, is_passed: bool, text: str) -> Check:
    return Check(rule, Verdict.PASS if is_passed else Verdict.FAIL, one_line(text, 300))


def unknown(rule: str, text: str) -> Check:
    return Check(rule, Verdict.UNKNOWN, one_line(text, 300))


def certificate(seen: SeenTls) -> Check:
    if seen.tls is None:
        return unknown("certificate", seen.distrust or "no TLS")
    return passes("certificate", not seen.distrust, seen.distrust or "verified")


def tls_version(seen: SeenTls) -> Check:
    if seen.tls is not None:
        return passes("tls-version", seen.tls.version in _GOOD_VERSIONS, seen.tls.version)
    if seen.distrust:
        return passes("tls-version", False, f"no agreement on TLS 1.2 or newer: {seen.distrust}")
    return unknown("tls-version", "no TLS")


def violation(rule: str, seen: Violation, what: str) -> Check:
    if not seen.was_tried:
        return unknown(rule, seen.text)
    if seen.answer is not None:
        return passes(rule, False, f"{what}: {seen.answer}")
    return passes(rule, True, seen.text)


def auth_mechanisms(offered: Sequence[str], when_none: str) -> Check:
    if not offered:
        return unknown("auth-mechanisms", when_none)
    is_weak = set(offered) <= _WEAK_MECHANISMS
    return passes("auth-mechanisms", not is_weak, f"{'only ' if is_weak else ''}{' '.join(offered)}")


def greeting_version(text: str) -> Check:
    found = _VERSION.search(text)
    return passes("greeting-version", found is None, f"names {found[0]}" if found else "no version")
