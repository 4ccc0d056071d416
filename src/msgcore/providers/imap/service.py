"""The message service ``imap``."""

from __future__ import annotations

from msgcore.providers.imap.config import ImapConfig
from msgcore.providers.imap.sessions import Sessions
from msgcore.providers.imap.store import ImapStore
from msgcore.runtime.abc import Runtime

__all__ = ["ImapService"]


class ImapService(ImapStore):
    """What an IMAP URL names: a store. It connects when something is first asked of it."""

    config_type = ImapConfig

    def __init__(self, config: ImapConfig, runtime: Runtime) -> None:
        super().__init__(
            runtime,
            Sessions(runtime, config.server(), config.connections),
            config.uid,
            config.title,
            read_only=config.read_only,
            keeps_sent_mail=config.keeps_sent_mail,
        )
