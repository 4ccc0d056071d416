"""Telling what happens to the messages of a folder, as the transactions of this process do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.runtime import Database, Runtime, SqlValue
from msgcore.spi.store import EventKind, EventSink, StoreEvent

__all__ = ["STORE_WATCH", "watch_folder"]

STORE_WATCH = """
create temp trigger message_came after insert on main.message begin
    select note('message', 'created', new.folder_id, new.id);
end;
create temp trigger message_changed after update on main.message when new.folder_id = old.folder_id begin
    select note('message', 'modified', new.folder_id, new.id);
end;
create temp trigger message_moved after update on main.message when new.folder_id <> old.folder_id begin
    select note('message', 'deleted', old.folder_id, old.id);
    select note('message', 'created', new.folder_id, new.id);
end;
create temp trigger message_went after delete on main.message begin
    select note('message', 'deleted', old.folder_id, old.id);
end;
"""


async def watch_folder(
    runtime: Runtime, database: Database, folder: EntryId, sink: EventSink, deadline: Deadline
) -> Callable[[], None]:
    """Tell ``sink`` of each transaction what it did to the folder's messages, until the result is called."""

    def listen(notes: Sequence[tuple[SqlValue, ...]]) -> None:
        events = [
            StoreEvent(EventKind(kind), folder, EntryId(folder.provider_uid, ObjectKind.MESSAGE, number))
            for what, kind, where, number in notes
            if what == "message" and where == folder.number and isinstance(number, int)
        ]
        if events:
            sink(events)

    return await database.listen(runtime, listen, deadline)
