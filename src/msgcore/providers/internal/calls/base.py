"""What every part of the internal store stands on: transactions on one mailbox, and entry ids as numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline, filetime_from_datetime
from msgcore.errors import ForeignEntryId, NotFound, UsageError
from msgcore.providers.internal import outgoing
from msgcore.providers.internal.mailboxes import Mailbox
from msgcore.providers.internal.numbers import lock_mailbox
from msgcore.providers.internal.standing import Standing, missing_folder, standing_of
from msgcore.runtime import Connection, Database, Runtime
from msgcore.spi.store import Incoming
from msgcore.spi.versions import change_key, check_version

__all__ = ["StoreCalls"]

T = TypeVar("T")

_MOST_NUMBER = 2**63 - 1  # that a database counts to


class StoreCalls:
    """A mailbox of a database. Each method of a part is one transaction."""

    def __init__(self, runtime: Runtime, database: Database, mailbox: Mailbox) -> None:
        self._runtime = runtime
        self._database = database
        self._mailbox = mailbox

    @property
    def uid(self) -> bytes:
        return self._mailbox.uid

    @property
    def display_name(self) -> str:
        return self._mailbox.display_name

    def _read(self, work: Callable[[Connection], T], deadline: Deadline) -> Coroutine[Any, Any, T]:
        return self._database.read(self._runtime, work, deadline)

    async def _write(self, work: Callable[[Connection], T], deadline: Deadline) -> T:
        def locked(connection: Connection) -> T:
            lock_mailbox(connection, self._mailbox.id)
            return work(connection)

        return await self._database.write(self._runtime, locked, deadline)

    def _now(self) -> int:
        return filetime_from_datetime(self._runtime.now())

    def _number(self, entry_id: EntryId, kind: int) -> int:
        if entry_id.provider_uid != self.uid:
            raise ForeignEntryId(f"entry id {bytes(entry_id).hex()} belongs to another store")
        if entry_id.kind != kind:
            raise UsageError(f"entry id {bytes(entry_id).hex()} names an object of another kind")
        if entry_id.number > _MOST_NUMBER:
            raise NotFound(f"entry id {bytes(entry_id).hex()} names what never was in the store")
        return entry_id.number

    def _folder(self, entry_id: EntryId) -> int:
        return self._number(entry_id, ObjectKind.FOLDER)

    def _messages(self, entry_ids: Sequence[EntryId]) -> list[int]:
        return [self._number(entry_id, ObjectKind.MESSAGE) for entry_id in entry_ids]

    def _id(self, number: int) -> EntryId:
        return EntryId(self.uid, ObjectKind.MESSAGE, number)

    def _check_folder(self, connection: Connection, number: int) -> None:
        known = connection.value("select 1 from folder where id = ? and mailbox_id = ?", (number, self._mailbox.id))
        if known is None:
            raise missing_folder(connection, number)

    def _check_target(self, connection: Connection, number: int) -> None:
        """Go on if messages can be put into a folder."""
        sql = "select search from folder where id = ? and mailbox_id = ?"
        row = connection.row(sql, (number, self._mailbox.id))
        if row is None:
            raise missing_folder(connection, number)
        if row[0] is not None:
            raise UsageError("nothing is saved in a search folder, moved or copied into it")

    def _standing(self, connection: Connection, entry_ids: Sequence[int]) -> list[Standing]:
        """Find messages that are not deleted, each once."""
        return standing_of(connection, self._mailbox.id, entry_ids)

    def _changeable(self, connection: Connection, numbers: Sequence[int]) -> list[Standing]:
        """Find messages that are neither deleted nor on their way out."""
        messages = self._standing(connection, numbers)
        outgoing.refuse_submitted(connection, [one.number for one in messages])
        return messages

    def _check_version(self, connection: Connection, number: int, wanted: bytes | None) -> None:
        version: int = connection.value("select content_number from message where id = ?", (number,))
        check_version(wanted, change_key(self.uid, version))

    def _keyed(self, incoming: Incoming) -> Incoming:
        """Make a delivery key hold for this mailbox, whatever others in the file were delivered."""
        key = incoming.delivery_key
        return incoming if key is None else attrs.evolve(incoming, delivery_key=hashlib.sha256(self.uid + key).digest())
