"""The services of a session: opened from a profile, each with its state."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable, Sequence
from typing import cast

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, OperationCancelled, PluginBroken, ProfileError, TryAgain, UsageError
from msgcore.model.address import Address, parse_address
from msgcore.profile.profile import ServiceEntry
from msgcore.runtime.abc import Runtime
from msgcore.session.access import SubmitCall
from msgcore.session.retriever import Retriever
from msgcore.session.store import MessageStore
from msgcore.spi.addressbook import AddressBookProvider
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_addressbook import GuardedAddressBook
from msgcore.spi.guarded_hook import GuardedHook
from msgcore.spi.guarded_retrieval import GuardedRetriever
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.guarded_transport import GuardedTransport
from msgcore.spi.hooks import InboundHook, OutboundHook, gives_hooks
from msgcore.spi.plugin import Plugin
from msgcore.spi.retrieval import RetrievalPolicy, RetrievingProvider
from msgcore.spi.service import ServiceClass, SupportsProviders
from msgcore.spi.settings import settings_of
from msgcore.spi.store import StoreProvider
from msgcore.spi.transport import TransportProvider
from msgcore.spi.url import ServiceUrl
from msgcore.spooler.attempt import FailedService

__all__ = [
    "OpenService",
    "ResourceFlag",
    "ResourceMethod",
    "ResourceType",
    "ServiceState",
    "may_retrieve",
    "open_service",
    "providers_of",
    "reach_stores",
]


_log = logging.getLogger("msgcore.session")


class ServiceState(enum.IntFlag):
    """PidTagStatusCode of a status row (MAPI's STATUS_ values): one of the first three, and what it is at."""

    AVAILABLE = 0x1
    OFFLINE = 0x2
    FAILURE = 0x4
    INBOUND_ENABLED = 0x10000
    INBOUND_ACTIVE = 0x20000
    INBOUND_FLUSH = 0x40000
    OUTBOUND_ENABLED = 0x100000
    OUTBOUND_ACTIVE = 0x200000
    OUTBOUND_FLUSH = 0x400000
    REMOTE_ACCESS = 0x800000


class ResourceType(enum.IntEnum):
    """PidTagResourceType of a status row (MAPI's MAPI_ resource types)."""

    STORE_PROVIDER = 33
    ADDRESS_BOOK_PROVIDER = 35
    TRANSPORT_PROVIDER = 36
    SPOOLER = 37
    HOOK_PROVIDER = 39


class ResourceMethod(enum.IntFlag):
    """PidTagResourceMethods of a status row: what :class:`Session` can do for it (MAPI's STATUS_ methods)."""

    FLUSH_QUEUES = 0x8


class ResourceFlag(enum.IntFlag):
    """PidTagResourceFlags of a status row: what it is to the session (MAPI's STATUS_ flags)."""

    DEFAULT_STORE = 0x2
    PRIMARY_IDENTITY = 0x4


@attrs.define
class OpenService:
    """One service of the session: what it provides, or why it could not be opened."""

    entry: ServiceEntry
    submit: SubmitCall
    plugin: Plugin | None = None
    stores: tuple[MessageStore, ...] = ()
    stores_away: tuple[GuardedStore, ...] = ()
    """Those that could not be reached yet; ``reach_stores`` tries again."""
    away: MsgcoreError | None = None
    """Why one of them could not be reached."""
    transports: tuple[GuardedTransport, ...] = ()
    retrievers: tuple[Retriever, ...] = ()
    address_books: tuple[GuardedAddressBook, ...] = ()
    hooks: tuple[GuardedHook, ...] = ()
    error: MsgcoreError | None = None

    @property
    def could_not_open(self) -> bool:
        return self.plugin is None and self.error is not None

    @property
    def has_nothing(self) -> bool:
        """Whether it could not be opened, or all that it has are stores that are away."""
        there = self.stores or self.transports or self.retrievers or self.address_books or self.hooks
        return self.could_not_open or (self.away is not None and not there)

    @property
    def state(self) -> ServiceState:
        """Whether it works, by its last call."""
        if self.fault is not None:
            return ServiceState.FAILURE
        return ServiceState.OFFLINE if self.plugin is None else ServiceState.AVAILABLE

    @property
    def activity(self) -> ServiceState:
        """What it can do beside being there, and what of that it does at the moment."""
        found = ServiceState(0)
        if self.plugin is None:
            return found
        if self.transports:
            found |= ServiceState.OUTBOUND_ENABLED
        if any(one.at_work for one in self.transports):
            found |= ServiceState.OUTBOUND_ACTIVE
        if self.retrievers:
            found |= ServiceState.INBOUND_ENABLED | ServiceState.REMOTE_ACCESS
        if any(one.is_at_work for one in self.retrievers):
            found |= ServiceState.INBOUND_ACTIVE
        return found

    @property
    def methods(self) -> ResourceMethod:
        return ResourceMethod.FLUSH_QUEUES if self.transports or self.retrievers else ResourceMethod(0)

    @property
    def fault(self) -> MsgcoreError | None:
        """What went wrong at its last call, or when it was opened; or why a store of it is still away."""
        return self.error if self.plugin is None else self.plugin.fault or self.away

    @property
    def status_text(self) -> str:
        return self.state.name or "" if self.fault is None else str(self.fault)

    @property
    def identity(self) -> Address | None:
        """The address that the service submits for; of one that failed, what its configuration says."""
        if self.plugin is None:
            return _configured_identity(self.entry)
        return next((one.identity for one in self.transports if one.identity is not None), None)

    @property
    def failed(self) -> FailedService:
        """What the spooler has to know of a service that could not be opened."""
        return FailedService(self.entry.name, self.identity, self.status_text, _is_hook(self.entry))

    @property
    def has_read_only_stores(self) -> bool:
        """Whether it has stores, and none that takes a message."""
        return bool(self.stores) and not any(one.provider.can(Capability.CREATE) for one in self.stores)

    @property
    def is_lost_account(self) -> bool:
        """Whether it could not be opened, and is there to retrieve mail, by its class and its configuration."""
        return self.could_not_open and _is_to_retrieve(self.entry)

    @property
    def resource_type(self) -> ResourceType:
        if self.stores:
            return ResourceType.STORE_PROVIDER
        if self.hooks and not (self.transports or self.retrievers):
            return ResourceType.HOOK_PROVIDER
        is_book = self.address_books and not (self.transports or self.retrievers)
        return ResourceType.ADDRESS_BOOK_PROVIDER if is_book else ResourceType.TRANSPORT_PROVIDER

    async def close(self) -> None:
        """Close the service, once, and note what went wrong; what it holds is its own to free."""
        plugin, self.plugin = self.plugin, None
        if plugin is not None:
            self.error = await plugin.close_and_log() or self.error


def _configured_identity(entry: ServiceEntry) -> Address | None:
    email = entry.values.get("email")
    if not isinstance(email, str):
        return None
    try:
        return parse_address(email)
    except UsageError:
        return None


def _is_hook(entry: ServiceEntry) -> bool:
    """Whether all mail has to pass a service: by the profile, or by its class if that is there."""
    return entry.is_hook or (not isinstance(entry.service_class, MsgcoreError) and gives_hooks(entry.service_class))


def may_retrieve(service_class: ServiceClass) -> bool:
    """Whether services of this class retrieve mail, for all that can be seen before one is made."""
    return issubclass(service_class.config_type, RetrievalPolicy) or hasattr(service_class, "open_maildrop")


def _is_to_retrieve(entry: ServiceEntry) -> bool:
    try:
        service_class = entry.found()
        servers = [one for one in settings_of(service_class.config_type).values() if one.hint is ServiceUrl]
    except MsgcoreError:
        return False
    if not may_retrieve(service_class):
        return False
    # A server that may be left out, beside the one for sending: without it the service only sends.
    own = [one.name for one in servers if not one.is_required and one.protocols != ("smtp",)]
    return not own or any(entry.values.get(name) is not None for name in own)


async def open_service(
    entry: ServiceEntry, runtime: Runtime, deadline: Deadline, submit: SubmitCall, tell: Callable[[], None]
) -> OpenService:
    """Make a service, log it on, and sort its providers; one that cannot be opened has an ``error``.

    ``tell`` is called, in whatever thread, when its state is another than before.
    """
    opened = OpenService(entry, submit)
    try:
        config = await runtime.in_thread(entry.config, deadline)
        opened.plugin = Plugin.make(entry.name, entry.found(), config, runtime)
        opened.plugin.tell = tell
        await opened.plugin.logon(deadline)
        await _sort_providers(opened, opened.plugin, deadline)
    except MsgcoreError as error:
        await opened.close()
        opened.error = error
    except BaseException:
        await opened.close()
        raise
    return opened


async def _sort_providers(opened: OpenService, plugin: Plugin, deadline: Deadline) -> None:
    providers = providers_of(plugin)
    # isinstance() asks for what a contract names: what a property raises then belongs to the plug-in.
    stores = [
        GuardedStore(plugin, one)
        for one in plugin.attribute(lambda: [one for one in providers if isinstance(one, StoreProvider)])
    ]
    transports = plugin.attribute(lambda: [one for one in providers if isinstance(one, TransportProvider)])
    opened.transports = tuple(GuardedTransport(plugin, one) for one in transports)
    retrievers = plugin.attribute(lambda: [one for one in providers if isinstance(one, RetrievingProvider)])
    opened.retrievers = tuple(
        Retriever(plugin.runtime, GuardedRetriever(plugin, one), plugin.tell) for one in retrievers
    )
    books = plugin.attribute(lambda: [one for one in providers if isinstance(one, AddressBookProvider)])
    opened.address_books = tuple(GuardedAddressBook(plugin, one) for one in books)
    hooks = plugin.attribute(lambda: [one for one in providers if isinstance(one, OutboundHook | InboundHook)])
    opened.hooks = tuple(GuardedHook(plugin, one) for one in hooks)
    if not (stores or opened.transports or opened.retrievers or opened.address_books or opened.hooks):
        kind = type(plugin.target)
        raise PluginBroken(
            f"{plugin.name}: {kind.__module__}.{kind.__qualname__} provides nothing: a transport has address_types and "
            "submit, a store what StoreProvider says, a retriever account, retrieval and open_maildrop, an address "
            "book resolve_name, a hook process_outbound or process_inbound"
        )
    if opened.entry.is_hook and not opened.hooks:
        raise ProfileError(f"{plugin.name}: the profile calls it a hook, and it gives none", key="hook")
    opened.stores_away = tuple(stores)
    await reach_stores(opened, deadline)
    if opened.away is not None and not isinstance(opened.away, TryAgain):
        raise opened.away


async def reach_stores(opened: OpenService, deadline: Deadline) -> None:
    """Open the stores that are away; ``opened.away`` says why one still is, and of several rather what will not pass.

    A service that could not be opened, as one that was refused, is left in peace.
    """
    plugin = opened.plugin
    if plugin is None:
        return
    away: MsgcoreError | None = None
    for store in opened.stores_away:
        try:
            folders = await store.special_folders(deadline)
        except OperationCancelled:
            raise
        except MsgcoreError as error:
            _log.warning("%s: %s cannot be reached: %s", opened.entry.name, store.display_name, error)
            away = error if away is None or isinstance(away, TryAgain) else away
        else:
            still_away = tuple(one for one in opened.stores_away if one is not store)
            if len(still_away) < len(opened.stores_away):  # no other call has reached it meanwhile
                opened.stores_away = still_away
                opened.stores = (*opened.stores, MessageStore(plugin.runtime, store, folders, None, opened.submit))
    if not opened.stores_away:
        away = None  # another call has reached what was away for this one
    if opened.away is not away:
        opened.away = away
        plugin.tell()


def providers_of(plugin: Plugin) -> Sequence[object]:
    """Give a service's providers: those that it lists, or itself.

    Raises:
        PluginBroken: it lists nothing that is a list.
    """
    service = plugin.target
    if not isinstance(service, SupportsProviders):
        return (service,)
    given = plugin.attribute(service.providers)
    if not isinstance(cast(object, given), Sequence):
        raise PluginBroken(f"{plugin.name}: providers() gave {given!r:.200}; need a sequence")
    return given
