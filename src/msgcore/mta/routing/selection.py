"""Selection: which row of a table takes one recipient, and what became of the others.

*Theory of operation.* Candidates are the rows of the recipient's own address type whose space matches the whole
address; no other type is ever looked at. Then, in this order:

1. Rows that cannot take the message at all are dropped (:mod:`~msgcore.mta.routing.rules`), and the connector that
   it came in by.
2. Of the rest, the most specific spaces stay. From here on the set is fixed: a narrow space whose link is down never
   makes a broader one win, because the broader way would often lead back here. Only where every row of the set says
   ``fallthrough``, and the best of them has to wait or there is none, the next set is looked at, too.
3. Connectors that the caller leaves out (those that just did not answer) are dropped, and those that failed to open
   for this copy as often as they may.
4. The order is total: a way that is open now, then one that opens later (the sooner the better), then one that only
   the other side opens; then fewer tries of this copy; then a link that is up, or sooner up; then the lower cost; then
   one of the own site; then a weighted rendezvous hash over the transfer id, which is even, the same on every try, and
   moves only what it must when connectors come and go; then the name and the pattern.

The policy ``least_cost`` puts cost first, but for this: a way that is open now goes before a cheaper one that is not.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Literal

import attrs

from msgcore.mta.routing.candidate import Candidate, Trace
from msgcore.mta.routing.facts import LinkState, MessageFacts
from msgcore.mta.routing.rules import Barrier
from msgcore.mta.routing.space_index import Row, Rows, SpaceIndex
from msgcore.mta.routing.verdict import Verdict

__all__ = ["Asked", "Choice", "Policy", "Question", "choose", "trace_of"]

Policy = Literal["cost", "least_cost"]
"""Whether cost decides among the ways that are up, or before it is asked who is."""

Asked = tuple[SpaceIndex | None, str, MessageFacts, LinkState, datetime | None, AbstractSet[str], Policy]
"""What a decision was made of, so that it can be told again: the arguments of :func:`trace_of`."""

Choice = tuple[Row, datetime | None]
"""The row that is taken, and when to look again if it has to wait."""

_NOW = datetime.min.replace(tzinfo=UTC)
_SOME_TIME = datetime.max.replace(tzinfo=UTC)
_BETWEEN_LOOKS = timedelta(hours=1)
"""Nobody knows when the other side calls; looked at so often, what waits for it still expires in time."""

_OPEN, _OPENS_LATER, _OPENED_BY_OTHERS = range(3)

_Rank = tuple[bool, int, int, datetime, int, datetime, int, bool]
_ORDER = (
    Verdict.NOT_OPEN,  # whether
    Verdict.COSTS_MORE,  # by the policy that puts it first
    Verdict.NOT_OPEN,  # how it opens
    Verdict.NOT_OPEN,  # when
    Verdict.TRIED_MORE,
    Verdict.LINK_DOWN,
    Verdict.COSTS_MORE,
    Verdict.FARTHER,
)
"""What is said of a row by the first part of its rank that is greater."""


@attrs.frozen
class Question:
    """One recipient's key and everything else that the choice depends on."""

    key: str
    facts: MessageFacts
    links: LinkState
    now: datetime | None
    exclude: AbstractSet[str]
    policy: Policy

    def choose(self, index: SpaceIndex) -> Choice | None:
        waiting: Choice | None = None
        for group in index.groups(self.key):
            able = self.able(group)
            choice = self.best(able)
            if choice is not None and choice[1] is None:
                return choice
            waiting = waiting or choice
            if not all(row.space.fallthrough for row in able):
                break
        return waiting

    def able(self, group: Rows) -> list[Row]:
        return [row for row in group if self.barrier(row) is None]

    def barrier(self, row: Row) -> Barrier | None:
        """Say why a row cannot take this message at all."""
        for rule in row.rules:
            barrier = rule(self.facts)
            if barrier is not None:
                return barrier
        return (Verdict.CAME_THIS_WAY, "") if row.connector.name == self.facts.arrived_by else None

    def drop(self, row: Row) -> Barrier | None:
        """Say why a row of the set is out of this try."""
        connector = row.connector
        if connector.name in self.exclude:
            return Verdict.LEFT_OUT, ""
        limit = connector.max_tries
        if limit is not None and self.tries(row) >= limit:
            return Verdict.TRIED_ENOUGH, f"{self.tries(row)} of {limit}"
        return None

    def best(self, able: list[Row]) -> Choice | None:
        left = [row for row in able if self.drop(row) is None]
        if not left:
            return None
        ranks = [self.rank(row) for row in left]
        first = min(ranks)
        equals = [row for row, rank in zip(left, ranks, strict=True) if rank == first]
        row = equals[0] if len(equals) == 1 else max(equals, key=self._draw)
        return row, self._look_again(first)

    def rank(self, row: Row) -> _Rank:
        """Give what rows are compared by, the lower the better."""
        opens, at = self.opening(row)
        cost = row.space.cost
        first_cost = cost if self.policy == "least_cost" else 0
        return opens != _OPEN, first_cost, opens, at, self.tries(row), self.up_at(row), cost, row.is_far

    def _look_again(self, rank: _Rank) -> datetime | None:
        """Say when to look again at a row of this rank; ``None`` if it can go now."""
        _, _, opens, at, _, up_at, _, _ = rank
        if opens == _OPENED_BY_OTHERS:
            return _SOME_TIME if self.now is None else self.now + _BETWEEN_LOOKS
        until = max(at, up_at)
        return None if until is _NOW else until

    def opening(self, row: Row) -> tuple[int, datetime]:
        """Say how a way opens by its schedule, and when."""
        schedule = row.connector.schedule
        if schedule is None or row.connector.name in self.links.called:
            return _OPEN, _NOW
        if schedule.is_remote_initiated:
            return _OPENED_BY_OTHERS, _NOW
        if self.now is None or schedule.is_open(self.now):
            return _OPEN, _NOW
        return _OPENS_LATER, schedule.opens_at(self.now) or _SOME_TIME

    def tries(self, row: Row) -> int:
        return self.facts.tries.get(row.connector.name, 0)

    def up_at(self, row: Row) -> datetime:
        name, links = row.connector.name, self.links
        return links.down_until(name, self.now) or _NOW if name in links.down else _NOW

    def _draw(self, row: Row) -> tuple[float, str, str]:
        """Score a row for the weighted rendezvous hash; name and pattern make the order total."""
        connector = row.connector
        text = f"{self.facts.transfer_id or self.key}\0{connector.name}"
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        fraction = (int.from_bytes(digest, "big") + 0.5) / 2**64
        return connector.weight / -math.log(fraction), connector.name, row.space.key


