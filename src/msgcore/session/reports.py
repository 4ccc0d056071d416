"""Looking for reports in the stores of a session: what is delivered there comes by other ways than the spooler."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from msgcore.base.ids import EntryId
from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, OperationCancelled
from msgcore.model.outcome import Accepted, Unknown
from msgcore.props.table import PidTagEntryId, PidTagMessageClass, PidTagMessageDeliveryTime
from msgcore.session.store import MessageStore
from msgcore.session.tables.flat import FlatView
from msgcore.session.tables.folder_rows import FolderContents
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.outgoing_queue import OutgoingItem
from msgcore.spi.store import SpecialFolder
from msgcore.spooler.tying import tie_report

__all__ = ["look_for_reports", "may_be_reported"]

_LOAD_LIMIT_OCTETS = 1 << 20
_SECONDS = 10.0

_log = logging.getLogger("msgcore.session")


def may_be_reported(item: OutgoingItem) -> bool:
    """Whether a report could tell more of a submission than is known."""
    return any(isinstance(outcome, Accepted | Unknown) for outcome in item.outcomes.values())


async def look_for_reports(
    stores: Iterable[MessageStore], queue: GuardedStore, item: OutgoingItem, seen: set[bytes], deadline: Deadline
) -> None:
    """Tie the reports that have come into the inboxes since a submission; ``seen`` are those that were looked at."""
    is_one = PidTagMessageClass.starts_with("REPORT.", ignore_case=True)
    newest_first = (PidTagMessageDeliveryTime.descending(),)
    restriction = is_one & (PidTagMessageDeliveryTime >= item.submitted_at.replace(microsecond=0))
    for store in stores:
        inbox = store.special_folders.get(SpecialFolder.INBOX)
        if inbox is None:
            continue
        within = deadline.sooner(_SECONDS)
        try:
            view = FlatView(FolderContents(store.provider, inbox), restriction, newest_first)
            for row in await view.read_all((PidTagEntryId,), within):
                entry_id = row[PidTagEntryId]
                if entry_id not in seen:
                    message = await store.provider.load(EntryId.parse(entry_id), _LOAD_LIMIT_OCTETS, within)
                    await tie_report(queue, message, within)
                    seen.add(entry_id)
        except OperationCancelled:
            raise
        except MsgcoreError as error:  # what is known from before stays true
            _log.warning("%s: not looked through for reports: %s", store.display_name, error)
