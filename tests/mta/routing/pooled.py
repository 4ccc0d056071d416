"""Tables made of connectors that were made before: quickly drawn, for tests that need many."""

from __future__ import annotations

import itertools
from random import Random

from hypothesis import strategies as st

from msgcore.mta import AddressSpace, Connector, RouteTable
from tests.mta.routing.tables import PATTERNS, RESTRICTIONS

_RANDOM = Random(11)
_TYPED = [(kind, pattern) for kind, patterns in PATTERNS.items() for pattern in patterns]


def _connector(name: str) -> Connector:
    spaces = [
        AddressSpace(kind, pattern, _RANDOM.randint(1, 3), fallthrough=_RANDOM.random() < 0.2)
        for kind, pattern in _RANDOM.sample(_TYPED, _RANDOM.randint(1, 5))
    ]
    one, other = _RANDOM.choices(RESTRICTIONS, k=2)
    options = {"relay": f"smtp://{_RANDOM.choice('xy')}.test"}
    return Connector(name, "smtp", spaces, options, **{**one, **other})


_POOL = {name: [_connector(name) for _ in range(20)] for name in "abcdef"}
_CHOICES = list(itertools.chain.from_iterable(_POOL.values()))


def pooled_tables() -> st.SearchStrategy[RouteTable]:
    connectors = st.lists(st.sampled_from(_CHOICES), min_size=1, max_size=5, unique_by=lambda one: one.name)
    return st.builds(RouteTable, connectors, site=st.sampled_from(["", "south"]))
