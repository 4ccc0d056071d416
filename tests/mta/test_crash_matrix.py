"""Killing an MTA with SIGKILL at every step, SMTP in to SMTP out: nothing is lost, only the unwritten comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.mta.crash_story import AFTER_250, STEPS, CrashStory
from tests.mta.mail_sink import SINK_STEPS
from tests.mta.nursery import Nursery
from tests.mta.places import Target

# Steps at which the sink has a message that the queue does not know of, and those where it depends on who is faster.
_REPEATS = {
    "finish, before its commit",
    "report, before its commit",
    "mail, sink at its reply",
    "report, sink at its reply",
}
_MAY_REPEAT = {AFTER_250, "mail, sink at the end of its reply", "report, sink at the end of its reply"}


_A_FEW = ("accept, after its commit", "claim, after its commit", "report, before its commit", "mail, sink at its reply")


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


@pytest.mark.parametrize("is_full", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_a_kill_at_any_step_loses_nothing_and_repeats_only_what_was_not_written(
    nursery: Nursery, target: Target, tmp_path: Path, is_full: bool
) -> None:
    steps = STEPS if isinstance(target, Path) or is_full else _A_FEW
    repeated: dict[str, bool] = {}
    with CrashStory(nursery, target, tmp_path) as story:
        for step in steps:
            repeated[step] = bool(story.kill_at(step).unwritten)
            story.rest()
        wrong = story.end()

    surprising = {step for step in steps if step not in _MAY_REPEAT and repeated[step] != (step in _REPEATS)}
    assert (wrong, surprising) == ([], set())


def test_a_connection_that_is_cut_at_any_step_loses_nothing_and_repeats_only_what_had_no_reply(
    nursery: Nursery, tmp_path: Path
) -> None:
    with CrashStory(nursery, tmp_path / "queue.db", tmp_path) as story:
        repeated = {step for step in SINK_STEPS if story.cut_at(step)}
        wrong = story.end()

    assert (wrong, repeated) == ([], {"mail, sink at its reply", "report, sink at its reply"})


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(40))
def test_kills_anywhere_among_many_messages_lose_nothing(
    nursery: Nursery, target: Target, tmp_path: Path, seed: int
) -> None:
    """At most two kills without a rest: who is in hand at the third becomes a dead letter, and a person's."""
    random = Random(seed)
    with CrashStory(nursery, target, tmp_path, ("good", "later", "bad")) as story:
        for number in range(10):
            if number % 2 == 0:
                story.rest()
            step = random.choice(STEPS)
            story.kill_at(step, random.randint(1, 8), messages=random.randint(1, 10), clients=random.randint(1, 3))
        assert story.end() == []
