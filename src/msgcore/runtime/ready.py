"""Waiting for descriptors, together with the thread's wake-up: what a blocking wait on the network comes down to."""

from __future__ import annotations

import math
import select
import socket
import sys
from collections.abc import Iterable, Sequence

from msgcore.base.times import Deadline
from msgcore.runtime.cancel import Calls
from msgcore.runtime.limits import refuse_on_loop_thread, wait_seconds
from msgcore.runtime.wakeup import wakeup_of_this_thread

__all__ = ["READ", "WRITE", "poll"]

READ = 1
WRITE = 2

Ready = list[tuple[int, int]]

if sys.platform == "win32":

    def _select(interest: Sequence[tuple[int, int]], seconds: float | None) -> Ready:
        reading = [descriptor for descriptor, events in interest if events & READ]
        writing = [descriptor for descriptor, events in interest if events & WRITE]
        # There a connection that was refused shows only as an exceptional condition.
        can_read, can_write, failed = select.select(reading, writing, writing, seconds)
        return [(one, READ) for one in can_read] + [(one, WRITE) for one in {*can_write, *failed}]

else:
    _EVENTS = {READ: select.POLLIN, WRITE: select.POLLOUT, READ | WRITE: select.POLLIN | select.POLLOUT}

    def _select(interest: Sequence[tuple[int, int]], seconds: float | None) -> Ready:
        # One system call a wait, which epoll would need two and a descriptor for.
        poller = select.poll()
        for descriptor, events in interest:
            poller.register(descriptor, _EVENTS[events])
        found = poller.poll(None if seconds is None else math.ceil(seconds * 1_000))
        # An error or a hang-up is for both sides to find.
        return [
            (descriptor, (events & ~select.POLLOUT and READ) | (events & ~select.POLLIN and WRITE))
            for descriptor, events in found
        ]


def poll(interest: Iterable[tuple[socket.socket, int]], calls: Calls, deadline: Deadline, doing: str) -> Ready:
    """Wait until one of the sockets is ready for its events; say which descriptors are, and for what.

    Raises:
        TimedOut: the deadline passed.
        OperationCancelled: the call was cancelled.
    """
    call = calls.current()
    deadline = deadline.or_sooner(call.limit)
    refuse_on_loop_thread()
    wakeup = wakeup_of_this_thread()
    wanted = [(wakeup.descriptor, READ), *((connection.fileno(), events) for connection, events in interest)]
    call.add(wakeup.wake)
    try:
        while True:
            ready = [one for one in _select(wanted, wait_seconds(deadline)) if one[0] != wakeup.descriptor]
            if ready:
                return ready
            wakeup.drain()
            call.check()
            deadline.check(doing)
    finally:
        call.discard(wakeup.wake)
