"""No octets harm a parser: those that once did, and a few that are changed by chance. ``make fuzz`` tries many."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from msgcore.errors import MalformedMessage
from tests.fuzz.attempts import attempt
from tests.fuzz.mutation import mutated
from tests.fuzz.parser import CASES, parser
from tests.fuzz.parsers import PARSERS
from tests.fuzz.searching import search

CASE_FILES = sorted(CASES.glob("*/*"))


@pytest.mark.parametrize("name", PARSERS)
def test_octets_that_are_changed_by_chance_are_read_or_refused(name: str) -> None:
    seeds = PARSERS[name].seeds()
    chance = Random(f"7 {name}")

    tried = [*seeds, b"", *(mutated(chance.choice(seeds), chance, seeds)[:20_000] for _ in range(20))]

    assert [fault for octets in tried if (fault := attempt(PARSERS[name], octets)) is not None] == []


@pytest.mark.parametrize("file", CASE_FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_octets_that_once_did_harm_do_none(file: Path) -> None:
    assert attempt(PARSERS[file.parent.name], file.read_bytes()) is None


@pytest.mark.parametrize("name", PARSERS)
def test_a_seed_is_good(name: str) -> None:
    """Else what is changed would never come far."""
    PARSERS[name].read(PARSERS[name].seeds()[0])


# The search itself


def read_number(octets: bytes) -> int:
    if b"x" in octets:
        raise MalformedMessage("no number")
    return int(octets or b"0")


NUMBER = parser(read_number, b"12 34", b"7x", raises=MalformedMessage)


def test_what_does_harm_is_found_and_shrunk() -> None:
    found = search("number", NUMBER, 7, count=50)

    assert found.tried == 50
    assert found.faults == {"ValueError at test_parsers.py:read_number": b"2 3"}


def test_the_same_seed_tries_the_same_octets_and_another_seed_others() -> None:
    def tried(seed: int) -> list[bytes]:
        octets: list[bytes] = []
        search("number", parser(octets.append, b"12 34", b"7x"), seed, count=50)
        return octets

    assert tried(7) == tried(7)
    assert tried(7) != tried(8)


def test_memory_past_the_bound_is_a_fault() -> None:
    fault = attempt(parser(lambda octets: octets * 100_000_000), b"x")
    assert fault is not None
    assert fault.kind == "too much memory"
