"""Where a message for an address would go: the directory first, then the table of routes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import attrs

from msgcore.base.times import Deadline
from msgcore.model.address import Address
from msgcore.model.recipient import Recipient
from msgcore.mta.directory import Directory, DistributionList, look_up_all
from msgcore.mta.expansion.expand import expand
from msgcore.mta.expansion.expansion import Expansion
from msgcore.mta.routing.decision import Candidate, Decision
from msgcore.mta.routing.facts import LinkState, MessageFacts
from msgcore.mta.routing.route import RouteTable

__all__ = ["MOST_SHOWN", "ExpandedDecision", "UnknownHereDecision", "preview"]

MOST_SHOWN = 100

_ALL_UP = LinkState()


@attrs.frozen(kw_only=True)
class UnknownHereDecision(Decision):
    """An address that the table gives to the mailboxes of this place, and that is nobody's: they refuse it."""

    def _summary(self) -> str:
        return f"{super()._summary()}, which refuses it: the address is nobody's here"


@attrs.frozen(kw_only=True)
class ExpandedDecision(Decision):
    """A list or a redirect: others get its mail, each by a decision of its own.

    ``decisions`` are those of the first ``MOST_SHOWN`` recipients, in the order of ``expansion``. ``reason`` is set
    when there is nobody.
    """

    expansion: Expansion
    decisions: tuple[Decision, ...]

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """All who get the message, under whatever return path."""
        return tuple(_all_of(self.expansion))

    @property
    def connector(self) -> str | None:
        """The names of the connectors that take those of the ``decisions``, joined by commas."""
        names = dict.fromkeys(one.connector for one in self.decisions if one.connector is not None)
        return ", ".join(names) or None

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """None: nothing is routed to the address itself."""
        return ()

    def explain(self) -> str:
        """Tell who gets the message, and by which connector, as lines of text for a person."""
        lines = [self.recipient.typed, f"  {self._summary()}", ""]
        shown = iter(self.decisions)
        lines += self._lines(self.expansion.recipients, shown)
        for group in self.expansion.under_owner:
            there = self._lines(group.recipients, shown)
            if there:
                lines += [f"  of {group.list_address.typed}, reports to {group.owner.typed}:", *there]
        left_out = len(self.recipients) - len(self.decisions)
        if left_out:
            lines.append(f"  and {left_out:,} more")
        lines += [
            f"  the way from {one.typed} back to {other.typed} is not followed" for one, other in self.expansion.loops
        ]
        return "\n".join(lines).rstrip()

    @staticmethod
    def _lines(recipients: Sequence[Recipient], shown: Iterator[Decision]) -> list[str]:
        # The recipients lead, so that no decision is taken that belongs to the next group.
        return [f"  {one.address.typed}  {decision}" for one, decision in zip(recipients, shown, strict=False)]

    def _summary(self) -> str:
        if self.reason is not None:
            return f"goes to nobody: {self.reason}"
        entry, count = self.expansion.entry, len(self.recipients)
        what = "is a distribution list" if isinstance(entry, DistributionList) else "is redirected"
        return f"{what}: expanded to {count:,} recipient{'' if count == 1 else 's'}"

    def __str__(self) -> str:
        return self._summary()


async def preview(
    address: Address,
    facts: MessageFacts,
    directory: Directory,
    routes: RouteTable,
    deadline: Deadline,
    *,
    now: datetime | None = None,
    links: Callable[[Address], LinkState] = lambda _: _ALL_UP,
    local_gateway: str = "",
) -> Decision:
    """Decide for one address as the MTA would; a list or a redirect gives an :class:`ExpandedDecision`.

    ``links`` gives the state of the links as it is for an address. ``local_gateway`` takes nobody whom the directory
    does not know: that is an :class:`UnknownHereDecision`.

    Raises:
        TimedOut: the deadline passed.
        MsgcoreError: the directory cannot be asked.
    """

    def decide(address: Address, *, is_known: bool) -> Decision:
        decision = routes.route(address, facts, links=links(address), now=now)
        is_refused = bool(local_gateway) and decision.gateway == local_gateway and not is_known
        return UnknownHereDecision(**_fields(decision)) if is_refused else decision

    expansion = await expand(Recipient(address), facts.sender, directory, deadline)
    if expansion.is_unchanged:
        return decide(expansion.address, is_known=expansion.entry is not None)
    addresses = [one.address for one in islice(_all_of(expansion), MOST_SHOWN)]
    entries = await look_up_all(directory, addresses, deadline)
    decisions = tuple(
        decide(one if entry is None else entry.address, is_known=entry is not None)
        for one, entry in zip(addresses, entries, strict=True)
    )
    its_own = _fields(routes.route(address, facts, now=now))
    its_own |= {"reason": expansion.refusal, "retry_at": None, "row": None}
    return ExpandedDecision(**its_own, expansion=expansion, decisions=decisions)


def _fields(decision: Decision) -> dict[str, Any]:
    return {str(field.alias): getattr(decision, field.name) for field in attrs.fields(Decision)}


def _all_of(expansion: Expansion) -> Iterator[Recipient]:
    yield from expansion.recipients
    for group in expansion.under_owner:
        yield from group.recipients
