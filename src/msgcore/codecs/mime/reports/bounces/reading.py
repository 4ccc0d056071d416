"""Reads bounces that carry no usable delivery status, by the rules in ``rules.toml``.

A message is looked at from outside first: its header must look like that of a bounce, or no text is read. The text is
cut where the original begins. When the fields of a delivery status stand in the notice (in a report whose boundaries
are broken, or that was passed on as text), they count; else the first family whose rules fit and find a recipient.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgcore.codecs.mime.reports.bounces.recipients import Bounce, find_recipients, first_group
from msgcore.codecs.mime.reports.bounces.rules import Family, FieldTest, Rules, load_rules
from msgcore.codecs.mime.reports.bounces.stated import stated_groups, stated_recipients
from msgcore.codecs.mime.reports.bounces.texts import Notice, first_header, read_text, split_notice
from msgcore.codecs.mime.reports.original import header_of_original, id_and_subject
from msgcore.codecs.mime.reports.status_fields import delivery_report
from msgcore.codecs.mime.syntax.addresses import read_addresses
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.mime.tree.header_block import HeaderBlock
from msgcore.model.report import DeliveryReport

__all__ = ["looks_like_a_bounce", "read_bounce"]


def read_bounce(root: Entity) -> DeliveryReport | None:
    """Read a bounce that says in words who did not get the message; ``None`` for all that is no bounce. Never raises.

    Each recipient has an action and a status: the one that stands in the text, else what the words or the reply code
    mean, else 5.0.0 (4.0.0 when it is tried again).
    """
    rules = load_rules()
    families = _families_for(root.header, rules)
    if not families:
        return None
    text = read_text(root)
    notice = split_notice(text, rules.general.original)
    return (
        _stated(root, text, len(notice.text))
        or _told(root, families, text, notice, rules)
        or _stated(root, text, len(text))
    )


def looks_like_a_bounce(header: HeaderBlock) -> bool:
    """Say whether a mail has signs of a mail system in its header, and none of something else than a bounce."""
    return bool(_families_for(header, load_rules()))


def _families_for(header: HeaderBlock, rules: Rules) -> list[Family]:
    if any(_holds(header, test) for test in rules.never):
        return []
    is_from_a_server = any(_holds(header, test) for test in rules.sender)
    return [
        family
        for family in rules.families
        if (is_from_a_server or any(test.field == b"from" for test in family.fields))
        and all(_holds(header, test) for test in family.fields)
    ]


def _holds(header: HeaderBlock, test: FieldTest) -> bool:
    text = header.text(test.field)
    return text is not None and test.pattern.search(text) is not None


def _stated(root: Entity, text: str, before: int) -> DeliveryReport | None:
    groups, rest = stated_groups(text, before)
    recipients = stated_recipients(groups)
    return delivery_report(groups, recipients, header_of_original(root) or first_header(rest)) if recipients else None


def _told(root: Entity, families: Iterable[Family], text: str, notice: Notice, rules: Rules) -> DeliveryReport | None:
    subject = root.header.text(b"subject") or ""
    for family in families:
        cut = split_notice(text, (*family.original, *rules.general.original)) if family.original else notice
        if family.opening is not None and family.opening.search(cut.text) is None:
            continue
        original = header_of_original(root) or first_header(cut.original)
        bounce = Bounce(cut.text, subject, _named(root.header, family), _only_recipient(original, family))
        recipients = find_recipients(bounce, family, rules)
        if recipients:
            mta = first_group("mta", (*family.reporting_mta, *rules.general.reporting_mta), cut.text)
            return DeliveryReport(mta or _domain_of_sender(root.header), recipients, *id_and_subject(original))
    return None


def _named(header: HeaderBlock, family: Family) -> tuple[str, ...]:
    raw = header.raw(family.address_field) if family.address_field else None
    return () if raw is None else _plain_addresses(raw)


def _only_recipient(original: HeaderBlock | None, family: Family) -> str:
    if original is None or not family.asks_original:
        return ""
    found = [one for name in (b"to", b"cc") for one in _plain_addresses(original.raw(name) or b"")]
    return found[0] if len(found) == 1 else ""


def _plain_addresses(raw: bytes) -> tuple[str, ...]:
    return tuple(one.email_address for one in read_addresses(raw) if "@" in one.email_address)


def _domain_of_sender(header: HeaderBlock) -> str:
    """Name the server by the domain of its address, where the notice does not."""
    addresses = _plain_addresses(header.raw(b"from") or b"")
    return addresses[0].rpartition("@")[2] if addresses else ""
