"""A server as a child process in the foreground, and what starting, watching and ending one takes.

A server's folder is not pytest's ``tmp_path``: that has mode 0700, which shuts out the users that servers run as, and a
path too long for their Unix sockets. A server keeps its ports and its folder from ``stop()`` to the next ``start()``;
leaving the ``with`` block removes the folder.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path
from random import SystemRandom
from types import TracebackType
from typing import ClassVar, Self, TypeVar

from tests.requirements import unavailable

T = TypeVar("T")

PASSWORDS = {"alice": "secret", "bob": "secret"}
"""Who may log in to Dovecot and Postfix; each has the address ``NAME@example.test``."""

START_SECONDS = 60.0
STOP_SECONDS = 30.0

_MEMORY = Path("/dev/shm")
_ROOM_OCTETS = 4_000_000_000

# Of these the system gives none by itself, neither to a client nor to who listens on port 0: what is free stays so.
_PORTS = range(10_000, 30_000)


class Server(ABC):
    """One server of the tests; a context manager that runs it."""

    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    last_signal: ClassVar[signal.Signals] = signal.SIGKILL
    """What ends it when nothing of it is needed any more."""
    user: str | None = None
    """Whom the process runs as, when not as the user of the tests."""

    host = "localhost"

    def __init__(self, port_count: int, *, in_memory: bool = False) -> None:
        if reason := self.missing():
            unavailable(reason)
        self.directory = make_directory(in_memory=in_memory)
        self.ports = free_ports(port_count)
        self._process: subprocess.Popen[bytes] | None = None
        self._is_prepared = False

    @classmethod
    @abstractmethod
    def missing(cls) -> str | None:
        """Say why this server cannot run on this machine, or ``None`` when it can."""

    @abstractmethod
    def prepare(self) -> None:
        """Write the configuration, once."""

    @abstractmethod
    def command(self) -> list[str | Path]:
        """Give the command that runs the server in the foreground."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Say whether the server answers."""

    @property
    def log_file(self) -> Path:
        """Where the server logs; by default what it prints."""
        return self._output_file

    @property
    def log_text(self) -> str:
        """Everything that the server has printed and logged."""
        files = dict.fromkeys([self._output_file, self.log_file])
        return "".join(file.read_text(errors="replace") for file in files if file.exists())

    def log_tail(self, lines: int = 60) -> str:
        return "\n".join(self.log_text.splitlines()[-lines:])

    def start(self) -> None:
        """Run the server and return when it answers.

        Raises:
            RuntimeError: it ended or stayed silent; the message ends with its log.
        """
        if not self._is_prepared:
            self.prepare()
            self._is_prepared = True
        with self._output_file.open("ab") as output:
            self._process = process = subprocess.Popen(
                self.command(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
            )
        try:
            wait_until(lambda: process.poll() is not None or self.is_ready() or None, "an answer", START_SECONDS)
        except TimeoutError as error:
            self.stop()
            raise RuntimeError(f"{type(self).__name__} stays silent:\n{self.log_tail()}") from error
        if process.poll() is not None:
            self.stop()
            raise RuntimeError(f"{type(self).__name__} ended with status {process.returncode}:\n{self.log_tail()}")

    def stop(self) -> None:
        """End the server and every process that it started, so that its ports refuse; do nothing when it is ended."""
        self._end(self.stop_signal)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        # Children may outlive the master: a Dovecot imap process does while its client is connected.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        # Only their sockets tell when orphans are gone: their ids stay until somebody reaps them.
        wait_until(lambda: None if any(map(is_listened_on, self.ports)) else True, "silence", STOP_SECONDS)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            shutil.rmtree(self.directory)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end(self.last_signal)
        shutil.rmtree(self.directory)

    @property
    def process_id(self) -> int:
        """The process id, and process group, of the running server."""
        if self._process is None:
            raise RuntimeError(f"{type(self).__name__} is not running")
        return self._process.pid

    @property
    def _output_file(self) -> Path:
        return self.directory / "output.log"


def make_directory(*, in_memory: bool = False) -> Path:
    """Make a folder that every user can reach, with a short path; in memory, if asked for and there is room."""
    has_room = in_memory and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM_OCTETS
    directory = Path(tempfile.mkdtemp(prefix="mc-", dir=_MEMORY if has_room else "/tmp"))
    directory.chmod(0o755)
    return directory


def find_program(name: str, *patterns: str) -> Path | None:
    """Look for a program on the PATH, where system programs are, and by glob patterns under ``/``."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    if found := shutil.which(name, path=path):
        return Path(found)
    return max((path for pattern in patterns for path in Path("/").glob(pattern)), default=None)


def free_ports(count: int, *addresses: str) -> list[int]:
    """Name ``count`` different TCP ports that nobody listens on at any of ``addresses``, by default at 127.0.0.1."""
    candidates = iter(SystemRandom().sample(_PORTS, 1_000))
    return list(islice((port for port in candidates if _is_free(port, addresses or ("127.0.0.1",))), count))


def _is_free(port: int, addresses: Sequence[str]) -> bool:
    with ExitStack() as stack:
        try:
            for address in addresses:
                stack.enter_context(socket.create_server((address, port)))
        except OSError:
            return False
        return True


def is_listened_on(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def greets(port: int, greeting: bytes) -> bool:
    """Say whether a connection to ``port`` is greeted with ``greeting``; a connection alone proves no server."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS) as connection:
            return connection.recv(1000).startswith(greeting)
    except OSError:
        return False


def wait_until(look: Callable[[], T | None], what: str, timeout_seconds: float = START_SECONDS) -> T:
    """Call ``look`` until it finds something, and return that.

    Another process has no event to wait for, so this looks again and again.

    Raises:
        TimeoutError: ``look`` still gave ``None`` after ``timeout_seconds``.
    """
    deadline = time.monotonic() + timeout_seconds
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {what} after {timeout_seconds} seconds")
        time.sleep(0.01)
    return found
