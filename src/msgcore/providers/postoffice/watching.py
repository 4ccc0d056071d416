"""Telling what happens in a mailbox: a share tells nobody anything, so it is looked at every two seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, ObjectDeleted, OperationCancelled
from msgcore.providers.postoffice.mailbox import Mailbox
from msgcore.providers.postoffice.names import Entry
from msgcore.runtime.abc import Background, Runtime
from msgcore.spi.store import EventKind, EventSink, SpecialFolder, StoreEvent

__all__ = ["Watching"]

_PAUSE_SECONDS = 2.0


@attrs.frozen
class _Seen:
    """What there was: each message with its folder, and each folder with the one that it is in, by number."""

    messages: Mapping[int, tuple[int, Entry]]
    folders: Mapping[int, int]


class Watching:
    """All who listen to what happens in one mailbox."""

    def __init__(self, mailbox: Mailbox, uid: bytes, runtime: Runtime) -> None:
        self._mailbox = mailbox
        self._uid = uid
        self._runtime = runtime
        self._works: list[Background] = []

    async def begin(self, folder: int | None, sink: EventSink, deadline: Deadline) -> Callable[[], None]:
        """Tell ``sink`` what happens in a folder, or in all of the mailbox, until what is returned is called."""
        first = await self._runtime.in_thread(lambda: self._look(folder), deadline)
        is_over = False

        def tell(events: list[StoreEvent]) -> None:
            if not is_over:
                sink(events)

        work = self._runtime.in_background(self._tell(folder, first, tell))
        self._works.append(work)

        def end() -> None:
            nonlocal is_over
            is_over = True
            work.cancel()
            with suppress(ValueError):
                self._works.remove(work)

        return end

    def close(self) -> None:
        """Tell nobody anything any more."""
        for work in list(self._works):
            work.cancel()

    async def _tell(self, folder: int | None, seen: _Seen, tell: Callable[[list[StoreEvent]], None]) -> None:
        while True:
            await self._runtime.sleep(_PAUSE_SECONDS)
            try:
                now = await self._runtime.in_thread(partial(self._look_again, folder, seen))
            except OperationCancelled:
                raise
            except (MsgcoreError, OSError):  # the share is away, and may come back
                continue
            events = list(self._events(seen, now, is_of_all=folder is None))
            seen = now
            if events:
                tell(events)

    def _look(self, folder: int | None) -> _Seen:
        messages: dict[int, tuple[int, Entry]] = {}
        folders: dict[int, int] = {}
        for one, listing in self._mailbox.tree.walk():
            if folder is None and one.parent is not None:
                folders[one.id] = one.parent
            if folder in {None, one.id}:
                messages.update((entry.id, (one.id, entry)) for entry in listing.messages.values())
        return _Seen(messages, folders)

    def _look_again(self, folder: int | None, before: _Seen) -> _Seen:
        now = self._look(folder)
        if folder is not None:
            return now
        # What moved from a folder that was not looked at yet to one that was, is not gone.
        found: dict[int, tuple[int, Entry]] = {}
        for number in before.messages.keys() - now.messages.keys():
            try:
                one = self._mailbox.find(number)
            except ObjectDeleted:
                continue
            found[number] = one.folder.id, one.entry
        return attrs.evolve(now, messages={**now.messages, **found})

    def _events(self, before: _Seen, now: _Seen, *, is_of_all: bool) -> Iterator[StoreEvent]:
        for number, parent in now.folders.items():
            if number not in before.folders:
                yield self._event(EventKind.CREATED, parent, ObjectKind.FOLDER, number)
        for number, (folder, entry) in now.messages.items():
            known = before.messages.get(number)
            kind = self._came(folder, entry, is_of_all=is_of_all) if known is None else _kind(known, (folder, entry))
            if kind is not None:
                yield self._event(kind, folder, ObjectKind.MESSAGE, number)
        for number, (folder, _) in before.messages.items():
            if number not in now.messages:
                yield self._event(EventKind.DELETED, folder, ObjectKind.MESSAGE, number)
        for number, parent in before.folders.items():
            if number not in now.folders:
                yield self._event(EventKind.DELETED, parent, ObjectKind.FOLDER, number)

    def _came(self, folder: int, entry: Entry, *, is_of_all: bool) -> EventKind:
        is_new_mail = folder == self._mailbox.tree.special(SpecialFolder.INBOX).id and not entry.is_read
        return EventKind.NEW_MAIL if is_of_all and is_new_mail else EventKind.CREATED

    def _event(self, kind: EventKind, folder: int, what: int, number: int) -> StoreEvent:
        where = EntryId(self._uid, ObjectKind.FOLDER, folder)
        return StoreEvent(kind, where, EntryId(self._uid, what, number))


def _kind(before: tuple[int, Entry], now: tuple[int, Entry]) -> EventKind | None:
    if before[0] != now[0]:
        return EventKind.MOVED
    return None if before[1].tag == now[1].tag else EventKind.MODIFIED
