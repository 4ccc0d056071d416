"""What administers a workgroup post office: the contract that ``open_post_office`` gives."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import NotSupported, UsageError
from msgcore.model.address import Address
from msgcore.runtime.abc import Runtime
from msgcore.spi.registry import service

__all__ = ["OpensPostOffice", "PostOffice", "PostOfficeMailbox", "open_post_office"]


@attrs.frozen
class PostOfficeMailbox:
    """A mailbox of a post office, and the address of type MS that it has."""

    name: str
    display_name: str
    address: Address


class PostOffice(Protocol):
    """A post office, open for administration. Leaving its context closes it."""

    @property
    def network(self) -> str:
        """The first part of its addresses."""
        ...

    @property
    def name(self) -> str:
        """The second part of its addresses."""
        ...

    async def add_mailbox(
        self, name: str, *, display_name: str = "", exist_ok: bool = False, timeout_seconds: float = 60.0
    ) -> PostOfficeMailbox:
        """Make a mailbox; with ``exist_ok``, one that is there is given as it is.

        Raises:
            UsageError: the name is none, or is taken, in whatever case.
            ConnectionLost: the folder is not there.
            StoreFull, StoreError: it cannot be written.
        """
        ...

    async def mailboxes(self, *, timeout_seconds: float = 60.0) -> tuple[PostOfficeMailbox, ...]:
        """List the mailboxes by name."""
        ...

    async def remove_mailbox(self, name: str, *, timeout_seconds: float = 60.0) -> None:
        """Remove a mailbox, with all that is in it.

        Raises:
            NotFound: there is none.
        """
        ...

    async def close(self) -> None:
        """Let go of it; nothing was held open."""
        ...


@runtime_checkable
class OpensPostOffice(Protocol):
    """A service whose class opens a post office for administration."""

    @classmethod
    async def open_post_office(
        cls, path: Path, *, network: str, name: str, create: bool, runtime: Runtime, deadline: Deadline
    ) -> PostOffice: ...


async def open_post_office(
    path: Path | str,
    runtime: Runtime,
    *,
    network: str = "",
    name: str = "",
    create: bool = False,
    timeout_seconds: float = 60.0,
) -> PostOffice:
    """Open a post office for administration; ``create`` makes it of an empty folder, or of one that is not there.

    Raises:
        NotFound: the folder is no post office, and is not to be made one.
        UsageError: it is another one than ``network`` and ``name`` say, has other files in it, or they are missing.
        ConnectionLost: the folder is not there.
        StoreError, StoreCorrupt: it cannot be used.
    """
    if create and not (network and name):
        raise UsageError("a new post office needs a network and a name")
    service_class = service("post-office")
    if not isinstance(service_class, OpensPostOffice):
        raise NotSupported("the service that is registered as 'post-office' opens none for administration")
    deadline = runtime.deadline(timeout_seconds)
    return await service_class.open_post_office(
        Path.cwd() / path, network=network, name=name, create=create, runtime=runtime, deadline=deadline
    )
