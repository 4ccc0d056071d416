"""What the writer takes and refuses, and how its files are laid out."""

from __future__ import annotations

import struct
from uuid import UUID

import pytest

from msgcore.codecs.compound import NewStorage, read_compound, write_compound, write_compound_chunks
from msgcore.errors import NotSupported, UsageError
from tests.codecs.compound.trees import streams_by_olefile

MEGABYTE = 1_000_000


def test_an_empty_storage_is_a_file_of_three_sectors() -> None:
    octets = write_compound(NewStorage())
    assert len(octets) == 3 * 512
    assert (len(read_compound(octets).streams()), len(read_compound(octets).storages())) == (0, 0)


def test_empty_streams_and_storages_are_kept() -> None:
    root = read_compound(write_compound(NewStorage(streams={"s": b""}, storages={"t": NewStorage()})))
    assert (root.stream("s"), list(root.storages())) == (b"", ["t"])


def test_equal_trees_give_equal_octets_in_whatever_order_they_were_made() -> None:
    forth = NewStorage(streams={"a": b"1", "b": b"2" * 5_000}, storages={"c": NewStorage(), "d": NewStorage()})
    back = NewStorage(streams={"b": b"2" * 5_000, "a": b"1"}, storages={"d": NewStorage(), "c": NewStorage()})
    assert write_compound(forth) == write_compound(back)


def test_class_state_bits_and_times_of_storages_are_written() -> None:
    inner = NewStorage(UUID("00020d0b-0000-0000-c000-000000000046"), {}, {}, 7, 133_000_000_000_000_000, 2**63)
    root = read_compound(write_compound(NewStorage(UUID(int=5), storages={"in": inner})))

    read = root.storages()["in"]
    assert (read.clsid, read.state_bits, read.created, read.modified) == (inner.clsid, 7, inner.created, 2**63)
    assert root.clsid == UUID(int=5)


@pytest.mark.parametrize("name", ["", "x" * 32, "\U0001f600" * 16, "a\0b"])
def test_a_name_that_cannot_be_written_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="1 to 31 UTF-16 code units"):
        write_compound(NewStorage(streams={name: b""}))


@pytest.mark.parametrize("name", ["x" * 31, "\U0001f600" * 15, "\x01Ole", "a/b\\c:d!", "\ud800"])
def test_a_name_of_up_to_31_code_units_is_written(name: str) -> None:
    root = read_compound(write_compound(NewStorage(streams={name: b"here"})))
    assert dict.fromkeys(root.streams()) == {name: None}
    assert root.stream(name) == b"here"


@pytest.mark.parametrize(("one", "other"), [("a", "A"), ("ä", "Ä"), ("\u0101", "\u0100")])
def test_names_that_differ_in_capitals_only_are_refused(one: str, other: str) -> None:
    with pytest.raises(UsageError, match="two in one storage"):
        write_compound(NewStorage(streams={one: b""}, storages={other: NewStorage()}))


@pytest.mark.parametrize(("one", "other"), [("ß", "SS"), ("\U00010428", "\U00010400")])
def test_names_are_compared_by_simple_capitals_of_code_units(one: str, other: str) -> None:
    """[MS-CFB] section 2.6.4: neither capitals of several letters nor those of surrogate pairs count."""
    root = read_compound(write_compound(NewStorage(streams={one: b"1", other: b"2"})))
    assert (root.stream(one), root.stream(other)) == (b"1", b"2")


def test_a_storage_inside_itself_is_refused() -> None:
    root = NewStorage()
    root.storages["root"] = NewStorage(storages={"again": root})
    with pytest.raises(UsageError, match="two places"):
        write_compound(root)


@pytest.mark.parametrize("storage", [NewStorage(state_bits=2**32), NewStorage(created=-1), NewStorage(modified=2**64)])
def test_numbers_that_do_not_fit_are_refused(storage: NewStorage) -> None:
    with pytest.raises(UsageError, match="32 bits"):
        write_compound(storage)


def test_a_file_past_2_gb_is_refused() -> None:
    """The pieces are planned first: the same octets stand in many streams, and nothing is joined."""
    octets = bytes(100 * MEGABYTE)
    with pytest.raises(NotSupported, match="2 GB"):
        write_compound_chunks(NewStorage(streams={f"s{n}": octets for n in range(22)}))


def test_large_streams_are_given_without_a_copy() -> None:
    octets = bytes(5_000)
    assert any(piece is octets for piece in write_compound_chunks(NewStorage(streams={"s": octets})))


# The header names 109 sectors of the FAT: 13,952 sectors, of which 112 are those and the three of small things.
@pytest.mark.parametrize(
    ("sectors", "difat_sectors"),
    [
        (13_840, 0), (13_841, 1), (16_000, 1), (30_200, 2),
        pytest.param(220_000, 13, marks=pytest.mark.soak),
    ],
)  # fmt: skip
def test_a_large_file_has_a_chain_of_difat_sectors(sectors: int, difat_sectors: int) -> None:
    large = b"".join(number.to_bytes(512, "big") for number in range(sectors))
    octets = write_compound(NewStorage(streams={"large": large, "small": b"x"}))

    assert struct.unpack_from("<I", octets, 72)[0] == difat_sectors
    assert read_compound(octets).stream("large") == large
    assert read_compound(octets).findings == ()
    assert streams_by_olefile(octets) == {("large",): large, ("small",): b"x"}


def test_a_thousand_storages_inside_one_another_are_written_and_read() -> None:
    root = inner = NewStorage()
    for _ in range(1_000):
        inner.storages["in"] = NewStorage(streams={"s": b"x"})
        inner = inner.storages["in"]

    found = read_compound(write_compound(root))
    depth = 0
    while child := found.storage("in"):
        found, depth = child, depth + 1
    assert (depth, found.stream("s")) == (1_000, b"x")
