"""The message service ``organization``: one mailbox of an organisation, with its MTA and directory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs

from msgcore.base.text import Secret
from msgcore.base.times import Deadline
from msgcore.errors import NotFound, SetupError
from msgcore.providers.internal.mailboxes import find_mailbox
from msgcore.providers.internal.store import InternalStore
from msgcore.providers.organization.address_book import AddressBook
from msgcore.providers.organization.administration import SqlOrganization
from msgcore.providers.organization.directory import primary_address
from msgcore.providers.organization.office import Office, is_office_up_to_date, open_office
from msgcore.providers.relay import RelayTransport
from msgcore.runtime import Runtime
from msgcore.spi.settings import setting
from msgcore.spi.url import Access, DatabaseUrl

__all__ = ["OrganizationConfig", "OrganizationService"]


@attrs.frozen
class OrganizationConfig:
    """One mailbox of an organisation."""

    url: DatabaseUrl = attrs.field(metadata=setting("the organisation's database: sqlite:///PATH or postgresql://…"))
    mailbox: str = attrs.field(metadata=setting("whose mailbox the session opens"))
    password: Secret | None = attrs.field(default=None, metadata=setting("the PostgreSQL user's"))
    ca_file: Path | None = attrs.field(
        default=None, metadata=setting("the authorities that vouch for a PostgreSQL server (PEM)")
    )


class OrganizationService:
    """The message service ``organization``."""

    config_type = OrganizationConfig

    def __init__(self, config: OrganizationConfig, runtime: Runtime) -> None:
        self._config = config
        self._runtime = runtime
        self._office: Office | None = None
        self._relay: RelayTransport | None = None
        self._providers: tuple[object, ...] = ()

    async def logon(self, deadline: Deadline) -> None:
        """Open the database and the mailbox.

        Raises:
            SetupError: the organisation, or a mailbox of that name in it, is not there.
        """
        url, name = self._config.url, self._config.mailbox
        access = Access(self._config.password, self._config.ca_file)
        try:
            office = self._office = await open_office(self._runtime, url, access, create=False, deadline=deadline)
        except NotFound as error:
            raise _missing(url) from error
        mailbox = await office.directory.read(lambda c: find_mailbox(c, name), deadline)
        if mailbox is None:
            raise SetupError(f"organisation {url}: has no mailbox {name!r}")
        relay = self._relay = RelayTransport(
            office.queue,
            await office.routes(deadline),
            primary_address(mailbox) or office.directory.distinguished_name(mailbox),
            newer_routes=office.newer_routes,
            decide=office.decide,
            run=office.flush,
            provider_uids=(office.directory.provider_uid,),
        )
        store = InternalStore(self._runtime, office.database, mailbox)
        self._providers = (store, relay, AddressBook(office.directory))

    async def validate_state(self, deadline: Deadline) -> None:
        """See that :meth:`logon` would do; tables of an older version stay as they are.

        Raises:
            SetupError: the organisation, or a mailbox of that name in it, is not there.
        """
        url, access = self._config.url, Access(self._config.password, self._config.ca_file)
        try:
            is_of_this_version = await is_office_up_to_date(self._runtime, url, access, create=False, deadline=deadline)
        except NotFound as error:
            raise _missing(url) from error
        if is_of_this_version:
            await self.logon(deadline)

    def providers(self) -> Sequence[object]:
        return self._providers

    async def close(self) -> None:
        if self._relay is not None:
            self._relay.close()
        if self._office is not None:
            await self._office.close()

    @classmethod
    async def open_organization(
        cls, url: DatabaseUrl, *, access: Access, create: bool, runtime: Runtime, deadline: Deadline
    ) -> SqlOrganization:
        return SqlOrganization(await open_office(runtime, url, access, create=create, deadline=deadline))

    @classmethod
    async def is_up_to_date(
        cls, url: DatabaseUrl, *, access: Access, create: bool, runtime: Runtime, deadline: Deadline
    ) -> bool:
        return await is_office_up_to_date(runtime, url, access, create=create, deadline=deadline)


def _missing(url: DatabaseUrl) -> SetupError:
    return SetupError(f"organisation {url}: there is none; open_organization(..., create=True) makes it")
