"""Floor 1: the network, TLS, threads, event loops and SQL; the only folder that names them.

Names load on first use (PEP 562): a blocking caller never loads asyncio, and who needs no TLS or SQL loads neither.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from msgcore.runtime.abc import (
    DIRECT,
    NEVER,
    Background,
    Endpoint,
    Event,
    Group,
    Listener,
    Lock,
    LoopRuntime,
    NetworkPath,
    Proxy,
    Runtime,
    Security,
    Stream,
    TlsaRecord,
    TlsFacts,
    TlsServerSettings,
    TlsSettings,
    Workers,
)

if TYPE_CHECKING:
    from msgcore.runtime.aio import AsyncioRuntime
    from msgcore.runtime.blocking import BlockingRuntime, run
    from msgcore.runtime.sql.connection import Connection, Engine, Row, SqlValue
    from msgcore.runtime.sql.database import Database
    from msgcore.runtime.sql.postgres_target import PostgresTarget
    from msgcore.runtime.sql.schema import Schema
    from msgcore.runtime.tls import TlsStream
    from msgcore.runtime.transcript import Direction, TranscriptLine, TranscriptStream

__all__ = [
    "DIRECT",
    "NEVER",
    "AsyncioRuntime",
    "Background",
    "BlockingRuntime",
    "Connection",
    "Database",
    "Direction",
    "Endpoint",
    "Engine",
    "Event",
    "Group",
    "Listener",
    "Lock",
    "LoopRuntime",
    "NetworkPath",
    "PostgresTarget",
    "Proxy",
    "Row",
    "Runtime",
    "Schema",
    "Security",
    "SqlValue",
    "Stream",
    "TlsFacts",
    "TlsServerSettings",
    "TlsSettings",
    "TlsStream",
    "TlsaRecord",
    "TranscriptLine",
    "TranscriptStream",
    "Workers",
    "run",
]

_MODULES = {
    "AsyncioRuntime": "aio",
    "BlockingRuntime": "blocking",
    "run": "blocking",
    "Database": "sql.database",
    "Connection": "sql.connection",
    "Engine": "sql.connection",
    "Row": "sql.connection",
    "SqlValue": "sql.connection",
    "PostgresTarget": "sql.postgres_target",
    "Schema": "sql.schema",
    "TlsStream": "tls",
    "Direction": "transcript",
    "TranscriptLine": "transcript",
    "TranscriptStream": "transcript",
}


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
