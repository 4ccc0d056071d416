"""The enhanced status that a diagnostic means (RFC 3463)."""

from __future__ import annotations

import re

from msgcore.base.status import EnhancedStatus
from msgcore.codecs.mime.reports.bounces.rules import Rules
from msgcore.model.report import ReportAction

__all__ = ["general_status", "reply_code", "status_in", "status_of"]

# Neither a part of an IP address nor a version of some program.
_STATUS = re.compile(r"(?<![\w.])([245])\.([0-7])\.(\d{1,3})(?!\.?\d)")
# Not "after 500 attempts"; a yes only where a reply begins.
_CODE = re.compile(
    r"(?:(?<![\w.@\-])[45][0-5]\d|(?:(?<=\A)|(?<=: ))25[0-2])(?=[ \-:;,)\]]|\Z)(?!:\d)"
    r"(?! (?:seconds?|minutes?|hours?|days?|times|attempts|tries|messages|recipients|bytes|octets|[kmg]?b)\b)",
    re.IGNORECASE,
)
_MOST_WORDS = 2_000
_CLASSES = {ReportAction.DELIVERED: 2, ReportAction.DELAYED: 4}


def status_in(text: str) -> EnhancedStatus | None:
    """Give the enhanced status that stands in a text."""
    found = _STATUS.search(text)
    return None if found is None else EnhancedStatus(int(found[1]), int(found[2]), int(found[3]))


def reply_code(text: str) -> int | None:
    """Give the first reply code in a text."""
    found = _CODE.search(text)
    return None if found is None else int(found[0])


def general_status(action: ReportAction) -> EnhancedStatus:
    """Give the status of a recipient about whom nothing more is said."""
    return EnhancedStatus(_CLASSES.get(action, 5), 0, 0)


def status_of(text: str, rules: Rules, action: ReportAction) -> EnhancedStatus | None:
    """Say what a diagnostic means: by its status, else by its words and reply code; ``None`` when it has none."""
    stated = status_in(text)
    if stated is not None:
        return stated
    words = text[:_MOST_WORDS]
    code = reply_code(text)
    meant = next((phrase.status for phrase in rules.phrases if phrase.words.search(words)), None)
    if meant is None:
        return None if code is None else EnhancedStatus(code // 100, 0, 0)
    klass = general_status(action).klass if code is None else code // 100
    if code is None and action is ReportAction.FAILED:
        is_temporary = any(pattern.search(words) for pattern in rules.general.temporary)
        klass = meant[0] or (4 if is_temporary else 5)
    return EnhancedStatus(klass, *meant[1:])
