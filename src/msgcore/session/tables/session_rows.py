"""The tables of a session: its services, its stores, and what waits in the outbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.one_off import OneOffEntryId
from msgcore.base.times import Deadline
from msgcore.errors import NotFound
from msgcore.model.address import Address
from msgcore.props.bag import PropBag
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagClientSubmitTime,
    PidTagDefaultStore,
    PidTagDisplayName,
    PidTagDisplayTo,
    PidTagEntryId,
    PidTagIdentityDisplay,
    PidTagIdentityEntryId,
    PidTagIdentitySearchKey,
    PidTagInstanceKey,
    PidTagProviderDisplay,
    PidTagResourceFlags,
    PidTagResourceMethods,
    PidTagResourceType,
    PidTagStatusCode,
    PidTagStatusString,
    PidTagSubject,
)
from msgcore.session.notices.board import StatusBoard
from msgcore.session.services import OpenService, ResourceFlag, ResourceMethod, ResourceType, ServiceState
from msgcore.session.store import MessageStore
from msgcore.session.tables.asked import MOST_ROWS
from msgcore.session.tables.events import ChangeSink
from msgcore.session.tables.folder_rows import changes_to
from msgcore.session.tables.source import LiveRows, MemoryRows, bag_of
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.store import EventKind, TableQuery

__all__ = [
    "QUEUE_COLUMNS",
    "SPOOLER_NAME",
    "STATUS_COLUMNS",
    "STORE_COLUMNS",
    "QueueRows",
    "StatusRow",
    "StatusRows",
    "queue_rows",
    "store_rows",
]

SPOOLER_NAME = "spooler"

STATUS_COLUMNS: tuple[PropertyKey, ...] = (
    PidTagProviderDisplay,
    PidTagStatusCode,
    PidTagStatusString,
    PidTagResourceType,
    PidTagResourceMethods,
    PidTagIdentityDisplay,
)
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


@attrs.frozen
class StatusRow:
    """What the status table shows of a service, or of the spooler."""

    name: str
    code: ServiceState
    text: str
    resource_type: ResourceType
    methods: ResourceMethod
    flags: ResourceFlag
    identity: Address | None = None


def instance_key(row: int) -> bytes:
    """Give the instance key of a row of the status table, by its number."""
    return row.to_bytes(4, "big")


class StatusRows(MemoryRows):
    """The rows of the status table; who listens to the board is told of each that changes."""

    def __init__(self, look: Callable[[], Sequence[StatusRow]], board: StatusBoard) -> None:
        super().__init__(lambda: [_status_row(number, row) for number, row in enumerate(look())])
        self._board = board

    async def advise(self, sink: ChangeSink, ended: Callable[[], None], deadline: Deadline) -> Callable[[], None]:
        return self._board.listen(lambda row: sink([(instance_key(row), EventKind.MODIFIED)]), ended)


def _status_row(number: int, row: StatusRow) -> PropBag:
    identity = row.identity
    return bag_of(
        (
            (PidTagInstanceKey, instance_key(number)),
            (PidTagProviderDisplay, row.name),
            (PidTagStatusCode, int(row.code)),
            (PidTagStatusString, row.text),
            (PidTagResourceType, int(row.resource_type)),
            (PidTagResourceMethods, int(row.methods)),
            (PidTagResourceFlags, int(row.flags)),
            (PidTagIdentityDisplay, None if identity is None else str(identity)),
            (PidTagIdentityEntryId, None if identity is None else _entry_id(identity)),
            (PidTagIdentitySearchKey, None if identity is None else identity.search_key),
        )
    )


def _entry_id(address: Address) -> bytes:
    return bytes(OneOffEntryId(address.display_name, address.address_type, address.email_address))


class QueueRows(LiveRows):
    """The rows of the outgoing queue; who listens is told of the messages in its outbox."""

    def __init__(self, queue: GuardedStore, outbox: EntryId) -> None:
        super().__init__(lambda deadline: queue_rows(queue, outbox, deadline))
        self._queue = queue
        self._outbox = outbox

    async def advise(self, sink: ChangeSink, ended: Callable[[], None], deadline: Deadline) -> Callable[[], None]:
        return await self._queue.advise(self._outbox, changes_to(sink), ended, deadline)


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


async def queue_rows(queue: GuardedStore, outbox: EntryId, deadline: Deadline) -> list[PropBag]:
    """Give a row for each submission that waits, with the reason why."""
    rows: list[PropBag] = []
    items = await queue.outgoing(deadline)
    shown = (PidTagEntryId, PidTagSubject, PidTagDisplayTo)
    found = await queue.query(outbox, TableQuery(shown, count=MOST_ROWS), deadline) if items else ()
    in_outbox = {row[PidTagEntryId]: row for row in found}
    for item in items:
        row = in_outbox.get(bytes(item.entry_id))
        try:
            if row is None:
                row = await queue.row(item.entry_id, shown, deadline)
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
