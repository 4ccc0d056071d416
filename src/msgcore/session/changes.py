"""What has changed since a token, asked for by applications."""

from __future__ import annotations

from typing import cast

from msgcore.base.ids import EntryId
from msgcore.errors import UsageError
from msgcore.session.access import StoreAccess
from msgcore.session.checked import checked_integer
from msgcore.spi.changes import Changes

__all__ = ["CHANGES_AT_ONCE", "changes_of"]

CHANGES_AT_ONCE = 1_000
_MOST_CHANGES = 1_000_000_000


async def changes_of(
    store: StoreAccess, folder: EntryId | None, token: bytes | None, limit: int, timeout_seconds: float
) -> Changes:
    """Ask for the changes of a folder, or of the whole store, since a token."""
    if token is not None and not isinstance(cast(object, token), bytes):
        raise UsageError(f"changes_since: need a token as it was given, got {type(token).__name__}")
    if not 1 <= checked_integer(limit, "changes_since: the limit") <= _MOST_CHANGES:
        raise UsageError(f"changes_since: a limit of {limit}; give 1 to {_MOST_CHANGES:,}, and go on while has_more")
    return await store.provider.changes_since(folder, token, limit, store.deadline(timeout_seconds))
