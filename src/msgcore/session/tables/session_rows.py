"""The tables of a session: its services, its stores, and what waits in the outbox."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.errors import NotFound
from msgcore.props.bag import PropBag
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagClientSubmitTime,
    PidTagDefaultStore,
    PidTagDisplayName,
    PidTagDisplayTo,
    PidTagEntryId,
    PidTagInstanceKey,
    PidTagProviderDisplay,
    PidTagResourceType,
    PidTagStatusCode,
    PidTagStatusString,
    PidTagSubject,
)
from msgcore.session.services import OpenService
from msgcore.session.store import MessageStore
from msgcore.session.tables.source import bag_of
from msgcore.spi.guarded_store import GuardedStore

__all__ = ["QUEUE_COLUMNS", "STATUS_COLUMNS", "STORE_COLUMNS", "queue_rows", "status_rows", "store_rows"]

STATUS_COLUMNS: tuple[PropertyKey, ...] = (PidTagProviderDisplay, PidTagStatusCode, PidTagStatusString)
STORE_COLUMNS: tuple[PropertyKey, ...] = (
    PidTagDisplayName,
    PidTagEntryId,
    PidTagDefaultStore,
    PidTagProviderDisplay,
)
QUEUE_COLUMNS: tuple[PropertyKey, ...] = (
    PidTagEntryId,
    PidTagSubject,
    PidTagDisplayTo,
    PidTagClientSubmitTime,
    PidTagStatusString,
)


def status_rows(services: Sequence[OpenService]) -> list[PropBag]:
    """Give a row for each service, in the profile's order."""
    return [
        bag_of(
            (
                (PidTagInstanceKey, number.to_bytes(4, "big")),
                (PidTagProviderDisplay, opened.entry.name),
                (PidTagStatusCode, int(opened.state)),
                (PidTagStatusString, opened.status_text),
                (PidTagResourceType, int(opened.resource_type)),
            )
        )
        for number, opened in enumerate(services)
    ]


def store_rows(services: Sequence[OpenService], default: MessageStore | None) -> list[PropBag]:
    """Give a row for each open store, in the profile's order."""
    stores = [(opened, store) for opened in services for store in opened.stores]
    return [
        bag_of(
            (
                (PidTagInstanceKey, number.to_bytes(4, "big")),
                (PidTagDisplayName, store.display_name),
                (PidTagEntryId, bytes(EntryId(store.uid, ObjectKind.STORE, 0))),
                (PidTagDefaultStore, store is default),
                (PidTagProviderDisplay, opened.entry.name),
            )
        )
        for number, (opened, store) in enumerate(stores)
    ]


async def queue_rows(queue: GuardedStore, deadline: Deadline) -> list[PropBag]:
    """Give a row for each submission that waits, with the reason why."""
    rows: list[PropBag] = []
    for item in await queue.outgoing(deadline):
        try:
            row = await queue.row(item.entry_id, (PidTagSubject, PidTagDisplayTo), deadline)
        except NotFound:
            continue  # sent and deleted since it was listed
        state = f"{item.state.value}: {item.reason}" if item.reason else item.state.value
        rows.append(
            bag_of(
                (
                    (PidTagInstanceKey, bytes(item.entry_id)),
                    (PidTagEntryId, bytes(item.entry_id)),
                    (PidTagSubject, row.get(PidTagSubject)),
                    (PidTagDisplayTo, row.get(PidTagDisplayTo)),
                    (PidTagClientSubmitTime, item.submitted_at),
                    (PidTagStatusString, state),
                )
            )
        )
    return rows
