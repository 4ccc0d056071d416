"""Finding entries of an account's journal by their keys."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from msgcore.base.times import Deadline
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import JournalKey

__all__ = ["entries_of"]

_PAGE = 1_000


async def entries_of(
    store: GuardedStore, account: str, keys: Iterable[JournalKey], deadline: Deadline
) -> dict[JournalKey, JournalEntry]:
    """Find the entries of these keys, as far as there are any.

    The journal is read from the next key on, not from end to end.
    """
    found: dict[JournalKey, JournalEntry] = {}
    wanted = set(keys)
    waiting = sorted(wanted)
    last: JournalKey = b"", b""
    while waiting:
        limit = min(_PAGE, len(waiting) + 1)
        page = await store.journal(account, max(last, _just_before(waiting[0])), limit, deadline)
        found.update((one.origin.key, one) for one in page if one.origin.key in wanted)
        if len(page) < limit:
            break
        last = page[-1].origin.key
        waiting = waiting[bisect_right(waiting, last) :]
    return found


def _just_before(key: JournalKey) -> JournalKey:
    """Give a key that is a little lower, with nothing in between as a rule."""
    unique_id, fingerprint = key
    return unique_id, fingerprint[:-1]
