"""A writer is killed with SIGKILL at moments of chance: what was acknowledged is there, once, and nothing by halves."""

from __future__ import annotations

import random
from contextlib import closing

import pytest

import msgcore
from tests.store_faults.conftest import NewUrl
from tests.store_faults.ledger import Mirror, folders_of
from tests.store_faults.processes import Child, command
from tests.store_faults.verdict import problems_of

_KILLS_A_STORE = 10


def kill_writers(new_url: NewUrl, kills: int) -> list[str]:
    """Kill one writer after the other, and name everything that is wrong afterwards."""
    chance = random.Random(kills)
    found: list[str] = []
    url, mirror = "", Mirror()
    for number in range(kills):
        if number % _KILLS_A_STORE == 0:
            url, mirror = new_url(), Mirror()
        name = f"m{number}"
        with closing(Child(command("child", url, name, number, "endless"))) as child:
            child.kill_after(chance.choice([0, 1, 5, 20]), chance)
        found += [f"{name}: {problem}" for problem in problems_of(url, name, child.lines)]
        with msgcore.open_store(url) as store:
            mirror.follow(store, chance.choice([3, 50, 1_000]))
            found += [] if mirror.is_state_of(folders_of(store)) else [f"{name}: changes_since gives another state"]
        found += [f"{name}: told twice of {one.hex()}" for one in mirror.doubles]
    return found


@pytest.mark.parametrize("kills", [2, pytest.param(300, marks=pytest.mark.soak)])
def test_a_killed_writer_leaves_what_was_acknowledged_once_and_nothing_by_halves(new_url: NewUrl, kills: int) -> None:
    assert kill_writers(new_url, kills) == []
