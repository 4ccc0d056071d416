"""The clients of a listener while they are there: who comes in, who has to leave, and who has had enough.

*Theory of operation.* A listener has so many places. A client that has as many as one client may is turned away; so is
one that connects too often. When all places are taken, the next visit takes the place of another one: of whoever has
brought nothing for a while, the longest first; else of the client that has the most, if that stays with at least as
many as the newcomer has. So a single client, or a hundred that only sit there, never keep others out, and who sends
something from two connections does not lose one to a crowd that sits there. A visit whose message is just being taken
into the queue stays. Who is exempt counts as a client without places: it leaves only for having brought nothing.

Memory is shared in the same way. When more octets of messages are under way than may be, the client that has the most
of them loses the message that it began last, so that its others come to an end.

Everything here belongs to one loop.
"""

from __future__ import annotations

import functools
import ipaddress
from collections import Counter
from collections.abc import Callable

import attrs

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.mta.listener.limits import IntakeLimits
from msgcore.mta.listener.rates import Meter, Meters, Rate
from msgcore.runtime.abc import Runtime
from msgcore.wire.smtp.server import Client

__all__ = ["Visit", "Visits", "network_of"]

_TOO_MANY_PLACES = Reply(421, ("too many connections from you; try again later",), EnhancedStatus(4, 7, 0))
_TOO_OFTEN = Reply(421, ("you connect too often; try again later",), EnhancedStatus(4, 7, 0))
_NO_PLACE = Reply(421, ("too many connections; try again later",), EnhancedStatus(4, 3, 2))
# X.7.28 of the registry of enhanced status codes: mail flood detected.
_FLOOD = Reply(450, ("more than a client may send for now; try again later",), EnhancedStatus(4, 7, 28))
_USER_FLOOD = Reply(450, ("more than a user may send for now; try again later",), EnhancedStatus(4, 7, 28))
_ALL_FLOOD = Reply(451, ("too much mail for now; try again later",), EnhancedStatus(4, 3, 2))
_TOO_MANY_ERRORS = Reply(421, ("too many errors from you; try again later",), EnhancedStatus(4, 7, 0))
_TOO_MANY_UNKNOWN = Reply(421, ("too many unknown recipients from you; try again later",), EnhancedStatus(4, 7, 0))
_TOO_MANY_LOGINS = Reply(421, ("too many refused logins; try again later",), EnhancedStatus(4, 7, 0))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LONGEST_NAME = 500
# So many octets of a message bring it forward: who drips does not.
_PROGRESS_OCTETS = 64 * 1024


@functools.lru_cache(maxsize=1_024)
def network_of(host: str) -> str:
    """Name the client that connects from an address: IPv4 by itself, IPv6 by the 64 bits that one customer has.

    Behind a translator (RFC 6052 section 2.1) all of IPv4 comes from one network of IPv6.
    """
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 4:
        return str(address)
    mapped = address.ipv4_mapped
    if mapped is None and address in _NAT64:
        mapped = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return str(mapped) if mapped is not None else str(ipaddress.ip_network((address, 64), strict=False))


