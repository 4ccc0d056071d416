"""Every test that takes ``mode`` runs for blocking and for asyncio callers."""

from __future__ import annotations

import pytest

from msgcore.testing.modes import Mode


@pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> Mode:
    mode = request.param
    assert isinstance(mode, Mode)
    return mode
