"""Computed properties: what is worked out from something else, and who alone does it.

A store says some of its own properties itself whenever it is asked, and does not keep what a client sets of these
(:mod:`msgcore.spi.kept`). What belongs to a transport or a client is kept as it was written; nobody else writes it.
PidTagMessageFlags is worked out by the store but for the bits that a client may set (:data:`FLAGS_BEFORE_FIRST_SAVE`).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

import attrs

from msgcore.props.key import BagKey, PropertyKey
from msgcore.props.table import (
    PidTagAccess,
    PidTagAccessLevel,
    PidTagAssociated,
    PidTagAssociatedContentCount,
    PidTagAttachNumber,
    PidTagAttachSize,
    PidTagChangeKey,
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagConversationId,
    PidTagConversationIndex,
    PidTagConversationTopic,
    PidTagCreationTime,
    PidTagDeletedOn,
    PidTagDepth,
    PidTagDisplayBcc,
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagEntryId,
    PidTagFolderType,
    PidTagHasAttachments,
    PidTagHasNamedProperties,
    PidTagInstanceKey,
    PidTagInstanceNum,
    PidTagInstID,
    PidTagLastModificationTime,
    PidTagLastModifierName,
    PidTagMappingSignature,
    PidTagMessageAttachments,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageRecipients,
    PidTagMessageSize,
    PidTagMessageSizeExtended,
    PidTagMessageStatus,
    PidTagNormalizedSubject,
    PidTagObjectType,
    PidTagParentDisplay,
    PidTagParentEntryId,
    PidTagPredecessorChangeList,
    PidTagProviderSubmitTime,
    PidTagRead,
    PidTagReceivedByAddressType,
    PidTagReceivedByEmailAddress,
    PidTagReceivedByEntryId,
    PidTagReceivedByName,
    PidTagReceivedBySearchKey,
    PidTagRecordKey,
    PidTagRowid,
    PidTagRowType,
    PidTagRtfInSync,
    PidTagStoreEntryId,
    PidTagStoreRecordKey,
    PidTagStoreSupportMask,
    PidTagSubfolders,
    PidTagSubmitFlags,
    PidTagTransportMessageHeaders,
    PidTagTransportStatus,
)

__all__ = [
    "COMPUTED",
    "FLAGS_BEFORE_FIRST_SAVE",
    "Computed",
    "Owner",
    "keys_of",
    "owner_of",
]

FLAGS_BEFORE_FIRST_SAVE = 0x01 | 0x08 | 0x20 | 0x80
"""The bits of PidTagMessageFlags that a client sets until a message is saved first (READ, UNSENT, FROMME, RESEND).

READ changes later only by marking the message; all other bits are the store's alone ([MS-OXCMSG] section 2.2.1.6).
"""


class Owner(enum.Enum):
    """Who works a property out."""

    STORE = "store"
    TRANSPORT = "transport"
    CLIENT = "client"


@attrs.frozen
class Computed:
    """A computed property, its owner, and where that is said; ``MAPI`` is the property's page in the MAPI reference."""

    tag: PropertyKey
    owner: Owner
    source: str


_COMMON = "[MS-OXCPRPT] section 2.2.1"
_FOLDER = "[MS-OXCFOLD] section 2.2.2.2.1"
_MESSAGE = "[MS-OXCMSG] section 2.2.1"
_ATTACHMENT = "[MS-OXCMSG] section 2.2.2"
_TABLE = "[MS-OXCTABL] section 2.2.1"
_SYNC = "[MS-OXCFXICS] section 2.2.1.2"
_PAGE = "MAPI"

_SOURCES: Mapping[Owner, Mapping[PropertyKey, str]] = {
    Owner.STORE: {
        # Identity
        PidTagEntryId: _PAGE,
        PidTagParentEntryId: _PAGE,
        PidTagStoreEntryId: _PAGE,
        PidTagStoreRecordKey: _PAGE,
        PidTagStoreSupportMask: _PAGE,
        PidTagRecordKey: _COMMON,
        PidTagMappingSignature: _PAGE,
        PidTagObjectType: f"{_COMMON}.7",
        # What may be done, and when something was
        PidTagAccess: _COMMON,
        PidTagAccessLevel: _COMMON,
        PidTagCreationTime: _COMMON,
        PidTagLastModificationTime: _COMMON,
        PidTagLastModifierName: _COMMON,
        PidTagChangeKey: _SYNC,
        PidTagPredecessorChangeList: _SYNC,
        # Messages
        PidTagMessageFlags: f"{_MESSAGE}.6",
        PidTagRead: _MESSAGE,
        PidTagAssociated: _MESSAGE,
        PidTagHasAttachments: f"{_MESSAGE}.2",
        PidTagHasNamedProperties: _MESSAGE,
        PidTagMessageSize: _MESSAGE,
        PidTagMessageSizeExtended: f"{_FOLDER}.11",
        PidTagMessageStatus: _MESSAGE,
        PidTagDeletedOn: _FOLDER,
        PidTagMessageRecipients: f"{_MESSAGE}.47",
        PidTagMessageAttachments: _MESSAGE,
        PidTagDisplayTo: _PAGE,
        PidTagDisplayCc: _PAGE,
        PidTagDisplayBcc: _PAGE,
        PidTagNormalizedSubject: _PAGE,
        PidTagConversationId: "[MS-OXOMSG] section 2.2.1",
        PidTagSubmitFlags: _PAGE,
        # Attachments and recipients
        PidTagAttachSize: _ATTACHMENT,
        PidTagAttachNumber: _ATTACHMENT,
        PidTagRowid: _PAGE,
        # Folders
        PidTagFolderType: _FOLDER,
        PidTagContentCount: _FOLDER,
        PidTagContentUnreadCount: _FOLDER,
        PidTagAssociatedContentCount: _FOLDER,
        PidTagSubfolders: _FOLDER,
        # Tables
        PidTagInstanceKey: _PAGE,
        PidTagInstID: f"{_TABLE}.1",
        PidTagInstanceNum: f"{_TABLE}.2",
        PidTagRowType: _TABLE,
        PidTagDepth: _TABLE,
        PidTagParentDisplay: _PAGE,
    },
    Owner.TRANSPORT: {
        PidTagMessageDeliveryTime: _PAGE,
        PidTagProviderSubmitTime: _PAGE,
        PidTagTransportMessageHeaders: _PAGE,
        PidTagTransportStatus: _PAGE,
        PidTagReceivedByName: _PAGE,
        PidTagReceivedByAddressType: _PAGE,
        PidTagReceivedByEmailAddress: _PAGE,
        PidTagReceivedByEntryId: _PAGE,
        PidTagReceivedBySearchKey: _PAGE,
    },
    Owner.CLIENT: {
        PidTagConversationTopic: _PAGE,
        PidTagConversationIndex: _PAGE,
        PidTagRtfInSync: _PAGE,
    },
}

COMPUTED: tuple[Computed, ...] = tuple(
    Computed(tag, owner, source) for owner, sources in _SOURCES.items() for tag, source in sources.items()
)
_OWNERS: Mapping[PropertyKey, Owner] = {one.tag: one.owner for one in COMPUTED}


def owner_of(tag: PropertyKey) -> Owner | None:
    """Say who works a property out, or ``None`` when anybody may set it."""
    return _OWNERS.get(tag)


def keys_of(owner: Owner) -> frozenset[BagKey]:
    """Give the keys, in a bag, of what one owner works out."""
    return frozenset(one.tag.bag_key for one in COMPUTED if one.owner is owner)