class Visits:
    """The visits to one listener, and what its clients and users have had.

    ``rests`` is called when a transaction of any visit is over; nothing suspends its session before its answer is on
    the line. ``refused_login`` is called with a client's address, and who it said it is, when its login is refused.
    """

    def __init__(
        self,
        runtime: Runtime,
        limits: IntakeLimits,
        places: int,
        *,
        rests: Callable[[], object] = lambda: None,
        refused_login: Callable[[str, str], object] = lambda _, __: None,
    ) -> None:
        self.runtime = runtime
        self.limits = limits
        self.rests = rests
        self.refused_login = refused_login
        self.all = Meter()
        self._places = places
        self._here: dict[Visit, None] = {}
        self._octets_under_way = 0
        self._clients: Meters[str] = Meters(limits.most_remembered)
        self._users: Meters[str] = Meters(limits.most_remembered)
        self._known: dict[tuple[str, str], None] = {}

    def __len__(self) -> int:
        return len(self._here)

    def enter(self, address: str, leave: Callable[[], object]) -> Visit:
        """Let a client in, or not: see :attr:`Visit.refusal`. ``leave`` ends the visit when its place is needed."""
        now, network = self.runtime.monotonic(), network_of(address)
        meter = None if self.limits.exempt(Client(address)) else self._clients.of(network, now)
        visit = Visit(self, address, network, meter, leave, now)
        visit.refusal = self._refusal(visit, now)
        if visit.refusal is None:
            self._here[visit] = None
            if visit.meter is not None:
                visit.meter.places += 1
        return visit

    def end(self, visit: Visit) -> None:
        """Note that a visit is over."""
        if visit in self._here:
            del self._here[visit]
            self._octets_under_way -= visit.octets_under_way
            if visit.meter is not None:
                visit.meter.places -= 1

    def _refusal(self, visit: Visit, now: float) -> Reply | None:
        meter, limits = visit.meter, self.limits
        if meter is not None:
            if limits.connections is not None and meter.places >= limits.connections:
                return _TOO_MANY_PLACES
            if not meter.take("connections", limits.new_connections, now):
                return _TOO_OFTEN
        if len(self._here) < self._places:
            return None
        leaving = self._who_leaves(0 if meter is None else meter.places, now)
        if leaving is None:
            return _NO_PLACE
        self.end(leaving)
        leaving.leave()
        return None

    def _who_leaves(self, own_places: int, now: float) -> Visit | None:
        here = [one for one in self._here if not one.is_taking]
        if not here:
            return None
        oldest = min(here, key=lambda one: one.active_at)
        if now - oldest.active_at >= self.limits.idle_seconds:
            return oldest
        first = min(here, key=lambda one: (-one.places, one.active_at))
        return first if first.places > own_places + 1 else None

    # Memory

    def hold(self, visit: Visit, octets: int) -> bool:
        """Note how many octets a visit has under way; say whether it is still there, for somebody may have to leave."""
        if visit in self._here:
            self._octets_under_way += octets - visit.octets_under_way
            visit.octets_under_way = octets
            most = self.limits.octets_under_way
            while most is not None and self._octets_under_way > most and (leaving := self._whose_message_is_given_up()):
                self.end(leaving)
                leaving.leave()
        return visit in self._here

    def _whose_message_is_given_up(self) -> Visit | None:
        """Choose the message that was begun last of the client that has the most under way."""
        held: Counter[str] = Counter()
        for one in self._here:
            held[one.network] += one.octets_under_way
        here = [one for one in self._here if one.octets_under_way and not one.is_taking]
        return max(here, key=lambda one: (held[one.network], one.begun_at), default=None)

    # Users

    def user(self, name: str, now: float) -> Meter:
        return self._users.of(_known_as(name), now)

    def remember(self, name: str, network: str) -> None:
        """Note that a user has logged in from there."""
        pair = _known_as(name), network
        self._known.pop(pair, None)
        if len(self._known) >= self.limits.most_remembered:
            del self._known[next(iter(self._known))]
        self._known[pair] = None

    def is_known(self, name: str, network: str) -> bool:
        return (_known_as(name), network) in self._known


def _known_as(name: str) -> str:
    """Give the form by which a user is counted; strangers say names of any length."""
    return name[:_LONGEST_NAME].casefold()


