"""Record what a real runtime's connections carry."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from msgcore.base.times import Deadline
from msgcore.runtime import NEVER, AsyncioRuntime, BlockingRuntime, Endpoint, Runtime, Stream
from msgcore.runtime.abc import DIRECT, NetworkPath
from msgcore.runtime.transcript import TranscriptLine, TranscriptStream
from msgcore.testing.modes import Mode, call
from msgcore.testing.transcripts.transcript import Transcript

__all__ = ["record"]


def record(mode: Mode, main: Callable[[Runtime], Coroutine[Any, Any, object]]) -> Sequence[Transcript]:
    """Run ``main`` on a real runtime, and give the transcript of each connection that it made, in order.

    ``print(record(Mode.BLOCKING, main)[0])`` shows the text to keep in a test. Only what a write shows is recorded, so
    secrets are not; look through the rest before you keep it.
    """
    connections: list[list[TranscriptLine]] = []

    def watch(stream: Stream) -> Stream:
        lines: list[TranscriptLine] = []
        connections.append(lines)
        return TranscriptStream(stream, lines.append)

    call(_RecordingBlocking(watch) if mode is Mode.BLOCKING else _RecordingAsyncio(watch), main)
    return tuple(Transcript(lines) for lines in connections)


_Watch = Callable[[Stream], Stream]


class _RecordingBlocking(BlockingRuntime):
    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self._watch = watch

    async def connect(
        self,
        endpoint: Endpoint,
        deadline: Deadline = NEVER,
        path: NetworkPath = DIRECT,
        addresses: Sequence[str] = (),
    ) -> Stream:
        return self._watch(await super().connect(endpoint, deadline, path, addresses))


class _RecordingAsyncio(AsyncioRuntime):
    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self._watch = watch

    async def connect(
        self,
        endpoint: Endpoint,
        deadline: Deadline = NEVER,
        path: NetworkPath = DIRECT,
        addresses: Sequence[str] = (),
    ) -> Stream:
        return self._watch(await super().connect(endpoint, deadline, path, addresses))
