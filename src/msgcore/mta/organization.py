"""What administers an organisation: the contract that ``open_organization`` gives."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import NotSupported
from msgcore.model.address import Address
from msgcore.model.recipient import RecipientsLike
from msgcore.mta.queue.contract import WaitingRecipient
from msgcore.mta.routing.decision import Decision
from msgcore.mta.routing.route import RouteTable
from msgcore.runtime.abc import Runtime
from msgcore.spi.registry import service
from msgcore.spi.secrets import resolve_secret
from msgcore.spi.url import Access, DatabaseUrl

__all__ = ["MailboxFacts", "OpensOrganization", "Organization", "open_organization"]


@attrs.frozen
class MailboxFacts:
    """A mailbox of an organisation, its primary address first."""

    name: str
    display_name: str
    addresses: tuple[Address, ...]


class Organization(Protocol):
    """Mailboxes, addresses and routes of one organisation."""

    async def add_mailbox(
        self,
        name: str,
        *,
        addresses: RecipientsLike = (),
        display_name: str = "",
        exist_ok: bool = False,
        timeout_seconds: float = 60.0,
    ) -> MailboxFacts:
        """Make a mailbox; the first address is the primary one. With ``exist_ok`` one of that name is given as it is.

        Raises:
            UsageError: the name or an address is taken.
            InvalidAddress: an address is none.
        """
        ...

    async def mailboxes(self, *, timeout_seconds: float = 60.0) -> tuple[MailboxFacts, ...]:
        """List the mailboxes by name."""
        ...

    async def set_routes(self, routes: RouteTable, *, timeout_seconds: float = 60.0) -> None:
        """Put a table of routes in force; queued recipients follow it from their next try.

        Raises:
            UsageError: a connector's gateway is not installed, or its options are wrong.
        """
        ...

    async def routes(self, *, timeout_seconds: float = 60.0) -> RouteTable:
        """Give the table in force, with the connector of the organisation's own mailboxes."""
        ...

    async def route(self, recipient: str | Address, *, size_octets: int = 0, timeout_seconds: float = 60.0) -> Decision:
        """Decide as the MTA would: the directory first, then the table."""
        ...

    async def deliver(self, *, timeout_seconds: float = 60.0) -> None:
        """Work the queue until nothing is due."""
        ...

    async def retry(self, *, timeout_seconds: float = 60.0) -> None:
        """Make every waiting recipient due now."""
        ...

    async def queued(self, *, limit: int = 1_000, timeout_seconds: float = 60.0) -> tuple[WaitingRecipient, ...]:
        """List the recipients that wait: why, and when each is tried again."""
        ...

    async def waiting(self, *, timeout_seconds: float = 60.0) -> int:
        """Count the recipients that have not ended."""
        ...

    async def close(self) -> None:
        """Close the database."""
        ...


async def open_organization(
    url: str,
    runtime: Runtime,
    *,
    password: str | Secret | None = None,
    ca_file: Path | str | None = None,
    create: bool = False,
    timeout_seconds: float = 60.0,
) -> Organization:
    """Open an organisation for administration; ``create`` makes it when it is not there.

    ``password`` is that of a PostgreSQL user: a reference (``env:NAME``, ``file:PATH``) or a ``Secret``; ``ca_file``
    has the authorities that vouch for the server (PEM), instead of the system's.

    Raises:
        NotFound: there is none, and it is not to be made.
        UsageError: the URL or the reference is none.
        StoreError, StoreCorrupt: the database cannot be used.
    """
    folder = Path.cwd()
    where = DatabaseUrl.parse(url, folder)
    access = Access(
        resolve_secret(password, folder) if isinstance(password, str) else password,
        None if ca_file is None else folder / ca_file,
    )
    service_class = service("organization")
    if not isinstance(service_class, OpensOrganization):
        raise NotSupported("the service that is registered as 'organization' opens none for administration")
    deadline = runtime.deadline(timeout_seconds)
    return await service_class.open_organization(
        where, access=access, create=create, runtime=runtime, deadline=deadline
    )


@runtime_checkable
class OpensOrganization(Protocol):
    """A service whose class opens its organisation for administration."""

    @classmethod
    async def open_organization(
        cls, url: DatabaseUrl, *, access: Access, create: bool, runtime: Runtime, deadline: Deadline
    ) -> Organization: ...
