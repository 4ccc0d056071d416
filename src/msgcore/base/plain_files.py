"""Files of settings, found as they are written, and opened so that nothing waits.

A pipe that nobody writes to holds whoever opens it, for good.
"""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

__all__ = ["check_plain", "expanded", "open_at_once", "open_file_or_pipe", "open_plain"]

_AT_ONCE: int = getattr(os, "O_NONBLOCK", 0)


def expanded(path: str | Path) -> Path:
    """Give a path where ``~`` and ``~user`` at the beginning are homes, as in a shell: ``./~`` is a file of that name.

    Raises:
        RuntimeError: there is no such home.
    """
    return Path(path).expanduser() if str(path).startswith("~") else Path(path)


def open_at_once(path: Path) -> BufferedReader:
    """Open a file to read it, and wait for no other end of it; reading waits as ever, if there is somebody who writes.

    Raises:
        OSError: it cannot be opened.
    """
    opened = open(path, "rb", opener=lambda name, flags: os.open(name, flags | _AT_ONCE))  # noqa: SIM115  # the caller's
    if _AT_ONCE:
        os.set_blocking(opened.fileno(), True)
    return opened


def open_plain(path: Path) -> BufferedReader:
    """Open a file to read it, if it is one: no pipe, socket or device.

    Raises:
        OSError: it is not, or cannot be opened.
    """
    opened = open_at_once(path)
    try:
        _check(os.fstat(opened.fileno()), path)
    except BaseException:
        opened.close()
        raise
    return opened


def open_file_or_pipe(path: Path) -> BufferedReader:
    """Open what a person names to be read once: a file, or a pipe that somebody writes to, such as ``<(…)`` of a shell.

    Raises:
        OSError: it is another thing, or a pipe that nobody writes to, or cannot be opened.
    """
    opened = open_at_once(path)
    try:
        facts = os.fstat(opened.fileno())
        if not stat.S_ISFIFO(facts.st_mode):
            _check(facts, path)
        elif not opened.peek(1):
            raise OSError(errno.EINVAL, "it is a pipe, and nobody writes to it", str(path))
    except BaseException:
        opened.close()
        raise
    return opened


def check_plain(path: Path) -> None:
    """Go on if somebody else may open a file by its name, and wait for nothing.

    Raises:
        OSError: it is no file, or not there.
    """
    _check(path.stat(), path)


def _check(facts: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(facts.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
