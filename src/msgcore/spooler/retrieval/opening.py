"""Opening a maildrop with the patience that its server asks for."""

from __future__ import annotations

from msgcore.base.times import Deadline
from msgcore.errors import MaildropInUse, QuotaReached, ServiceBusy
from msgcore.runtime.abc import Runtime
from msgcore.spi.guarded_retrieval import GuardedMaildrop, GuardedRetriever
from msgcore.spi.patience import seconds_asked_for

__all__ = ["open_patiently"]

_SHORTEST_SECONDS = 1.0
_IN_USE_SECONDS = 30.0


async def open_patiently(runtime: Runtime, retriever: GuardedRetriever, deadline: Deadline) -> GuardedMaildrop:
    """Open a maildrop; when the server is busy, wait as long as it asks for, if that is within the deadline.

    A maildrop that is in use is tried again after 1, 2, 4, 8 seconds, and for no longer than 30 seconds altogether.
    What is no number of seconds counts as nothing asked for.

    Raises:
        ServiceBusy: it is to be tried again after ``retry_after_seconds``, which is too late for this call.
        MsgcoreError: as the provider raises it.
    """
    patience = _SHORTEST_SECONDS
    until_free = _IN_USE_SECONDS
    while True:
        try:
            return await retriever.open_maildrop(deadline)
        except QuotaReached:
            raise
        except ServiceBusy as error:
            is_in_use = isinstance(error, MaildropInUse)
            wait = seconds_asked_for(error)
            if wait is None:
                if not is_in_use:
                    raise
                wait, patience = patience, 2 * patience
            wait = max(wait, _SHORTEST_SECONDS)
            if wait >= deadline.remaining_seconds() or (is_in_use and wait > until_free):
                error.retry_after_seconds = wait
                raise
            until_free -= wait if is_in_use else 0
            await runtime.sleep(wait, deadline)
