"""What is written is read again the same, by us and by olefile, out of a tree that is one."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msgcore.codecs.compound import NewStorage, copy_of, read_compound, write_compound
from tests.codecs.compound.trees import contents_of, contents_to_write, names, roots, streams_by_olefile
from tests.conftest import SOAK

NONE = 0xFFFFFFFF
Order = tuple[int, list[int]]


@settings(max_examples=2_000 if SOAK else 60)
@given(roots)
def test_a_tree_survives_writing_and_reading(root: NewStorage) -> None:
    read = read_compound(write_compound(root))

    assert contents_of(read) == contents_to_write(root)
    assert read.findings == ()


@settings(max_examples=2_000 if SOAK else 60)
@given(roots)
def test_what_was_read_is_written_octet_for_octet(root: NewStorage) -> None:
    octets = write_compound(root)
    assert write_compound(copy_of(read_compound(octets))) == octets


@settings(max_examples=1_000 if SOAK else 60)
@given(roots)
def test_olefile_reads_the_same_streams(root: NewStorage) -> None:
    expected = {path: octets for path, octets in contents_to_write(root).items() if isinstance(octets, bytes)}
    assert streams_by_olefile(write_compound(root)) == expected


@settings(max_examples=1_000 if SOAK else 60)
@given(st.lists(names, max_size=70, unique_by=lambda name: name.upper().casefold()))
def test_the_directory_is_a_red_black_tree(spelled: list[str]) -> None:
    """[MS-CFB] section 2.6.4: in the order of the names, no red below red, as many black on each way down."""
    check_tree(write_compound(NewStorage(streams=dict.fromkeys(spelled, b""))), len(spelled))


@pytest.mark.parametrize("count", [*range(34), 127, 128, 1_000])
def test_a_tree_of_any_size_is_red_and_black(count: int) -> None:
    check_tree(write_compound(NewStorage(streams={f"n{n}": b"" for n in range(count)})), count)


def check_tree(octets: bytes, count: int) -> None:
    """Walk the children of the root as the directory of ``octets`` links them."""
    directory = 512 * (1 + struct.unpack_from("<I", octets, 48)[0])
    # Each: the entry, what it must lie between, whether the one above is red, and how many black are above.
    waiting: list[tuple[int, Order | None, Order | None, bool, int]] = [
        (struct.unpack_from("<I", octets, directory + 76)[0], None, None, False, 0)
    ]
    seen: list[int] = []
    black_ones: set[int] = set()
    while waiting:
        entry, low, high, is_below_red, black = waiting.pop()
        if entry == NONE:
            black_ones.add(black)
            continue
        seen.append(entry)
        raw, length, _, colour, left, right = struct.unpack_from("<64sHBBII", octets, directory + 128 * entry)
        key = order_of(raw[: length - 2].decode("utf-16-le"))
        assert (low is None or low < key) and (high is None or key < high), "not in order"
        assert colour or not is_below_red, "a red entry below a red one"
        waiting += [(left, low, key, not colour, black + colour), (right, key, high, not colour, black + colour)]
    assert sorted(seen) == list(range(1, count + 1))
    assert len(black_ones) == 1, "not as many black entries on each way down"


def order_of(name: str) -> Order:
    """Its length, and the simple capital of each code unit; the surrogates of a pair have none."""
    units = struct.unpack(f"<{len(name.encode('utf-16-le')) // 2}H", name.encode("utf-16-le"))
    capitals = [chr(unit).upper() if not 0xD800 <= unit < 0xE000 else chr(unit) for unit in units]
    return len(units), [
        ord(capital) if len(capital) == 1 else unit for capital, unit in zip(capitals, units, strict=True)
    ]
