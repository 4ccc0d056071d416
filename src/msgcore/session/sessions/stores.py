"""The services of a session, and its stores."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.base.ids import EntryId, EntryIdLike
from msgcore.base.nearest import there_are
from msgcore.errors import Closed, ForeignEntryId, MsgcoreError, NotSupported, UsageError
from msgcore.model.message import Message
from msgcore.profile.profile import Profile
from msgcore.runtime.abc import Runtime
from msgcore.session.access import LOAD_LIMIT_OCTETS
from msgcore.session.folder import Folder
from msgcore.session.notices.board import StatusBoard
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS, Opening
from msgcore.session.services import OpenService
from msgcore.session.store import MessageStore
from msgcore.session.stored_message import StoredMessage
from msgcore.session.tables.session_rows import SPOOLER_NAME
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_hook import GuardedHook

__all__ = ["SessionStores"]


class SessionStores:
    """Find the stores of a session, and what is in them."""

    def __init__(self, runtime: Runtime, profile: Profile) -> None:
        self._runtime = runtime
        self._profile = profile
        self._services: list[OpenService] = []
        self._board = StatusBoard()
        self._passed_hooks: list[GuardedHook] = []
        self._under_way: int = 0
        """How many calls send or retrieve at the moment."""
        self._is_closed = False

    def _need_open(self) -> None:
        if self._is_closed:
            raise Closed("the session has been logged off")

    def _row_name(self, row: int) -> str:
        """Name the row of the status table that has a number."""
        return self._services[row].entry.name if row < len(self._services) else SPOOLER_NAME

    @property
    def _hooks(self) -> list[GuardedHook]:
        """All that mail passes, in the profile's order, then those passed in code."""
        return [*(hook for opened in self._services for hook in opened.hooks), *self._passed_hooks]

    @property
    def profile_name(self) -> str:
        return self._profile.name

    @property
    def stores(self) -> tuple[MessageStore, ...]:
        """The stores that are open, in the profile's order."""
        return tuple(store for opened in self._services for store in opened.stores)

    def store(self, service: str) -> MessageStore:
        """Give the store of the service of this name; of several the first.

        Raises:
            UsageError: there is no such service, or it has no store.
            MsgcoreError: why the service could not be opened, or its store not be reached.
        """
        opened = next((one for one in self._services if one.entry.name == service), None)
        if opened is None or (not opened.stores and opened.fault is None):
            there = there_are(service, [one.entry.name for one in self._services if one.stores])
            raise UsageError(f"{service!r} is no service of this profile that has a store; {there}")
        if not opened.stores:
            assert opened.fault is not None
            raise opened.fault
        return opened.stores[0]

    @property
    def default_store(self) -> MessageStore:
        """The store that outgoing and incoming mail goes through: the first that can, or the one named in the profile.

        Raises:
            NotSupported: no service of the profile has a store for it, or the one named has none; with each reason.
        """
        able = self._stores_with(Capability.OUTGOING_QUEUE)
        if not able:
            reasons = self._store_reasons() or ": add personal-folders"
            raise NotSupported(f"{self._nobody} store with an outbox{reasons}") from self._store_fault
        return able[0]

    @property
    def _delivery_store(self) -> MessageStore:
        """The store that incoming mail comes into: the default store, or a store without an outbox where none has one.

        Raises:
            NotSupported: there is none, or it keeps no journal of what was retrieved; with each reason.
        """
        able = self._stores_with(Capability.OUTGOING_QUEUE) or self._stores_with(Capability.JOURNAL)
        if not able:
            reasons = self._store_reasons() or ": add personal-folders"
            raise NotSupported(f"{self._nobody} store that mail could be delivered to{reasons}") from self._store_fault
        if not able[0].provider.can(Capability.JOURNAL):
            raise NotSupported(
                f"the default store, {able[0].display_name}, keeps no journal of what was retrieved; "
                "let deliver_to name a service whose store does"
            )
        return able[0]

    @property
    def _named_default(self) -> OpenService | None:
        return next((opened for opened in self._services if opened.entry.is_default_store), None)

    @property
    def _store_services(self) -> Sequence[OpenService]:
        """The services that may have the default store: the one that the profile names for it, or all."""
        named = self._named_default
        return self._services if named is None else [named]

    @property
    def _store_fault(self) -> MsgcoreError | None:
        """What a service met that may have the default store: the cause of there being none."""
        return next((opened.fault for opened in self._store_services if opened.fault is not None), None)

    @property
    def _nobody(self) -> str:
        named = self._named_default
        if named is None:
            return "no service of this profile has a"
        return f"{named.entry.name}, named the default store, has no"

    def _stores_with(self, ability: Capability) -> list[MessageStore]:
        """List the stores that may be the default one."""
        return [store for opened in self._store_services for store in opened.stores if store.provider.can(ability)]

    def _store_reasons(self) -> str:
        """Say, in brackets, what is wrong with the stores that may be the default one."""
        services = self._store_services
        read_only = [f"{one.entry.name} is opened read-only" for one in services if one.has_read_only_stores]
        reasons = self._reasons(services)
        return f"{reasons} ({'; '.join(read_only)})" if read_only else reasons

    def _reasons(self, services: Sequence[OpenService] | None = None) -> str:
        """Say, in brackets, what is wrong with the services, or with some of them."""
        failed = [opened for opened in (self._services if services is None else services) if opened.fault]
        reasons = "; ".join(
            f"{one.entry.name}: {one.status_text.removeprefix(f'{one.entry.name}: ')}" for one in failed
        )
        return f" ({reasons})" if reasons else ""

    @property
    def inbox(self) -> Folder:
        return self.default_store.inbox

    @property
    def outbox(self) -> Folder:
        return self.default_store.outbox

    @property
    def sent_items(self) -> Folder:
        return self.default_store.sent_items

    @property
    def deleted_items(self) -> Folder:
        return self.default_store.deleted_items

    @property
    def drafts(self) -> Folder:
        return self.default_store.drafts

    @property
    def junk_email(self) -> Folder:
        return self.default_store.junk_email

    @property
    def contacts(self) -> Folder:
        return self.default_store.contacts

    @property
    def finder(self) -> Folder:
        return self.default_store.finder

    def _store_of(self, entry_id: EntryIdLike) -> MessageStore:
        parsed = EntryId.parse(entry_id)
        for store in self.stores:
            if store.uid == parsed.provider_uid:
                return store
        raise ForeignEntryId(f"entry id {bytes(parsed).hex()} belongs to no store of this session")

    async def load_message(
        self,
        entry_id: EntryIdLike,
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Message:
        """Load a detached message from whichever store has it.

        Raises:
            NotFound: no store of the session has it (any more).
        """
        store = self._store_of(entry_id)
        return await store.load_message(entry_id, load_limit_octets, timeout_seconds=timeout_seconds)

    def open_entry(
        self,
        entry_id: EntryIdLike,
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Opening[StoredMessage | Folder]:
        """Open a message or folder by entry id; raises as :meth:`load_message` does."""
        return self._store_of(entry_id).open_entry(entry_id, load_limit_octets, timeout_seconds=timeout_seconds)

    def open_message(
        self,
        entry_id: EntryIdLike,
        load_limit_octets: int = LOAD_LIMIT_OCTETS,
        *,
        timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    ) -> Opening[StoredMessage]:
        """Open a message by entry id; raises as :meth:`load_message` does."""
        return self._store_of(entry_id).open_message(entry_id, load_limit_octets, timeout_seconds=timeout_seconds)
