"""Messages: when they come, where to, how large and how urgent."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator

import attrs

from msgcore.mta.queue.contract import Urgency

from .hosts import DAY
from .worlds import Domain, World

__all__ = ["Mail", "MailSettings", "mails_of"]

_BLOCK = 4_096
_PRIORITIES, _PRIORITY_SHARES = (3, 0, -3), (0.05, 0.85, 0.10)
_GRADES = {priority: int(Urgency.of_priority(priority)) for priority in _PRIORITIES}
_MIDDLE_OCTETS, _SPREAD, _MOST_OCTETS = 8_000, 1.6, 30_000_000


@attrs.frozen
class MailSettings:
    """``count`` messages come within ``hours``, more by day than by night; the n-th domain gets 1/n ** ``zipf``."""

    count: int
    hours: float = 24.0
    seed: int = 1
    zipf: float = 1.0


class Mail:
    """A message on its way, with one recipient; it is forgotten when it has ended."""

    __slots__ = (
        "accepted_here",
        "attempts",
        "born",
        "came_back",
        "came_by",
        "cost",
        "counts",
        "domain",
        "failed",
        "grade",
        "number",
        "origin",
        "priority",
        "site",
        "site_hops",
        "size",
        "stamp",
        "trace",
        "transfer_id",
        "tries",
        "was_deferred",
        "was_rerouted",
    )

    def __init__(self, number: int, born: float, site: int, domain: Domain, size: int, priority: int) -> None:
        self.number = number
        self.born = born
        self.origin = self.site = site
        self.domain = domain
        self.size = size
        self.priority = priority
        self.grade = _GRADES[priority]
        self.transfer_id = f"{number:x}"
        self.stamp = 0
        self.tries = 0
        self.attempts: dict[str, int] | None = None
        self.failed: frozenset[str] = frozenset()
        self.came_by = ""
        self.accepted_here = born
        self.trace: tuple[str, ...] = ()
        self.site_hops = 0
        self.cost = 0
        """What the links cost that it went over."""
        self.counts = True
        self.came_back = False
        self.was_deferred = False
        self.was_rerouted = False


def mails_of(world: World, settings: MailSettings) -> Iterator[Mail]:
    """Give the messages in the order in which they come."""
    chance = random.Random(settings.seed)
    domains = world.domains
    shares = list(itertools.accumulate(1 / rank**settings.zipf for rank in range(1, len(domains) + 1)))
    sites = range(len(world.sites))
    span = settings.hours * 3_600
    at = 0.0
    for first in range(0, settings.count, _BLOCK):
        count = min(_BLOCK, settings.count - first)
        # A quarter of the mean at two in the morning, 1.75 of it at two in the afternoon.
        rate = settings.count / span * (1 - 0.75 * math.cos((at / DAY - 2 / 24) * 2 * math.pi))
        to = chance.choices(domains, cum_weights=shares, k=count)
        starts = chance.choices(sites, k=count)
        priorities = chance.choices(_PRIORITIES, _PRIORITY_SHARES, k=count)
        for number in range(count):
            at += chance.expovariate(rate)
            size = min(_MOST_OCTETS, int(_MIDDLE_OCTETS * math.exp(chance.gauss(0, _SPREAD))))
            yield Mail(first + number, at, starts[number], to[number], size, priorities[number])
