"""The suite that every store passes, on PostgreSQL; on SQLite it runs where the suite itself is tested."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from msgcore.providers.internal.schema import STORE_SCHEMA
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
    made: ClassVar[set[str]]

    @pytest.fixture(autouse=True)
    def running(self, postgresql: Postgresql) -> Iterator[None]:
        type(self).server, type(self).made = postgresql, set()
        yield
        for name in self.made:
            postgresql.namespaces.give_back(name, STORE_SCHEMA)

    @pytest.fixture(params=list(Mode) if SOAK else [Mode.ASYNCIO], ids=lambda mode: mode.value)
    def mode(self, request: pytest.FixtureRequest) -> Mode:
        mode = request.param
        assert isinstance(mode, Mode)
        return mode

    def config(self, place: Path) -> PostgresConfig:
        namespace = f"c{hashlib.sha256(str(place).encode()).hexdigest()[:40]}"
        if namespace not in self.made:
            self.server.namespaces.make(namespace, STORE_SCHEMA)
            self.made.add(namespace)
        return PostgresConfig(
            DatabaseUrl(PostgresPlace("127.0.0.1", self.server.port, "postgres", "postgres", namespace))
        )
