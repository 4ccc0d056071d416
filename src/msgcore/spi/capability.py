"""What a provider can do beyond what its contract asks of all: each ability is a protocol of its own."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import cast

from msgcore.errors import PluginBroken
from msgcore.spi.addressbook import SupportsEntries, SupportsMembers
from msgcore.spi.changes import SupportsChanges
from msgcore.spi.folders import (
    SupportsAssociated,
    SupportsFolderProperties,
    SupportsHierarchy,
    SupportsReceiveFolders,
    SupportsSearchFolders,
)
from msgcore.spi.journal import SupportsJournal
from msgcore.spi.message_state import SupportsMessageStatus, SupportsReceipts, SupportsStreams
from msgcore.spi.outgoing_queue import SupportsOutgoingQueue
from msgcore.spi.recovery import SupportsMaintenance, SupportsRecovery
from msgcore.spi.store import (
    SupportsBulkLoad,
    SupportsCreate,
    SupportsDelete,
    SupportsExplain,
    SupportsFolderNames,
    SupportsFolderNotify,
    SupportsFolders,
    SupportsGroups,
    SupportsModify,
    SupportsMove,
    SupportsNamedProperties,
    SupportsNotify,
    SupportsReadFlags,
    SupportsSentMail,
)
from msgcore.spi.transport import (
    SupportsBatches,
    SupportsConfigChanges,
    SupportsFlush,
    SupportsIdentity,
    SupportsPreview,
    SupportsProviderUids,
    SupportsTracking,
)

__all__ = ["Capability", "capabilities_of"]


class Capability(enum.Enum):
    """An optional ability of a transport, a store or an address book."""

    BATCHES = "batches"
    IDENTITY = "identity"
    FLUSH = "flush"
    TRACKING = "tracking"
    PREVIEW = "preview"
    CONFIG_CHANGES = "config changes"
    PROVIDER_UIDS = "provider uids"
    CREATE = "create"
    MODIFY = "modify"
    READ_FLAGS = "read flags"
    MOVE = "move"
    DELETE = "delete"
    FOLDERS = "folders"
    OUTGOING_QUEUE = "outgoing queue"
    GROUPS = "groups"
    EXPLAIN = "explain"
    NOTIFY = "notify"
    FOLDER_NOTIFY = "notify of a folder"
    NAMED_PROPERTIES = "named properties"
    CHANGES = "changes"
    HIERARCHY = "hierarchy"
    FOLDER_PROPERTIES = "folder properties"
    RECEIVE_FOLDERS = "receive folders"
    SEARCH_FOLDERS = "search folders"
    ASSOCIATED = "associated contents"
    RECOVERY = "recovery"
    MAINTENANCE = "maintenance"
    MESSAGE_STATUS = "message status"
    RECEIPTS = "receipts"
    STREAMS = "streams"
    JOURNAL = "journal"
    SENT_MAIL = "sent mail"
    BULK_LOAD = "bulk load"
    FOLDER_NAMES = "folder names"
    ENTRIES = "entries"
    MEMBERS = "members"


_MISSING = object()

_PROTOCOLS: Mapping[Capability, type] = {
    Capability.BATCHES: SupportsBatches,
    Capability.IDENTITY: SupportsIdentity,
    Capability.FLUSH: SupportsFlush,
    Capability.TRACKING: SupportsTracking,
    Capability.PREVIEW: SupportsPreview,
    Capability.CONFIG_CHANGES: SupportsConfigChanges,
    Capability.PROVIDER_UIDS: SupportsProviderUids,
    Capability.CREATE: SupportsCreate,
    Capability.MODIFY: SupportsModify,
    Capability.READ_FLAGS: SupportsReadFlags,
    Capability.MOVE: SupportsMove,
    Capability.DELETE: SupportsDelete,
    Capability.FOLDERS: SupportsFolders,
    Capability.OUTGOING_QUEUE: SupportsOutgoingQueue,
    Capability.GROUPS: SupportsGroups,
    Capability.EXPLAIN: SupportsExplain,
    Capability.NOTIFY: SupportsNotify,
    Capability.FOLDER_NOTIFY: SupportsFolderNotify,
    Capability.NAMED_PROPERTIES: SupportsNamedProperties,
    Capability.CHANGES: SupportsChanges,
    Capability.HIERARCHY: SupportsHierarchy,
    Capability.FOLDER_PROPERTIES: SupportsFolderProperties,
    Capability.RECEIVE_FOLDERS: SupportsReceiveFolders,
    Capability.SEARCH_FOLDERS: SupportsSearchFolders,
    Capability.ASSOCIATED: SupportsAssociated,
    Capability.RECOVERY: SupportsRecovery,
    Capability.MAINTENANCE: SupportsMaintenance,
    Capability.MESSAGE_STATUS: SupportsMessageStatus,
    Capability.RECEIPTS: SupportsReceipts,
    Capability.STREAMS: SupportsStreams,
    Capability.JOURNAL: SupportsJournal,
    Capability.SENT_MAIL: SupportsSentMail,
    Capability.BULK_LOAD: SupportsBulkLoad,
    Capability.FOLDER_NAMES: SupportsFolderNames,
    Capability.ENTRIES: SupportsEntries,
    Capability.MEMBERS: SupportsMembers,
}


# Each member of a protocol, and what stands in its place where it is not there: of a method that is None, too. Python's
# own look at a protocol says the same, and took a sixth of a logon.
_MEMBERS: Mapping[Capability, Mapping[str, object]] = {
    ability: {name: None if callable(member) else _MISSING for name, member in vars(protocol).items() if name[0] != "_"}
    for ability, protocol in _PROTOCOLS.items()
}


def _has_all(provider: object, members: Mapping[str, object]) -> bool:
    return all(getattr(provider, name, missing) is not missing for name, missing in members.items())


def capabilities_of(provider: object) -> frozenset[Capability]:
    """Say what a provider can do: what its ``capabilities`` declare, or else every ability that it has methods for.

    Declaring is for a provider that can do less than its class, such as a store that was opened for reading only.

    Raises:
        PluginBroken: it declares an ability whose methods it lacks.
    """
    able = frozenset(ability for ability, members in _MEMBERS.items() if _has_all(provider, members))
    declared = getattr(provider, "capabilities", able)
    name = type(provider).__qualname__
    if not isinstance(declared, set | frozenset) or not all(
        isinstance(one, Capability) for one in cast("frozenset[object]", declared)
    ):
        raise PluginBroken(f"{name}: capabilities is {declared!r}; need a set of Capability")
    abilities = frozenset(cast("frozenset[Capability]", declared))
    for ability in sorted(abilities - able, key=lambda one: one.value):
        raise PluginBroken(f"{name}: declares {ability}, and is no {_PROTOCOLS[ability].__name__}")
    return abilities
