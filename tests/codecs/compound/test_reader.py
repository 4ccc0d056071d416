"""Reading what lies in the file in other ways than ours, and what is damaged."""

from __future__ import annotations

import pytest

from msgcore.base.findings import Strictness
from msgcore.base.octets import Limits
from msgcore.codecs.compound import NewStorage, Storage, is_compound, read_compound, write_compound
from msgcore.errors import LimitExceeded, MalformedMessage
from tests.codecs.compound.raw import END, ROOT, STORAGE, STREAM, RawFile, raw_entry
from tests.codecs.compound.trees import streams_by_olefile

CONTENT = b"".join(number.to_bytes(64, "big") for number in range(160))  # 20 sectors of 512 octets


def rules(root: Storage) -> list[str]:
    return [finding.rule for finding in root.findings]


def file_of(
    stream: bytes, *more: bytes, content: bytes = CONTENT, child: int = 1, shift: int = 9, mini_octets: int = 0
) -> RawFile:
    """A file whose root has entry 1 as its child; its content begins with the mini stream, if it has one."""
    root = raw_entry("Root Entry", ROOT, child=child, size=mini_octets)
    file = RawFile([root, stream, *more], content, shift=shift)
    if mini_octets:
        file.entries[0] = raw_entry("Root Entry", ROOT, child=child, start=file.content_start, size=mini_octets)
    return file


def large(
    name: str = "s", *, start: int = 2, size: int = 5_120, left: int = 0xFFFFFFFF, right: int = 0xFFFFFFFF
) -> bytes:
    return raw_entry(name, STREAM, start=start, size=size, left=left, right=right)


def chained(file: RawFile, *sectors: int) -> RawFile:
    """Let the stream's sectors follow one another, and the last be the last."""
    file.following.update(zip(sectors, [*sectors[1:], END], strict=True))
    return file


# Whole files


