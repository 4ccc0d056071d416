"""Stores of both engines by URL; a server that is durable, for those that are stopped."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from msgcore.runtime import Engine
from tests.servers import Postgresql

__all__ = ["NewUrl"]

NewUrl = Callable[[], str]


@pytest.fixture(scope="package")
def durable(request: pytest.FixtureRequest) -> Iterator[Postgresql]:
    with Postgresql(is_durable=True) as server:
        yield server


def server_url(server: Postgresql, port: int | None = None) -> str:
    """Name a namespace that nobody has used; ``port`` may be that of somebody between."""
    return f"postgresql://postgres@{server.host}:{port or server.port}/postgres?namespace=f{uuid.uuid4().hex}"


@pytest.fixture(params=[Engine.SQLITE, pytest.param(Engine.POSTGRES, marks=pytest.mark.interop)], ids=lambda e: e.value)
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> NewUrl:
    """Make URLs of stores that nobody has used."""
    if request.param is Engine.SQLITE:
        return lambda: f"sqlite:///{tmp_path / uuid.uuid4().hex}.db"
    server: Postgresql = request.getfixturevalue("durable")
    return lambda: server_url(server)
