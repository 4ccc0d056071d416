"""What every loopback server has: a port, connections, what went over them, and faults."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from msgcore.errors import ConnectionLost, UsageError
from msgcore.runtime.abc import Endpoint, Listener, Stream, TlsServerSettings
from msgcore.runtime.aio import AsyncioRuntime
from msgcore.runtime.loop_thread import submit
from msgcore.runtime.transcript import Direction, TranscriptLine, TranscriptStream
from msgcore.testing.servers.faults import Act, Fault, FaultyStream, StreamFaults
from msgcore.wire.server_turn import ServerTurn

if TYPE_CHECKING:
    from msgcore.testing.transcripts import Transcript

__all__ = ["LoopbackServer"]

T = TypeVar("T", bound=ServerTurn[object])

# A transcript is told from the client's side.
_BY_CLIENT = {Direction.SENT: Direction.RECEIVED, Direction.RECEIVED: Direction.SENT, Direction.TLS: Direction.TLS}


class LoopbackServer(Generic[T]):
    """A server on 127.0.0.1, on msgcore's loop thread; a context manager for blocking and for asyncio code.

    A derived class holds a session in :meth:`converse`. With ``tls`` every connection is in TLS from the first octet;
    one that is not ``is_recorded`` keeps no transcripts.
    """

    protocol = ""
    stages: Collection[str] = ()
    """Where faults may strike."""
    decisive_stage = ""
    """Where a client does not know whether it is done when the connection breaks."""

    def __init__(self, tls: TlsServerSettings | None = None, *, is_recorded: bool = True) -> None:
        self.guard = threading.Lock()
        self.runtime = AsyncioRuntime()
        self._tls = tls
        self._is_recorded = is_recorded
        self._sessions: list[list[str]] = []
        self._octets_after_quit = 0
        self._stream_faults = StreamFaults()
        self._faults: list[tuple[str, str, Fault[T]]] = []
        self._lines: list[list[TranscriptLine]] = []
        self._listener: Listener | None = None
        self._port = 0

    async def serve(self, stream: Stream) -> None:
        """Hold one session."""
        commands: list[str] = []
        with self.guard:
            self._sessions.append(commands)
        if self._tls is not None:
            stream = await stream.start_tls_server(self._tls)
        await self.converse(stream, commands)

    async def converse(self, stream: Stream, commands: list[str]) -> None:
        """Hold one session; each turn is for :meth:`note`, with these commands, and :meth:`take_turn`."""
        raise NotImplementedError

    @staticmethod
    def is_about(argument: str, about: str) -> bool:
        """Say whether a turn with this argument is one that a fault is about."""
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

    @contextmanager
    def down(self) -> Generator[None, None, None]:
        """Be stopped within the context, and started again behind it."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    async def _start(self) -> None:
        self._listener = await self.runtime.listen(Endpoint("127.0.0.1", self._port, self.protocol), self._serve)
        self._port = self._listener.port

    async def _stop(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            await listener.close()

    async def _serve(self, stream: Stream) -> None:
        watched = self._recorded(stream) if self._is_recorded else stream
        await self.serve(FaultyStream(watched, self._stream_faults, self.runtime.sleep))

    def _recorded(self, stream: Stream) -> Stream:
        lines: list[TranscriptLine] = []
        with self.guard:
            self._lines.append(lines)

        def record(line: TranscriptLine) -> None:
            with self.guard:
                lines.append(TranscriptLine(_BY_CLIENT[line.direction], line.octets))

        return TranscriptStream(stream, record)

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

    @property
    def sessions(self) -> tuple[tuple[str, ...], ...]:
        """The commands of each connection so far, as they came, with any password in them: ``"RETR 1"``."""
        with self.guard:
            return tuple(tuple(commands) for commands in self._sessions)

    @property
    def octets_after_quit(self) -> int:
        """Count what clients had already sent behind a QUIT when it was read; nothing should be."""
        with self.guard:
            return self._octets_after_quit

    def note(self, turn: T, commands: list[str]) -> None:
        """Count what a client says."""
        with self.guard:
            if turn.stage.isupper():
                commands.append(f"{turn.stage} {turn.argument}".rstrip())
            if turn.stage == "QUIT":
                self._octets_after_quit += turn.unread_octets

    # Faults

    def say(
        self, octets: bytes, *, at: str, about: str = "", is_done: bool = False, times: int | None = None
    ) -> Fault[T]:
        """Say these octets in place of an answer, such as what is not the protocol at all; no octets are silence.

        With ``is_done`` what was asked for is done before.
        """

        async def act(turn: T) -> None:
            await turn.flush()
            if is_done:
                await turn.carry_out()
            await turn.stream.write(octets)

        return self.add(at, about, Fault(act, times))

    def say_ahead(self, octets: bytes, *, at: str, about: str = "", times: int | None = None) -> Fault[T]:
        """Say these octets, such as an answer to what nobody asked, ahead of the right answer."""

        async def act(turn: T) -> object:
            await turn.flush()
            await turn.stream.write(octets)
            return await turn.carry_out()

        return self.add(at, about, Fault(act, times))

    def cut(
        self, at: str | None = None, *, about: str = "", is_done: bool = True, says: bytes = b"",
        times: int | None = None,
    ) -> Fault[T]:  # fmt: skip
        """Break the connection in place of an answer, after what was asked for is done, or before.

        Without ``at`` it is where a client then does not know what is done. With ``says``, such as the beginning of an
        answer, the connection ends in order behind these octets.
        """

        async def act(turn: T) -> None:
            await turn.flush()
            if is_done:
                await turn.carry_out()
            if says:
                await turn.stream.write(says)
            else:
                turn.stream.abort()
            raise ConnectionLost("cut on demand")  # the commands that lie behind this one are not to be answered

        return self.add(self.decisive_stage if at is None else at, about, Fault(act, times))

    def _hold(self, at: str, about: str) -> Fault[T]:
        gate: Future[None] = Future()

        async def act(turn: T) -> object:
            await turn.flush()
            await self.runtime.wait(gate)
            return await turn.carry_out()

        return self.add(at, about, Fault(act, None, lambda: gate.set_result(None)))

    def add(self, at: str, about: str, fault: Fault[T]) -> Fault[T]:
        """Let a fault strike at a stage, only where its argument is :meth:`is_about` that; the newest goes first.

        Raises:
            UsageError: there is no such stage.
        """
        if at not in self.stages:
            raise UsageError(f"{at!r} is no stage; there are {', '.join(self.stages)}")
        with self.guard:
            self._faults.insert(0, (at, about.casefold(), fault))
        return fault

    async def take_turn(self, turn: T) -> object:
        """Carry a turn out, or do what a fault does in its place; give the answer, if there is one."""
        act = self._fault_at(turn.stage, turn.argument.casefold())
        return await (turn.carry_out() if act is None else act(turn))

    def _fault_at(self, stage: str, argument: str) -> Act[T] | None:
        with self.guard:
            here = [
                fault
                for at, about, fault in self._faults
                if at == stage and (not about or self.is_about(argument, about))
            ]
        return next((fault.act for fault in here if fault.strike()), None)

    def break_after(self, *, sent: int | None = None, heard: int | None = None) -> None:
        """Break each connection after the server has sent or heard so many octets; without a number, none."""
        self._stream_faults.breaks_after_sent = sent
        self._stream_faults.breaks_after_heard = heard

    def drip(self, octets: int | None, pause_seconds: float = 0.01) -> None:
        """Say everything in pieces of so many octets, with a pause between two; ``None`` is all at once."""
        self._stream_faults.drip_octets = octets
        self._stream_faults.drip_seconds = pause_seconds
