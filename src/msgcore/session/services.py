"""The services of a session: opened from a profile, each with its state."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any, cast

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, PluginBroken, UsageError
from msgcore.model.address import Address, parse_address
from msgcore.profile.profile import ServiceEntry
from msgcore.runtime.abc import Runtime
from msgcore.session.store import MessageStore
from msgcore.spi.addressbook import AddressBookProvider
from msgcore.spi.lifecycle import start_service, stop_service
from msgcore.spi.service import SupportsProviders
from msgcore.spi.store import StoreProvider
from msgcore.spi.transport import SupportsIdentity, TransportProvider
from msgcore.spooler.order import TransportFacts
from msgcore.spooler.outgoing import FailedService, NamedTransport

__all__ = [
    "OpenService",
    "ResourceType",
    "ServiceState",
    "close_service",
    "open_service",
    "providers_of",
    "transport_facts",
]


class ServiceState(enum.IntFlag):
    """PidTagStatusCode of a status row (MAPI's STATUS_ values)."""

    AVAILABLE = 0x1
    OFFLINE = 0x2
    FAILURE = 0x4


class ResourceType(enum.IntEnum):
    """PidTagResourceType of a status row (MAPI's MAPI_ resource types)."""

    STORE_PROVIDER = 33
    TRANSPORT_PROVIDER = 36


@attrs.define
class OpenService:
    """One service of the session: what it provides, and its state with a text for people."""

    entry: ServiceEntry
    service: object
    store_providers: tuple[StoreProvider, ...] = ()
    transports: tuple[NamedTransport, ...] = ()
    address_books: tuple[AddressBookProvider, ...] = ()
    stores: tuple[MessageStore, ...] = ()
    state: ServiceState = ServiceState.OFFLINE
    status_text: str = ""

    @property
    def identity(self) -> Address | None:
        """The address that the service submits for; of one that failed, what its configuration says."""
        if self.state is ServiceState.FAILURE:
            return _configured_identity(self.entry)
        return next((one.facts.identity for one in self.transports if one.facts.identity is not None), None)

    @property
    def failed(self) -> FailedService:
        """What the spooler has to know of a service that failed."""
        return FailedService(self.entry.name, self.identity, self.status_text)

    @property
    def resource_type(self) -> ResourceType:
        return ResourceType.STORE_PROVIDER if self.stores else ResourceType.TRANSPORT_PROVIDER

    def fail(self, error: MsgcoreError) -> None:
        """Note that the service cannot be used, and why."""
        self.state = ServiceState.FAILURE
        self.status_text = str(error)


def _configured_identity(entry: ServiceEntry) -> Address | None:
    email = entry.values.get("email")
    if not isinstance(email, str):
        return None
    try:
        return parse_address(email)
    except UsageError:
        return None


async def open_service(entry: ServiceEntry, runtime: Runtime, deadline: Deadline) -> OpenService:
    """Make a service, log it on, and sort its providers.

    Raises:
        MsgcoreError: what the service's logon raised; ``PluginBroken`` for what is no error of msgcore.
    """
    config = await runtime.in_thread(entry.config, deadline)
    opened = OpenService(entry, await start_service(entry.service_class, config, runtime, deadline))
    try:
        _sort_providers(opened)
    except BaseException:
        await close_service(opened, runtime)
        raise
    opened.state = ServiceState.AVAILABLE
    return opened


def _sort_providers(opened: OpenService) -> None:
    name = opened.entry.name
    try:
        # Asked for in this order: what an attribute raises belongs to the plug-in, too.
        providers = providers_of(opened.service)
        opened.store_providers = tuple(one for one in providers if isinstance(one, StoreProvider))
        opened.transports = tuple(
            NamedTransport(transport_facts(name, one), one) for one in providers if isinstance(one, TransportProvider)
        )
        opened.address_books = tuple(one for one in providers if isinstance(one, AddressBookProvider))
    except MsgcoreError:
        raise
    except Exception as error:
        raise PluginBroken(f"{name}: its providers: {type(error).__name__}: {error}") from error


def providers_of(service: object) -> Sequence[object]:
    """Give a service's providers: those that it lists, or itself."""
    return service.providers() if isinstance(service, SupportsProviders) else (service,)


def transport_facts(name: str, provider: TransportProvider) -> TransportFacts:
    """Read what the transport order needs to know."""
    identity: Any = provider.identity if isinstance(provider, SupportsIdentity) else None
    types = provider.address_types
    if isinstance(types, str) or not all(isinstance(cast(object, one), str) for one in types):
        raise PluginBroken(f"{name}: address_types is {types!r}; need a sequence such as ('SMTP',)")
    return TransportFacts(name, tuple(one.upper() for one in types), identity)


async def close_service(opened: OpenService, runtime: Runtime) -> None:
    """Close a service, once, and note what went wrong; what it holds is its own to free."""
    service, opened.service = opened.service, None
    try:
        await stop_service(service, runtime)
        opened.state = ServiceState.OFFLINE
    except MsgcoreError as error:
        opened.fail(error)
