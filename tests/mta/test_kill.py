"""Killing the MTA with SIGKILL at every step of a message's way: nothing is lost, only the unwritten comes twice."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import attrs
import pytest

from msgcore.model import Delivered, Outcome, Refused
from msgcore.runtime import NEVER, BlockingRuntime
from tests.mta import doomed
from tests.shared import REPOSITORY

Delivery = tuple[str, str]


@attrs.frozen
class Aftermath:
    """What was found when the process was dead, and after another one had done the rest."""

    unwritten: frozenset[Delivery]
    deliveries: Counter[Delivery]
    outcomes: dict[Delivery, Outcome]
    reports: dict[Delivery, list[str]]
    """For each refused recipient the transfer ids of the reports that name it."""


def killed_and_restarted(folder: Path, step: str, count: int) -> Aftermath:
    command = [sys.executable, "-m", "tests.mta.doomed", str(folder), step, str(count)]
    child = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=False, timeout=60)
    assert (child.returncode, child.stderr) == (-signal.SIGKILL, b"")
    journal = doomed.Journal(folder)
    delivered = {(transfer_id, to) for kind, transfer_id, to, _ in journal.lines() if kind == "delivered"}
    written = outcomes_of(folder, {transfer_id for transfer_id, _ in delivered})
    unwritten = frozenset(one for one in delivered if written[one] != Delivered(250))

    asyncio.run(doomed.work(folder, doomed.Marks()))

    lines = [line for line in journal.lines() if line[0] == "delivered"]
    reports: dict[Delivery, set[str]] = {}
    for _, transfer_id, _, about in lines:
        for address in about:
            reports.setdefault((transfer_id.partition("/")[0], address), set()).add(transfer_id)
    return Aftermath(
        unwritten,
        Counter((transfer_id, to) for _, transfer_id, to, _ in lines),
        outcomes_of(folder, set(doomed.TRANSFERS)),
        {one: sorted(ids) for one, ids in reports.items()},
    )


def outcomes_of(folder: Path, transfer_ids: set[str]) -> dict[Delivery, Outcome]:
    runtime = BlockingRuntime()
    database, queue = doomed.open_queue(runtime, folder, doomed.Marks())
    found = {
        (transfer_id, recipient.email_address): outcome
        for transfer_id in transfer_ids
        for recipient, outcome in runtime.run(queue.outcomes(transfer_id, NEVER)).items()
    }
    runtime.run(database.close(runtime))
    return found


def check(found: Aftermath) -> None:
    expected = {
        (letter.transfer_id, recipient.email_address): Refused(550, "5.1.1")
        if recipient.email_address.startswith("bad")
        else Delivered(250)
        for letter in doomed.letters()
        for recipient in letter.recipients
    }
    assert found.outcomes == expected
    assert {one for one, outcome in expected.items() if outcome == Delivered(250)} <= set(found.deliveries)
    assert {one for one, times in found.deliveries.items() if times > 1} == found.unwritten
    assert max(found.deliveries.values()) <= 2
    refused = {one for one, outcome in expected.items() if isinstance(outcome, Refused)}
    assert {one: len(ids) for one, ids in found.reports.items()} == dict.fromkeys(refused, 1)


@pytest.mark.parametrize(
    ("step", "count"),
    [
        *((step, 3) for step in doomed.STEPS if not step.startswith("claim")),
        *((step, 1) for step in doomed.STEPS if step.startswith("claim")),
        ("claim, after its commit", 2),
        ("deliver, after the record", 13),
    ],
)
def test_a_kill_loses_nothing_and_repeats_only_what_was_not_written(tmp_path: Path, step: str, count: int) -> None:
    check(killed_and_restarted(tmp_path, step, count))


def test_a_kill_between_the_record_and_its_write_repeats_a_delivery(tmp_path: Path) -> None:
    """The other half of the promise, and proof that the steps are where their names say."""
    assert killed_and_restarted(tmp_path, "deliver, after the record", 1).unwritten


# How often each step is passed when nobody dies.
PASSES = {"accept": 4, "claim": 3, "deliver": 20, "finish": 20}


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(200))
def test_a_kill_anywhere_loses_nothing_and_repeats_only_what_was_not_written(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    step = random.choice(doomed.STEPS)
    check(killed_and_restarted(tmp_path, step, random.randint(1, PASSES[step.partition(",")[0]])))
