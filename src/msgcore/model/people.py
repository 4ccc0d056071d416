"""The properties that name a message's people: whom it represents, who sent it, and who gets the receipts.

Of each the name, the type, the address and the SMTP address; and of each the ids that are made of these: the search
key and the entry id.
"""

from __future__ import annotations

from msgcore.props.table import (
    PidTagReadReceiptAddressType,
    PidTagReadReceiptEmailAddress,
    PidTagReadReceiptEntryId,
    PidTagReadReceiptName,
    PidTagReadReceiptSearchKey,
    PidTagReadReceiptSmtpAddress,
    PidTagSenderAddressType,
    PidTagSenderEmailAddress,
    PidTagSenderEntryId,
    PidTagSenderName,
    PidTagSenderSearchKey,
    PidTagSenderSmtpAddress,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingEntryId,
    PidTagSentRepresentingName,
    PidTagSentRepresentingSearchKey,
    PidTagSentRepresentingSmtpAddress,
)
from msgcore.props.tags import PropertyTag

__all__ = ["FROM", "FROM_IDS", "RECEIPT", "RECEIPT_IDS", "SENDER", "SENDER_IDS", "Person", "PersonIds"]

Person = tuple[PropertyTag[str], PropertyTag[str], PropertyTag[str], PropertyTag[str]]
PersonIds = tuple[PropertyTag[bytes], PropertyTag[bytes]]

FROM: Person = (
    PidTagSentRepresentingName,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingSmtpAddress,
)
FROM_IDS: PersonIds = (PidTagSentRepresentingSearchKey, PidTagSentRepresentingEntryId)
SENDER: Person = (PidTagSenderName, PidTagSenderAddressType, PidTagSenderEmailAddress, PidTagSenderSmtpAddress)
SENDER_IDS: PersonIds = (PidTagSenderSearchKey, PidTagSenderEntryId)
RECEIPT: Person = (
    PidTagReadReceiptName,
    PidTagReadReceiptAddressType,
    PidTagReadReceiptEmailAddress,
    PidTagReadReceiptSmtpAddress,
)
RECEIPT_IDS: PersonIds = (PidTagReadReceiptSearchKey, PidTagReadReceiptEntryId)
