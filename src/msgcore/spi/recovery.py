"""What a store may be able to do to keep what it has: deleted messages for a while, and the whole in good order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

import attrs

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.spi.answer import Answer

__all__ = ["Fault", "SupportsMaintenance", "SupportsRecovery"]


@attrs.frozen
class Fault:
    """An invariant of a store that does not hold: of what (``"folder 7"``), and what is wrong."""

    where: str
    text: str


@runtime_checkable
class SupportsRecovery(Protocol):
    """A store that keeps deleted messages for some days. ``Contents.DELETED`` of their folder queries them.

    Every other method takes them for gone (``ObjectDeleted``). What goes with its folder is gone for good.
    """

    def restore(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> Answer[None]:
        """Bring deleted messages back into the folders that they were deleted from; what was not deleted stays.

        Raises:
            ObjectDeleted: the message, or its folder, is gone for good.
        """
        ...

    def purge(self, entry_ids: Sequence[EntryId], deadline: Deadline) -> Answer[None]:
        """Delete messages for good, whether they were deleted before or not."""
        ...

    def purge_before(self, moment: datetime, deadline: Deadline) -> Answer[int]:
        """Delete for good what was deleted before a moment, and say how many messages that were."""
        ...


@runtime_checkable
class SupportsMaintenance(Protocol):
    """A store that its owner can look after while it is in use."""

    def check(self, deadline: Deadline) -> Answer[Sequence[Fault]]:
        """Verify every invariant of the store, and give those that do not hold."""
        ...

    def backup(self, path: Path, deadline: Deadline) -> Answer[None]:
        """Write the store as it is at one moment into a new file.

        Raises:
            UsageError: there is a file already.
            NotSupported: the store is kept by a server that has its own way.
        """
        ...

    def compact(self, deadline: Deadline) -> Answer[None]:
        """Give back what space nothing needs; messages deleted longer ago than the store keeps them go for good."""
        ...
