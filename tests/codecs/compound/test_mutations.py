"""Any cut and any change of octets gives a tree with findings, or a typed error (F12)."""

from __future__ import annotations

import functools
import random
from uuid import UUID

import pytest

from msgcore.base.findings import Strictness
from msgcore.codecs.compound import NewStorage, copy_of, read_compound, write_compound
from msgcore.errors import MalformedMessage
from tests.codecs.compound.trees import contents_of

TELLING = [
    b"\0",
    b"\1",
    b"\2",
    b"\xff",
    b"\xfe\xff\xff\xff",
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\1\0\0\0",
    b"\5\0\0\0",
]


@functools.cache
def control() -> bytes:
    """A file of small and large streams at two levels; what lies before its large streams is 4 kB."""
    inner = NewStorage(UUID(int=1), streams={f"__substg1.0_{n:08X}": b"%d" % n * n for n in range(12)})
    streams = {"__properties_version1.0": bytes(range(200)), "large": bytes(5_000), "other": b"x" * 4_096}
    return write_compound(
        NewStorage(streams=streams, storages={"__recip_version1.0_#00000000": inner, "empty": NewStorage()})
    )


def mutated(octets: bytes, source: random.Random) -> bytes:
    """Change some octets, most of them where the tables are, and sometimes cut the file or take a piece out."""
    changed = bytearray(octets)
    for _ in range(source.randint(1, 12)):
        if len(changed) < 512:
            break
        at = source.randrange(len(changed)) if source.random() < 0.3 else source.randrange(min(4_096, len(changed)))
        match source.randrange(8):
            case 0:
                changed[at : at + 1] = bytes([source.randrange(256)])
            case 1:
                del changed[max(at, 512) :]
            case 2:
                del changed[at : at + source.choice([1, 4, 128, 512])]
            case _:
                telling = source.choice(TELLING)
                at &= -len(telling)
                changed[at : at + len(telling)] = telling
    return bytes(changed)


def use(octets: bytes) -> None:
    """Read all, copy it, and write it; strictly it is refused when anything was tolerated."""
    try:
        root = read_compound(octets)
    except MalformedMessage:
        return
    contents = contents_of(root)
    given = sum(len(one) for one in contents.values() if isinstance(one, bytes))
    assert given <= 4 * len(octets)
    assert all(0 <= finding.offset <= len(octets) for finding in root.findings)
    assert contents_of(read_compound(write_compound(copy_of(root)))) == contents
    if root.findings:
        with pytest.raises(MalformedMessage):
            contents_of(read_compound(octets, strictness=Strictness.STRICT))


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(4, 100))])
def test_mutated_files_are_read_and_copied(seed: int) -> None:
    source = random.Random(seed)
    for _ in range(500):
        use(mutated(control(), source))


def test_a_file_that_is_cut_anywhere_is_read_as_far_as_it_goes() -> None:
    octets = control()
    for end in range(0, len(octets), 37):
        use(octets[:end])


def test_random_tables_are_read() -> None:
    """Every number of the FAT and every link of the directory is random, but lies in the file."""
    source = random.Random(7)
    octets = control()
    for _ in range(300):
        changed = bytearray(octets)
        for at in range(512, 1_024, 4):
            changed[at : at + 4] = source.randrange(len(octets) // 512).to_bytes(4, "little")
        for at in range(1_024, 4_096, 128):
            for field in (68, 72, 76, 116):
                changed[at + field : at + field + 4] = source.randrange(24).to_bytes(4, "little")
        use(bytes(changed))
