"""MTAs in processes of their own, started by a nursery and killed by the tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import attrs

from tests.mta.mortal import Orders
from tests.mta.places import Target
from tests.servers import wait_until
from tests.shared import REPOSITORY

__all__ = ["Mortal", "Nursery"]

_SECONDS = 60.0


class Mortal:
    """An MTA that lives; ``port`` takes mail."""

    def __init__(self, control: socket.socket, nursery: Nursery) -> None:
        control.settimeout(_SECONDS)
        self._control = control
        self._heard = control.makefile("r")
        self._nursery = nursery
        self._is_over = False
        word, process_id, port = (self._hear() or "ended 0 0").split()
        assert word == "born", nursery.complaints()
        self.process_id, self.port = int(process_id), int(port)

    def mark(self, step: str, count: int = 1) -> None:
        """Have it die at a step, the next time or a later one that it passes."""
        self._say(f"mark {count} {step}")
        assert self._hear() == "marked", self._nursery.complaints()

    def drain(self) -> bool:
        """Wait until its queue is empty, or it has died; say whether it lives."""
        with suppress(OSError):
            self._say("drain")
        return self._hear() == "empty"

    def kill(self) -> None:
        os.kill(self.process_id, signal.SIGKILL)

    def leave(self) -> None:
        """Kill it, if nobody saw its end."""
        if not self._is_over:
            with suppress(ProcessLookupError):
                self.kill()
            self._close()

    def wait_for_death(self) -> None:
        """Wait until it is gone, and has let go of its files and connections."""
        assert self._hear() == "", "it lives"
        self._close()
        wait_until(lambda: None if Path(f"/proc/{self.process_id}").exists() else True, "end")

    def stop(self) -> None:
        """Have it stop in good order."""
        self._control.shutdown(socket.SHUT_WR)
        assert self._hear() == "stopped", self._nursery.complaints()
        self._close()

    def _say(self, line: str) -> None:
        self._control.sendall(f"{line}\n".encode())

    def _hear(self) -> str:
        """Give the next line, empty when it has ended."""
        try:
            return self._heard.readline().strip()
        except TimeoutError:
            raise AssertionError(f"an MTA is silent: {self._nursery.complaints()}") from None
        except ConnectionError:
            return ""

    def _close(self) -> None:
        self._is_over = True
        self._heard.close()
        self._control.close()


class Nursery:
    """Brings MTAs into the world; what they print is kept."""

    def __init__(self) -> None:
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115  # closed when the nursery is
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_SECONDS)
        self._born: list[Mortal] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.mta.mortal"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._printed,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for mortal in self._born:
            mortal.leave()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(_SECONDS)
        self._listener.close()
        self._printed.close()

    def bear(self, target: Target, folder: Path, sink_port: int) -> Mortal:
        assert self._process.stdin is not None
        place = str(target) if isinstance(target, Path) else attrs.astuple(target)[:5]
        orders = Orders(place, str(folder), sink_port, self._listener.getsockname()[1])
        self._process.stdin.write(orders.written() + "\n")
        self._process.stdin.flush()
        try:
            control, _ = self._listener.accept()
        except TimeoutError:
            raise AssertionError(f"no MTA was born: {self.complaints()}") from None
        self._born.append(Mortal(control, self))
        return self._born[-1]

    def complaints(self) -> str:
        """Give what the MTAs have printed, tracebacks among it."""
        return os.pread(self._printed.fileno(), 1 << 20, 0).decode(errors="replace")
