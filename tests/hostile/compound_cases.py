"""Hostile compound files (cases F08 to F10 and F12 of the security reference), and the job that each must end.

``python -m tests.hostile.compound_cases`` serves them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from msgcore.base.findings import Strictness
from msgcore.codecs.compound import NewStorage, Storage, copy_of, read_compound, write_compound
from msgcore.errors import MalformedMessage
from tests.codecs.compound.raw import END, NONE, ROOT, STORAGE, STREAM, RawFile, raw_entry
from tests.hostile.forks import serve

_MEGABYTE = 1_000_000
_HUGE = 2**63 - 1


def _looping(octets: int, size: int, links: Callable[[int, int], int], streams: int = 1, shift: int = 12) -> bytes:
    """A file of a few MB whose content's sector ``n`` of ``count`` is followed by ``links(n, count)``."""

    def entries(start: int) -> list[bytes]:
        names = (raw_entry(f"{n:06}", STREAM, right=_next(n, streams), start=start, size=size) for n in range(streams))
        return [raw_entry("Root Entry", ROOT, child=1), *names]

    file = RawFile(entries(0), bytes(octets), shift=shift)
    start, count = file.content_start, octets >> shift
    file.entries = entries(start)
    file.following = {start + n: min(start + links(n, count), NONE) for n in range(count)}
    return file.octets()


def _next(number: int, count: int) -> int:
    """Link entry ``number + 1`` to the one behind it."""
    return number + 2 if number + 1 < count else NONE


def _list_tree(count: int, side: str) -> bytes:
    links: list[dict[str, int]] = [{side: _next(n, count)} for n in range(count)]
    entries = [
        raw_entry(f"{n:06}", STREAM, left=one.get("left", NONE), right=one.get("right", NONE))
        for n, one in enumerate(links)
    ]
    return RawFile([raw_entry("Root Entry", ROOT, child=1), *entries]).octets()


def _nested(depth: int) -> bytes:
    entries = [raw_entry("in", STORAGE, child=_next(n, depth)) for n in range(depth)]
    return RawFile([raw_entry("Root Entry", ROOT, child=1), *entries]).octets()


