"""What is read of the corpus' bounces that carry no usable delivery status, beside what its expected results say.

The expected results (of sisimai) have no addresses; where the original or a field names the recipients, those are
compared. A status whose third number is 900 or more is sisimai's own, and so is its "reason"; neither is compared.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict, cast

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.codecs.mime.reports.bounces import read_bounce
from msgcore.codecs.mime.reports.bounces.meaning import reply_code
from msgcore.codecs.mime.reports.bounces.rules import load_rules
from msgcore.codecs.mime.reports.bounces.texts import first_header, read_text, split_notice
from msgcore.codecs.mime.reports.original import header_of_original
from msgcore.codecs.mime.reports.status_fields import groups_of, reported_recipients, status_part
from msgcore.codecs.mime.syntax.addresses import read_addresses
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.tree.header_block import HeaderBlock
from msgcore.model.report import DeliveryReport, ReportedRecipient
from tests import shared
from tests.codecs.mime.reports.bounces.disagreements import DISAGREEMENTS

__all__ = ["FIELDS", "Comparison", "Measured", "comparisons", "folder", "measured", "stated_addresses"]

FIELDS = ("recognised", "recipients", "address", "status", "reply code", "hard or soft")
_MADE_UP = 900
_FAMILY = re.compile(r"(?:[lr]host-)?(.+?)-\d+\.eml")


class Fact(TypedDict):
    """One recipient, as sisimai reads it."""

    status: str
    replycode: str
    hardbounce: bool


@attrs.frozen
class Measured:
    """A bounce of the corpus, what it is expected to say of each recipient, and what is read."""

    name: str
    root: Entity
    facts: tuple[Fact, ...]
    report: DeliveryReport | None

    @property
    def is_addressed_to_its_recipients(self) -> bool:
        """Whether the original's To and Cc name just the recipients that are read."""
        original = header_of_original(self.root) or first_header(_behind_the_notice(self.root))
        recipients = () if self.report is None else self.report.recipients
        return original is not None and {_plain(one) for one in recipients} == set(_addresses(original, b"to", b"cc"))

    @property
    def family(self) -> str:
        found = _FAMILY.fullmatch(self.name)
        assert found is not None
        return found[1]


@attrs.frozen
class Comparison:
    """One field of one bounce: what is read and what is expected, and why they differ if they do."""

    name: str
    family: str
    field: str
    ours: str
    theirs: str

    @property
    def agrees(self) -> bool:
        return self.ours == self.theirs

    @property
    def reason(self) -> str:
        return DISAGREEMENTS.get((self.name, self.field), "")


def folder() -> Path:
    return shared.corpus() / "bounce" / "sisimai-a"


def stated_addresses(root: Entity) -> list[str]:
    """Give the recipients that a delivery status in a part of its own names."""
    part = status_part(root)
    recipients = () if part is None else reported_recipients(groups_of(part))
    return [one.address.email_address.lower() for one in recipients]


@functools.cache
def measured() -> tuple[Measured, ...]:
    """Read the bounces without a usable delivery status."""
    files = cast(
        "dict[str, dict[str, list[Fact]]]", json.loads((folder() / "expected.json").read_text("utf-8"))["files"]
    )
    roots = {name: parse((folder() / name).read_bytes()) for name in files}
    return tuple(
        Measured(name.removeprefix("bsd/"), root, tuple(files[name]["facts"]), read_bounce(root))
        for name, root in roots.items()
        if not stated_addresses(root)
    )


def comparisons() -> list[Comparison]:
    return [
        Comparison(one.name, one.family, field, ours, theirs)
        for one in measured()
        for field, ours, theirs in _compared(one)
    ]


def _compared(one: Measured) -> Iterator[tuple[str, str, str]]:
    yield "recognised", str(one.report is not None), "True"
    recipients = () if one.report is None else one.report.recipients
    yield "recipients", str(len(recipients)), str(len(one.facts))
    named = _named(one.root)
    if named:
        yield "address", ", ".join(sorted(_plain(recipient) for recipient in recipients)), ", ".join(sorted(named))
    for recipient, fact in zip(recipients, one.facts, strict=False):
        if int(fact["status"].split(".")[2]) < _MADE_UP:
            yield "status", str(recipient.status), fact["status"]
        yield "reply code", str(reply_code(recipient.diagnostic) or ""), fact["replycode"]
        yield "hard or soft", _hard(_says_that_the_address_is_bad(recipient.status)), _hard(fact["hardbounce"])


def _plain(recipient: ReportedRecipient) -> str:
    return recipient.address.email_address.lower()


def _named(root: Entity) -> list[str]:
    """Give the addresses that a field of the bounce says failed."""
    return _addresses(root.header, b"x-failed-recipients")


def _addresses(header: HeaderBlock, *names: bytes) -> list[str]:
    return [one.email_address.lower() for name in names for one in read_addresses(header.raw(name) or b"")]


def _behind_the_notice(root: Entity) -> str:
    return split_notice(read_text(root), load_rules().general.original).original


def _hard(is_hard: bool) -> str:
    return "hard" if is_hard else "soft"


def _says_that_the_address_is_bad(status: EnhancedStatus) -> bool:
    """A hard bounce in sisimai's sense: the recipient or its host does not exist or never takes mail."""
    of_sender = {7, 8}
    is_of_recipient = status.subject == 1 and status.detail not in of_sender
    return status.klass == 5 and (is_of_recipient or (status.subject, status.detail) == (4, 4))
