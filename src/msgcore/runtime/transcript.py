"""What went over a connection, without its secrets: for logs, debugging and error messages."""

from __future__ import annotations

import enum
import logging
import re
from collections import deque
from collections.abc import Callable

import attrs

from msgcore.base.text import one_line
from msgcore.base.times import Deadline
from msgcore.runtime.abc import Endpoint, Stream, TlsFacts, TlsServerSettings, TlsSettings

__all__ = ["Direction", "Record", "TranscriptLine", "TranscriptStream", "watched"]

_TAIL_LINES = 8
_TAIL_LINE_OCTETS = 200
_SHOWN_OCTETS = 1_000


class Direction(enum.Enum):
    """Who said it. ``TLS`` marks a handshake, with the version and the cipher as its octets."""

    SENT = "C:"
    RECEIVED = "S:"
    TLS = "TLS:"


@attrs.frozen
class TranscriptLine:
    """What one read or write carried: as many lines of the protocol as came together, perhaps part of one."""

    direction: Direction
    octets: bytes

    def __str__(self) -> str:
        return f"{self.direction.value} {one_line(self.octets.decode('utf-8', 'backslashreplace'))}"


Record = Callable[[TranscriptLine], None]


class TranscriptStream:
    """A :class:`~msgcore.runtime.abc.Stream` that reports to ``record`` what passes through, also after ``start_tls``.

    ``record`` gets every octet (``shown_as`` where a write has one); the tail keeps only the end, bounded.
    """

    def __init__(self, stream: Stream, record: Record | None = None) -> None:
        self._stream = stream
        self._record = record
        self._tail: deque[TranscriptLine] = deque(maxlen=_TAIL_LINES)

    @property
    def endpoint(self) -> Endpoint:
        return self._stream.endpoint

    @property
    def deadline(self) -> Deadline:
        return self._stream.deadline

    @deadline.setter
    def deadline(self, deadline: Deadline) -> None:
        self._stream.deadline = deadline

    @property
    def tls(self) -> TlsFacts | None:
        return self._stream.tls

    @property
    def unread_octets(self) -> int:
        return self._stream.unread_octets

    @property
    def has_ended(self) -> bool:
        return self._stream.has_ended

    @property
    def tail(self) -> tuple[TranscriptLine, ...]:
        """The last lines, each cut to its last octets."""
        return tuple(self._tail)

    async def read(self) -> bytes:
        octets = await self._stream.read()
        if octets:
            self._report(Direction.RECEIVED, octets)
        return octets

    async def read_within(self, seconds: float) -> bytes | None:
        octets = await self._stream.read_within(seconds)
        if octets:
            self._report(Direction.RECEIVED, octets)
        return octets

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        # Before it is sent, so that what a lost connection was told shows, too.
        self._report(Direction.SENT, octets if shown_as is None else shown_as)
        await self._stream.write(octets, shown_as)

    async def start_tls(self, settings: TlsSettings) -> TranscriptStream:
        return self._secured(await self._stream.start_tls(settings))

    async def start_tls_server(self, settings: TlsServerSettings) -> TranscriptStream:
        return self._secured(await self._stream.start_tls_server(settings))

    def _secured(self, stream: Stream) -> TranscriptStream:
        secured = TranscriptStream(stream, self._record)
        secured._tail = self._tail
        if secured.tls is not None:
            secured._report(Direction.TLS, f"{secured.tls.version} {secured.tls.cipher}".encode())
        return secured

    async def close(self) -> None:
        await self._stream.close()

    def abort(self) -> None:
        self._stream.abort()

    def _report(self, direction: Direction, octets: bytes) -> None:
        self._tail.append(TranscriptLine(direction, octets[-_TAIL_LINE_OCTETS:]))
        if self._record is not None:
            self._record(TranscriptLine(direction, octets))


# With what SCRAM's server proves itself (``v=`` in base64), and its challenge, passwords can be tried out.
_PROOF = re.compile(rb"^(334 |\+ )dj[01][A-Za-z0-9+/]+=*", re.MULTILINE)

_log = logging.getLogger("msgcore.transcript")
# Messages pass here: who wants to see that asks by this name, and not for DEBUG of everything.
if _log.level == logging.NOTSET:
    _log.setLevel(logging.INFO)


def watched(stream: Stream) -> Stream:
    """Write a connection's transcript, secrets hidden, to the logger ``msgcore.transcript`` when that is set to DEBUG.

    Of what comes or goes at once, the first 1,000 octets are shown.
    """
    if not _log.isEnabledFor(logging.DEBUG):
        return stream
    endpoint = stream.endpoint

    def record(line: TranscriptLine) -> None:
        octets = _PROOF.sub(rb"\1***", line.octets)
        rest = len(octets) - _SHOWN_OCTETS
        more = f" … and {rest:,} octets" if rest > 0 else ""
        _log.debug("%s: %s%s", endpoint, attrs.evolve(line, octets=octets[:_SHOWN_OCTETS]), more)

    return TranscriptStream(stream, record)
