"""A queue on a disk that is full or breaks at a write: typed errors, nothing lost, only the unwritten comes twice."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections import Counter
from pathlib import Path

import pytest

from msgcore.model import Delivered, Outcome, Refused
from msgcore.mta.queue.contract import State
from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.runtime import NEVER, BlockingRuntime, Database
from tests.mta import doomed
from tests.mta.places import in_queue
from tests.store_faults.faulty_disk import run_with_fault, strace

Delivery = tuple[str, str]

_TYPED = ("StoreFull: ", "StoreError: ")

# (the call, its error, how many in a row fail: None for all that follow)
_FAULTS = [
    ("pwrite64", "ENOSPC", 3),
    ("pwrite64", "ENOSPC", None),
    ("pwrite64", "EIO", 1),
    ("fdatasync", "EIO", 1),
    ("fdatasync", "EIO", None),
    ("ftruncate", "ENOSPC", None),
]
# In the middle of accepting, and at a commit of what was delivered.
_A_FEW = [("pwrite64", "ENOSPC", 60, 3), ("fdatasync", "EIO", 7, 1)]
_STRIDE = {"pwrite64": 7, "fdatasync": 1, "ftruncate": 1}


def run_doomed(folder: Path, call: str, error: str, first: int, count: int | None) -> list[str]:
    when = f"{first}+" if count is None else f"{first}..{first + count - 1}"
    return run_with_fault([sys.executable, "-m", "tests.mta.doomed", str(folder)], call, error, when)


def outcomes_of(folder: Path) -> dict[Delivery, Outcome]:
    """Give what the queue knows of the letters and of all reports about them."""
    runtime = BlockingRuntime()
    path = doomed.queue_file(folder)
    transfer_ids = in_queue(path, lambda c: [str(row[0]) for row in c.rows("select transfer_id from mta_message")])
    database = Database.open(path, QUEUE_SCHEMA, create=False)
    queue = SqlQueue(runtime, database)
    found = {
        (transfer_id, recipient.email_address): outcome
        for transfer_id in transfer_ids
        for recipient, outcome in runtime.run(queue.outcomes(transfer_id, NEVER)).items()
    }
    damage = runtime.run(database.verify(runtime))
    runtime.run(database.close(runtime))
    assert damage == []
    return found


def deliveries(folder: Path) -> Counter[Delivery]:
    return Counter((one[1], one[2]) for one in doomed.Journal(folder).lines() if one[0] == "delivered")


def wrong_with(folder: Path, lines: list[str]) -> list[str]:
    """Do what a restart does on a good disk, and name everything that is not as it should be."""
    errors = [line.partition(": ")[2] for line in lines if line.startswith("cannot")]
    before, delivered = outcomes_of(folder), deliveries(folder)
    accepted = {line.partition(" ")[2] for line in lines if line.startswith("accepted")}
    lost = accepted - {transfer_id for transfer_id, _ in before}
    unwritten = {one for one in delivered if not isinstance(before.get(one), Delivered)}

    asyncio.run(doomed.work(folder))

    wrong = [f"untyped: {error}" for error in errors if not error.startswith(_TYPED)] + [f"lost: {one}" for one in lost]
    states = in_queue(
        doomed.queue_file(folder), lambda c: {int(row[0]) for row in c.rows("select state from mta_recipient")}
    )
    wrong += [f"not ended: {states}"] if states != {State.ENDED} else []
    after, times = outcomes_of(folder), deliveries(folder)
    for one, outcome in after.items():
        expected = 0 if isinstance(outcome, Refused) else 2 if one in unwritten else 1
        wrong += [f"{one} came {times[one]} times, not {expected}"] if times[one] != expected else []
    about = Counter(
        (transfer_id.partition("/")[0], address)
        for transfer_id, address in {
            (line[1], address) for line in doomed.Journal(folder).lines() for address in line[3]
        }
    )
    refused = {one for one, outcome in after.items() if isinstance(outcome, Refused)}
    return wrong + ([] if about == Counter(refused) and len(refused) == 8 else [f"reports: {about}"])


@pytest.fixture(scope="module")
def empty_queue(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("empty") / "queue.db"
    in_queue(path, lambda _: None)
    return path.read_bytes()


def found_at(folder: Path, empty: bytes, call: str, error: str, first: int, count: int | None) -> list[str] | None:
    """Let calls fail from the ``first`` on, and name what is wrong then; ``None`` when no call failed."""
    folder.mkdir()
    doomed.queue_file(folder).write_bytes(empty)
    lines = run_doomed(folder, call, error, first, count)
    wrong = wrong_with(folder, lines)
    return wrong if wrong or any(line.startswith("cannot") for line in lines) else None


@pytest.mark.parametrize(("call", "error", "first", "count"), _A_FEW)
def test_a_fault_at_a_write_of_the_queue_loses_nothing(
    tmp_path: Path, empty_queue: bytes, call: str, error: str, first: int, count: int | None
) -> None:
    strace()
    assert found_at(tmp_path / "one", empty_queue, call, error, first, count) == []


@pytest.mark.soak
@pytest.mark.parametrize(("call", "error", "count"), _FAULTS)
def test_a_fault_at_any_write_of_the_queue_loses_nothing(
    tmp_path: Path, empty_queue: bytes, call: str, error: str, count: int | None
) -> None:
    strace()
    found: dict[int, list[str]] = {}
    for first in itertools.count(1, _STRIDE[call]):
        wrong = found_at(tmp_path / str(first), empty_queue, call, error, first, count)
        if wrong is None:
            break
        if wrong:
            found[first] = wrong
    assert found == {}
