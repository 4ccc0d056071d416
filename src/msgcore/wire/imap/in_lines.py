"""Sets of unique ids in parts, each of which a server takes in one command."""

from __future__ import annotations

from msgcore.wire.imap.session_base import SessionBase
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["in_lines"]

_OVERHEAD_OCTETS = 100
_SHORTEST_SET_OCTETS = 200
_COUNTABLE = 1_000_000


def in_lines(session: SessionBase, uids: UidSet, other_octets: int, messages: int | None = None) -> list[UidSet]:
    """Split a set so that a line has room for it beside ``other_octets``, and names at most so many messages."""
    room = max(_SHORTEST_SET_OCTETS, session.behaviour.max_command_octets - other_octets - _OVERHEAD_OCTETS)
    limits = [one for one in (messages, session.behaviour.max_messages, session.capabilities.message_limit) if one]
    # A set of more numbers than that says "from here on", and most of them are no message's.
    parts = _of_so_many(uids, min(limits)) if limits and len(uids) <= _COUNTABLE else [uids]
    return [some for part in parts for some in part.split(room)]


def _of_so_many(uids: UidSet, count: int) -> list[UidSet]:
    parts: list[UidSet] = []
    part: list[tuple[int, int]] = []
    room = count
    for first, last in uids.ranges:
        at = first
        while at <= last:
            end = min(last, at + room - 1)
            part.append((at, end))
            room -= end - at + 1
            at = end + 1
            if not room:
                parts.append(UidSet(tuple(part)))
                part, room = [], count
    return [*parts, UidSet(tuple(part))] if part else parts
