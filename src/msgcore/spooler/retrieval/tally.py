"""What a retrieval has done so far, over all the sessions that it takes."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from msgcore.base.ids import EntryId
from msgcore.errors import MsgcoreError
from msgcore.spi.retrieval import Waiting
from msgcore.spooler.retrieval.report import RetrievalFault, RetrievalProgress, RetrievalReport

__all__ = ["Tally"]

_MOST_IN_VAIN = 4
_MOST_PASSED_OVER = 10


@attrs.define
class Tally:
    """Counts by the meanings of :class:`RetrievalReport` and :class:`RetrievalProgress`."""

    service: str
    slow: dict[bytes, None] = attrs.field(factory=dict[bytes, None])
    """Messages that the server did not give in half the time that a session had, in this call or in one before; the
    one that was asked for last is the last."""
    at_once: int = 1_000
    """How many messages are asked for in one go, at most."""
    stored: int = 0
    octets: int = 0
    duplicates: int = 0
    headers: int = 0
    removed: int = 0
    waiting: int = 0
    done: int = 0
    total: int = 0
    retrieved_octets: int = 0
    total_octets: int = 0
    listed: int | None = None
    """How many messages the first listing had."""
    may_put_off: bool = True
    """Whether another session of this call may retrieve what this one puts off."""
    lost_at: bytes = b""
    """The key of the message in the middle of which the last session lost its connection."""
    suspects: set[bytes] = attrs.field(factory=set[bytes])
    """Messages at which a session of this call was lost."""
    passed_over: set[bytes] = attrs.field(factory=set[bytes])
    """Messages at each of which two sessions of this call were lost: the others are not to wait for them."""
    unsure: Sequence[Waiting] = ()
    """What was to be deleted when the last session broke at its end."""
    faults: list[RetrievalFault] = attrs.field(factory=list[RetrievalFault])
    _kept_before: int = 0
    _in_vain: int = 0

    @property
    def kept(self) -> int:
        """How much has been done that needs not be done again: a session that adds to it was worth its while."""
        return self.stored + self.headers

    def may_go_on(self) -> bool:
        """Say whether another session is to follow one that lost its connection: each has to leave less to do.

        One that kept nothing is followed by another only when it was lost at a message, a few times in a row.
        """
        lost_at, self.lost_at = self.lost_at, b""
        if lost_at in self.suspects:
            self.passed_over.add(lost_at)
        elif lost_at:
            self.suspects.add(lost_at)
        self._in_vain = 0 if self.kept > self._kept_before else self._in_vain + 1
        self._kept_before = self.kept
        may_learn = bool(lost_at) and self._in_vain <= _MOST_IN_VAIN and len(self.passed_over) <= _MOST_PASSED_OVER
        # Each login may give other unique ids: then what was stored comes again.
        return (not self._in_vain or may_learn) and self.stored <= (self.listed or 0)

    def begin(self, listing: Sequence[Waiting]) -> None:
        """Begin a session: what it meets itself is what counts, and what it no longer lists is removed for sure."""
        self.faults = []
        self._kept_before = self.kept
        self.listed = len(listing) if self.listed is None else self.listed
        if self.unsure:
            listed = {one.unique_id for one in listing}
            self.removed += sum(bool(one.unique_id) and one.unique_id not in listed for one in self.unsure)
            self.unsure = ()

    def fault(self, waiting: Waiting, error: MsgcoreError | str) -> None:
        self.faults.append(RetrievalFault(waiting.number, waiting.unique_id, str(error)))

    def mean_to_download(self, waiting: Sequence[Waiting]) -> None:
        self.total = self.done + len(waiting)
        self.total_octets = self.retrieved_octets + sum(max(0, one.size_octets) for one in waiting)

    def progress(self, entry_ids: Sequence[EntryId]) -> RetrievalProgress:
        return RetrievalProgress(
            self.service, self.done, self.total, self.retrieved_octets, self.total_octets, tuple(entry_ids)
        )

    def report(self, error: MsgcoreError | None) -> RetrievalReport:
        return RetrievalReport(
            service=self.service,
            stored=self.stored,
            octets=self.octets,
            duplicates=self.duplicates,
            headers=self.headers,
            removed=self.removed,
            unsure=len(self.unsure),
            waiting=self.waiting,
            faults=tuple(self.faults),
            error=error,
        )
