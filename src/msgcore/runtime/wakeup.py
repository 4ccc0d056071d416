"""How a thread that polls a socket is woken by another one."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import weakref

__all__ = ["Wakeup", "wakeup_of_this_thread"]


class Wakeup:
    """A descriptor that becomes readable when another thread calls :meth:`wake`.

    A pair of sockets and not a pipe, because Windows polls nothing else.
    """

    def __init__(self) -> None:
        self.process_id = os.getpid()
        self.reader, self._writer = socket.socketpair()
        self.descriptor = self.reader.fileno()
        self.reader.setblocking(False)
        self._writer.setblocking(False)
        weakref.finalize(self, _close, self.reader, self._writer)

    def wake(self) -> None:
        """Wake the owner, from any thread or signal handler; a forked child never wakes its parent."""
        if self.process_id == os.getpid():
            # When the pair is full of earlier calls the owner wakes anyway.
            with contextlib.suppress(BlockingIOError):
                self._writer.send(b"\0")

    def drain(self) -> None:
        """Make the descriptor unreadable again."""
        with contextlib.suppress(BlockingIOError):
            while self.reader.recv(4_096):
                pass


def _close(reader: socket.socket, writer: socket.socket) -> None:
    reader.close()
    writer.close()


class _OfThread(threading.local):
    wakeup: Wakeup | None = None


_of_thread = _OfThread()


def wakeup_of_this_thread() -> Wakeup:
    """Give this thread's own wake-up; made at the first wait, closed when the thread ends."""
    wakeup = _of_thread.wakeup
    if wakeup is None or wakeup.process_id != os.getpid():
        wakeup = _of_thread.wakeup = Wakeup()
    return wakeup
