"""One environment for all that is installed as its user does it."""

from __future__ import annotations

import pytest

from tests.examples.environment import Environment


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment.make(tmp_path_factory.mktemp("user"))
