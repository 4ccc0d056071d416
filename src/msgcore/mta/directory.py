"""The directory contract: which addresses are mailboxes here."""

from __future__ import annotations

from typing import Protocol

import attrs

from msgcore.base.times import Deadline
from msgcore.model.address import Address

__all__ = ["EX", "Directory", "DirectoryEntry"]

EX = "EX"
"""The address type of the organisation's own mailboxes; its addresses are distinguished names."""


@attrs.frozen
class DirectoryEntry:
    """A mailbox: its distinguished name as an ``EX`` address, and its name."""

    address: Address
    mailbox: str


class Directory(Protocol):
    """Resolves proxy addresses, as Exchange's directory did, before anything is routed."""

    async def look_up(self, address: Address, deadline: Deadline) -> DirectoryEntry | None:
        """Find whose address it is; ``None`` when it is nobody's here."""
        ...
