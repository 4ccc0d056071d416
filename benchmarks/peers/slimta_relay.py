"""python-slimta with its queue in two shelves, as its manual has it: python slimta_relay.py PORT SINK_PORT FOLDER

Its storage in files needs pyaio, which there is for Python 2 only.
"""

from __future__ import annotations

import importlib
import shelve
import sys
import warnings
from pathlib import Path
from typing import Any

SESSIONS = 20


def part(name: str) -> Any:
    return importlib.import_module(f"slimta.{name}")


def serve(port: int, sink_port: int, storage: Any) -> None:
    relay = part("relay.smtp.static").StaticSmtpRelay("127.0.0.1", sink_port, pool_size=SESSIONS, idle_timeout=10)
    queue = part("queue").Queue(storage, relay)
    queue.start()
    edge = part("edge.smtp").SmtpEdge(("127.0.0.1", port), queue)
    edge.start()
    edge.get()


def main(port: int, sink_port: int, folder: Path) -> None:
    warnings.simplefilter("ignore")  # it needs a module of setuptools that says so
    with shelve.open(str(folder / "envelopes")) as envelopes, shelve.open(str(folder / "meta")) as meta:
        serve(port, sink_port, part("queue.dict").DictStorage(envelopes, meta))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