@attrs.define(eq=False)
class Visit:
    """One session as its listener counts it; also the session's :class:`~msgcore.wire.smtp.server.Guard`.

    ``meter`` is the client's, ``None`` of one that is exempt.
    """

    _visits: Visits
    address: str
    network: str
    meter: Meter | None
    leave: Callable[[], object]
    active_at: float
    """When it last began to send something, or went on with it: at first, when it came."""
    begun_at: float = attrs.field(default=0.0, init=False)
    """When it began the message that it sends."""
    octets_under_way: int = attrs.field(default=0, init=False)
    """Of that message, as far as it has come and is not taken."""
    is_taking: bool = attrs.field(default=False, init=False)
    """Whether a message of it is on its way into the queue."""
    is_at_work: bool = attrs.field(default=False, init=False)
    """Whether a transaction has begun, and its message is not answered."""
    refusal: Reply | None = attrs.field(default=None, init=False)
    _arrived: int = attrs.field(default=0, init=False)

    @property
    def places(self) -> int:
        """How many connections the client has."""
        return 0 if self.meter is None else self.meter.places

    # What its handler asks

    def mail(self, user: str) -> Reply | None:
        """Count a message that a client, or a user, wants to send; give the reply if it may not."""
        visits, limits = self._visits, self._visits.limits
        now = self.active_at = self.begun_at = visits.runtime.monotonic()
        meter = self.meter
        if meter is not None and not (
            meter.has_room("octets", limits.octets, now) and meter.take("messages", limits.messages, now)
        ):
            return _FLOOD
        if user and not visits.user(user, now).take("messages", limits.user_messages, now):
            return _USER_FLOOD
        return None if visits.all.take("messages", limits.all_messages, now) else _ALL_FLOOD

    def rcpt(self, user: str) -> Reply | None:
        """Count a recipient; give the reply if it is one too many."""
        if self.meter is None and not user:
            return None
        visits, limits = self._visits, self._visits.limits
        now = self.active_at  # near enough, and nobody has to look at a clock
        if self.meter is not None and not self.meter.take("recipients", limits.recipients, now):
            return _FLOOD
        if user and not visits.user(user, now).take("recipients", limits.user_recipients, now):
            return _USER_FLOOD
        return None

    def bad_recipient(self) -> Reply | None:
        """Count a recipient that is nobody's; give the reply that ends the session if there have been too many."""
        return self._told_off("bad_recipients", self._visits.limits.bad_recipients, _TOO_MANY_UNKNOWN)

    def taken(self, octets: int) -> None:
        """Count a message that was taken."""
        if self.meter is not None:
            self.meter.add("octets", self._visits.limits.octets, self.active_at, octets)

    # What its session asks

    def arrived(self, octets: int) -> bool:
        self._arrived += octets
        if self._arrived >= _PROGRESS_OCTETS:
            self._arrived = 0
            self.active_at = self._visits.runtime.monotonic()
        return self._visits.hold(self, self.octets_under_way + octets)

    def over(self) -> None:
        self._arrived = 0
        self._visits.hold(self, 0)
        if self.is_at_work:
            self.is_at_work = False
            self._visits.rests()

    async def greet(self) -> Reply | None:
        limits = self._visits.limits
        if self.refusal is None and self.meter is not None and limits.greeting_seconds:
            await self._visits.runtime.sleep(limits.greeting_seconds)
        return self.refusal

    def refused(self) -> Reply | None:
        return self._told_off("refused_commands", self._visits.limits.refused_commands, _TOO_MANY_ERRORS)

    def before_login(self) -> Reply | None:
        return None if self._may_guess else _TOO_MANY_LOGINS

    @property
    def _may_guess(self) -> bool:
        now = self._visits.runtime.monotonic()
        return self.meter is None or self.meter.has_room("refused_logins", self._visits.limits.refused_logins, now)

    def may_log_in(self, claimed: str) -> bool:
        visits, limits = self._visits, self._visits.limits
        if not self._may_guess:  # any more: others of the client have been refused meanwhile
            return False
        if not claimed or visits.is_known(claimed, self.network):
            return True
        now = visits.runtime.monotonic()
        return visits.user(claimed, now).has_room("refused_logins", limits.user_refused_logins, now)

    async def after_login(self, claimed: str, *, is_proved: bool) -> Reply | None:
        visits, limits = self._visits, self._visits.limits
        is_let_in = self.may_log_in(claimed)
        if is_proved and is_let_in:
            visits.remember(claimed, self.network)
            return None
        # Where too many have been refused, the right password is answered, and counted, as a wrong one: guessing is of
        # no use.
        now = visits.runtime.monotonic()
        if claimed:
            visits.user(claimed, now).add("refused_logins", limits.user_refused_logins, now)
        if self.meter is not None:
            self.meter.add("refused_logins", limits.refused_logins, now)
        visits.refused_login(self.address, claimed)
        await visits.runtime.sleep(limits.refused_login_seconds)
        return None if is_let_in else _TOO_MANY_LOGINS

    def _told_off(self, kind: str, rate: Rate | None, reply: Reply) -> Reply | None:
        if self.meter is None:
            return None
        now = self._visits.runtime.monotonic()
        self.meter.add(kind, rate, now)
        return None if self.meter.has_room(kind, rate, now) else reply
