"""What is written: a tree of plain values."""

from __future__ import annotations

from uuid import UUID

import attrs

from msgcore.codecs.compound.storage import Storage

__all__ = ["NewStorage", "copy_of"]

_NO_CLASS = UUID(int=0)


@attrs.define(eq=False)
class NewStorage:
    """A storage to be written: octets by the names of its streams, storages by their names.

    A name has 1 to 31 UTF-16 code units, none of them NUL, and differs from the other names of its storage also in
    capitals; the writer says so. ``created`` and ``modified`` are FILETIMEs (100 ns since 1601), 0 for none.
    """

    clsid: UUID = _NO_CLASS
    streams: dict[str, bytes] = attrs.field(factory=dict[str, bytes], repr=False)
    storages: dict[str, NewStorage] = attrs.field(factory=dict[str, "NewStorage"], repr=False)
    state_bits: int = 0
    created: int = 0
    modified: int = 0


def copy_of(storage: Storage) -> NewStorage:
    """Copy a storage that was read, with all that is in it, so that it can be written."""
    copied = _without_storages(storage)
    waiting = [(storage, copied)]
    while waiting:
        old, new = waiting.pop()
        for name, child in old.storages().items():
            new.storages[name] = _without_storages(child)
            waiting.append((child, new.storages[name]))
    return copied


def _without_storages(storage: Storage) -> NewStorage:
    streams = {name: stream.octets() for name, stream in storage.streams().items()}
    return NewStorage(storage.clsid, streams, {}, storage.state_bits, storage.created, storage.modified)
