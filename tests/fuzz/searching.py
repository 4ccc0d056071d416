"""Searching for octets that harm a parser.

From Python 3.12 on, octets that lead to a line of msgcore where none led before are changed further.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random
from types import CodeType

import attrs

from tests.fuzz.attempts import attempt, shrunk
from tests.fuzz.mutation import mutated
from tests.fuzz.parser import Parser
from tests.shared import REPOSITORY

__all__ = ["Found", "NewPlaces", "search"]

_LARGEST_SEED = 100_000
_MOST_KEPT = 2_000


@attrs.frozen
class Found:
    """How many octets were tried, and those that did harm, by what they did."""

    tried: int
    faults: Mapping[str, bytes]


class NewPlaces:
    """Tells whether a line of msgcore ran that never ran before; each is told once, and costs nothing from then on."""

    def __init__(self) -> None:
        self._found = 0
        if sys.version_info >= (3, 12):  # PEP 669
            tool, events = sys.monitoring.COVERAGE_ID, sys.monitoring.events
            sys.monitoring.use_tool_id(tool, "msgcore fuzz")
            sys.monitoring.register_callback(tool, events.LINE, self._tell)
            sys.monitoring.set_events(tool, events.LINE)

    if sys.version_info >= (3, 12):

        def _tell(self, code: CodeType, _: int) -> object:
            self._found += "/msgcore/" in code.co_filename
            return sys.monitoring.DISABLE

    def take(self) -> bool:
        found, self._found = self._found, 0
        return found > 0


def search(
    name: str,
    parser: Parser,
    seed: int,
    *,
    count: int | None = None,
    seconds: float = 0,
    places: NewPlaces | None = None,
) -> Found:
    """Have so many octets read, or as many as so many seconds of the processor take; what does harm is shrunk."""
    until = time.process_time() + seconds
    faults: dict[str, bytes] = {}
    tried = 0
    for octets, keep in _inputs(name, parser, seed):
        if tried == count or (count is None and time.process_time() > until):
            break
        tried += 1
        fault = attempt(parser, octets)
        if fault is not None and fault.kind not in faults:
            print(f"{name}: {fault.kind}\n{fault.text}", flush=True)
            faults[fault.kind] = shrunk(octets, partial(_harms, parser, fault.kind))
        elif places is not None and places.take():
            keep(octets)
    return Found(tried, faults)


def _harms(parser: Parser, kind: str, octets: bytes) -> bool:
    fault = attempt(parser, octets)
    return fault is not None and fault.kind == kind


def _inputs(name: str, parser: Parser, seed: int) -> Iterator[tuple[bytes, Callable[[bytes], object]]]:
    """Give octets to read without end, each with what keeps them to be changed further."""
    seeds = [*parser.seeds(), *_corpus(parser.corpus)]
    kept: list[bytes] = []
    for octets in seeds:
        yield octets, kept.append
    chance = Random(f"{seed} {name}")
    while True:
        yield mutated(chance.choice([*seeds, *kept[-_MOST_KEPT:]]), chance, seeds), kept.append


def _corpus(pattern: str) -> list[bytes]:
    folder = Path(os.environ.get("MSGCORE_CORPUS") or REPOSITORY.parent / "shared" / "corpus")
    if not pattern or not folder.is_dir():
        return []
    files = sorted(file for file in folder.glob(pattern) if file.is_file() and file.stat().st_size < _LARGEST_SEED)
    return [file.read_bytes() for file in files]
