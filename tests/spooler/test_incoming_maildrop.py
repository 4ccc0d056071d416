"""The maildrop in memory keeps the contract of any other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

import pytest

from msgcore.errors import UsageError
from msgcore.testing.memory_maildrop import (
    MemoryMaildrop,
    MemoryMaildropConfig,
    MemoryMaildropService,
)
from msgcore.testing.retrievers import RetrieverConformance


class FarEnd:
    """A maildrop that the service finds by its name."""

    def __init__(self) -> None:
        self.maildrop = MemoryMaildrop(batch=50)
        MemoryMaildropService.maildrops["conformance"] = self.maildrop

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del MemoryMaildropService.maildrops["conformance"]

    def put(self, *messages: bytes) -> None:
        for octets in messages:
            self.maildrop.put(octets)

    def waiting(self) -> Sequence[bytes]:
        return self.maildrop.waiting()

    def take_away(self, place: int) -> None:
        self.maildrop.take_away(place)

    def lock(self) -> AbstractContextManager[object]:
        return self.maildrop.lock()


class TestMemoryMaildrop(RetrieverConformance[FarEnd]):
    service_class = MemoryMaildropService
    far_end_class = FarEnd

    def config(self, far_end: FarEnd) -> MemoryMaildropConfig:
        return MemoryMaildropConfig(url="maildrop://conformance")


@pytest.mark.parametrize("url", ["maildrop://", "ann", "pop3://ann"])
def test_a_maildrop_in_memory_has_a_name(url: str) -> None:
    with pytest.raises(UsageError, match="need maildrop://NAME"):
        MemoryMaildropConfig(url=url)
