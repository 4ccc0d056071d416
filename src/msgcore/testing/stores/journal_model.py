"""A journal as a plain mapping, and whatever is done to a store's journals, drawn: the two have to agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.base.ids import EntryId
from msgcore.model.message import Message
from msgcore.runtime.abc import NEVER
from msgcore.spi.capability import Capability
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import Origin
from msgcore.spi.store import NO_STATUS, Incoming, MessageStatus
from msgcore.testing.stores.desk import ACCOUNT, StoreDesk

__all__ = ["OTHER_ACCOUNT", "JournalModel", "Step", "steps"]

OTHER_ACCOUNT = "cid at a.test"
_FIRST = datetime(2030, 1, 1, tzinfo=UTC)


@attrs.frozen
class Step:
    """Something to do with messages of these origins: to note, save, delete or forget them."""

    name: str
    origins: tuple[Origin, ...]
    status: MessageStatus
    header: bytes
    day: int

    @property
    def moment(self) -> datetime:
        return _FIRST + timedelta(days=self.day)

    def entry(self, origin: Origin) -> JournalEntry:
        missing_since = self.moment if self.day % 2 else None
        return JournalEntry(origin, self.moment, self.status, self.header, missing_since)


class JournalModel:
    """Does steps at a store, and knows what its journals say then."""

    def __init__(self, desk: StoreDesk) -> None:
        self._desk = desk
        self._entries: dict[Origin, JournalEntry] = {}
        self._ids: set[EntryId] = set()

    async def do(self, step: Step) -> None:
        store = self._desk.store
        match step.name:
            case "note":
                await store.note([step.entry(origin) for origin in step.origins], NEVER)
                for origin in step.origins:
                    self._note(step.entry(origin))
            case "save":
                incoming = [Incoming(Message(), origin=one, remote_status=step.status) for one in step.origins]
                ids = await store.save(self._desk.home, incoming, NEVER)
                for one, entry_id in zip(incoming, ids, strict=True):
                    self._save(one, entry_id)
            case "delete" if self._desk.can(Capability.DELETE):
                await self._delete(step.origins)
            case "forget":
                for account in (ACCOUNT, OTHER_ACCOUNT):
                    keys = [one.key for one in step.origins if one.account == account]
                    await store.forget(account, keys, NEVER)
                for origin in step.origins:
                    self._entries.pop(_name(origin), None)
            case _:
                pass

    def _note(self, entry: JournalEntry) -> None:
        known = self._entries.get(_name(entry.origin), entry)
        self._entries[_name(entry.origin)] = attrs.evolve(
            entry, first_seen=known.first_seen, stored=known.stored, is_gone=known.is_gone
        )

    def _save(self, incoming: Incoming, entry_id: EntryId) -> None:
        assert incoming.origin is not None
        origin = incoming.origin
        entry = self._entries.get(_name(origin)) or JournalEntry(origin, _FIRST)
        if entry.stored is None:
            assert entry_id not in self._ids, f"{entry_id} is another message's"
            self._ids.add(entry_id)
            entry = attrs.evolve(entry, stored=entry_id)
        self._entries[_name(origin)] = attrs.evolve(
            entry, origin=origin, status=incoming.remote_status, header=b"", missing_since=None
        )
        assert entry.stored == entry_id, f"{origin} is stored as {entry.stored} and was said to be {entry_id}"

    async def _delete(self, origins: Sequence[Origin]) -> None:
        stored = {one: self._entries[one] for one in map(_name, origins) if one in self._entries}
        there = {one: entry for one, entry in stored.items() if entry.stored and not entry.is_gone}
        await self._desk.store.delete([entry.stored for entry in there.values() if entry.stored], NEVER)
        self._entries |= {one: attrs.evolve(entry, is_gone=True) for one, entry in there.items()}

    def entries(self, account: str) -> list[JournalEntry]:
        """Say what the journal of an account is to give."""
        found = [one for one in self._entries.values() if one.origin.account == account]
        return sorted(found, key=lambda one: one.origin.key)


def _name(origin: Origin) -> Origin:
    """Give what names an entry: of the origin all but its size."""
    return attrs.evolve(origin, size_octets=-1)


_ORIGINS = st.builds(
    Origin,
    st.sampled_from([ACCOUNT, ACCOUNT, OTHER_ACCOUNT]),
    st.sampled_from([b"", b"1", b"1", b"1", b"10"]),
    st.sampled_from([b"f", b"f", b"\x80"]),
    st.sampled_from([-1, 0, 1 << 40]),
)
_STATUSES = st.sampled_from([NO_STATUS, MessageStatus.REMOTE_DOWNLOAD, MessageStatus.REMOTE_DELETE])


def steps() -> SearchStrategy[Step]:
    return st.builds(
        Step,
        st.sampled_from(["note", "save", "save", "delete", "forget"]),
        st.lists(_ORIGINS, min_size=1, max_size=4).map(tuple),
        _STATUSES,
        st.sampled_from([b"", b"Subject: waits\r\n\r\n"]),
        st.integers(0, 3),
    )