def choose(
    index: SpaceIndex | None,
    key: str,
    facts: MessageFacts,
    links: LinkState,
    now: datetime | None,
    exclude: AbstractSet[str],
    policy: Policy,
) -> Choice | None:
    """Choose the row for the recipient with this key (:func:`address_key`); ``None`` if there is no way for it now."""
    return None if index is None else Question(key, facts, links, now, exclude, policy).choose(index)


def trace_of(
    index: SpaceIndex | None,
    key: str,
    facts: MessageFacts,
    links: LinkState,
    now: datetime | None,
    exclude: AbstractSet[str],
    policy: Policy,
) -> Trace:
    """Give every row that matches, with its verdict, the most specific first."""
    if index is None:
        return Trace((), 0)
    question = Question(key, facts, links, now, exclude, policy)
    choice = question.choose(index)
    candidates: list[Candidate] = []
    before: Row | None = None  # a row that keeps all less specific ones out
    for group in index.groups(question.key):
        able = question.able(group)
        best = question.best(able)
        for row in sorted(group, key=lambda row: (row.space.cost, row.connector.name, row.space.key)):
            verdict, detail = _verdict(question, row, before, best, choice)
            candidates.append(Candidate(row.connector.name, row.space, verdict, detail))
        if before is None:
            if choice is not None and choice[0] in able:
                before = choice[0]
            elif not all(row.space.fallthrough for row in able):
                before = able[0]
    return Trace(tuple(candidates), index.size - len(candidates))


def _verdict(question: Question, row: Row, before: Row | None, best: Choice | None, choice: Choice | None) -> Barrier:
    barrier = question.barrier(row)
    if barrier is not None:
        return barrier
    if before is not None:
        return Verdict.LESS_SPECIFIC, f"{before.space.pattern} comes first"
    drop = question.drop(row)
    if drop is not None:
        return drop
    assert best is not None, "a row that is not dropped is left to choose"
    if choice is not None and row is choice[0]:
        wait = "" if choice[1] is None else f"{_obstacle(question, row).value} {_wait(question, row)}"
        return Verdict.CHOSEN, wait
    if row is best[0]:
        # Of a set that lets a less specific one take what would have to wait.
        return _obstacle(question, row), _wait(question, row)
    return _lost(question, row, best[0])


def _lost(question: Question, row: Row, winner: Row) -> Barrier:
    """Say by what a row is worse than another."""
    verdict = next(
        (
            verdict
            for verdict, own, other in zip(_ORDER, question.rank(row), question.rank(winner), strict=True)
            if own != other
        ),
        Verdict.NOT_DRAWN,
    )
    if verdict is Verdict.NOT_OPEN or verdict is Verdict.LINK_DOWN:
        return verdict, _wait(question, row)
    if verdict is Verdict.TRIED_MORE:
        return verdict, f"{question.tries(row)}, not {question.tries(winner)}"
    if verdict is Verdict.COSTS_MORE:
        return verdict, f"{row.space.cost}, not {winner.space.cost}"
    return verdict, row.connector.site if verdict is Verdict.FARTHER else ""


def _obstacle(question: Question, row: Row) -> Verdict:
    return Verdict.LINK_DOWN if question.opening(row)[0] == _OPEN else Verdict.NOT_OPEN


def _wait(question: Question, row: Row) -> str:
    opens, at = question.opening(row)
    if opens == _OPENED_BY_OTHERS:
        return "until the other side calls"
    return f"until {max(at, question.up_at(row)):%Y-%m-%d %H:%M:%S %Z}"
