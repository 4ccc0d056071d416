"""Processes that are killed in a post office: one at every step of what it does, and many that work in it at once."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SOAK
from tests.shared import REPOSITORY

STRIDE = 1 if SOAK else 13
LETTERS, KILLS = (400, 60) if SOAK else (15, 3)


def said_by(module: str, *arguments: object) -> str:
    """Run a module of this room in a process that may fork, and give all that it says."""
    command = [sys.executable, "-m", f"tests.providers.postoffice.{module}", *map(str, arguments)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_whatever_is_killed_or_finds_the_disk_full_is_done_or_not_and_can_be_done_again(tmp_path: Path) -> None:
    assert said_by("cut_walk", tmp_path, STRIDE) == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_where_many_work_and_are_killed_nothing_is_lost_doubled_or_halved(tmp_path: Path) -> None:
    seed = random.randrange(1 << 30)
    assert said_by("crowd", tmp_path, seed, LETTERS, KILLS) == "", f"seed {seed}"
