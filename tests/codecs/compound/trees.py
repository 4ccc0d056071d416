"""Trees to be written, and what is in a tree as one mapping."""

from __future__ import annotations

import io
import random
from typing import Any
from uuid import UUID

import olefile  # type: ignore[import-untyped]  # it has no types
from hypothesis import strategies as st

from msgcore.codecs.compound import NewStorage, Storage

Facts = tuple[UUID, int, int, int]
Path = tuple[str, ...]


def contents_of(root: Storage) -> dict[Path, bytes | Facts]:
    """Map the path of every stream to its octets, and of every storage to its class, state bits and times."""
    found: dict[Path, bytes | Facts] = {}
    waiting: list[tuple[Path, Storage]] = [((), root)]
    while waiting:
        path, storage = waiting.pop()
        found[path] = (storage.clsid, storage.state_bits, storage.created, storage.modified)
        found.update({(*path, name): stream.octets() for name, stream in storage.streams().items()})
        waiting.extend(((*path, name), child) for name, child in storage.storages().items())
    return found


def contents_to_write(root: NewStorage) -> dict[Path, bytes | Facts]:
    """The same of a tree that is not written yet."""
    found: dict[Path, bytes | Facts] = {}
    waiting: list[tuple[Path, NewStorage]] = [((), root)]
    while waiting:
        path, storage = waiting.pop()
        found[path] = (storage.clsid, storage.state_bits, storage.created, storage.modified)
        found.update({(*path, name): octets for name, octets in storage.streams.items()})
        waiting.extend(((*path, name), child) for name, child in storage.storages.items())
    return found


def streams_by_olefile(octets: bytes) -> dict[Path, bytes]:
    """What olefile reads."""
    opened: Any = olefile.OleFileIO
    with opened(io.BytesIO(octets)) as file:
        return {tuple(path): file.openstream(path).read() for path in file.listdir()}


def _some_octets(size: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(size)


# Around the sizes at which something changes: a mini sector, a sector, the cutoff, and the sectors of a FAT sector.
_sizes = st.one_of(
    st.integers(0, 200),
    st.sampled_from([63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 4608, 8192, 65_535, 65_536, 65_537]),
    st.integers(0, 20_000),
)
_octets = st.builds(_some_octets, _sizes, st.integers(0, 99))
_usual_characters = st.characters(codec="utf-16", exclude_characters="/\\:!\0")
names = st.text(_usual_characters, min_size=1, max_size=31).filter(lambda name: len(name.encode("utf-16-le")) <= 62)


def _twins(name: str) -> str:
    return name.upper().casefold()


def _storage_of(children: list[tuple[str, bytes | NewStorage]], facts: Facts) -> NewStorage:
    clsid, state_bits, created, modified = facts
    streams = {name: child for name, child in children if isinstance(child, bytes)}
    storages = {name: child for name, child in children if isinstance(child, NewStorage)}
    return NewStorage(clsid, streams, storages, state_bits, created, modified)


_facts = st.tuples(st.uuids() | st.just(UUID(int=0)), st.integers(0, 2**32 - 1), *[st.integers(0, 2**64 - 1)] * 2)


def _storages(children: st.SearchStrategy[bytes | NewStorage], most: int) -> st.SearchStrategy[NewStorage]:
    named = st.lists(st.tuples(names, children), max_size=most, unique_by=lambda one: _twins(one[0]))
    return st.builds(_storage_of, named, _facts)


roots = _storages(st.recursive(_octets, lambda children: _storages(children, 6), max_leaves=12), 20)
"""Storages in storages, with streams of all sizes."""
