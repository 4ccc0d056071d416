"""The address book contract: names to addresses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from msgcore.base.times import Deadline
from msgcore.model.address import Address
from msgcore.spi.answer import Answer

__all__ = ["AddressBookProvider"]


@runtime_checkable
class AddressBookProvider(Protocol):
    """A directory that resolves bare names at submit."""

    def resolve_name(self, name: str, deadline: Deadline) -> Answer[Sequence[Address]]:
        """Give every address that ``name`` may stand for: one when it is resolved, several when it is ambiguous."""
        ...
