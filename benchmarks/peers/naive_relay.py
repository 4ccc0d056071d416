"""A mail server as one writes it in an afternoon: python naive_relay.py PORT SINK_PORT FOLDER

250 is said when the mail is in a file and synced. Nothing is tried twice.
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
import os
import sys
from pathlib import Path
from typing import Any

WORKERS = 20


def keep(path: Path, octets: bytes) -> None:
    with path.open("wb") as file:
        file.write(octets)
        file.flush()
        os.fsync(file.fileno())


class Handler:
    """What aiosmtpd calls."""

    def __init__(self, folder: Path, queue: asyncio.Queue[tuple[Path, str, list[str]]]) -> None:
        self._folder = folder
        self._queue = queue
        self._numbers = itertools.count()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        path = self._folder / str(next(self._numbers))
        await asyncio.to_thread(keep, path, envelope.content)
        self._queue.put_nowait((path, envelope.mail_from, envelope.rcpt_tos))
        return "250 2.0.0 kept"


async def pass_on(queue: asyncio.Queue[tuple[Path, str, list[str]]], port: int) -> None:
    library: Any = importlib.import_module("aiosmtplib")
    async with library.SMTP(hostname="127.0.0.1", port=port, local_hostname="mx.example.test") as client:
        while True:
            path, sender, recipients = await queue.get()
            await client.sendmail(sender, recipients, path.read_bytes())
            path.unlink()


async def main(port: int, sink_port: int, folder: Path) -> None:
    server: Any = importlib.import_module("aiosmtpd.smtp")
    queue: asyncio.Queue[tuple[Path, str, list[str]]] = asyncio.Queue()
    handler = Handler(folder, queue)
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: server.SMTP(handler, hostname="mx.example.test"), "127.0.0.1", port)
    await asyncio.gather(*(pass_on(queue, sink_port) for _ in range(WORKERS)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
