"""The fields of a delivery status (RFC 3464) that stand in a text: broken reports, and reports passed on as text."""

from __future__ import annotations

import re

import attrs

from msgcore.codecs.mime.reports.bounces.meaning import status_in
from msgcore.codecs.mime.reports.bounces.texts import BLANK_LINES
from msgcore.codecs.mime.reports.status_fields import reported_recipients
from msgcore.codecs.mime.tree.header_block import HeaderBlock
from msgcore.model.report import ReportedRecipient

__all__ = ["refined", "stated_groups", "stated_recipients"]

_RECIPIENT = re.compile(r"^(?:final|original)-recipient:[ \t]*[\w\-]{1,20};", re.IGNORECASE | re.MULTILINE)
_FIELD = re.compile(
    r"^(?:reporting-mta|original-envelope-id|arrival-date|final-recipient|original-recipient|action|status):",
    re.IGNORECASE | re.MULTILINE,
)
_MOST_GROUPS = 10_000


def stated_groups(text: str, before: int) -> tuple[list[HeaderBlock], str]:
    """Find the groups of fields about a message and its recipients, and the text behind them.

    There are none when they name no recipient, or begin at ``before`` or later.
    """
    recipient = _RECIPIENT.search(text)
    first = _FIELD.search(text)
    if recipient is None or first is None or recipient.start() >= before:
        return [], ""
    groups: list[HeaderBlock] = []
    before_it = text.rfind("\n\n", 0, first.start())
    position = 0 if before_it < 0 else before_it + 2
    while position < len(text) and len(groups) < _MOST_GROUPS:
        gap = BLANK_LINES.search(text, position)
        end, following = (len(text), len(text)) if gap is None else gap.span()
        if _FIELD.search(text, position, end) is None:
            break
        groups.append(HeaderBlock(text[position:end].encode("utf-8", "replace")))
        position = following
    return groups, text[position:]


def stated_recipients(groups: list[HeaderBlock]) -> tuple[ReportedRecipient, ...]:
    return tuple(refined(recipient) for recipient in reported_recipients(groups))


def refined(recipient: ReportedRecipient) -> ReportedRecipient:
    """Take the status from the diagnostic where the field says no more than that something is wrong (x.0.0)."""
    status = recipient.status
    if status.subject or status.detail:
        return recipient
    told = status_in(recipient.diagnostic)
    return recipient if told is None or told.klass != status.klass else attrs.evolve(recipient, status=told)
