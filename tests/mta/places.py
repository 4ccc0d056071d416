"""Where the queues and organisations of these tests are kept: in a file, or in a namespace of a real server."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import attrs
import pytest

from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.runtime import BlockingRuntime, Connection, Database, Engine, PostgresTarget, Runtime
from tests.servers import Postgresql

__all__ = ["ENGINES", "Target", "in_queue", "namespace_of", "open_sql_queue", "program"]

T = TypeVar("T")

Target = Path | PostgresTarget

ENGINES = [
    pytest.param(Engine.SQLITE, id="sqlite"),
    pytest.param(Engine.POSTGRES, id="postgresql", marks=pytest.mark.interop),
]


def namespace_of(server: Postgresql, folder: Path) -> PostgresTarget:
    """Give the namespace that belongs to the folder of a test."""
    name = hashlib.sha256(bytes(folder)).hexdigest()[:32]
    return PostgresTarget(server.host, server.port, "postgres", "postgres", f"t{name}")


def program(target: Target, text: str, *arguments: str) -> list[str]:
    """Give the command of a program that finds ``target`` and ``runtime`` defined."""
    given = str(target) if isinstance(target, Path) else attrs.astuple(target)[:5]
    lines = [
        "from pathlib import Path",
        "from msgcore.runtime import BlockingRuntime, Database, PostgresTarget",
        f"target = {'Path(' if isinstance(target, Path) else 'PostgresTarget(*'}{given!r})",
        "runtime = BlockingRuntime()",
    ]
    return [sys.executable, "-c", "\n".join([*lines, text]), *arguments]


@asynccontextmanager
async def open_sql_queue(runtime: Runtime, target: Target) -> AsyncGenerator[SqlQueue]:
    database = await runtime.in_thread(lambda: Database.open(target, QUEUE_SCHEMA, create=True))
    try:
        yield SqlQueue(runtime, database)
    finally:
        await database.close(runtime)


def in_queue(target: Target, work: Callable[[Connection], T]) -> T:
    """Write to the tables themselves, or look at them."""
    runtime = BlockingRuntime()
    database = Database.open(target, QUEUE_SCHEMA, create=True)
    try:
        return runtime.run(database.write(runtime, work))
    finally:
        runtime.run(database.close(runtime))
