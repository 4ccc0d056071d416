"""The suite that every store passes, on PostgreSQL; on SQLite it runs where the suite itself is tested."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import ClassVar

import pytest

from msgcore.providers.internal.service import PostgresConfig, PostgresService
from msgcore.spi.url import DatabaseUrl, PostgresPlace
from msgcore.testing.modes import Mode
from msgcore.testing.stores import StoreConformance
from tests.conftest import SOAK
from tests.servers import Postgresql
from tests.testing.test_stores_suite import EVERY_ABILITY


class TestOnPostgresql(StoreConformance):
    service_class = PostgresService
    capabilities = EVERY_ABILITY
    examples = 20 if SOAK else 2
    server: ClassVar[Postgresql]

    @pytest.fixture(autouse=True)
    def running(self, postgresql: Postgresql) -> None:
        type(self).server = postgresql

    @pytest.fixture(params=list(Mode) if SOAK else [Mode.ASYNCIO], ids=lambda mode: mode.value)
    def mode(self, request: pytest.FixtureRequest) -> Mode:
        mode = request.param
        assert isinstance(mode, Mode)
        return mode

    def config(self, place: Path) -> PostgresConfig:
        namespace = f"c{hashlib.sha256(str(place).encode()).hexdigest()[:40]}"
        return PostgresConfig(
            DatabaseUrl(PostgresPlace("127.0.0.1", self.server.port, "postgres", "postgres", namespace))
        )
