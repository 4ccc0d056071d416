"""One message of a folder, as a list shows it."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from msgcore.model.address import Address
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagMessageStatus,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagSentRepresentingName,
    PidTagSubject,
)
from msgcore.props.tags import Property
from msgcore.session.access import LOAD_LIMIT_OCTETS, StoreAccess
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS
from msgcore.session.whole_calls import each_call_whole
from msgcore.spi.store import MessageFlag, MessageStatus

__all__ = ["DEFAULT_COLUMNS", "ITEM_COLUMNS", "Item"]

T = TypeVar("T")

DEFAULT_COLUMNS: tuple[PropertyKey, ...] = (
    PidTagEntryId,
    PidTagSubject,
    PidTagSentRepresentingName,
    PidTagSentRepresentingAddressType,
    PidTagSentRepresentingEmailAddress,
    PidTagMessageDeliveryTime,
    PidTagMessageSizeExtended,
    PidTagMessageFlags,
    PidTagMessageClass,
    PidTagHasAttachments,
)
ITEM_COLUMNS: tuple[PropertyKey, ...] = (*DEFAULT_COLUMNS, PidTagMessageStatus)


@each_call_whole("_store.runtime")
class Item:
    """One message of a folder, as its row shows it; :meth:`load` reads the message itself."""

    def __init__(self, store: StoreAccess, row: Row) -> None:
        self._store = store
        self.row = row

    @property
    def entry_id(self) -> bytes:
        return self.row[PidTagEntryId]

    @property
    def subject(self) -> str:
        """Empty when there is none."""
        return self.row.get(PidTagSubject, "")

    @property
    def from_(self) -> Address | None:
        """Whom the message represents; ``None``: it does not say."""
        kind = self.row.get(PidTagSentRepresentingAddressType)
        address = self.row.get(PidTagSentRepresentingEmailAddress)
        if kind is None or address is None:
            return None
        return Address(kind, address, self.row.get(PidTagSentRepresentingName, ""))

    @property
    def received_at(self) -> datetime:
        """When it was delivered or saved here, in UTC (PidTagMessageDeliveryTime)."""
        return self.row[PidTagMessageDeliveryTime]

    @property
    def size_octets(self) -> int:
        return self.row[PidTagMessageSizeExtended]

    @property
    def is_read(self) -> bool:
        return bool(self.row[PidTagMessageFlags] & MessageFlag.READ)

    @property
    def status(self) -> MessageStatus:
        """The status that ``set_status`` set; none in a store that keeps none."""
        return MessageStatus(self.row.get(PidTagMessageStatus, 0))

    @property
    def has_attachments(self) -> bool:
        return self.row[PidTagHasAttachments]

    @property
    def message_class(self) -> str:
        return self.row[PidTagMessageClass]

    __iter__ = None  # or Python would go through numbers from 0 on

    def __getitem__(self, tag: Property[T]) -> T:
        return self.row[tag]

    async def load(
        self, load_limit_octets: int = LOAD_LIMIT_OCTETS, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> Message:
        """Load the message; attachments only when it is not larger than ``load_limit_octets``."""
        return await self._store.load_message(self.entry_id, load_limit_octets, timeout_seconds=timeout_seconds)

    def __repr__(self) -> str:
        return f"<Item {self.subject!r} from {self.from_}>"