@pytest.mark.parametrize("shift", [9, 12])
def test_streams_of_both_kinds_are_read_from_files_of_both_versions(shift: int) -> None:
    size = 1 << shift
    # Behind the mini stream lies the mini FAT, then the large stream.
    mini_fat = b"".join(number.to_bytes(4, "little") for number in [2, END, 1]).ljust(size, b"\xff")
    content = b"".join(bytes([65 + n]) * 64 for n in range(3)).ljust(size, b"\0") + mini_fat + CONTENT[:8_192]
    entries = (raw_entry("mini", STREAM, start=0, size=150, right=2), raw_entry("s", STREAM, start=4, size=8_000))
    file = file_of(*entries, content=content, shift=shift, mini_octets=192)
    file.mini_fat = file.content_start + 1
    chained(file, *range(file.content_start + 2, file.content_start + 2 + 8_192 // size))

    octets = file.octets()
    root = read_compound(octets, strictness=Strictness.STRICT)
    assert root.stream("mini") == b"A" * 64 + b"C" * 64 + b"B" * 22
    assert root.stream("s") == CONTENT[:8_000]
    assert streams_by_olefile(octets) == {(name,): stream.octets() for name, stream in root.streams().items()}


@pytest.mark.parametrize(
    "sectors",
    [(*range(2, 12),), (*range(11, 1, -1),), (2, 3, 4, 8, 9, 10, 20, 21, 12, 13), (2, 4, 6, 8, 10, 12, 14, 16, 18, 20)],
)
def test_a_chain_is_followed_wherever_it_goes(sectors: tuple[int, ...]) -> None:
    octets = chained(file_of(large(start=sectors[0])), *sectors).octets()
    assert read_compound(octets).stream("s") == b"".join(octets[512 * (n + 1) : 512 * (n + 2)] for n in sectors)
    assert read_compound(octets, strictness=Strictness.STRICT).stream("s") == streams_by_olefile(octets)["s",]


def test_names_are_found_in_any_case_and_shown_as_they_are_spelled() -> None:
    tree = NewStorage(streams={"Straße": b"1"}, storages={"Ärger": NewStorage(streams={"in": b"2"})})
    root = read_compound(write_compound(tree))
    assert list(root.streams()) == ["Straße"]
    assert root.stream("STRAßE") == root.streams()["straße"].octets() == b"1"
    assert "ärger" in root.storages()
    inner = root.storage("äRGER")
    assert inner is not None and (inner.name, inner.stream("IN")) == ("Ärger", b"2")


def test_what_is_not_there_is_none() -> None:
    root = read_compound(write_compound(NewStorage(streams={"s": b""}, storages={"t": NewStorage()})))
    assert (root.stream("t"), root.storage("s"), root.stream("x"), root.storage("x")) == (None,) * 4
    with pytest.raises(KeyError):
        root.streams()["x"]


def test_a_stream_may_be_read_many_times() -> None:
    root = read_compound(write_compound(NewStorage(streams={"s": b"x" * 9_000, "t": b"y"})))
    assert [root.stream("s") for _ in range(9)] == [b"x" * 9_000] * 9
    assert (root.stream("t"), root.findings) == (b"y", ())


def test_a_file_whose_last_sector_is_cut_short_is_whole_when_no_octet_is_missing() -> None:
    octets = chained(file_of(large(start=2, size=5_000)), *range(2, 12)).octets()
    octets = octets[: 512 * 3 + 5_000]
    assert read_compound(octets, strictness=Strictness.STRICT).stream("s") == CONTENT[:5_000]


def test_a_chain_ends_in_a_last_sector_that_is_cut_short() -> None:
    """What follows would else stand at the wrong place."""
    octets = chained(file_of(large(size=5_120)), 2, 21, 3, 4).octets()[:-100]
    root = read_compound(octets)
    assert (root.stream("s"), rules(root)) == (CONTENT[:512] + CONTENT[19 * 512 : -100], ["stream-chain"])


# No compound files


@pytest.mark.parametrize("octets", [b"", b"From: ann@a.test\r\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(4_096)])
def test_what_has_no_header_is_refused(octets: bytes) -> None:
    with pytest.raises(MalformedMessage, match="header is missing"):
        read_compound(octets)


def test_a_compound_file_is_told_by_its_signature() -> None:
    assert is_compound(write_compound(NewStorage()))
    assert not is_compound(b"From: ann@a.test\r\n")


@pytest.mark.parametrize("shift", [0, 1, 6, 8, 10, 11, 13, 16, 31, 32, 64, 255, 65_535])
@pytest.mark.parametrize("offset", [30, 32])
def test_sectors_of_other_sizes_are_refused(offset: int, shift: int) -> None:
    file = file_of(large())
    file.header[offset] = ((shift + 1) % 65_536 if (offset, shift) == (32, 6) else shift).to_bytes(2, "little")
    with pytest.raises(MalformedMessage, match="sector shift"):
        read_compound(file.octets())


@pytest.mark.parametrize("start", [END, 0xFFFFFFFF, 500, 0xFFFFFFFA])
def test_a_file_without_a_directory_is_refused(start: int) -> None:
    file = file_of(large())
    file.header[48] = start.to_bytes(4, "little")
    with pytest.raises(MalformedMessage, match="without a directory"):
        read_compound(file.octets())


def test_a_file_larger_than_the_limit_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="the limit is 1000"):
        read_compound(write_compound(NewStorage()), Limits(total_octets=1_000))


# Headers that are read all the same


@pytest.mark.parametrize(
    ("offset", "octets", "rule"),
    [(26, b"\7\0", "header-version"), (28, b"\xff\xfe", "header-byte-order"), (56, b"\0\0\0\1", "header-cutoff")],
)
def test_a_header_with_a_wrong_field_is_read_and_noted(offset: int, octets: bytes, rule: str) -> None:
    file = chained(file_of(large()), *range(2, 12))
    file.header[offset] = octets
    root = read_compound(file.octets())
    assert root.stream("s") == CONTENT[:5_120]
    assert [(finding.offset, finding.rule) for finding in root.findings] == [(offset, rule)]
    with pytest.raises(MalformedMessage, match=rule):
        read_compound(file.octets(), strictness=Strictness.STRICT)


@pytest.mark.parametrize("offset", [40, 44, 64, 72])
def test_counts_of_sectors_are_not_believed(offset: int) -> None:
    file = chained(file_of(large()), *range(2, 12))
    file.header[offset] = b"\xff\xff\xff\xff"
    root = read_compound(file.octets())
    assert (root.stream("s"), root.findings) == (CONTENT[:5_120], ())


# Chains that are damaged (F08, F09)


@pytest.mark.parametrize("size", [5_120, 50_000, 2**31, 2**32 - 1])
@pytest.mark.parametrize(
    ("following", "kept"),
    [
        ({2: 2}, 1),
        ({2: 3, 3: 2}, 2),
        ({2: 3, 3: 4, 4: 3}, 3),
        ({2: 5, 5: 6, 6: 7, 7: 6}, 4),
        ({2: 5, 5: 6, 6: 4, 4: 5}, 4),
        ({2: 3, 3: END}, 2),
        ({2: 3, 3: 100}, 2),
        ({2: 3, 3: 0xFFFFFFFA}, 2),
        ({2: 0xFFFFFFFF}, 1),
    ],
)
def test_a_stream_is_cut_where_its_chain_breaks(following: dict[int, int], kept: int, size: int) -> None:
    file = file_of(large(size=size))
    file.following.update(following)
    root = read_compound(file.octets())

    octets = root.stream("s")
    assert octets is not None
    assert len(octets) == 512 * kept
    assert octets.startswith(CONTENT[:512])
    assert [(finding.offset, finding.rule) for finding in root.findings] == [(512 * 2 + 128, "stream-chain")]
    with pytest.raises(MalformedMessage, match="stream-chain"):
        read_compound(file.octets(), strictness=Strictness.STRICT).stream("s")


@pytest.mark.parametrize("start", [22, 500, 0xFFFFFFFA, END, 0xFFFFFFFF])
@pytest.mark.parametrize("size", [1, 4_095, 4_096, 2**32 - 1])
def test_a_stream_that_starts_nowhere_is_empty_and_noted(start: int, size: int) -> None:
    root = read_compound(file_of(large(start=start, size=size)).octets())
    assert (root.stream("s"), rules(root)) == (b"", ["stream-chain"])


@pytest.mark.parametrize("size", [2**32 + 5_120, 2**63 + 5_120, 2**64 - 2**32 + 5_120])
def test_the_upper_half_of_a_size_is_noise_in_version_3(size: int) -> None:
    """[MS-CFB] section 2.6.1: old writers did not set it."""
    root = read_compound(chained(file_of(large(size=size)), *range(2, 12)).octets())
    assert (root.stream("s"), rules(root)) == (CONTENT[:5_120], ["stream-size"])


@pytest.mark.parametrize("size", [2**32, 2**63 - 1, 2**63, 2**64 - 1])
def test_a_size_that_no_file_has_gives_what_is_there_in_version_4(size: int) -> None:
    file = chained(file_of(large(size=size), shift=12), 2, 3, 4)
    root = read_compound(file.octets())
    octets = root.stream("s")
    assert octets is not None
    assert octets.rstrip(b"\0") == CONTENT.rstrip(b"\0")
    assert rules(root) == ["stream-chain"]


def test_a_mini_stream_that_comes_back_is_cut_where_it_does() -> None:
    mini_fat = b"".join(number.to_bytes(4, "little") for number in [1, 2, 0]).ljust(512, b"\xff")
    file = file_of(raw_entry("s", STREAM, start=0, size=4_000), content=CONTENT[:512] + mini_fat, mini_octets=192)
    file.mini_fat = file.content_start + 1
    root = read_compound(file.octets())
    assert (root.stream("s"), rules(root)) == (CONTENT[:192], ["stream-chain"])


def test_streams_that_share_their_sectors_give_as_much_as_the_file_holds() -> None:
    """Else a small file could say many times its size."""
    count = 1_000
    entries = [large(f"{n:04}", size=20 * 512, right=n + 2 if n < count - 1 else 0xFFFFFFFF) for n in range(count)]
    file = file_of(*entries)
    first = file.content_start
    file.entries[1:] = [
        large(f"{n:04}", start=first, size=20 * 512, right=n + 2 if n < count - 1 else 0xFFFFFFFF) for n in range(count)
    ]
    octets = chained(file, *range(first, first + 20)).octets()
    root = read_compound(octets)
    given = [stream.octets() for stream in root.streams().values()]
    assert len(given) == count
    assert given[0] == CONTENT
    assert sum(map(len, given)) <= len(octets) + len(CONTENT)
    assert set(rules(root)) == {"streams-overlap"}
    assert [stream.octets() for stream in root.streams().values()] == given


@pytest.mark.parametrize("sector", [300, 0xFFFFFFF0])
def test_a_fat_that_is_not_in_the_file_leaves_a_root_that_says_so(sector: int) -> None:
    file = chained(file_of(large()), *range(2, 12))
    file.header[76] = sector.to_bytes(4, "little")
    root = read_compound(file.octets())
    assert root.stream("s") == CONTENT[:512]
    assert rules(root) == ["fat-missing", "directory-chain", "stream-chain"]


def test_a_difat_that_comes_back_ends() -> None:
    file = RawFile([raw_entry("Root Entry", ROOT)], bytes(512 * 15_000))
    file.header[72] = b"\1\0\0\0"
    file.header[68] = (200).to_bytes(4, "little")
    octets = bytearray(file.octets()[: 512 * 14_900])
    octets[512 * 201 : 512 * 202] = b"\xff" * 508 + (200).to_bytes(4, "little")
    assert "fat-missing" in rules(read_compound(bytes(octets)))


# Directories that are damaged (F09, F10)


@pytest.mark.parametrize("link", [1, 0, 4, 0x7FFFFFFF, 0xFFFFFFFA])
@pytest.mark.parametrize("side", ["left", "right", "child"])
def test_links_that_lead_wrong_are_noted_and_not_followed(side: str, link: int) -> None:
    """To itself, to the root, out of the directory."""
    links = {"left": 2, "right": 3} | {side: link}
    first = raw_entry("m", STORAGE, left=links["left"], right=links["right"], child=links.get("child", 0xFFFFFFFF))
    root = read_compound(file_of(first, raw_entry("a", STREAM), raw_entry("z", STREAM)).octets())
    expected = {"left": ["z"], "right": ["a"], "child": ["a", "z"]}[side]
    assert (list(root.streams()), list(root.storages()), rules(root)) == (expected, ["m"], ["entry-link"])


def test_an_entry_belongs_to_the_first_storage_that_leads_to_it() -> None:
    entries = (raw_entry("a", STORAGE, right=2, child=3), raw_entry("b", STORAGE, child=3), raw_entry("s", STREAM))
    root = read_compound(file_of(*entries).octets())
    assert sorted(len(one.streams()) for one in root.storages().values()) == [0, 1]
    assert rules(root) == ["entry-link"]


def test_entries_that_nothing_leads_to_are_ignored() -> None:
    root = read_compound(file_of(raw_entry("s", STREAM), raw_entry("lost", STREAM)).octets())
    assert (list(root.streams()), root.findings) == (["s"], ())


@pytest.mark.parametrize("kind", [0, 3, 4, 5, 6, 255])
def test_an_entry_of_no_kind_is_left_out_and_its_siblings_are_kept(kind: int) -> None:
    root = read_compound(file_of(raw_entry("m", kind, left=2), raw_entry("a", STREAM)).octets())
    assert (list(root.streams()), rules(root)) == (["a"], ["entry-kind"])


def test_a_root_of_another_kind_is_the_root_all_the_same() -> None:
    file = RawFile([raw_entry("Root Entry", STORAGE, child=1), raw_entry("s", STREAM)])
    root = read_compound(file.octets())
    assert (list(root.streams()), rules(root)) == (["s"], ["root-kind"])


@pytest.mark.parametrize(
    ("length", "name"), [(0, "name"), (2, "name"), (3, "name"), (66, "name"), (65_535, "name"), (64, "name"), (6, "na")]
)
def test_a_name_of_a_wrong_length_ends_at_its_nul(length: int, name: str) -> None:
    entry = bytearray(raw_entry("name", STREAM))
    entry[64:66] = length.to_bytes(2, "little")
    root = read_compound(file_of(bytes(entry)).octets())
    assert (list(root.streams()), rules(root)) == ([name], [] if length == 6 else ["entry-name"])


def test_an_entry_without_a_name_is_left_out() -> None:
    root = read_compound(file_of(raw_entry("", STREAM)).octets())
    assert (len(root.streams()), rules(root)) == (0, ["entry-name"])


@pytest.mark.parametrize("name", ["a/b", "..\\x", "c:", "!"])
def test_a_name_with_a_forbidden_character_is_data_and_noted(name: str) -> None:
    root = read_compound(file_of(raw_entry(name, STREAM)).octets())
    assert (list(root.streams()), rules(root)) == ([name], ["entry-name"])


def test_a_surrogate_by_itself_stays_in_the_name() -> None:
    root = read_compound(file_of(raw_entry("\udc00x", STREAM)).octets())
    assert (root.stream("\udc00x"), root.findings) == (b"", ())


def test_of_two_with_one_name_the_first_is_kept() -> None:
    first = raw_entry("a", STORAGE, child=3, right=2)
    root = read_compound(file_of(first, raw_entry("A", STREAM), raw_entry("in", STREAM)).octets())
    assert (list(root.streams()), list(root.storages()), rules(root)) == ([], ["a"], ["entry-repeated"])


def test_findings_say_where_in_the_file_the_entry_stands() -> None:
    entries = [raw_entry(f"{n}", STREAM, right=n + 1 if n < 9 else 77) for n in range(1, 10)]
    file = RawFile([raw_entry("Root Entry", ROOT, child=1), *entries])
    octets = file.octets()
    (finding,) = read_compound(octets).findings
    assert octets[finding.offset : finding.offset + 2] == b"9\0"
