"""The way around a next hop that nothing can go to now."""

from __future__ import annotations

from collections.abc import Callable

from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.nexthop import next_hop

__all__ = ["around"]


def around(
    first: Decision,
    failed: frozenset[str],
    may_go: Callable[[Connector, str], bool],
    route: Callable[[frozenset[str]], Decision],
) -> Decision:
    """Look for another connector while the chosen one's next hop is shut; without one the first choice stays.

    ``may_go`` says of a connector and its next hop whether mail may go there now; ``route`` decides once more for the
    same recipient, without the connectors it is given. ``failed`` did not open this time.
    """
    decision = first
    while decision.way is not None and decision.retry_at is None:
        if may_go(decision.way, next_hop(decision.recipient, decision.options)):
            return decision
        failed |= {decision.way.name}
        decision = route(failed)
    return first
