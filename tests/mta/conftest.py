"""Databases of these tests lie in memory where the system has room for files there.

What is tested here outlives a killed process, not a lost disk, and commits are many: on a disk that others use, too,
the tests would mostly wait for it. Durability on a disk is tested in ``tests/runtime``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.runtime import Engine
from tests.flow.modes import Api, Mode
from tests.mta.homes import Home, home_in_a_file, home_on_a_server
from tests.mta.places import ENGINES, Target, namespace_of
from tests.servers import Postgresql

_MEMORY = Path("/dev/shm")


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(params=ENGINES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    """Say where the queue of a test is kept, on each engine."""
    if request.param is Engine.SQLITE:
        yield tmp_path / "queue.db"
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    name = namespace_of(server, tmp_path).namespace
    yield server.namespaces.make(name, QUEUE_SCHEMA)
    server.namespaces.give_back(name, QUEUE_SCHEMA)


@pytest.fixture(params=Mode, ids=lambda mode: mode.value)
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    with Api(request.param) as api:
        yield api


@pytest.fixture
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """Say where the organisation of a test lives: in a file, unless the test asks for both engines."""
    if getattr(request, "param", Engine.SQLITE) is Engine.SQLITE:
        return home_in_a_file(tmp_path)
    return home_on_a_server(request.getfixturevalue("postgresql"), tmp_path)
