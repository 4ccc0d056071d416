"""Expansion of a recipient: directory, lists in lists, aliases and redirects, down to those who get the message.

*Theory of operation.* The tree is worked level by level, so that of several ways to somebody the shortest counts, and
the same directory always gives the same answer in the same order. Whoever was found is not followed again: this ends
loops, and lets nobody get two copies. A level is looked up in one go.

The recipients that come out are fixed: a mailbox, or an address that is nobody's here, stands for itself when it is
expanded again, as it is at each try. (A mailbox that keeps a copy of what it redirects is named by its distinguished
name, which is no redirect.) What cannot be expanded, as an empty list in a list, comes out as a recipient, too, and is
refused when its own turn comes: to the sender or, in a mailing list, to its owner.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from msgcore.base.status import EnhancedStatus
from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError
from msgcore.model.address import SMTP, Address
from msgcore.model.delivery import Notify
from msgcore.model.recipient import Recipient
from msgcore.mta.directory import (
    Directory,
    DirectoryEntry,
    DirectoryObject,
    DistributionList,
    Redirect,
    look_up_all,
)
from msgcore.mta.expansion.expansion import Expansion, ExpansionLimits, OwnerGroup
from msgcore.mta.expansion.loops import find_loops
from msgcore.mta.routing.reasons import Reason
from msgcore.mta.routing.spaces import AddressSpace
from msgcore.wire.domain import typed_key

__all__ = ["expand"]

_Key = tuple[str, str]
_Container = DistributionList | Redirect

_NO_EXPANSION = EnhancedStatus(5, 2, 4)
_LOOP = EnhancedStatus(5, 4, 6)
_NOT_ALLOWED = EnhancedStatus(5, 7, 2)

_LIMITS = ExpansionLimits()


async def expand(
    recipient: Recipient,
    sender: Address | None,
    directory: Directory,
    deadline: Deadline,
    limits: ExpansionLimits = _LIMITS,
) -> Expansion:
    """Say what a recipient stands for; ``sender`` is the return path of the message, ``None`` for a report's.

    The return path of a report stays null whatever list it comes to, so that reports about it cannot go round.
    Beyond a limit the recipient is refused as a whole: nobody gets what only some would get.

    Raises:
        TimedOut: the deadline passed.
        MsgcoreError: the directory cannot be asked; try again later.
    """
    walk = _Walk(recipient, sender, limits)
    level: Sequence[_Stop] = [walk.start]
    found = await look_up_all(directory, [recipient.address], deadline)
    entry = found[0]
    if entry is None or isinstance(entry, DirectoryEntry):
        return Expansion(recipient, entry, (recipient,))
    reason = _why_closed(entry, sender)
    if reason is not None:
        return Expansion(recipient, entry, refusal=reason)
    try:
        for _ in range(limits.levels):
            level = walk.take(level, found)
            if not level:
                return walk.result(entry)
            found = await look_up_all(directory, [stop.address for stop in level], deadline)
        walk.take_deepest(level, found)
    except _TooMuch as error:
        return Expansion(recipient, entry, refusal=Reason(_NO_EXPANSION, str(error)))
    return walk.result(entry)


def _why_closed(entry: _Container, sender: Address | None) -> Reason | None:
    """Say why a list or redirect leads nobody's message on, or this sender's; ``None`` when it does."""
    if isinstance(entry, Redirect):
        return None if entry.targets or entry.keeps else Reason(_NO_EXPANSION, "redirected to nobody")
    if not entry.members:
        return Reason(_NO_EXPANSION, "the list has no members")
    if entry.only_from and not _is_among(sender, entry.only_from):
        return Reason(_NOT_ALLOWED, "the sender may not send to this list")
    return None


def _is_among(sender: Address | None, patterns: Sequence[str]) -> bool:
    if sender is None or sender.address_type != SMTP:
        return False
    return any(AddressSpace(SMTP, pattern).matches(sender.email_address) for pattern in patterns)


class _TooMuch(MsgcoreError):
    """A limit is passed."""


@attrs.frozen
class _Stop:
    """An address on the way, to which group it belongs (0: none), and whom the message was for before."""

    address: Address
    key: _Key
    group: int
    original: Address | None


class _Walk:
    """What was found so far. Everything here is pure; :func:`expand` asks the directory."""

    def __init__(self, recipient: Recipient, sender: Address | None, limits: ExpansionLimits) -> None:
        self._recipient = recipient
        self._sender = sender
        self._limits = limits
        self._met: set[_Key] = set()
        self._taken: set[_Key] = set()
        self._containers: dict[_Key, _Container] = {}
        self._container_of: dict[_Key, _Key] = {}
        self._ways: dict[_Key, list[_Key]] = {}
        self._groups: list[tuple[Address | None, Address, list[Recipient]]] = [(sender, recipient.address, [])]
        # RFC 3461 section 5.2.7.2: an alias passes on what the recipient had, or the address that it was.
        original = recipient.original or recipient.address
        self.start = _Stop(recipient.address, typed_key(recipient.address), 0, original)
        self._met.add(self.start.key)

    def take(self, level: Sequence[_Stop], found: Sequence[DirectoryObject | None]) -> list[_Stop]:
        """Take in what a level's addresses are, and give the next level."""
        further: list[_Stop] = []
        for stop, entry in zip(level, found, strict=True):
            if entry is None:
                self._put(stop, stop.address, stop.key)
            elif isinstance(entry, DirectoryEntry):
                self._put(stop, stop.address, typed_key(entry.address))
            else:
                further += self._enter(stop, entry)
        return further

    def _put(self, stop: _Stop, address: Address, key: _Key) -> None:
        """Let somebody have the message, once."""
        if key in self._taken:
            return
        self._taken.add(key)
        self._count()
        # RFC 3461 section 5.2.7.1: a mailing list asks for itself, and nothing that the sender of the message asked.
        notify = Notify.FAILURE if stop.group else self._recipient.notify
        one = Recipient(address, self._recipient.kind, notify, stop.original)
        self._groups[stop.group][2].append(one)

    def _enter(self, stop: _Stop, entry: _Container) -> list[_Stop]:
        """Give the ways that lead on from a list or redirect, when it is met for the first time."""
        key = typed_key(entry.address)
        self._container_of[stop.key] = key
        if key in self._containers:
            return []
        if _why_closed(entry, self._groups[stop.group][0]) is not None:
            self._put(stop, stop.address, key)
            return []
        self._containers[key] = entry
        self._count()
        if isinstance(entry, DistributionList):
            return self._lead_on(self._in_group(stop, entry), key, entry.members)
        if entry.keeps is not None:
            self._put(stop, entry.keeps.address, typed_key(entry.keeps.address))
        return self._lead_on(stop, key, entry.targets)

    def _in_group(self, stop: _Stop, entry: DistributionList) -> _Stop:
        """Change to a mailing list's own return path; a list without owner is an alias of its members."""
        if entry.owner is None or self._sender is None:
            return stop
        self._groups.append((entry.owner, entry.address, []))
        # What was before the list is nothing to its owner: the members are told as the list has them.
        return attrs.evolve(stop, group=len(self._groups) - 1, original=None)

    def _lead_on(self, stop: _Stop, container: _Key, addresses: Sequence[Address]) -> list[_Stop]:
        ways = self._ways[container] = [typed_key(address) for address in addresses]
        further: list[_Stop] = []
        for address, key in zip(addresses, ways, strict=True):
            if key not in self._met:
                self._met.add(key)
                further.append(_Stop(address, key, stop.group, stop.original or address))
        return further

    def _count(self) -> None:
        if len(self._taken) + len(self._containers) > self._limits.addresses:
            raise _TooMuch(f"stands for more than {self._limits.addresses:,} addresses")

    def take_deepest(self, level: Sequence[_Stop], found: Sequence[DirectoryObject | None]) -> None:
        """Take in the deepest level that may be, where nobody leads on any more.

        Raises:
            _TooMuch: somebody does.
        """
        if self.take(level, found):
            raise _TooMuch(f"more than {self._limits.levels:,} levels of lists in lists")

    def result(self, entry: _Container) -> Expansion:
        (_, _, same_path), *others = self._groups
        groups = [OwnerGroup(who, name, tuple(some)) for who, name, some in others if who is not None and some]
        recipients, action = _answered(self._recipient.notify, same_path, len(groups))
        loops = find_loops(typed_key(entry.address), self._ways_between_containers())
        return Expansion(
            self._recipient,
            entry,
            recipients,
            tuple(groups),
            None if recipients or groups else Reason(_LOOP, "leads to nobody but itself"),
            action,
            tuple((self._containers[one].address, self._containers[other].address) for one, other in loops),
        )

    def _ways_between_containers(self) -> dict[_Key, list[_Key]]:
        to = {address: key for address, key in self._container_of.items() if key in self._containers}
        return {key: [to[way] for way in ways if way in to] for key, ways in self._ways.items()}


def _answered(notify: Notify | None, recipients: Sequence[Recipient], lists: int) -> tuple[tuple[Recipient, ...], str]:
    """Say what answers a question about success, and give the recipients, who still ask it where nothing does.

    One recipient asks on (RFC 3461 section 5.2.7.2), a mailing list is where the message arrives (5.2.7.1), and several
    are told of now, and not asked about each (5.2.7.3, way c).
    """
    if notify is None or Notify.SUCCESS not in notify or len(recipients) + lists == 0:
        return tuple(recipients), ""
    if len(recipients) + lists == 1:
        return tuple(recipients), "delivered" if lists else ""
    return tuple(attrs.evolve(one, notify=notify & ~Notify.SUCCESS) for one in recipients), "expanded"
