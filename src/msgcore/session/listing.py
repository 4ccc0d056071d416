"""The short way to a folder's messages: a list of items."""

from __future__ import annotations

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.props.restriction import Restriction
from msgcore.props.table import PidTagMessageDeliveryTime
from msgcore.session.access import StoreAccess
from msgcore.session.checked import checked_limit
from msgcore.session.item import ITEM_COLUMNS, Item
from msgcore.session.tables.asked import checked_restriction, without_limit
from msgcore.session.tables.flat import FlatView
from msgcore.session.tables.folder_rows import FolderContents

__all__ = ["list_messages"]


async def list_messages(
    store: StoreAccess,
    folder: EntryId,
    where: Restriction | str | None,
    deadline: Deadline,
    *,
    newest_first: bool,
    limit: int | None,
) -> list[Item]:
    """Give a folder's messages in order of delivery: at most ``limit``, those that satisfy ``where``."""
    restriction, most = without_limit(checked_restriction(where))
    if limit is not None:
        checked_limit(limit, "messages")
    wanted = min((one for one in (limit, most) if one is not None), default=None)
    key = PidTagMessageDeliveryTime.descending() if newest_first else PidTagMessageDeliveryTime.ascending()
    view = FlatView(FolderContents(store.provider, folder), restriction, (key,))
    return [Item(store, row) for row in await view.read_all(ITEM_COLUMNS, deadline, wanted)]
