"""A disk that is full or breaks at any write: a typed error, and a store that has what was acknowledged."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

import msgcore
from tests.conftest import SOAK
from tests.store_faults.faulty_disk import run_with_fault, strace
from tests.store_faults.ledger import parse
from tests.store_faults.processes import command
from tests.store_faults.verdict import problems_of

_SEED = 5
_DEEDS = 12
_TYPED = ("StoreFull: ", "StoreError: ")

# (the call, its error, how many in a row fail: None for all that follow)
_FAULTS = [
    ("pwrite64", "ENOSPC", None),
    ("pwrite64", "ENOSPC", 3),
    ("pwrite64", "EIO", 1),
    ("fdatasync", "EIO", 1),
    ("fdatasync", "EIO", None),
    ("fsync", "EIO", None),
    ("ftruncate", "ENOSPC", None),
]


def write(path: Path, deeds: int, call: str, error: str, first: int, count: int | None) -> list[str]:
    """Have a process open a store, make it if need be, and do so many deeds in it; give what it says."""
    when = f"{first}+" if count is None else f"{first}..{first + count - 1}"
    return run_with_fault(command("child", f"sqlite:///{path}", "m", _SEED, deeds), call, error, when)


def wrong_with(path: Path, lines: list[str]) -> list[str]:
    ended, _ = parse(lines)
    errors = [line.partition(": ")[2] for line in lines if line.startswith("cannot")]
    errors += [how for _, how in ended if how != "done"]
    wrong = [line for line in lines if line.startswith("cannot read")]
    return wrong + [how for how in errors if not how.startswith(_TYPED)] + problems_of(f"sqlite:///{path}", "m", lines)


def meets_no_fault(lines: list[str]) -> bool:
    return "ready" in lines and all(line in {"ready", "done"} or line.startswith("{") for line in lines)


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("empty") / "mail.db"
    msgcore.open_store(f"sqlite:///{path}").close()
    return path.read_bytes()


def moments(few: list[int]) -> Iterator[int]:
    """Say which call is the first that fails: a few, or one after the other without end."""
    return itertools.count(1) if SOAK else iter(few)


@pytest.mark.parametrize(("call", "error", "count"), _FAULTS if SOAK else _FAULTS[1::2])
def test_a_fault_at_a_write_is_a_typed_error_and_the_store_has_what_was_acknowledged(
    tmp_path: Path, empty_store: bytes, call: str, error: str, count: int | None
) -> None:
    strace()
    found: dict[int, list[str]] = {}
    for first in moments([150 if call == "pwrite64" else 6]):
        path = tmp_path / f"{first}.db"
        path.write_bytes(empty_store)
        lines = write(path, _DEEDS, call, error, first, count)
        if wrong := wrong_with(path, lines):
            found[first] = wrong
        if meets_no_fault(lines):
            break
    assert found == {}


@pytest.mark.parametrize(("call", "error", "count"), _FAULTS if SOAK else _FAULTS[2:4])
def test_a_fault_while_a_store_is_made_is_a_typed_error_and_it_is_made_later(
    tmp_path: Path, call: str, error: str, count: int | None
) -> None:
    strace()
    found: dict[int, list[str]] = {}
    for first in moments([5 if call == "pwrite64" else 1]):
        path = tmp_path / f"{first}.db"
        lines = write(path, 0, call, error, first, count)
        if wrong := wrong_with(path, lines):
            found[first] = wrong
        if meets_no_fault(lines):
            break
    assert found == {}


def test_after_a_disk_was_full_writing_goes_on_without_a_new_logon(tmp_path: Path, empty_store: bytes) -> None:
    strace()
    path = tmp_path / "mail.db"
    path.write_bytes(empty_store)
    ended, _ = parse(write(path, _DEEDS, "pwrite64", "ENOSPC", 60, 5))
    assert (sorted({how.partition(":")[0] for _, how in ended}), ended[-1][1]) == (["StoreFull", "done"], "done")
