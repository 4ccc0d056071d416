"""Maildrops with many messages: the first are stored at once, and memory does not grow with their number."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import msgcore
from msgcore import RetrievalProgress
from tests.flow.maildrops import LOGIN, USER, letter, loopback
from tests.flow.modes import Api, Mode
from tests.shared import REPOSITORY

_MEGABYTE = 1_000_000
_AT_ONCE = 500
"""So many messages are in one transaction at most."""


@pytest.fixture
def store_url(tmp_path: Path) -> Iterator[str]:
    url = f"sqlite:///{tmp_path / 'mail.db'}"
    msgcore.open_store(url).close()
    yield url


def test_the_first_messages_are_stored_before_the_rest_is_retrieved(api: Api, store_url: str) -> None:
    told: list[RetrievalProgress] = []
    with loopback() as server, api.open_store(store_url) as store:
        for number in range(3 * _AT_ONCE):
            server.put(USER, letter(f"{number}"))
        api.receive(server.url, store, on_progress=told.append, **LOGIN)

    assert [(one.done, one.total) for one in told if one.done <= _AT_ONCE] == [(_AT_ONCE, 3 * _AT_ONCE)]


def growth_octets(store_url: str, mode: Mode, count: int) -> int:
    """Retrieve so many messages in a process of its own, and say by how much its memory grew."""
    with loopback() as server:
        for number in range(count):
            server.put(USER, letter(f"{number}"))
        child = subprocess.run(
            [sys.executable, "-m", "tests.flow.pop3_child", mode.value, server.url, store_url, "measured"],
            cwd=REPOSITORY, capture_output=True, text=True, check=True,
        )  # fmt: skip
    stored, growth = map(int, child.stdout.split())
    assert stored == count
    return growth


@pytest.mark.soak
@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
def test_memory_does_not_grow_with_the_number_of_messages(tmp_path: Path, mode: Mode) -> None:
    """Of each message a listing is kept: its number, size and unique id, some 500 octets."""
    few, many = (growth_octets(f"sqlite:///{tmp_path / f'{count}.db'}", mode, count) for count in (10_000, 100_000))

    assert many - few < 50 * _MEGABYTE
