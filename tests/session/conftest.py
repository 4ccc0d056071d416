"""An application's view of msgcore, blocking and asyncio; profiles over mailboxes in files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.modes import Mode
from tests.providers.internal.conftest import empty_mailbox
from tests.session.desk import Desk
from tests.session.services import register_all

__all__ = ["desk", "empty_mailbox"]


@pytest.fixture(scope="session", autouse=True)
def memory_services() -> None:
    register_all()


@pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
def desk(request: pytest.FixtureRequest, tmp_path: Path, empty_mailbox: bytes) -> Iterator[Desk]:
    with Desk(request.param, tmp_path, empty_mailbox) as desk:
        yield desk
