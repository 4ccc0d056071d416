"""Rules: what keeps a connector from taking a message at all, compiled to the few that a connector has."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from msgcore.base.text import fold
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.facts import MessageFacts
from msgcore.mta.routing.spaces import AddressSpace
from msgcore.mta.routing.verdict import Verdict

__all__ = ["Barrier", "Rule", "rules_of_connector", "rules_of_space"]

Barrier = tuple[Verdict, str]
"""Why a candidate drops out, and the details for a person."""

Rule = Callable[[MessageFacts], Barrier | None]


def rules_of_space(space: AddressSpace, own_names: AbstractSet[str]) -> tuple[Rule, ...]:
    """Give the rule of a space whose scope has none of the names of this MTA's site and locations."""
    if not space.scope or not own_names.isdisjoint(space.scope):
        return ()
    barrier = Verdict.OUT_OF_SCOPE, "only for " + ", ".join(space.scope)
    return (lambda _: barrier,)


def rules_of_connector(connector: Connector) -> tuple[Rule, ...]:
    """Give a connector's rules in the order of :class:`Verdict`; one that restricts nothing has none."""
    rules: list[Rule] = []
    if not connector.is_enabled:
        rules.append(lambda _: (Verdict.DISABLED, ""))
    if connector.max_size_octets is not None:
        rules.append(_size(connector, connector.max_size_octets))
    if connector.message_classes:
        rules.append(_message_class(connector))
    if connector.priorities != (-9, 9):
        rules.append(_priority(connector))
    if connector.only_from or connector.never_from:
        rules.append(_sender(connector))
    if connector.needs_verdicts or connector.refuses_verdicts:
        rules.append(_verdicts(connector))
    if connector.capabilities is not None:
        rules.append(_capabilities(connector, connector.capabilities))
    if connector.leads_to:
        rules.append(_visited(connector.leads_to))
    return tuple(rules)


def _size(connector: Connector, maximum: int) -> Rule:
    def rule(facts: MessageFacts) -> Barrier | None:
        if connector.takes_size(facts.size_octets):
            return None
        return Verdict.TOO_BIG, f"{facts.size_octets:,} octets, takes {maximum:,}"

    return rule


def _message_class(connector: Connector) -> Rule:
    def rule(facts: MessageFacts) -> Barrier | None:
        if connector.takes_class(facts.message_class):
            return None
        return Verdict.CLASS_NOT_TAKEN, f"{facts.message_class}, takes {', '.join(connector.message_classes)}"

    return rule


def _priority(connector: Connector) -> Rule:
    lowest, highest = connector.priorities

    def rule(facts: MessageFacts) -> Barrier | None:
        if connector.takes_priority(facts.priority):
            return None
        return Verdict.PRIORITY_NOT_TAKEN, f"{facts.priority}, takes {lowest} to {highest}"

    return rule


def _sender(connector: Connector) -> Rule:
    said = [
        f"{word} from {', '.join(patterns)}"
        for word, patterns in (("only", connector.only_from), ("never", connector.never_from))
        if patterns
    ]

    def rule(facts: MessageFacts) -> Barrier | None:
        if connector.takes_sender(facts.sender):
            return None
        return Verdict.SENDER_NOT_ALLOWED, ", ".join(said)

    return rule


def _verdicts(connector: Connector) -> Rule:
    needs, refuses = connector.needs_verdicts, connector.refuses_verdicts

    def rule(facts: MessageFacts) -> Barrier | None:
        if needs <= facts.verdicts and refuses.isdisjoint(facts.verdicts):
            return None
        missing = [f"needs {one}" for one in sorted(needs - facts.verdicts)]
        return Verdict.FOUND_OTHERWISE, ", ".join(
            [*missing, *(f"refuses {one}" for one in sorted(refuses & facts.verdicts))]
        )

    return rule


def _capabilities(connector: Connector, promised: AbstractSet[str]) -> Rule:
    def rule(facts: MessageFacts) -> Barrier | None:
        if facts.needs <= promised:
            return None
        return Verdict.LACKS_CAPABILITY, ", ".join(sorted(connector.lacks(facts.needs)))

    return rule


def _visited(leads_to: str) -> Rule:
    barrier, place = (Verdict.BEEN_THERE, leads_to), fold(leads_to)
    return lambda facts: barrier if place in facts.visited else None
