"""Connecting to a Unix socket, in both modes."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from msgcore.errors import ConnectionLost, NameNotResolved, TimedOut, UsageError
from msgcore.runtime import Endpoint, NetworkPath, Proxy, Runtime
from msgcore.testing.modes import Mode
from tests.runtime.peers import PATIENCE_SECONDS

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets")


@pytest.fixture
def folder() -> Generator[Path]:
    with tempfile.TemporaryDirectory() as name:  # pytest's own may be too long a path for a socket
        yield Path(name)


@contextlib.contextmanager
def listening(place: Path, backlog: int = 1) -> Generator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(place))
        listener.listen(backlog)
        listener.settimeout(PATIENCE_SECONDS)
        yield listener


def at(place: Path) -> Endpoint:
    return Endpoint(str(place), 0, "lmtp", is_unix_socket=True)


async def _connect(runtime: Runtime, endpoint: Endpoint, path: NetworkPath) -> None:
    await (await runtime.connect(endpoint, runtime.deadline(PATIENCE_SECONDS), path)).close()


def connect(mode: Mode, endpoint: Endpoint, path: NetworkPath | None = None) -> None:
    mode.run(lambda runtime: _connect(runtime, endpoint, path or NetworkPath()))


def test_both_sides_are_heard_to_the_end(mode: Mode, folder: Path) -> None:
    async def talk(runtime: Runtime) -> bytes:
        stream = await runtime.connect(at(folder / "lmtp"), runtime.deadline(PATIENCE_SECONDS))
        await stream.write(b"LHLO a.test\r\n")
        octets = await stream.read()
        await stream.close()
        return octets

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(connection.recv(100).lower())

    with listening(folder / "lmtp") as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        assert mode.run(talk) == b"lhlo a.test\r\n"
        thread.join(PATIENCE_SECONDS)


def test_a_host_that_is_called_like_a_path_is_looked_up(mode: Mode, folder: Path) -> None:
    """Names of hosts come from strangers, such as the domain that mail is for."""
    with listening(folder / "lmtp"), pytest.raises(NameNotResolved):
        connect(mode, Endpoint(str(folder / "lmtp"), 25))


def test_a_deadline_holds_there_too(mode: Mode, folder: Path) -> None:
    async def wait(runtime: Runtime) -> None:
        stream = await runtime.connect(at(folder / "lmtp"), runtime.deadline(PATIENCE_SECONDS))
        stream.deadline = runtime.deadline(0.02)
        try:
            await stream.read()
        finally:
            stream.abort()

    with listening(folder / "lmtp"), pytest.raises(TimedOut, match=f"lmtp {folder}/lmtp: read"):
        mode.run(wait)


def test_a_socket_that_is_not_there_is_named(mode: Mode, folder: Path) -> None:
    with pytest.raises(ConnectionLost, match=f"^lmtp {folder}/lmtp: connect: .*No such file"):
        connect(mode, at(folder / "lmtp"))


def test_a_socket_at_which_nobody_listens_any_more_is_named(mode: Mode, folder: Path) -> None:
    with listening(folder / "lmtp"):
        pass
    with pytest.raises(ConnectionLost, match=f"^lmtp {folder}/lmtp: connect: .*refused"):
        connect(mode, at(folder / "lmtp"))


def test_a_path_that_is_too_long_is_named(mode: Mode, folder: Path) -> None:
    with pytest.raises(ConnectionLost, match="too long"):
        connect(mode, at(folder / ("x" * 200)))


def test_a_server_whose_queue_is_full_is_not_taken_for_connected(mode: Mode, folder: Path) -> None:
    """The system says EAGAIN then, as of a TCP connection that is under way; but nothing is."""
    with listening(folder / "lmtp", backlog=0), socket.socket(socket.AF_UNIX) as first:
        first.connect(str(folder / "lmtp"))
        with pytest.raises(ConnectionLost, match=f"^lmtp {folder}/lmtp: connect: "):
            connect(mode, at(folder / "lmtp"))


@pytest.mark.parametrize("path", [NetworkPath("127.0.0.1"), NetworkPath(proxy=Proxy("socks5", "127.0.0.1", 1))])
def test_no_path_of_the_network_leads_there(mode: Mode, folder: Path, path: NetworkPath) -> None:
    with pytest.raises(UsageError, match="directly"):
        connect(mode, at(folder / "lmtp"), path)
