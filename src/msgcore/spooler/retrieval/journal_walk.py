"""Reading an account's journal in pages that are kept for as long as they are looked at."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from msgcore.base.times import Deadline
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey
from msgcore.spi.retrieval import Waiting
from msgcore.spooler.retrieval.matching import by_unique_id

__all__ = ["JournalWalk"]

_PAGE = 1_000


class JournalWalk:
    """Goes through the journal and a listing at once, by unique id; what has one unique id is never torn apart."""

    def __init__(self, store: GuardedStore, account: str, listing: Sequence[Waiting], page: int = _PAGE) -> None:
        self._store = store
        self._account = account
        self._listing = listing
        self._page = page
        self._order = by_unique_id(listing)
        self._position = 0
        self._after: JournalKey | None = None
        self._held: list[JournalEntry] = []
        self._is_at_end = False

    @property
    def has_more(self) -> bool:
        return not self._is_at_end

    async def step(self, deadline: Deadline) -> tuple[Sequence[int], Sequence[JournalEntry]]:
        """Give the next places of the listing, and all entries up to the last unique id of these or between them."""
        page = await self._store.journal(self._account, self._after, self._page, deadline)
        if len(page) < self._page:
            self._is_at_end = True
            entries, self._held = [*self._held, *page], []
            return self._order[self._position :], entries
        self._after = page[-1].origin.key
        # The next page may go on with the last unique id.
        last = page[-1].origin.unique_id
        begins = bisect_left(page, last, key=lambda entry: entry.origin.unique_id)
        if begins == 0 and (not self._held or self._held[0].origin.unique_id == last):
            self._held += page
            return (), ()
        entries, self._held = [*self._held, *page[:begins]], [*page[begins:]]
        end = bisect_right(
            self._order,
            entries[-1].origin.unique_id,
            lo=self._position,
            key=lambda place: self._listing[place].unique_id,
        )
        places, self._position = self._order[self._position : end], end
        return places, entries
