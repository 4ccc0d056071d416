"""What a store in memory keeps: folders, messages and submissions as values that never change.

A message is kept as its octets, and over them the properties that MIME does not carry. So nobody shares anything with
the store, and a message comes back as one from a file does.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import attrs

from msgcore.base.ids import EntryId, ObjectKind, new_uid
from msgcore.codecs import mime
from msgcore.errors import NotFound
from msgcore.model.message import Message
from msgcore.props.key import PropertyKey
from msgcore.props.table import (
    PidTagBody,
    PidTagCreationTime,
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagHtml,
    PidTagInstanceKey,
    PidTagLastModificationTime,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagParentEntryId,
    PidTagRead,
    PidTagRecordKey,
    PidTagStoreEntryId,
)
from msgcore.props.tags import Property
from msgcore.spi.kept import DEFAULTS, STORE_SAYS, flags_set
from msgcore.spi.store import Incoming, MessageFlag, OutgoingItem, SpecialFolder

__all__ = ["KeptFolder", "KeptMessage", "State", "StoreMemory", "Submission", "Watcher", "keep"]

_log = logging.getLogger("msgcore.testing")

_NAMES = {
    SpecialFolder.IPM_SUBTREE: "Top of Information Store",
    SpecialFolder.INBOX: "Inbox",
    SpecialFolder.OUTBOX: "Outbox",
    SpecialFolder.SENT_ITEMS: "Sent Items",
    SpecialFolder.DELETED_ITEMS: "Deleted Items",
    SpecialFolder.DRAFTS: "Drafts",
}

_BODIES = frozenset({PidTagBody.bag_key, PidTagHtml.bag_key})

_Overlay = tuple[tuple[PropertyKey, object | None], ...]


@attrs.frozen
class KeptFolder:
    number: int
    parent: int | None
    name: str
    role: SpecialFolder | None = None


@attrs.frozen
class KeptMessage:
    """One message; ``overlay`` holds the properties that its octets do not say, ``None`` for a deleted one."""

    octets: bytes = attrs.field(repr=False)
    overlay: _Overlay = attrs.field(repr=False)
    flags: MessageFlag
    delivered_at: datetime
    created_at: datetime
    modified_at: datetime
    delivery_key: bytes | None = None
    folder: int = 0
    number: int = 0

    def message(self, uid: bytes) -> Message:
        """Make the message, with what the store says of it."""
        message = _read(self.octets, self.overlay)
        entry_id = bytes(EntryId(uid, ObjectKind.MESSAGE, self.number))
        facts: Mapping[PropertyKey, object] = {
            PidTagEntryId: entry_id,
            PidTagInstanceKey: entry_id,
            PidTagRecordKey: entry_id,
            PidTagParentEntryId: bytes(EntryId(uid, ObjectKind.FOLDER, self.folder)),
            PidTagStoreEntryId: bytes(EntryId(uid, ObjectKind.STORE, 0)),
            PidTagMessageFlags: int(self.flags),
            PidTagRead: MessageFlag.READ in self.flags,
            PidTagHasAttachments: MessageFlag.HAS_ATTACHMENTS in self.flags,
            PidTagMessageSizeExtended: len(self.octets),
            PidTagMessageDeliveryTime: self.delivered_at,
            PidTagCreationTime: self.created_at,
            PidTagLastModificationTime: self.modified_at,
            PidTagDisplayTo: message.get(PidTagDisplayTo, ""),
            PidTagDisplayCc: message.get(PidTagDisplayCc, ""),
        }
        for tag, value in facts.items():
            message.properties_set.preset(tag, value)
        return message


def keep(incoming: Incoming, now: datetime) -> KeptMessage:
    """Make what is kept of a message; raises as :func:`msgcore.codecs.mime.write` does."""
    message, source = incoming.message, incoming.message.source
    octets = source.octets if source is not None and not message.is_changed else mime.write(message)
    overlay = _not_carried(message, octets)
    flags = flags_set(message)
    if incoming.is_read:
        flags |= MessageFlag.READ
    if incoming.is_unsent:
        flags |= MessageFlag.UNSENT
    if any(not attachment.is_inline for attachment in _read(octets, overlay).attachments):
        flags |= MessageFlag.HAS_ATTACHMENTS
    delivered_at = (incoming.received_at or now).astimezone(UTC)
    return KeptMessage(octets, overlay, flags, delivered_at, now, now, incoming.delivery_key)


def _not_carried(message: Message, octets: bytes) -> _Overlay:
    """Find what was set or deleted on the message that its octets do not say."""
    carried = _read(octets, ())
    changed = [cast("Property[Any]", tag) for tag in message.properties_set.changed()]
    return tuple(
        (tag, message.said(tag))
        for tag in changed
        if tag.bag_key not in STORE_SAYS and _value(carried, tag) != _value(message, tag)
    )


def _value(message: Message, tag: Property[Any]) -> object:
    """Give a value; of a body, without what MIME cannot tell apart."""
    value: object = message.said(tag)
    if tag.bag_key in _BODIES and isinstance(value, str):
        return value.replace("\r\n", "\n").rstrip("\n")
    if tag.bag_key in _BODIES and isinstance(value, bytes):
        return value.replace(b"\r\n", b"\n").rstrip(b"\n")
    return value


def _read(octets: bytes, overlay: _Overlay) -> Message:
    message = mime.read(octets)
    for tag, value in overlay:
        if value is None:
            message.properties_set.discard(tag)
        else:
            message.properties_set[cast("Property[object]", tag)] = value
    for tag, value in DEFAULTS.items():
        if cast("Property[object]", tag) not in message:
            message.properties_set.preset(tag, value)
    return message


@attrs.frozen
class Submission:
    """A submission, and until when on the monotonic clock it is locked."""

    item: OutgoingItem
    locked_until: float | None = None


@attrs.define
class State:
    """All that a store keeps at one moment, by number."""

    folders: dict[int, KeptFolder]
    messages: dict[int, KeptMessage]
    submissions: dict[int, Submission]
    last_number: int = 0

    @classmethod
    def new(cls) -> State:
        """Make the state of a new store, which has its special folders."""
        state = cls({}, {}, {})
        root = state.add_folder(None, "", SpecialFolder.ROOT)
        subtree = state.add_folder(root, _NAMES[SpecialFolder.IPM_SUBTREE], SpecialFolder.IPM_SUBTREE)
        for role in SpecialFolder:
            if role not in {SpecialFolder.ROOT, SpecialFolder.IPM_SUBTREE}:
                state.add_folder(subtree, _NAMES[role], role)
        return state

    def copy(self) -> State:
        return State(dict(self.folders), dict(self.messages), dict(self.submissions), self.last_number)

    def next_number(self) -> int:
        """Give a number that nothing in the store has or had."""
        self.last_number += 1
        return self.last_number

    def folder(self, number: int) -> KeptFolder:
        """Find a folder.

        Raises:
            NotFound: it is gone.
        """
        found = self.folders.get(number)
        if found is None:
            raise NotFound(f"folder {number} is not in the store (any more)")
        return found

    def message(self, number: int) -> KeptMessage:
        """Find a message; raises as :meth:`folder` does."""
        found = self.messages.get(number)
        if found is None:
            raise NotFound(f"message {number} is not in the store (any more)")
        return found

    def special(self, role: SpecialFolder) -> int:
        return next(folder.number for folder in self.folders.values() if folder.role is role)

    def add_folder(self, parent: int | None, name: str, role: SpecialFolder | None = None) -> int:
        number = self.next_number()
        self.folders[number] = KeptFolder(number, parent, name, role)
        return number

    def add(self, folder: int, kept: KeptMessage) -> int:
        """Put a message into a folder; a delivery key that is there already gives the number that it has."""
        if kept.delivery_key is not None:
            for known in self.messages.values():
                if known.delivery_key == kept.delivery_key:
                    return known.number
        number = self.next_number()
        self.messages[number] = attrs.evolve(kept, folder=folder, number=number)
        return number


Watcher = Callable[[State, State], None]
"""Is shown the state before a change and after it."""


def _show(watcher: Watcher, before: State, after: State) -> None:
    try:
        watcher(before, after)
    except BaseException:  # the change is made, whatever a watcher makes of it
        _log.exception("a watcher of a store in memory raised")


class StoreMemory:
    """What stores on it keep, for as long as somebody holds it. May be shared by threads."""

    def __init__(self, display_name: str = "Memory") -> None:
        self.uid = new_uid()
        self.display_name = display_name
        self._guard = threading.Lock()
        self._state = State.new()
        self._watchers: tuple[Watcher, ...] = ()
        self._untold: deque[tuple[State, State, tuple[Watcher, ...]]] = deque()
        self._telling = threading.Lock()

    @property
    def state(self) -> State:
        """The state at this moment, to be read only: whoever changes something puts another one in its place."""
        return self._state

    @contextmanager
    def change(self) -> Generator[State]:
        """Give a state to change, which counts when the context ends without an error: all of it, or nothing."""
        with self._guard:
            state = self._state.copy()
            yield state
            before, self._state = self._state, state
            self._untold.append((before, state, self._watchers))
        self._tell()

    def _tell(self) -> None:
        """Tell what is not told yet, in order: of threads that change something at once, one tells for all."""
        while self._untold and self._telling.acquire(blocking=False):
            try:
                while self._untold:
                    before, after, watchers = self._untold.popleft()
                    for watcher in watchers:
                        if watcher in self._watchers:
                            _show(watcher, before, after)
            finally:
                self._telling.release()

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Show every change to ``watcher``, in order, until what is returned is called.

        It may be shown in the thread of another change. What it raises is logged: the change counts all the same.
        """
        with self._guard:
            self._watchers += (watcher,)

        def end() -> None:
            with self._guard:
                self._watchers = tuple(one for one in self._watchers if one is not watcher)

        return end
