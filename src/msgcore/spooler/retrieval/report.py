"""What a retrieval tells: how far it is, and what has become of everything when it has ended."""

from __future__ import annotations

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.text import one_line
from msgcore.errors import MsgcoreError

__all__ = ["RetrievalFault", "RetrievalProgress", "RetrievalReport"]


@attrs.frozen
class RetrievalProgress:
    """How far a retrieval is, told after each batch that is on the disk, whose new messages are ``entry_ids``.

    They were stored by this call or, in the same moment, by another.
    The totals are what is meant to be downloaded, by the sizes that the server said: they are advice.
    """

    service: str
    done: int
    total: int
    octets: int
    total_octets: int
    entry_ids: tuple[EntryId, ...] = ()


@attrs.frozen
class RetrievalFault:
    """A message that could not be had, stored or deleted, by its number in the session; and why."""

    number: int
    unique_id: bytes
    text: str

    def __str__(self) -> str:
        name = f" ({one_line(self.unique_id.decode('ascii', 'replace'))})" if self.unique_id else ""
        return f"message {self.number}{name}: {self.text}"


@attrs.frozen(kw_only=True)
class RetrievalReport:
    """What a retrieval did.

    ``stored`` messages of ``octets`` together are new in the store, stored by this call or, in the same moment, by
    another; ``duplicates`` had been stored before and were retrieved again. ``headers`` were noted. ``removed`` are
    deleted at the server for sure; ``unsure`` were to be deleted when the session broke: if they are still there, they
    are deleted next time. ``waiting`` stay at the server and are not stored. ``error`` is why it ended early; what was
    stored before that is stored.
    """

    service: str
    stored: int = 0
    octets: int = 0
    duplicates: int = 0
    headers: int = 0
    removed: int = 0
    unsure: int = 0
    waiting: int = 0
    faults: tuple[RetrievalFault, ...] = ()
    error: MsgcoreError | None = None

    def __str__(self) -> str:
        """Say it in one line for people."""
        said = [f"{self.stored} received" + (f" ({self.octets:,} octets)" if self.stored else "")]
        counts = {
            "had already": self.duplicates,
            "headers": self.headers,
            "removed from the server": self.removed,
            "perhaps removed from the server": self.unsure,
            "waiting at the server": self.waiting,
            "with faults": len(self.faults),
        }
        said += [f"{count} {what}" for what, count in counts.items() if count]
        stopped = "" if self.error is None else f"; stopped: {one_line(str(self.error))}"
        return f"{self.service}: {', '.join(said)}{stopped}"
