"""An MTA as ``python -m msgcore mta`` runs it, started and ended by tests."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from prometheus_client.parser import text_string_to_metric_families

from tests.servers import wait_until
from tests.shared import REPOSITORY

__all__ = ["Service", "are_gone", "configuration"]

_SECONDS = 180.0

_QUICK = """\
[node]
host_name = "mx.b.test"
grace_seconds = 20
most_in_hand = 40
batch = 20
poll_seconds = 0.02
reload_seconds = 0.02
retry = { shortest = "1s", longest = "1s", least_tries = 0 }
pace = { shortest_wait_seconds = 0.02, longest_wait_seconds = 0.2 }
"""


def configuration(url: str, sink_port: int, *, workers: int = 1, more: str = "", listen: str = "") -> str:
    """Say that all mail goes to a sink but for that of b.test, which is nobody's."""
    return f"""\
[organization]
url = "{url}"
create = true
{_QUICK}
[[listen]]
host = "127.0.0.1"
port = 0
may_relay = ["127.0.0.0/8"]
{listen}
[[routes.connectors]]
name = "out"
gateway = "smtp"
spaces = [{{ type = "SMTP", pattern = "*" }}]
options = {{ relay = "smtp://127.0.0.1:{sink_port}" }}
[[routes.connectors]]
name = "ours"
gateway = "mailbox"
spaces = [{{ type = "SMTP", pattern = "*@b.test" }}]
[metrics]
listen = "127.0.0.1:0"
[workers]
count = {workers}
{more}
"""


class Service:
    """A running MTA, whose configuration lies in ``folder``; what it logs is kept."""

    def __init__(self, folder: Path, text: str) -> None:
        self.file = folder / "mta.toml"
        self.file.write_text(text)
        self._changed = threading.Condition()
        self._lines: list[str] = []
        self._manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._manager.bind(str(folder / "notify"))
        self._manager.settimeout(_SECONDS)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "msgcore", "mta", str(self.file)],
            cwd=REPOSITORY,
            env={**os.environ, "NOTIFY_SOCKET": str(folder / "notify")},
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._changed:
                self._lines.append(line.rstrip("\n"))
                self._changed.notify_all()

    def __enter__(self) -> Self:
        assert self.hear_manager() == "READY=1", self.log
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join(_SECONDS)  # workers have the pipe, too
        assert self.process.stderr is not None
        self.process.stderr.close()
        self._manager.close()

    @property
    def log(self) -> list[str]:
        with self._changed:
            return list(self._lines)

    def wait_for(self, pattern: str, count: int = 1) -> re.Match[str]:
        """Wait until so many lines match, and give what the last one has."""
        found: list[re.Match[str]] = []

        def look() -> bool:
            found[:] = [one for one in (re.search(pattern, line) for line in self._lines) if one is not None]
            return len(found) >= count

        with self._changed:
            assert self._changed.wait_for(look, _SECONDS), self._lines
        return found[count - 1]

    def hear_manager(self) -> str:
        """Give the next thing that it tells the service manager."""
        return self._manager.recv(1_000).decode().partition("\n")[0]

    @property
    def port(self) -> int:
        return int(self.wait_for(r"at work on ports \[(\d+)")[1])

    def workers(self) -> Mapping[str, int]:
        """Give the processes of workers by their names, each the last that was started."""
        named = (re.search(r"(worker \d) is process (\d+)", line) for line in self.log)
        return {one[1]: int(one[2]) for one in named if one is not None}

    def worker(self, name: str) -> int:
        """Give the process of a worker as soon as it is started."""
        self.wait_for(f"{name} is process")
        return self.workers()[name]

    def signal(self, name: str) -> None:
        self.process.send_signal(getattr(signal, name))

    def status(self) -> int:
        return self.process.wait(_SECONDS)

    def get(self, path: str) -> tuple[int, str]:
        """Ask for a page."""
        port = self.wait_for(r"metrics on port (\d+)")[1]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=_SECONDS) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def metric(self, name: str, **labels: str) -> float | None:
        """Give a sample as Prometheus reads it."""
        for family in text_string_to_metric_families(self.get("/metrics")[1]):
            for sample in family.samples:
                if sample.name == name and sample.labels == labels:
                    return sample.value
        return None

    def wait_for_metric(self, value: float, name: str, **labels: str) -> None:
        """Wait until a sample has a value: what is counted may be behind what a client hears."""
        try:
            wait_until(lambda: self.metric(name, **labels) == value or None, name)
        except TimeoutError:
            raise AssertionError(f"{name} {labels} is {self.metric(name, **labels)}, not {value}") from None


def are_gone(processes: Sequence[int]) -> bool:
    return not any(Path(f"/proc/{one}").exists() for one in processes)
