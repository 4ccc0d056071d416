"""What every loopback server has: a port, connections, and faults of them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from msgcore.errors import UsageError
from msgcore.runtime.abc import Endpoint, Listener, Stream
from msgcore.runtime.aio import AsyncioRuntime
from msgcore.runtime.loop_thread import submit
from msgcore.runtime.transcript import Direction, TranscriptLine, TranscriptStream
from msgcore.testing.servers.faults import Act, Fault, FaultyStream, StreamFaults

if TYPE_CHECKING:
    from msgcore.testing.transcripts import Transcript

__all__ = ["LoopbackServer"]

A = TypeVar("A")

# A transcript is told from the client's side.
_BY_CLIENT = {Direction.SENT: Direction.RECEIVED, Direction.RECEIVED: Direction.SENT, Direction.TLS: Direction.TLS}


class LoopbackServer(Generic[A]):
    """A server on 127.0.0.1, on msgcore's loop thread; a context manager for blocking and for asyncio code.

    A derived class serves a connection in :meth:`serve`, and asks :meth:`fault_at` at each turn of its conversation.
    """

    protocol = ""
    stages: Collection[str] = ()
    """Where faults may strike."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.runtime = AsyncioRuntime()
        self._stream_faults = StreamFaults()
        self._faults: list[tuple[str, str, Fault[A]]] = []
        self._lines: list[list[TranscriptLine]] = []
        self._listener: Listener | None = None
        self._port = 0

    async def serve(self, stream: Stream) -> None:
        """Hold one session."""
        raise NotImplementedError

    # Running

    @property
    def port(self) -> int:
        """The port, which stays the same when the server is stopped and started again."""
        if not self._port:
            raise UsageError("the server has not been started: enter it with `with`, or call start()")
        return self._port

    @property
    def url(self) -> str:
        return f"{self.protocol}://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen; returns once connections are taken."""
        submit(self._start()).result()

    def stop(self) -> None:
        """Close the port and every connection: from now on nobody answers here."""
        submit(self._stop()).result()

    async def _start(self) -> None:
        self._listener = await self.runtime.listen(Endpoint("127.0.0.1", self._port, self.protocol), self._serve)
        self._port = self._listener.port

    async def _stop(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            await listener.close()

    async def _serve(self, stream: Stream) -> None:
        lines: list[TranscriptLine] = []
        with self.guard:
            self._lines.append(lines)

        def record(line: TranscriptLine) -> None:
            with self.guard:
                lines.append(TranscriptLine(_BY_CLIENT[line.direction], line.octets))

        watched = TranscriptStream(stream, record)
        await self.serve(FaultyStream(watched, self._stream_faults, self.runtime.sleep))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.wrap_future(submit(self._start()))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.wrap_future(submit(self._stop()))

    # What it saw

    @property
    def transcripts(self) -> tuple[Transcript, ...]:
        """What went over each connection so far, the oldest first, with any password in it; ``print`` shows one."""
        from msgcore.testing.transcripts import Transcript

        with self.guard:
            return tuple(Transcript(lines) for lines in self._lines)

    # Faults

    def add(self, at: str, about: str, fault: Fault[A]) -> Fault[A]:
        """Let a fault strike at a stage, only where its argument has ``about`` in it; the newest goes first.

        Raises:
            UsageError: there is no such stage.
        """
        if at not in self.stages:
            raise UsageError(f"{at!r} is no stage; there are {', '.join(self.stages)}")
        with self.guard:
            self._faults.insert(0, (at, about.casefold(), fault))
        return fault

    def fault_at(self, stage: str, argument: str) -> Act[A] | None:
        """Give what is to be done at a turn in place of what should be."""
        with self.guard:
            here = [fault for at, about, fault in self._faults if at == stage and about in argument.casefold()]
        return next((fault.act for fault in here if fault.strike()), None)

    def break_after(self, *, sent: int | None = None, heard: int | None = None) -> None:
        """Break each connection after the server has sent or heard so many octets; without a number, none."""
        self._stream_faults.breaks_after_sent = sent
        self._stream_faults.breaks_after_heard = heard

    def drip(self, octets: int | None, pause_seconds: float = 0.01) -> None:
        """Say everything in pieces of so many octets, with a pause between two; ``None`` is all at once."""
        self._stream_faults.drip_octets = octets
        self._stream_faults.drip_seconds = pause_seconds
