"""Running another program: what it is given, what it says, and how it ends. On POSIX systems.

*Theory of operation.* A thread starts the program in a session, and so a process group, of its own, writes its input,
reads what it says, and reaps it: nobody else ever signals it, so no signal can meet a number that is somebody else's by
now. The deadline and :meth:`Program.kill` end the whole group. What the group left behind in other sessions is not
waited for after that.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
from collections.abc import Mapping, Sequence

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, SetupError
from msgcore.runtime.abc import Runtime, Workers
from msgcore.runtime.cancel import finish
from msgcore.runtime.limits import wait_seconds
from msgcore.runtime.wakeup import Wakeup

__all__ = ["Ended", "Program", "run_program"]

_SLICE_OCTETS = 64 * 1024
_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.000_5, 0.05
# What it started in the background may keep its output open; its own end is what counts.
_LOOK_SECONDS = 1.0


@attrs.frozen
class Ended:
    """How a program ended: its exit status, or the number of the signal that ended it, as a negative number.

    ``output`` is the start of what it wrote to its standard output and error. ``is_killed``: it was ended from here.
    """

    status: int
    output: bytes
    is_killed: bool = False


class Program:
    """One run of a program: the command is its path and arguments, and no shell reads them."""

    def __init__(self, command: Sequence[bytes], environment: Mapping[str, str], *, most_output_octets: int) -> None:
        self._command = command
        self._environment = environment
        self._most_octets = most_output_octets
        self._wakeup = Wakeup()
        self._is_to_end = False

    def kill(self) -> None:
        """End it and all that is in its process group, from any thread; one that begins later ends at once."""
        self._is_to_end = True
        self._wakeup.wake()

    def run(self, octets: bytes, deadline: Deadline) -> Ended:
        """Run it with these octets as its standard input, in this thread, until it ends or the deadline passes.

        Raises:
            SetupError: it cannot be started.
        """
        try:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=self._environment,
                start_new_session=True,
            )
        except OSError as error:
            raise SetupError(f"{os.fsdecode(self._command[0])} cannot be run: {error.strerror}") from error
        output = bytearray()
        has_ended = False
        try:
            has_ended = self._converse(process, octets, output, deadline)
        finally:
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                with contextlib.suppress(OSError):
                    pipe.close()
            if not has_ended:
                # It is not reaped yet, so the number is that of its group; who ended meanwhile keeps its own status.
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
            status = process.wait()
        return Ended(status, bytes(output), is_killed=not has_ended and status == -signal.SIGKILL)

    def _converse(self, process: subprocess.Popen[bytes], octets: bytes, output: bytearray, deadline: Deadline) -> bool:
        """Give it its input and hear what it says; say whether it has ended by itself."""
        assert process.stdin is not None
        assert process.stdout is not None
        unread = memoryview(octets)
        pause = _SHORTEST_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self._wakeup.reader, selectors.EVENT_READ)
            for pipe, events in ((process.stdin, selectors.EVENT_WRITE), (process.stdout, selectors.EVENT_READ)):
                os.set_blocking(pipe.fileno(), False)
                selector.register(pipe, events)
            while not self._is_to_end and not deadline.is_past:
                is_silent = len(selector.get_map()) == 1  # it has closed both, most often by ending
                left = pause if is_silent else _LOOK_SECONDS
                ready = selector.select(min(left, wait_seconds(deadline) or left))
                for key, _ in ready:
                    if key.fileobj is process.stdin:
                        unread = unread[_written(key.fd, unread[:_SLICE_OCTETS]) :]
                        if not unread:
                            selector.unregister(process.stdin)
                            with contextlib.suppress(OSError):
                                process.stdin.close()
                    elif key.fileobj is process.stdout:
                        found = os.read(key.fd, _SLICE_OCTETS)
                        output += found[: self._most_octets - len(output)]
                        if not found:
                            selector.unregister(process.stdout)
                if not ready and process.poll() is not None:
                    return True
                if is_silent:
                    pause = min(2 * pause, _LONGEST_SECONDS)
        return False


def _written(descriptor: int, octets: memoryview) -> int:
    """Write what a pipe has room for; one that nobody reads any more takes all."""
    try:
        return os.write(descriptor, octets)
    except BlockingIOError:
        return 0
    except BrokenPipeError:
        return len(octets)


async def run_program(runtime: Runtime, workers: Workers, program: Program, octets: bytes, deadline: Deadline) -> Ended:
    """Run a program in a thread of ``workers``; when the caller is cancelled, it is killed first.

    Raises:
        TimedOut, OperationCancelled: it was not begun.
        SetupError: it cannot be started.
    """
    future = workers.submit(lambda: program.run(octets, deadline))
    try:
        return await runtime.wait(future, deadline)
    except BaseException as error:
        if future.cancel():
            raise
        program.kill()
        await finish(runtime, future)
        if isinstance(error, MsgcoreError):  # it has ended by now, and how is what counts
            return future.result()
        raise
