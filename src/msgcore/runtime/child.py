"""A process of ours and the one that started it, which talk to each other in lines; on an event loop.

*Theory of operation.* The parent writes to the child's standard input and reads its standard output; the child's
standard error is the parent's. Neither outlives the other unseen: a child's end is the end of what the parent hears,
and a parent's end, however it comes, is the end of what the child hears.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence

from msgcore.errors import ConnectionLost, SetupError

__all__ = ["Child", "Parent", "ending_of"]

_MOST_LINE_OCTETS = 16 * 1024 * 1024


class _Lines:
    """Lines both ways; what is said to somebody who is gone is lost."""

    def __init__(self, heard: asyncio.StreamReader, said: asyncio.StreamWriter) -> None:
        self._heard = heard
        self._said = said

    async def say(self, line: bytes) -> None:
        """Say a line, without its end.

        Raises:
            ConnectionLost: the other one has ended.
        """
        try:
            self._said.write(line + b"\n")
            await self._said.drain()
        except OSError as error:
            raise ConnectionLost("the other process has ended") from error

    async def hear(self) -> bytes | None:
        """Wait for a line, and give it without its end; ``None`` when the other one has ended."""
        try:
            line = await self._heard.readuntil(b"\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            return None
        return line[:-1]


class _Pipes(asyncio.subprocess.SubprocessStreamProtocol):
    """The pipes of a process, which is ended as soon as it has them unless it ``is_wanted``."""

    is_wanted = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if not self.is_wanted:
            transport.close()  # which kills it
            asyncio.get_running_loop().call_later(1.0, transport.get_extra_info("subprocess").poll)


class Child(_Lines):
    """A process that was started here."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        super().__init__(process.stdout, process.stdin)
        self._process = process

    @classmethod
    async def start(cls, command: Sequence[str], descriptors: Sequence[int] = ()) -> Child:
        """Start a program; it inherits these descriptors, under their numbers.

        Raises:
            SetupError: it cannot be started.
        """
        loop, pipe = asyncio.get_running_loop(), asyncio.subprocess.PIPE
        protocol = _Pipes(_MOST_LINE_OCTETS, loop)
        try:
            transport, _ = await loop.subprocess_exec(
                lambda: protocol, *command, stdin=pipe, stdout=pipe, stderr=None, pass_fds=descriptors
            )
        except OSError as error:
            raise SetupError(f"{command[0]} cannot be run: {error.strerror}") from error
        except RuntimeError as error:  # no thread to wait for its end, which Python before 3.12 needs; but it runs
            protocol.is_wanted = False
            raise SetupError(f"{command[0]} cannot be run: {error}") from error
        return cls(asyncio.subprocess.Process(transport, protocol, loop))

    @property
    def process_id(self) -> int:
        return self._process.pid

    def let_go(self) -> None:
        """Say nothing any more: the child hears the end."""
        self._said.close()

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def wait(self) -> int:
        """Wait for its end; give its exit status, or the signal that ended it as a negative number."""
        return await self._process.wait()


def ending_of(status: int) -> str:
    """Say how a process ended, for a log."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"


class Parent(_Lines):
    """The process that started this one by :meth:`Child.start`."""

    @classmethod
    async def meet(cls) -> Parent:
        """Take over standard input and output; what anybody prints goes to standard error from now on.

        Signals that a terminal or a service manager sends to all processes of a service are left to the parent.
        """
        for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)):
            if number is not None:
                signal.signal(number, signal.SIG_IGN)
        loop = asyncio.get_running_loop()
        output = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        heard = asyncio.StreamReader(limit=_MOST_LINE_OCTETS)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(heard), sys.stdin.buffer)
        transport, protocol = await loop.connect_write_pipe(
            lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), output
        )
        return cls(heard, asyncio.StreamWriter(transport, protocol, None, loop))
