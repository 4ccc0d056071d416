"""The properties of a store itself ([MS-OXCSTOR] section 2.2.2.1): what it can do, and where its folders are."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagDisplayName,
    PidTagEntryId,
    PidTagFinderEntryId,
    PidTagIpmOutboxEntryId,
    PidTagIpmSentMailEntryId,
    PidTagIpmSubtreeEntryId,
    PidTagIpmWastebasketEntryId,
    PidTagMappingSignature,
    PidTagObjectType,
    PidTagRecordKey,
    PidTagStoreEntryId,
    PidTagStoreRecordKey,
    PidTagStoreSupportMask,
    PidTagValidFolderMask,
)
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.store import SpecialFolder

__all__ = ["StoreSupport", "store_properties"]


class StoreSupport(enum.IntFlag):
    """PidTagStoreSupportMask; names without STORE_ and _OK."""

    ENTRYID_UNIQUE = 0x1
    READONLY = 0x2
    SEARCH = 0x4
    MODIFY = 0x8
    CREATE = 0x10
    ATTACH = 0x20
    SUBMIT = 0x80
    NOTIFY = 0x100
    MV_PROPS = 0x200
    CATEGORIZE = 0x400
    RESTRICTION = 0x1000
    SORT = 0x2000
    HTML = 0x10000
    UNICODE = 0x40000


_ALWAYS = (
    StoreSupport.ENTRYID_UNIQUE
    | StoreSupport.ATTACH
    | StoreSupport.MV_PROPS
    | StoreSupport.CATEGORIZE
    | StoreSupport.RESTRICTION
    | StoreSupport.SORT
    | StoreSupport.HTML
    | StoreSupport.UNICODE
)
_BY_ABILITY: Mapping[Capability, StoreSupport] = {
    Capability.SEARCH_FOLDERS: StoreSupport.SEARCH,
    Capability.MODIFY: StoreSupport.MODIFY,
    Capability.CREATE: StoreSupport.CREATE,
    Capability.OUTGOING_QUEUE: StoreSupport.SUBMIT,
    Capability.NOTIFY: StoreSupport.NOTIFY,
    Capability.FOLDER_NOTIFY: StoreSupport.NOTIFY,
}
# Of each special folder its property, if it has one, and its bit in PidTagValidFolderMask.
_FOLDERS: Mapping[SpecialFolder, tuple[PropertyKey | None, int]] = {
    SpecialFolder.IPM_SUBTREE: (PidTagIpmSubtreeEntryId, 0x1),
    SpecialFolder.INBOX: (None, 0x2),  # found as the receive folder of a class
    SpecialFolder.OUTBOX: (PidTagIpmOutboxEntryId, 0x4),
    SpecialFolder.DELETED_ITEMS: (PidTagIpmWastebasketEntryId, 0x8),
    SpecialFolder.SENT_ITEMS: (PidTagIpmSentMailEntryId, 0x10),
    SpecialFolder.FINDER: (PidTagFinderEntryId, 0x80),
}
_WRITING = frozenset({Capability.CREATE, Capability.MODIFY, Capability.DELETE, Capability.MOVE, Capability.FOLDERS})
_STORE_OBJECT = 1  # MAPI_STORE


def store_properties(provider: GuardedStore, special: Mapping[SpecialFolder, EntryId]) -> Row:
    """Give the properties of a store as a row whose columns they are."""
    entry_id = bytes(EntryId(provider.uid, ObjectKind.STORE, 0))
    values: dict[PropertyKey, object] = {
        PidTagDisplayName: provider.display_name,
        PidTagEntryId: entry_id,
        PidTagStoreEntryId: entry_id,
        PidTagRecordKey: provider.uid,
        PidTagStoreRecordKey: provider.uid,
        PidTagObjectType: _STORE_OBJECT,
        PidTagStoreSupportMask: int(_support(provider)),
        PidTagValidFolderMask: sum(bit for role, (_, bit) in _FOLDERS.items() if role in special),
        **{tag: bytes(special[role]) for role, (tag, _) in _FOLDERS.items() if tag is not None and role in special},
    }
    if provider.can(Capability.NAMED_PROPERTIES):
        values[PidTagMappingSignature] = provider.uid  # ids of named properties hold in this store only
    by_key: dict[BagKey, object] = {tag.bag_key: value for tag, value in values.items()}
    return Row(tuple(values), by_key)


def _support(provider: GuardedStore) -> StoreSupport:
    support = _ALWAYS
    for ability, bit in _BY_ABILITY.items():
        if provider.can(ability):
            support |= bit
    if not any(provider.can(ability) for ability in _WRITING):
        support |= StoreSupport.READONLY
    return support
