"""The message service ``pop3``."""

from __future__ import annotations

from msgcore.providers.pop3.config import Pop3Config
from msgcore.providers.pop3.retriever import Pop3Retriever
from msgcore.runtime.abc import Runtime

__all__ = ["Pop3Service"]


class Pop3Service(Pop3Retriever):
    """What a POP3 URL names: a retriever."""

    config_type = Pop3Config

    def __init__(self, config: Pop3Config, runtime: Runtime) -> None:
        server = config.server()
        super().__init__(runtime, server, config.policy, config.account_of(server))
