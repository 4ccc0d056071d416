"""An application's view of msgcore, blocking and asyncio; profiles over mailboxes in files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from msgcore.blocking.store import MessageStore
from tests.flow.modes import Mode
from tests.providers.internal.conftest import empty_mailbox
from tests.session.desk import Desk
from tests.session.ram import register_ram
from tests.session.services import register_all

__all__ = ["desk", "empty_mailbox", "store"]


@pytest.fixture(autouse=True)
def memory_services() -> None:
    """Register them for each test: others use the names for services of theirs."""
    register_all()


@pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
def desk(request: pytest.FixtureRequest, tmp_path: Path, empty_mailbox: bytes) -> Iterator[Desk]:
    with Desk(request.param, tmp_path, empty_mailbox) as desk:
        yield desk


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, desk: Desk) -> Iterator[MessageStore]:
    """An empty store of each kind that can do all there is to do."""
    register_ram()
    url = "ram://mail" if request.param == "memory" else f"sqlite:///{desk.mailbox()['path']}"
    with desk.open_store(url) as opened:
        yield opened
