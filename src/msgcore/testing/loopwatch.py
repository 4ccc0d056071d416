"""Finding calls that block an event loop, without a clock: by what is called, not by how long it lasts.

Python tells audit hooks of the calls that reach for the outside world, and profile functions of every call in C. Noted
is what came from code on a running event loop, and nothing that a thread of a pool does.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import stat
import sys
import sysconfig
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import attrs

__all__ = ["BlockingCall", "watch_loop"]

_LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_ALWAYS = frozenset(
    {
        "socket.gethostbyaddr",
        "sqlite3.connect",
        "subprocess.Popen",
        "os.system",
        "urllib.Request",
    }
)
_STANDARD_LIBRARY = tuple({sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), "<frozen"})
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
# Imports, and source lines of a traceback for a log, come when they come.
_READS_SOURCE = ("<frozen importlib", f"{os.sep}linecache.py")


@attrs.frozen
class BlockingCall:
    """What was called on the event loop, and where: the file and line nearest to it outside the standard library."""

    what: str
    place: str

    def __str__(self) -> str:
        return f"{self.what} at {self.place}"


_guard = threading.Lock()
_watches: list[list[BlockingCall]] = []
_is_installed = False


@contextmanager
def watch_loop() -> Generator[list[BlockingCall]]:
    """Note what blocks an event loop that runs in this thread, or in one that is started meanwhile.

    Noted are ``time.sleep``, ``connect`` of a blocking socket, name look-ups, ``sqlite3.connect``, child processes,
    ``urllib`` requests, and opening a file. The list that is given fills while the block runs::

        with watch_loop() as seen:
            asyncio.run(main())
        assert seen == []
    """
    seen: list[BlockingCall] = []
    _install()
    # Before Python 3.13 no audit event tells of a sleep.
    before, before_in_threads = sys.getprofile(), threading.getprofile()
    _watches.append(seen)
    threading.setprofile(_profile)
    sys.setprofile(_profile)
    try:
        yield seen
    finally:
        sys.setprofile(before if callable(before) else None)  # cProfile's cannot be put back
        threading.setprofile(before_in_threads)
        with _guard:
            _watches[:] = [one for one in _watches if one is not seen]


def _install() -> None:
    global _is_installed  # noqa: PLW0603  # an audit hook stays as long as the process
    with _guard:
        if not _is_installed:
            sys.addaudithook(_audit)
            _is_installed = True


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watches and _is_blocking(event, arguments) and _is_on_a_loop():
        _note(event, sys._getframe(1))  # pyright: ignore[reportPrivateUsage]


def _profile(frame: FrameType, event: str, argument: Any) -> None:
    if event == "c_call" and argument is time.sleep and _is_on_a_loop():
        _note("time.sleep", frame)


def _is_on_a_loop() -> bool:
    with suppress(RuntimeError):
        asyncio.get_running_loop()
        return True
    return False


def _is_blocking(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "socket.connect":
        connecting: socket.socket = arguments[0]
        return connecting.gettimeout() != 0
    if event in _LOOK_UPS:
        return not _is_literal(arguments[0])
    return _is_regular(arguments[0]) if event == "open" else event in _ALWAYS


def _is_literal(host: Any) -> bool:
    """Say whether it is an address already, which nobody has to be asked for."""
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host or "::")
    except ValueError:
        return False
    return True


def _is_regular(path: Any) -> bool:
    """Say whether a file is opened, or made; a descriptor is open already, and a device or pipe is no file."""
    if path is None or isinstance(path, int):
        return False
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116  # octets are no Path
    except OSError:
        return True


def _note(what: str, innermost: FrameType | None) -> None:
    frame = innermost
    while frame is not None and _is_of_the_library(frame.f_code.co_filename):
        file = frame.f_code.co_filename
        if what == "open" and any(part in file for part in _READS_SOURCE):
            return
        if what == "subprocess.Popen" and f"{os.sep}asyncio{os.sep}" in file:  # this is how asyncio itself starts one
            return
        frame = frame.f_back
    place = "?" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"
    for seen in _watches:
        seen.append(BlockingCall(what, place))


def _is_of_the_library(file: str) -> bool:
    return file.startswith(_STANDARD_LIBRARY) and not any(part in file for part in _INSTALLED)
