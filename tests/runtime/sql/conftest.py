"""One database for each test: a file, and a namespace of a real server."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from msgcore.runtime import Database, Engine
from tests.runtime.sql.places import Place, new_target


@pytest.fixture(params=[Engine.SQLITE, pytest.param(Engine.POSTGRES, marks=pytest.mark.interop)], ids=lambda e: e.value)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Place]:
    if request.param is Engine.SQLITE:
        place = Place(tmp_path / "notes.db")
    else:
        place = Place(new_target(request.getfixturevalue("postgresql")))
    yield place
    place.close()


@pytest.fixture
def database(place: Place) -> Database:
    return place.open()
