"""Stores in memory, opened by URL: ``ram://NAME``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs

from msgcore.runtime import Runtime
from msgcore.spi.registry import register_service
from msgcore.testing.memory_store import MemoryStore, StoreMemory

__all__ = ["memory_of", "register_ram"]


@attrs.frozen
class RamConfig:
    url: str


class RamService:
    config_type = RamConfig
    memories: ClassVar[dict[str, StoreMemory]] = {}

    def __init__(self, config: RamConfig, runtime: Runtime) -> None:
        self._store = MemoryStore(memory_of(config.url), runtime)

    def providers(self) -> Sequence[MemoryStore]:
        return (self._store,)

    def close(self) -> None:
        self._store.close()


def memory_of(url: str) -> StoreMemory:
    """Give what a store keeps, whoever has it open."""
    return RamService.memories.setdefault(url, StoreMemory())


def register_ram() -> None:
    """Register the service; every store is empty again."""
    RamService.memories.clear()
    register_service("ram", RamService)
