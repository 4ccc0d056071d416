"""What has changed in the mailbox that is selected, since it was looked at last.

What came is found by unique ids; what is otherwise than it was, by modification sequences where the mailbox has them
(CONDSTORE, and QRESYNC for what is gone), else by the flags of the newest messages. What is known of a mailbox is
bounded: of the oldest of very many messages nothing is told any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

import attrs

from msgcore.providers.imap.flags import SEEN
from msgcore.providers.imap.there import find
from msgcore.wire.imap.criteria import key
from msgcore.wire.imap.fetching import Fetching
from msgcore.wire.imap.responses import Fetch
from msgcore.wire.imap.session import ImapSession
from msgcore.wire.imap.uid_set import MAX_UID, UidSet

__all__ = ["NOTHING_SEEN", "Change", "Seen", "first_look", "look"]

_MOST_KNOWN = 100_000
_MOST_FLAGS = 1_000  # of a mailbox without modification sequences: fetched at each look, a few dozen octets each
_MOST_ROWS = 5_000_000
_RECENT = "\\recent"
_NONE = UidSet()

Flags = frozenset[str]


@attrs.frozen
class Seen:
    """What there was: the newest messages, and the flags of the newest of these where there is no ``modseq``.

    ``top`` is the highest unique id that there has been, ``exists`` how many messages there were up to it.
    """

    uids: UidSet = _NONE
    top: int = 0
    exists: int = 0
    modseq: int | None = None
    flags: Mapping[int, Flags] = attrs.field(factory=dict[int, Flags])


NOTHING_SEEN = Seen()


@attrs.frozen
class Change:
    """What came, which of those were read before, what is otherwise than it was, and what is gone."""

    came: UidSet = _NONE
    read: Set[int] = frozenset[int]()
    changed: UidSet = _NONE
    gone: UidSet = _NONE

    def __bool__(self) -> bool:
        return bool(self.came or self.changed or self.gone)


@attrs.define
class _Told:
    """What a fetch has told: unique ids up to ``top`` and behind it, which of these are read, and their flags."""

    top: int
    modseq: int = 0
    came: set[int] = attrs.field(factory=set[int])
    read: set[int] = attrs.field(factory=set[int])
    others: set[int] = attrs.field(factory=set[int])
    flags: dict[int, Flags] = attrs.field(factory=dict[int, Flags])

    async def take(self, session: ImapSession, fetching: Fetching, *, keeps_flags: bool) -> None:
        while some := await fetching.next():
            for one in some:
                self._take_one(one, keeps_flags=keeps_flags)
            if len(self.came) + len(self.others) > _MOST_ROWS:
                raise session.conversation.broken(f"more than {_MOST_ROWS} messages")

    def _take_one(self, one: Fetch, *, keeps_flags: bool) -> None:
        self.modseq = max(self.modseq, one.modseq or 0)
        if one.uid is None or one.flags is None:
            return
        (self.others if one.uid <= self.top else self.came).add(one.uid)
        flags = frozenset(flag.lower() for flag in one.flags) - {_RECENT}
        if one.uid > self.top and SEEN.lower() in flags:
            self.read.add(one.uid)
        if keeps_flags:
            self.flags[one.uid] = flags


async def first_look(session: ImapSession) -> Seen:
    """See what there is."""
    uids = await find(session, key("ALL"))
    seen = Seen(_newest(uids, _MOST_KNOWN), uids.ranges[-1][1] if uids else 0, len(uids))
    modseq = _modseq(session)
    if modseq is None:
        return attrs.evolve(seen, flags=(await _flags(session, seen)).flags)
    # What the server said when the mailbox was selected may be long ago.
    told = await _changed_since(session, seen, modseq)
    return attrs.evolve(seen, modseq=told[0].modseq)


async def look(session: ImapSession, seen: Seen, *, with_flags: bool = True) -> tuple[Seen, Change]:
    """See what has changed; without ``with_flags`` not what flags have, where it takes a question of its own."""
    modseq = _modseq(session)
    # Not by modification sequences: that of other news in an answer may be beyond that of a message not yet told of.
    told = _Told(seen.top)
    if seen.top < MAX_UID:
        fetching = await session.fetch(UidSet(((seen.top + 1, MAX_UID),)), ["FLAGS"])
        await told.take(session, fetching, keeps_flags=modseq is None or seen.modseq is None)
    if modseq is not None and seen.modseq is not None:
        since, vanished = await _changed_since(session, seen, seen.modseq)
        # Servers may tell of more than there was (RFC 7162 section 3.2.10).
        now, gone = await _there_now(session, seen, told.came, _both(seen.uids, vanished))
        changed = _both(seen.uids, UidSet.of(since.others))
        told.read |= since.read
        return attrs.evolve(now, modseq=since.modseq), _change(told, changed, gone)
    flags = (await _flags(session, seen)).flags if with_flags else seen.flags
    changed = UidSet.of(uid for uid, now in flags.items() if seen.flags.get(uid, now) != now)
    now, gone = await _there_now(session, seen, told.came, _NONE)
    known = {**flags, **told.flags}
    newest = _newest(UidSet.of(known).without(gone), _MOST_FLAGS)
    return attrs.evolve(now, flags={uid: known[uid] for uid in newest}, modseq=modseq), _change(told, changed, gone)


async def _changed_since(session: ImapSession, seen: Seen, modseq: int) -> tuple[_Told, UidSet]:
    told = _Told(seen.top, modseq)
    fetching = await session.fetch(None, ["FLAGS"], changed_since=modseq, with_vanished="QRESYNC" in session.enabled)
    await told.take(session, fetching, keeps_flags=False)
    return told, fetching.vanished


async def _there_now(session: ImapSession, seen: Seen, came: Set[int], gone: UidSet) -> tuple[Seen, UidSet]:
    """Say what there is now, and what is gone: nobody is asked when there are as many messages as there should be."""
    top = max([seen.top, *came])
    exists = seen.exists + len(came) - len(gone)
    if session.selected is not None and session.selected.exists != exists:
        # What has come since then is for the next look.
        found = (await find(session, key("ALL"))).without(UidSet(((top + 1, MAX_UID),)) if top < MAX_UID else _NONE)
        gone, exists = seen.uids.without(found), len(found)
    there = seen.uids.without(gone) if gone else seen.uids
    uids = _newest(UidSet.union(there, UidSet.of(came)), _MOST_KNOWN) if came else there
    return Seen(uids, top, exists), gone


def _change(told: _Told, changed: UidSet, gone: UidSet) -> Change:
    return Change(UidSet.of(told.came), told.read, changed.without(gone) if gone else changed, gone)


async def _flags(session: ImapSession, seen: Seen) -> _Told:
    """Ask for the flags of the newest messages that are known."""
    told = _Told(seen.top)
    newest = _newest(seen.uids, _MOST_FLAGS)
    if newest:
        await told.take(session, await session.fetch(newest, ["FLAGS"]), keeps_flags=True)
    return told


def _modseq(session: ImapSession) -> int | None:
    selected = session.selected
    return None if selected is None or not session.capabilities.has("CONDSTORE") else selected.highest_modseq


def _newest(uids: UidSet, most: int) -> UidSet:
    count = len(uids)
    return uids if count <= most else uids.between(count - most, count)


def _both(one: UidSet, other: UidSet) -> UidSet:
    return one.without(one.without(other)) if other else other
