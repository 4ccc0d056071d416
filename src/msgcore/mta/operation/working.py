"""The life of a worker that has a process of its own."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from msgcore.errors import ConnectionLost
from msgcore.mta.configuration import Configuration, read_configuration
from msgcore.mta.operation.conversation import Asked, answer_all
from msgcore.mta.operation.logs import log_as
from msgcore.mta.operation.worker import Worker
from msgcore.runtime.aio import AsyncioRuntime
from msgcore.runtime.child import Parent
from msgcore.runtime.held import HeldSockets

__all__ = ["work_for"]

_log = logging.getLogger("msgcore.mta")


async def work_for(parent: Parent) -> int:
    """Do what the parent asks, until it says so or is gone; then stop in order, and give the exit status."""
    at_work = _AtWork()
    try:
        await answer_all(parent, at_work.answer)
    except ConnectionLost:
        _log.warning("the first process is gone")
    if at_work.worker is not None:
        await at_work.worker.close()
    return 0


class _AtWork:
    def __init__(self) -> None:
        self.worker: Worker | None = None
        self._name = ""
        self._file = Path()
        self._ports: Sequence[int] = ()

    async def answer(self, what: str, asked: Asked) -> object:
        match what:
            case "start":
                self._name, self._file = asked["name"], Path(asked["file"])
                places = {(host, port): descriptors for host, port, descriptors in asked["places"]}
                self._ports = [port for _, port in places]
                configuration = self._read(asked["text"])
                runtime = AsyncioRuntime(held=HeldSockets.of_descriptors(places))
                worker = Worker(runtime, self._name)
                await worker.start(configuration)
                self.worker = worker
                runtime.in_background(_watch(worker))
            case "renew" if self.worker is not None:
                await self.worker.renew(self._read(asked["text"]))
            case "count" if self.worker is not None:
                return self.worker.count().to_data()
            case _:
                pass
        return None

    def _read(self, text: str) -> Configuration:
        configuration = read_configuration(text, self._file, with_routes=False)
        log_as(configuration.logging, self._name)
        return configuration.at(self._ports)


async def _watch(worker: Worker) -> None:
    """End the process when its node has broken down: the queue has all that was promised, and another one begins."""
    try:
        await worker.wait()
    except Exception:
        _log.critical("the node broke down, and its process with it")
        raise SystemExit(1) from None
