"""The lot of every message of a listing, as far as the journal tells it, and what has to be looked at before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import attrs

from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey
from msgcore.spi.retrieval import RetrievalPolicy, Waiting
from msgcore.spooler.retrieval.matching import Match, agree, match
from msgcore.spooler.retrieval.policy import MARKS, Fate, Task, fate_of_known, fate_of_new

__all__ = ["Known", "Lots", "Step", "missed", "plan_step"]

_FORGOTTEN_AFTER = timedelta(days=30)


@attrs.define
class Known:
    """A message that a retrieved one may turn out to be; the hash of the ``whole``, if it came in this session."""

    entry: JournalEntry
    whole: bytes = b""
    is_here: bool = False


@attrs.define
class Lots:
    """What is to become of each message, by its place in the listing: an octet each, and little else for most."""

    fates: bytearray
    unsure: list[Match] = attrs.field(factory=list[Match])
    """Those of which the header tells whether they are to be downloaded."""
    due: list[Match] = attrs.field(factory=list[Match])
    """Those that are to be removed, once their headers have been seen."""
    waited: dict[int, JournalEntry] = attrs.field(factory=dict[int, JournalEntry])
    """Entries of those that were not stored, and are to be downloaded now, or deleted unread."""
    left: dict[int, JournalEntry] = attrs.field(factory=dict[int, JournalEntry])
    """Entries of those that are stored and left, where the policy counts these."""
    seen: set[int] = attrs.field(factory=set[int])
    """Those of which it was seen in this session that they are what their entries say."""
    twins: set[bytes] = attrs.field(factory=set[bytes])
    """Unique ids that stand twice in the listing."""
    nameless: dict[int, bytes] = attrs.field(factory=dict[int, bytes])
    """The fingerprints of those that are stored and have no unique id."""
    known: dict[bytes, dict[bytes, Known]] = attrs.field(factory=dict[bytes, dict[bytes, Known]])
    """What a message may turn out to be when it is retrieved: by unique id, and by fingerprint."""

    @classmethod
    def of(cls, listing: Sequence[Waiting]) -> Lots:
        return cls(bytearray(len(listing)))

    def places(self, fate: Fate) -> list[int]:
        found: list[int] = []
        place = self.fates.find(fate)
        while place >= 0:
            found.append(place)
            place = self.fates.find(fate, place + 1)
        return found

    def has_more(self, keep_at_most: int | None) -> bool:
        """Say whether anything is to be looked at or deleted at the server, and would not be if the session broke."""
        is_excess = keep_at_most is not None and len(self.left) > keep_at_most
        return bool(self.unsure or self.due) or is_excess or Fate.REMOVE in self.fates or Fate.REMOVED in self.fates

    def may_be(self, unique_id: bytes, entries: Iterable[JournalEntry]) -> None:
        """Have a message compared with what is stored, when it is retrieved."""
        for entry in entries:
            if entry.stored is not None:
                self.known.setdefault(unique_id, {}).setdefault(entry.origin.fingerprint, Known(entry))

    def settle(self, task: Task, policy: RetrievalPolicy, place: int, entry: JournalEntry, now: datetime) -> Fate:
        """Decide on a message that is certainly the one of an entry."""
        fate = fate_of_known(task, policy, entry, now)
        self.fates[place] = fate
        if entry.stored is None and fate in {Fate.DOWNLOAD, Fate.REMOVE}:
            self.waited[place] = entry
        if fate is Fate.LEAVE and policy.keep_at_most is not None:
            self.left[place] = entry
        return fate


@attrs.frozen
class Step:
    """What one stretch of journal and listing asks for: entries to be written, or forgotten."""

    missing: list[JournalEntry] = attrs.field(factory=list[JournalEntry])
    forgotten: list[JournalKey] = attrs.field(factory=list[JournalKey])

    def miss(self, entry: JournalEntry, now: datetime) -> None:
        """Note an entry whose unique id the server does not list, or forget it when that has been so for long."""
        since = missed(entry, now)
        if since is not entry:
            self.missing.append(since)
        elif entry.missing_since is not None and now - entry.missing_since >= _FORGOTTEN_AFTER:
            self.forgotten.append(entry.origin.key)


def missed(entry: JournalEntry, now: datetime) -> JournalEntry:
    """Give an entry as one that nothing at the server is; since when is said anew where a clock was wrong."""
    since = entry.missing_since
    if since is not None and entry.first_seen <= since <= now:
        return entry
    return attrs.evolve(entry, missing_since=now)


def plan_step(
    task: Task,
    policy: RetrievalPolicy,
    listing: Sequence[Waiting],
    lots: Lots,
    stretch: tuple[Sequence[int], Sequence[JournalEntry]],
    now: datetime,
) -> Step:
    """Decide on a stretch of the listing, and write into ``lots`` what is plain and what has to be looked at."""
    step = Step()
    for one in match(listing, *stretch):
        if not one.places:
            for entry in one.entries:
                step.miss(entry, now)
            continue
        can_be_asked_for = bool(one.unique_id) or task is Task.RECEIVE
        for place in one.places:
            fate = fate_of_new(task, policy, listing[place].size_octets)
            lots.fates[place] = fate if can_be_asked_for else Fate.WAIT
        if not one.unique_id:
            lots.may_be(b"", one.entries)  # known when all of their octets are
            continue
        if len(one.places) > 1:
            lots.twins.add(one.unique_id)
        if one.entries:
            _plan_known(task, policy, listing, lots, one, now)
    return step


def _plan_known(
    task: Task, policy: RetrievalPolicy, listing: Sequence[Waiting], lots: Lots, one: Match, now: datetime
) -> None:
    # What was not seen in the end stays as it is, whatever it is.
    is_stored = any(entry.stored is not None for entry in one.entries)
    for place in one.places:
        lots.fates[place] = Fate.LEAVE if is_stored else Fate.WAIT
    if task is Task.PROCESS and not any(entry.status & MARKS for entry in one.entries):
        return
    here = [entry for entry in one.entries if entry.missing_since is None]
    if len(one.places) > 1 or len(here) != 1 or agree(here[0], listing[one.places[0]].size_octets) is False:
        lots.unsure.append(one)
        return
    fate = fate_of_known(task, policy, here[0], now)
    if fate is Fate.REMOVE:
        lots.due.append(one)
    elif fate is Fate.DOWNLOAD and here[0].status & MARKS:
        lots.unsure.append(one)
    elif lots.settle(task, policy, one.places[0], here[0], now) is Fate.DOWNLOAD:
        lots.may_be(one.unique_id, one.entries)
