"""Postfix's load generator at a listener that puts mail into a real queue."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from msgcore.mta.queue.schema import QUEUE_SCHEMA
from msgcore.mta.queue.sql_queue import SqlQueue
from msgcore.runtime import NEVER, AsyncioRuntime, Database
from tests.mta.listener.house import House, check_of
from tests.requirements import unavailable
from tests.servers.server import find_program

pytestmark = pytest.mark.interop


@pytest.mark.parametrize("options", [[], ["-d"], ["-L"], ["-r", "3"]], ids=["smtp", "kept open", "lmtp", "recipients"])
def test_what_postfix_sends_is_in_the_queue(options: list[str], tmp_path: Path) -> None:
    program = find_program("smtp-source")
    if program is None:
        unavailable("smtp-source is not installed (Debian: postfix)")
    runtime = AsyncioRuntime()
    database = Database.open(tmp_path / "queue.db", QUEUE_SCHEMA, create=True)
    queue = SqlQueue(runtime, database)
    names = check_of("b@b.test", *(f"{n}b@b.test" for n in range(1, 4)))
    with House(queue, runtime=runtime, recipients=names, is_lmtp="-L" in options) as house:
        load = ["-m", "40", "-s", "4", "-l", "2000", "-f", "a@a.test", "-t", "b@b.test"]
        subprocess.run([program, *options, *load, f"127.0.0.1:{house.port}"], check=True, timeout=60)
        waiting = house.run(queue.waiting(NEVER))
        house.run(database.close(runtime))

    assert waiting == (120 if "-r" in options else 40)
