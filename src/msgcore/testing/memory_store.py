"""A message store in memory: a whole store provider in plain ``def``, for tests, and for whoever writes one.

Every method is one transaction: a read sees one moment; a write takes place as a whole or not at all. Messages are
encoded before the transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs

from msgcore.errors import UsageError
from msgcore.runtime.abc import Runtime
from msgcore.spi.capability import Capability
from msgcore.spi.registry import register_service
from msgcore.spi.settings import setting
from msgcore.testing.memory.calls.changes import ChangeCalls
from msgcore.testing.memory.calls.finding import FindingCalls
from msgcore.testing.memory.calls.journal import JournalCalls
from msgcore.testing.memory.calls.messages import MessageCalls
from msgcore.testing.memory.calls.queue import QueueCalls
from msgcore.testing.memory.records import StoreMemory

__all__ = ["MemoryStore", "MemoryStoreConfig", "MemoryStoreService", "StoreMemory", "register_memory_stores"]

_READING = frozenset(
    {Capability.GROUPS, Capability.NOTIFY, Capability.CHANGES, Capability.STREAMS, Capability.BULK_LOAD}
)
_WRITING = frozenset(
    {
        Capability.CREATE,
        Capability.MODIFY,
        Capability.READ_FLAGS,
        Capability.MOVE,
        Capability.DELETE,
        Capability.FOLDERS,
        Capability.OUTGOING_QUEUE,
        Capability.HIERARCHY,
        Capability.FOLDER_PROPERTIES,
        Capability.RECEIVE_FOLDERS,
        Capability.SEARCH_FOLDERS,
        Capability.ASSOCIATED,
        Capability.RECOVERY,
        Capability.MESSAGE_STATUS,
        Capability.RECEIPTS,
        Capability.JOURNAL,
    }
)
_SCHEME = "memory://"


class MemoryStore(FindingCalls, MessageCalls, ChangeCalls, QueueCalls, JournalCalls):
    """A store over a :class:`StoreMemory`, a new one if none is given. May be shared by threads.

    Several stores may be open on one memory. A ``read_only`` one declares no ability beyond reading.
    """

    @property
    def capabilities(self) -> frozenset[Capability]:
        return _READING if self._is_read_only else _READING | _WRITING


@attrs.frozen
class MemoryStoreConfig:
    """A store in memory, found by its name."""

    url: str = attrs.field(metadata=setting("memory://NAME; a store of a new name is empty"))
    display_name: str = attrs.field(default="Memory", metadata=setting("what people see", in_url=True))
    read_only: bool = attrs.field(default=False, metadata=setting("open it for reading only", in_url=True))

    def __attrs_post_init__(self) -> None:
        if not self.name or self.name == self.url:
            raise UsageError(f"{self.url!r}: need {_SCHEME}NAME")

    @property
    def name(self) -> str:
        return self.url.removeprefix(_SCHEME)


class MemoryStoreService:
    """The message service that :func:`register_memory_stores` registers."""

    config_type: type[MemoryStoreConfig] = MemoryStoreConfig
    memories: ClassVar[dict[str, StoreMemory]] = {}

    def __init__(self, config: MemoryStoreConfig, runtime: Runtime) -> None:
        # In one step, whoever else opens it at this moment.
        memory = self.memories.setdefault(config.name, StoreMemory(config.display_name))
        self._store = MemoryStore(memory, runtime, read_only=config.read_only)

    def providers(self) -> Sequence[MemoryStore]:
        return (self._store,)

    def close(self) -> None:
        self._store.close()


def register_memory_stores() -> None:
    """Register the service ``memory``: profiles and ``open_store("memory://ann")`` find each store by its name.

    A store outlives the sessions that open it, until the next call, which begins with none.
    """

    class Service(MemoryStoreService):
        memories: ClassVar[dict[str, StoreMemory]] = {}

    register_service("memory", Service)
