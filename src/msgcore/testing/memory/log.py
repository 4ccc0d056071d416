"""What has changed in a store in memory: a log with an entry for each object that a change touched, numbered from 1.

Whoever asks what changed since a number is answered from the entries after it, object by object: where it stood before
the first of them and after the last one, and what happened in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import attrs

from msgcore.base.ids import ObjectKind
from msgcore.spi.changes import ChangeKind
from msgcore.testing.memory.values import KeptFolder, KeptMessage

__all__ = ["Entry", "Noted", "Place", "noted_since", "touched"]

T = TypeVar("T")

_Object = tuple[int, int]
"""An object's kind and number."""


@attrs.frozen
class Place:
    """Where people see an object: a message in its folder, a folder in its parent."""

    folder: int
    is_associated: bool = False
    is_read: bool = False


@attrs.frozen
class Entry:
    """One change of one object; ``None`` for a place is nowhere, or among what is deleted."""

    kind: int
    number: int
    before: Place | None
    after: Place | None
    is_content: bool = False
    """What the object says was changed."""

    def within(self, folder: int) -> Entry:
        """Give the entry as it looks to who sees one folder only."""
        before, after = (place if place and place.folder == folder else None for place in (self.before, self.after))
        return attrs.evolve(self, before=before, after=after)


@attrs.frozen
class Noted:
    """What has become of an object: ``change`` is the number of its last change, ``place`` where it is or was."""

    what: ChangeKind
    kind: int
    number: int
    change: int
    place: Place


def touched(
    folders: tuple[Mapping[int, KeptFolder], Mapping[int, KeptFolder]],
    messages: tuple[Mapping[int, KeptMessage], Mapping[int, KeptMessage]],
) -> Iterator[Entry]:
    """Compare what was before a change with what is after it: messages that go, folders, messages that stay or come."""
    yield from (entry for entry in _messages(*messages) if entry.after is None)
    yield from _folders(*folders)
    yield from (entry for entry in _messages(*messages) if entry.after is not None)


def _folders(before: Mapping[int, KeptFolder], after: Mapping[int, KeptFolder]) -> Iterator[Entry]:
    for number, old, new in _pairs(before, after):
        is_content = old is not None and new is not None and attrs.evolve(old, parent=new.parent) != new
        entry = Entry(ObjectKind.FOLDER, number, _place_of(old), _place_of(new), is_content)
        if is_content or entry.before != entry.after:
            yield entry


def _place_of(folder: KeptFolder | None) -> Place | None:
    return None if folder is None or folder.parent is None else Place(folder.parent)


def _messages(before: Mapping[int, KeptMessage], after: Mapping[int, KeptMessage]) -> Iterator[Entry]:
    for number, old, new in _pairs(before, after):
        is_content = old is not None and new is not None and _content(old) != _content(new)
        entry = Entry(ObjectKind.MESSAGE, number, _seen(old), _seen(new), is_content)
        is_marked = old is not None and new is not None and old.status != new.status
        if (entry.before or entry.after) and (is_content or is_marked or entry.before != entry.after):
            yield entry


def _content(message: KeptMessage) -> object:
    return message.octets, message.overlay, message.modified_at


def _seen(message: KeptMessage | None) -> Place | None:
    if message is None or message.deleted_at is not None:
        return None
    return Place(message.folder, message.is_associated, message.is_read)


def _pairs(before: Mapping[int, T], after: Mapping[int, T]) -> Iterator[tuple[int, T | None, T | None]]:
    """Give what is not the same in both; what is gone first, and of that the youngest."""
    for number in sorted(before.keys() - after.keys(), reverse=True):
        yield number, before[number], None
    for number, new in after.items():
        old = before.get(number)
        if old is not new:
            yield number, old, new


def noted_since(log: Sequence[Entry], base: int, position: int, folder: int | None) -> list[Noted]:
    """Say what has become of each object since ``base``, by change number from ``position`` on; of one folder or all.

    A client has been told of everything since ``base`` up to ``position`` already.
    """
    histories: dict[_Object, list[tuple[int, Entry]]] = {}
    for change, entry in enumerate(log[base:], base + 1):
        seen = entry if folder is None else entry.within(folder)
        if (seen.before or seen.after) and (folder is None or entry.kind == ObjectKind.MESSAGE):
            histories.setdefault((entry.kind, entry.number), []).append((change, seen))
    found = [noted for history in histories.values() for noted in _noted(history, position)]
    return sorted((one for one in found if one.change > position), key=lambda one: one.change)


def _noted(history: Sequence[tuple[int, Entry]], position: int) -> Iterator[Noted]:
    change, last = history[-1]
    entries = [entry for _, entry in history]
    if last.after is None:
        told = [entry for number, entry in history if number <= position]
        if last.before and (entries[0].before or (told and told[-1].after)):
            yield Noted(ChangeKind.DELETED, last.kind, last.number, change, last.before)
        return
    for kind in _kinds(entries, last.kind):
        yield Noted(kind, last.kind, last.number, change, last.after)


def _kinds(entries: Sequence[Entry], kind: int) -> list[ChangeKind]:
    """Say what has become of an object that is there."""
    if any(entry.before is None for entry in entries):
        return [ChangeKind.CREATED]
    if kind == ObjectKind.FOLDER:
        return [ChangeKind.CHANGED]
    kinds: list[ChangeKind] = []
    if any(entry.before and entry.after and entry.before.folder != entry.after.folder for entry in entries):
        kinds.append(ChangeKind.MOVED)
    if any(entry.is_content for entry in entries):
        kinds.append(ChangeKind.CHANGED)
    return kinds or [ChangeKind.READ_STATE]
