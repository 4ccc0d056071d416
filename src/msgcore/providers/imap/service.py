"""The message service ``imap``."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.providers.imap.config import ImapConfig
from msgcore.providers.imap.sessions import Sessions
from msgcore.providers.imap.store import ImapStore
from msgcore.runtime.abc import Runtime

__all__ = ["ImapService"]


class ImapService:
    """What an IMAP URL names: a store. It connects when something is first asked of it."""

    config_type = ImapConfig

    def __init__(self, config: ImapConfig, runtime: Runtime) -> None:
        sessions = Sessions(runtime, config.server(), config.connections)
        self._store = ImapStore(
            runtime,
            sessions,
            config.uid,
            config.title,
            read_only=config.read_only,
            keeps_sent_mail=config.keeps_sent_mail,
        )

    def providers(self) -> Sequence[ImapStore]:
        return (self._store,)

    async def close(self) -> None:
        await self._store.close()
