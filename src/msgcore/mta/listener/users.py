"""The people of an organisation as its listeners know them."""

from __future__ import annotations

from typing import Protocol

from msgcore.base.times import Deadline
from msgcore.model.address import Address
from msgcore.wire.sasl import Authenticator

__all__ = ["Users"]


class Users(Protocol):
    """Who logs in, and whose an address is."""

    @property
    def authenticator(self) -> Authenticator:
        """Checks passwords; who has logged in is called by the name of his mailbox."""
        ...

    async def owner_of(self, address: Address, deadline: Deadline) -> str:
        """Name the mailbox that has an address, also one that is redirected; empty when none has.

        Raises:
            MsgcoreError: nobody can tell now.
        """
        ...
