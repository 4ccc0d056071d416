"""Fingerprints, and listing and journal side by side."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.runtime import NEVER, Runtime
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.journal import JournalEntry
from msgcore.spi.origin import Origin
from msgcore.spi.plugin import Plugin
from msgcore.spi.retrieval import Waiting
from msgcore.spooler.retrieval.fingerprint import fingerprint_of_message, header_of, read_header
from msgcore.spooler.retrieval.journal_walk import JournalWalk
from msgcore.spooler.retrieval.matching import Match, by_unique_id, match
from msgcore.testing.memory_store import MemoryStore
from msgcore.testing.modes import Mode

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LETTER = b"From: ann@a.test\r\nSubject: a\r\n b\r\nTo: bob@b.test\r\n\r\nHello\r\n\r\nBye\r\n"
HEADER = b"From: ann@a.test\r\nSubject: a\r\n b\r\nTo: bob@b.test\r\n"

lines = st.sampled_from(
    [b"a", b"b: c", b" d", b"\tstatus: e", b"Status: RO", b".", b"x-uidl: 1", b"Lines: 2", b"\r", b""]
)
octets = st.lists(lines, max_size=8).flatmap(
    lambda given: st.sampled_from([b"\n", b"\r\n"]).map(lambda end: end.join(given))
)


# Headers


@pytest.mark.parametrize(
    ("octets", "header"),
    [
        (LETTER, HEADER),
        (LETTER.replace(b"\r\n", b"\n"), HEADER.replace(b"\r\n", b"\n")),
        (HEADER, HEADER),
        (b"A: b", b"A: b"),
        (b"\r\nbody", b""),
        (b"\nbody", b""),
        (b"", b""),
        (b"A: b\r\n\nbody\r\n\r\n", b"A: b\r\n"),
        (b"A: b\n\r\nbody\n\n", b"A: b\n"),
    ],
)
def test_a_header_ends_before_the_first_empty_line(octets: bytes, header: bytes) -> None:
    assert header_of(octets) == header


@pytest.mark.parametrize(
    "given",
    [
        HEADER,
        HEADER + b"\r\n",
        LETTER.replace(b"\r\n", b"\n"),
        b"Status: RO\r\n" + LETTER,
        HEADER + b"X-Status: \r\n\r\n",
        HEADER + b"X-UIDL: abc\r\n\td\r\n e\r\n\r\n",
        LETTER.replace(b"Subject", b"X-UID: 7\r\nSubject"),
        LETTER.replace(b"Subject", b"content-length : 7\r\nSubject"),
        LETTER.replace(b"Subject", b"Lines:7\r\nSubject"),
        LETTER.replace(b"Subject", b"X-Keywords: \r\nSubject"),
        LETTER.replace(b"Subject", b"X-Mozilla-Status2: 0001\r\nSubject"),
        LETTER.replace(b"Subject", b"X-IMAPbase: 1 2\r\nSubject"),
        LETTER.replace(b"Subject", b"X-Antivirus-Status: Clean\r\nSubject"),
        LETTER.replace(b"Subject", b"X-Spam-Report: none\r\n\tat all\r\nSubject"),
        LETTER.replace(b"Subject", b"X-POPFile-Link: a\r\nX-Text-Classification: b\r\nSubject"),
    ],
)
def test_what_servers_add_and_change_leaves_the_fingerprint(given: bytes) -> None:
    assert read_header(given).fingerprint == read_header(LETTER).fingerprint


@pytest.mark.parametrize(
    "given",
    [
        LETTER.replace(b"Subject: a", b"Subject: b"),
        LETTER.replace(b"\r\n b", b""),
        LETTER.replace(b"Subject", b"X-Status-Of: a\r\nSubject"),
        LETTER.replace(b"Subject: a\r\n", b"Subject: a\r\n Status: x\r\n"),
        b"",
    ],
)
def test_another_header_has_another_fingerprint(given: bytes) -> None:
    assert read_header(given).fingerprint != read_header(LETTER).fingerprint


@given(octets)
def test_a_header_has_the_fingerprint_of_its_message(given: bytes) -> None:
    assert read_header(header_of(given) + b"\r\n").fingerprint == read_header(given).fingerprint


@given(octets)
def test_a_fingerprint_has_16_octets(given: bytes) -> None:
    assert (len(read_header(given).fingerprint), len(fingerprint_of_message(given))) == (16, 16)


def test_without_a_unique_id_the_body_counts_too() -> None:
    assert fingerprint_of_message(LETTER) != fingerprint_of_message(LETTER + b"PS\r\n")


def test_without_a_unique_id_what_servers_change_does_not_count() -> None:
    assert fingerprint_of_message(b"Status: O\r\n" + LETTER) == fingerprint_of_message(LETTER)


# Listing and journal


def entry(unique_id: bytes, fingerprint: bytes) -> JournalEntry:
    return JournalEntry(Origin("a", unique_id, fingerprint), NOW)


def test_what_has_one_unique_id_is_given_together() -> None:
    listing = [Waiting(1, b"b"), Waiting(2, b"a"), Waiting(3, b"b"), Waiting(4, b"d")]
    known = [entry(b"b", b"1"), entry(b"b", b"2"), entry(b"c", b"1")]

    assert list(match(listing, by_unique_id(listing), known)) == [
        Match(b"a", (1,), ()),
        Match(b"b", (0, 2), (known[0], known[1])),
        Match(b"c", (), (known[2],)),
        Match(b"d", (3,), ()),
    ]


ids = st.lists(st.sampled_from([b"", b"a", b"b", b"c", b"d", b"dd", b"e\xff"]), max_size=12)
keys = st.frozensets(st.tuples(st.sampled_from([b"", b"a", b"b", b"c", b"d", b"dd", b"f"]), st.binary(max_size=1)))


@given(ids, keys, st.integers(1, 5))
def test_pages_of_any_size_give_each_place_and_entry_once_with_all_of_its_unique_id(
    listed: list[bytes], known: frozenset[tuple[bytes, bytes]], page: int
) -> None:
    listing = [Waiting(number, one) for number, one in enumerate(listed, start=1)]
    provider = MemoryStore()
    provider.note([entry(*key) for key in known], NEVER)

    async def walk(runtime: Runtime) -> list[Match]:
        store = GuardedStore(Plugin("store", provider, runtime), provider)
        walk = JournalWalk(store, "a", listing, page)
        found: list[Match] = []
        while walk.has_more:
            found += match(listing, *await walk.step(NEVER))
        return found

    found = Mode.BLOCKING.run(walk)

    assert {one.unique_id: (one.places, [known.origin.key for known in one.entries]) for one in found} == {
        unique_id: (
            tuple(place for place, one in enumerate(listed) if one == unique_id),
            sorted(key for key in known if key[0] == unique_id),
        )
        for unique_id in {*listed, *(key[0] for key in known)}
    }


@given(ids)
def test_places_go_by_unique_id(listed: list[bytes]) -> None:
    listing = [Waiting(number, one) for number, one in enumerate(listed, start=1)]

    assert [listed[place] for place in by_unique_id(listing)] == sorted(listed)
