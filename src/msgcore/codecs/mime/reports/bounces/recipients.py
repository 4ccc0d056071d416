"""The recipients that a notice names, and what it says about each."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.base.text import one_line
from msgcore.codecs.mime.reports.bounces.meaning import general_status, status_of
from msgcore.codecs.mime.reports.bounces.rules import Family, Patterns, Rules
from msgcore.model.address import SMTP, Address
from msgcore.model.report import ReportAction, ReportedRecipient

__all__ = ["Bounce", "find_recipients", "first_group"]

_REPLY = re.compile(r"[245]\d\d[ \-:]")
_MOST_RECIPIENTS = 1_000
_MOST_ABOUT_ONE = 4_096
_FAR_ENOUGH = 8_192


@attrs.frozen
class Bounce:
    """A notice and what helps to read it.

    ``named`` are the addresses in the field that the family names; ``only_recipient`` is the original's, where the
    family asks for it.
    """

    text: str
    subject: str
    named: tuple[str, ...] = ()
    only_recipient: str = ""


@attrs.frozen
class _Mention:
    """Where a notice names a recipient: what the rule took, and what stands behind it."""

    address: str
    diagnostic: str = ""
    mta: str = ""
    behind: str = ""


def find_recipients(bounce: Bounce, family: Family, rules: Rules) -> tuple[ReportedRecipient, ...]:
    """Give each recipient once, in the order in which they are named."""
    mentions = list(_mentions(bounce.text, family)) or [_Mention(address) for address in bounce.named]
    if not mentions and bounce.only_recipient:
        mentions = [_Mention(bounce.only_recipient)]
    action = _action(bounce, rules)
    reason = first_group("diagnostic", family.reason, bounce.text)
    found: dict[str, ReportedRecipient] = {}
    for mention in mentions:
        key = mention.address.lower()
        if key not in found or not found[key].diagnostic:
            found[key] = _reported(mention, reason, family, rules, action)
    return tuple(found.values())


def _action(bounce: Bounce, rules: Rules) -> ReportAction:
    general, beginning = rules.general, bounce.text[:_FAR_ENOUGH]
    if any(one.search(beginning) for one in general.delivered):
        return ReportAction.DELIVERED
    if any(one.search(bounce.subject) or one.search(beginning) for one in general.delayed):
        return ReportAction.DELAYED
    return ReportAction.FAILED


def first_group(name: str, patterns: Patterns, text: str) -> str:
    """Give the group of that name of the first pattern that is found in a text; empty when none is."""
    for pattern in patterns:
        found = pattern.search(text)
        if found is not None and (value := _group(found, name)):
            return value
    return ""


def _group(found: re.Match[str], name: str) -> str:
    return (found.groupdict().get(name) or "").strip()


def _mentions(text: str, family: Family) -> Iterator[_Mention]:
    start = 0
    if family.start is not None and (begin := family.start.search(text)) is not None:
        start = begin.end()
    matches = sorted(
        (match for pattern in family.recipient for match in pattern.finditer(text, start)),
        key=lambda match: (match.start(), -match.end()),
    )[:_MOST_RECIPIENTS]
    for number, match in enumerate(matches):
        later = (one.start() for one in matches[number + 1 :] if one["address"] != match["address"])
        end = min(max(next(later, len(text)), match.end()), match.end() + _MOST_ABOUT_ONE)
        if family.stop is not None and (stop := family.stop.search(text, match.end(), end)) is not None:
            end = stop.start()
        yield _Mention(
            match["address"],
            _group(match, "diagnostic"),
            _group(match, "mta"),
            text[match.end() : end],
        )


def _reported(mention: _Mention, reason: str, family: Family, rules: Rules, action: ReportAction) -> ReportedRecipient:
    general = rules.general
    diagnostic = (
        mention.diagnostic
        or first_group("diagnostic", (*family.diagnostic, *general.diagnostic), mention.behind)
        or reason
        or mention.behind
    )
    status = next(
        (one for text in (diagnostic, mention.behind) if (one := status_of(" ".join(text.split()), rules, action))),
        general_status(action),
    )
    words = one_line(" ".join(diagnostic.split()))
    return ReportedRecipient(
        Address(SMTP, mention.address),
        _settled(action, status, family),
        status,
        words,
        mention.mta or first_group("mta", (*family.remote_mta, *general.remote_mta), mention.behind),
        diagnostic_type="smtp" if _REPLY.match(words) else "x-notice",
    )


def _settled(action: ReportAction, status: EnhancedStatus, family: Family) -> ReportAction:
    """Let the status decide where the notice as a whole says something else."""
    if status.klass == 2:
        return ReportAction.DELIVERED
    if status.klass == 4 and family.is_by_status:
        return ReportAction.DELAYED
    return ReportAction.FAILED if action is ReportAction.DELIVERED else action
