"""Every flow runs for blocking and for asyncio callers; each test has a word of its own, by which its mail is found."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from msgcore import ProfileAdmin
from tests.flow.modes import Api, Mode


@pytest.fixture(params=list(Mode), ids=lambda mode: mode.value)
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    mode = request.param
    assert isinstance(mode, Mode)
    with Api(mode) as api:
        yield api


@pytest.fixture
def word() -> str:
    """A word that no other message of this run has."""
    return f"w{uuid.uuid4().hex}"


@pytest.fixture
def admin(tmp_path: Path) -> ProfileAdmin:
    return ProfileAdmin(tmp_path / "profiles")


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    """The reference to the right password of alice and bob."""
    monkeypatch.setenv("FLOW_PASSWORD", "secret")
    return "env:FLOW_PASSWORD"
