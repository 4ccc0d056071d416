"""A mailbox in a new file, for blocking and for asyncio callers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from msgcore.testing.modes import Mode
from tests.providers.internal.box import Box


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
