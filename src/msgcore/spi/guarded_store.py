"""A store provider as sessions use it: called as a plug-in is, with what it gives checked before it is believed."""

from __future__ import annotations

from msgcore.spi.guarded.folders import GuardedFolders
from msgcore.spi.guarded.journal import GuardedJournal
from msgcore.spi.guarded.keeping import GuardedKeeping
from msgcore.spi.guarded.messages import GuardedMessages
from msgcore.spi.guarded.queue import GuardedQueue
from msgcore.spi.guarded.reading import GuardedReading

__all__ = ["GuardedStore"]


class GuardedStore(GuardedReading, GuardedMessages, GuardedFolders, GuardedKeeping, GuardedJournal, GuardedQueue):
    """One store of a plug-in.

    Raises (from every method):
        NotSupported: the store has not the ability.
        PluginBroken: it raised what is no error of msgcore, or gave what is no answer.
        CutShort: it did not end by the deadline.
    """
