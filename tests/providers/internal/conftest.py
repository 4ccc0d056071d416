"""New mailboxes: in a file, for blocking and for asyncio callers; and on each of the engines."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from msgcore.providers.internal.schema import STORE_SCHEMA
from msgcore.runtime import Engine
from msgcore.spi.url import PostgresPlace
from msgcore.testing.modes import Mode
from tests.providers.internal.box import Box
from tests.servers import Postgresql


@pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    mode = request.param
    assert isinstance(mode, Mode)
    return mode


@pytest.fixture(scope="session")
def empty_mailbox(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a mailbox without messages: making it takes longer than most tests do."""
    path = tmp_path_factory.mktemp("empty") / "mail.db"
    Box(Mode.BLOCKING, path).close()
    return path.read_bytes()


@pytest.fixture
def box(mode: Mode, tmp_path: Path, empty_mailbox: bytes) -> Iterator[Box]:
    path = tmp_path / "mail.db"
    path.write_bytes(empty_mailbox)
    with Box(mode, path) as opened:
        yield opened


def new_place(server: Postgresql) -> PostgresPlace:
    """Give a namespace that nobody has used."""
    return PostgresPlace(server.host, server.port, "postgres", "postgres", f"t{uuid.uuid4().hex}")


@pytest.fixture(params=list(Engine), ids=lambda engine: engine.value)
def either_box(request: pytest.FixtureRequest, tmp_path: Path, empty_mailbox: bytes) -> Iterator[Box]:
    """A mailbox on each of the engines, for blocking callers."""
    if request.param is Engine.SQLITE:
        (tmp_path / "mail.db").write_bytes(empty_mailbox)
        with Box(Mode.BLOCKING, tmp_path / "mail.db") as opened:
            yield opened
        return
    server: Postgresql = request.getfixturevalue("postgresql")
    place = new_place(server)
    server.namespaces.make(place.namespace, STORE_SCHEMA)
    with Box(Mode.BLOCKING, place) as opened:
        yield opened
    server.namespaces.give_back(place.namespace, STORE_SCHEMA)


@pytest.fixture(scope="module")
def file_shelf(tmp_path_factory: pytest.TempPathFactory, empty_mailbox: bytes) -> Iterator[Box]:
    """One mailbox for every example: each takes a folder of its own."""
    path: Path = tmp_path_factory.mktemp("shelf") / "mail.db"
    path.write_bytes(empty_mailbox)
    with Box(Mode.BLOCKING, path) as opened:
        yield opened


@pytest.fixture(scope="module")
def server_shelf(postgresql: Postgresql) -> Iterator[Box]:
    """The same on PostgreSQL."""
    with Box(Mode.BLOCKING, new_place(postgresql)) as opened:
        yield opened


@pytest.fixture(scope="module", params=["file_shelf", "server_shelf"], ids=["sqlite", "postgresql"])
def shelf(request: pytest.FixtureRequest) -> Box:
    """One mailbox on each of the engines, for tests that take a folder of their own."""
    shelf = request.getfixturevalue(request.param)
    assert isinstance(shelf, Box)
    return shelf