def _tangled(count: int) -> bytes:
    """Storages that all lead to all of the others."""
    entries = [raw_entry(f"{n:06}", STORAGE, left=n // 2, right=n + 2, child=count - n) for n in range(count)]
    return RawFile([raw_entry("Root Entry", ROOT, child=1), *entries]).octets()


def _names(name: str, count: int) -> bytes:
    entries = [raw_entry(name, STREAM, right=_next(n, count)) for n in range(count)]
    return RawFile([raw_entry("Root Entry", ROOT, child=1), *entries]).octets()


def _mini(count: int) -> bytes:
    """Streams of 4,095 octets that all are the whole mini stream."""
    mini_fat = b"".join((n + 1).to_bytes(4, "little") for n in range(127)) + END.to_bytes(4, "little")
    file = RawFile([raw_entry("Root Entry", ROOT)] * (count + 1), bytes(8_192) + mini_fat)
    start = file.content_start
    names = (raw_entry(f"{n:06}", STREAM, right=_next(n, count), start=0, size=4_095) for n in range(count))
    file.entries = [raw_entry("Root Entry", ROOT, child=1, start=start, size=8_192), *names]
    file.following = {start + n: start + n + 1 for n in range(15)}
    file.mini_fat = start + 16
    return file.octets()


def _with_header(octets: bytes, *fields: tuple[int, int, int]) -> bytes:
    changed = bytearray(octets)
    for offset, width, value in fields:
        changed[offset : offset + width] = value.to_bytes(width, "little")
    return bytes(changed)


def _difat_loop() -> bytes:
    """17 MB of sectors, each of which is a sector of the DIFAT without a number, and leads back to the first."""
    octets = b"".join((n + 1).to_bytes(4, "little") for n in range(127))
    whole = write_compound(NewStorage(streams={"large": (octets + bytes(4)) * 33_000}))
    return _with_header(whole, (68, 4, 20_000), (72, 4, 0xFFFFFFFF), *((76 + 4 * n, 4, 1) for n in range(109)))


CASES: dict[str, Callable[[], bytes]] = {
    "F08 a sector that follows itself": lambda: _looping(_MEGABYTE, _HUGE, lambda n, _: n),
    "F08 all sectors in a ring": lambda: _looping(6 * _MEGABYTE, _HUGE, lambda n, count: (n + 1) % count, shift=9),
    "F08 a ring that jumps": lambda: _looping(6 * _MEGABYTE, _HUGE, lambda n, count: (n + 7_919) % count, shift=9),
    "F08 a tail into a ring": lambda: _looping(6 * _MEGABYTE, _HUGE, lambda n, count: n + 1 if n + 1 < count else 0),
    "F08 ten thousand streams in one ring": lambda: _looping(2 * _MEGABYTE, _HUGE, lambda n, c: (n + 1) % c, 10_000),
    "F08 ten thousand streams in a ring that jumps": lambda: _looping(
        2 * _MEGABYTE, 2**32 - 1, lambda n, count: (n + 1_009) % count, 10_000, 9
    ),
    "F08 ten thousand streams of one chain": lambda: _looping(
        2 * _MEGABYTE, 2 * _MEGABYTE, lambda n, count: n + 1 if n + 1 < count else NONE, 10_000, 9
    ),
    "F08 mini streams of one chain": lambda: _mini(10_000),
    "F08 a DIFAT in a ring": _difat_loop,
    "F08 a directory in a ring": lambda: _with_header(_list_tree(4, "right"), (516, 4, 1)),
    "F09 counts of 4 GiB": lambda: _with_header(
        write_compound(NewStorage(streams={"s": b"x"})), *((at, 4, 0xFFFFFFFF) for at in (40, 44, 52, 64, 72))
    ),
    "F09 a sector shift of 65535": lambda: _with_header(write_compound(NewStorage()), (30, 2, 65_535)),
    "F09 a sector shift of 31": lambda: _with_header(write_compound(NewStorage()), (30, 2, 31)),
    "F09 a mini sector shift of 65535": lambda: _with_header(write_compound(NewStorage()), (32, 2, 65_535)),
    "F09 starts out of range": lambda: _with_header(
        write_compound(NewStorage(streams={"s": b"x"})), *((at, 4, 0xFFFFFFF9) for at in (60, 68))
    ),
    "F09 a tree that leads to itself everywhere": lambda: _tangled(20_000),
    "F10 a tree that is a list to the right": lambda: _list_tree(20_000, "right"),
    "F10 a tree that is a list to the left": lambda: _list_tree(20_000, "left"),
    "F10 2000 storages inside one another": lambda: _nested(2_000),
    "F10 50000 storages inside one another": lambda: _nested(50_000),
    "F10 one name 20000 times": lambda: _names("same", 20_000),
    "F10 slashes": lambda: _names("../" * 10, 20_000),
    "F10 surrogates": lambda: _names("\udc00\ud800" * 15, 20_000),
    "F10 capitals": lambda: _names("ǆß\u0130" * 10, 20_000),
    "F12 20 MB of 0xFF behind a header": lambda: write_compound(NewStorage())[:512] + b"\xff" * 20_000_000,
    "F12 20 MB of NUL behind a header": lambda: write_compound(NewStorage())[:512] + bytes(20_000_000),
}


def job(octets: bytes) -> None:
    """Read all that is in the file, strictly and not, and write a copy of it."""
    with contextlib.suppress(MalformedMessage):
        _read_all(read_compound(octets, strictness=Strictness.STRICT))
    with contextlib.suppress(MalformedMessage):
        root = read_compound(octets)
        _read_all(root)
        assert len(root.findings) <= 1_000
        write_compound(copy_of(root))


def _read_all(root: Storage) -> None:
    waiting = [root]
    while waiting:
        storage = waiting.pop()
        for stream in storage.streams().values():
            stream.octets()
        waiting.extend(storage.storages().values())


def prepare(name: str) -> tuple[Callable[[], None], int]:
    octets = CASES[name]()
    return lambda: job(octets), len(octets)


if __name__ == "__main__":
    job(write_compound(NewStorage(streams={"warm": b"x"})))
    serve(prepare)
