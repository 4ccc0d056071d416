"""Commands and responses on one IMAP connection, by the client's side.

*Theory of operation.* Each command has a tag; what the server answers to a tag is that command's end, in whatever order
the ends come. Between them comes untagged data at any time, and a *router* gives it to whom it belongs: to the oldest
flight whose ``take`` wants it, else to the oldest command in flight that asks for data of this kind, else to
``unasked``, which the session folds into what it knows. Whoever waits for one thing so hears everything else meanwhile.

A literal that waits for the server's go-ahead is written when everything before it has been answered, and everything
that has arrived has been heard: a ``+`` that was said before is no go-ahead for it. Where the server says NO instead
the rest of the command is not written, so that no octet of the literal runs as a command.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

import attrs

from msgcore.base.text import Secret, forget_frames
from msgcore.errors import ConnectionLost, ProtocolBroken, ServiceBusy
from msgcore.runtime.abc import Stream
from msgcore.wire.imap.command import NO_LITERAL, Chunks, Command, Piece, write_command
from msgcore.wire.imap.flight import Answer, Flight, Pending, Take, TakeRows
from msgcore.wire.imap.limits import Limits, ReaderLimits
from msgcore.wire.imap.outgoing import Outgoing
from msgcore.wire.imap.response_reader import ResponseReader
from msgcore.wire.imap.responses import Bye, Continuation, Exists, Recent, Response, Status, UnknownData
from msgcore.wire.other_protocols import seems_to_be
from msgcore.wire.sasl import without_echo

__all__ = ["Conversation"]

_SHORTEST_ECHO = 4
_GREETING_OCTETS = 200
_TOO_MUCH = "more than is kept of what nobody asked for"
_UNAVAILABLE = b"Server Unavailable"  # Exchange says so without a tag, and nothing more
_Read = TypeVar("_Read")
_NEWS = frozenset({"ALERT", "CAPABILITY", "HIGHESTMODSEQ"})  # codes of a tagged OK that say something of the session


class Conversation:
    """What is said and heard on a stream.

    A server that breaks the protocol is not heard any more: the stream is aborted, and ``ProtocolBroken`` raised.
    ``secrets`` are what was said and is not to be seen in an error when a server sends it back. ``free_literal_octets``
    and ``is_utf8`` are as :func:`~msgcore.wire.imap.command.write_command` takes them. ``is_leaving``: the server may
    say BYE. ``is_proving``: what looks like base64 in a refusal may be a secret, too.
    """

    def __init__(self, stream: Stream, limits: Limits = Limits(), reader: ReaderLimits = ReaderLimits()) -> None:  # noqa: B008  # frozen
        self.stream = stream
        self.reader = ResponseReader(reader)
        self.secrets: Sequence[Secret] = ()
        self.unasked: list[Response] = []
        self.free_literal_octets = NO_LITERAL
        self.is_utf8 = False
        self.is_leaving = False
        self.is_proving = False
        self.limits = limits
        self._flights: list[Flight] = []
        self._pending: dict[bytes, Pending] = {}
        self._tags = 0
        self._rest = b""
        self._go_ahead: Continuation | None = None
        self._waits_for_go_ahead = False
        self._vain_go_aheads = 0
        self._kept = 0
        self._kept_octets = 0
        self._unasked_octets = 0
        self._bye: Bye | None = None

    @property
    def name(self) -> str:
        return str(self.stream.endpoint)

    @property
    def is_in_flight(self) -> bool:
        """Whether a command has not been answered."""
        return bool(self._pending)

    @property
    def unused_octets(self) -> int:
        """How much has arrived and is no whole response."""
        return len(self._rest) + self.reader.pending_octets

    async def run(self, *commands: Command, take: Take | None = None) -> list[Answer]:
        """Say commands in one flight and hear the answers; a refusal is in its answer.

        ``take`` is given all untagged data of the flight first, and keeps what it says that it takes.

        Raises:
            ConnectionLost: the server has ended the session, and perhaps said why.
            ProtocolBroken: the server does not keep to the protocol.
        """
        pending = await self.send(*commands, take=take)
        await self.finish(pending)
        return [one.answer() for one in pending]

    async def ask(self, command: Command) -> Answer:
        """Say one command and hear that it is granted.

        Raises:
            CommandRefused, ServiceBusy: it is not.
        """
        (answer,) = await self.run(command)
        return answer.check()

    async def send(
        self, *commands: Command, take: Take | None = None, take_rows: TakeRows | None = None
    ) -> list[Pending]:
        """Say commands, and give what will be their answers; :meth:`hear` and :meth:`finish` wait for these.

        ``take_rows`` is given what FETCH says of many messages at once, where it is as usual, in place of ``take``.
        """
        pending, written = self._written(commands)
        await self._hear_unasked()
        flight = Flight(take, take_rows)
        self._flights.append(flight)
        out = Outgoing(self.stream)
        for one, pieces in zip(pending, written, strict=True):
            await self._say(one, pieces, flight, out)
        await out.flush()
        flight.is_said = True
        self._forget_flights()
        return pending

    def _written(self, commands: Sequence[Command]) -> tuple[list[Pending], list[list[Piece]]]:
        """Write all before the first is said: what cannot be written leaves the connection as it was."""
        pending: list[Pending] = []
        written: list[list[Piece]] = []
        for command in commands:
            self._tags += 1
            tag = b"A%d" % self._tags
            try:
                written.append(write_command(command, tag, self.free_literal_octets, is_utf8=self.is_utf8))
            except Exception as error:
                forget_frames(error)  # they may hold a secret
                raise
            pending.append(Pending(command, tag, f"{self.name}: {command.name.decode()}"))
        return pending, written

    async def _say(self, pending: Pending, pieces: Sequence[Piece], flight: Flight, out: Outgoing) -> None:
        if any(piece.waits for piece in pieces):
            await out.flush()
            await self._hear_all()
        self._pending[pending.tag] = flight.waiting[pending.tag] = pending
        pending.is_unsaid = True
        for piece in pieces:
            if piece.waits:
                await out.flush()
                if await self.hear_go_ahead(pending) is None:
                    return
            if isinstance(piece.octets, Chunks):
                await self._say_chunks(piece.octets, out)
            else:
                await out.put(piece.octets, piece.shown_as)
        pending.is_unsaid = False

    async def _hear_all(self) -> None:
        """Hear what is asked for and what has arrived, so that no go-ahead is another command's."""
        while self._pending:
            await self.hear()
        await self._hear_unasked()

    async def _say_chunks(self, chunks: Chunks, out: Outgoing) -> None:
        """Say a literal that comes in parts; one of another size than was announced ends the connection."""
        left = chunks.size_octets
        try:
            for part in chunks.parts:
                left -= len(part)
                if left < 0:
                    break
                await out.put(part, b"")
        except BaseException:
            self.stream.abort()  # in the middle of a literal
            raise
        if left:
            self.stream.abort()
            raise ProtocolBroken.local(f"{self.name}: a literal has not the {chunks.size_octets} octets announced")

    async def hear_go_ahead(self, pending: Pending) -> Continuation | None:
        """Wait for ``+`` to the command that was said last, or give ``None`` when it is refused instead.

        Raises:
            ProtocolBroken: it was granted before it was said in full.
        """
        self._go_ahead, self._waits_for_go_ahead = None, True
        try:
            while not self._has_ended_wait(pending):
                await self.hear()
        finally:
            self._waits_for_go_ahead = False
        return self._go_ahead

    def _has_ended_wait(self, pending: Pending) -> bool:
        return self._go_ahead is not None or pending.is_answered

    async def say_line(self, line: bytes, shown_as: bytes | None = None) -> None:
        """Say a line, without its end, that belongs to the command in flight."""
        await self.stream.write(line + b"\r\n", None if shown_as is None else shown_as + b"\r\n")

    async def finish(self, pending: Sequence[Pending]) -> None:
        """Wait until these are answered."""
        for one in pending:
            while not one.is_answered:
                await self.hear()

    async def finish_exactly(self, pending: Pending) -> bytes:
        """Wait until a command is answered, and give the octets behind the answer, which is not read as responses.

        What follows the answer to STARTTLS is TLS, and what follows that to COMPRESS is compressed.
        """
        while not pending.is_answered:
            self._rest = self._take_in_until(pending, await self._octets())
        rest, self._rest = self._rest, b""
        return rest

    def _take_in_until(self, pending: Pending, octets: bytes) -> bytes:
        lines = deque(octets.splitlines(keepends=True))
        while lines and not pending.is_answered:
            self._take_in(lines.popleft())
        return b"".join(lines)

    async def hear(self, seconds: float | None = None) -> bool:
        """Wait for more octets, for so many seconds if they are given; say whether some came, and route them.

        Raises:
            ConnectionLost: the server has ended the session.
            ProtocolBroken: it does not keep to the protocol.
        """
        octets = await (self.stream.read() if seconds is None else self.stream.read_within(seconds))
        if octets is None:
            return False
        if not octets:
            raise self._lost()
        self._take_in(octets)
        return True

    async def hear_greeting(self) -> Status | Bye:
        """Wait for what the server says first.

        Raises:
            ProtocolBroken: this is no IMAP server; the message says what it looks like.
        """
        heard = b""
        while (response := self._read(self.reader.next)) is None:
            octets = await self._octets()
            heard += octets[: _GREETING_OCTETS - len(heard)]
            self.reader.feed(octets)
        if isinstance(response, Bye) or (isinstance(response, Status) and not response.tag):
            return response
        protocol = seems_to_be(heard)
        seems = f"; it seems to be {protocol}" if protocol not in {"", "IMAP"} else ""
        line = heard.partition(b"\n")[0].rstrip(b"\r")
        raise self.broken(f"{line!r} is no greeting of an IMAP server{seems}")

    async def _octets(self) -> bytes:
        octets = await self.stream.read()
        if not octets:
            raise self._lost()
        return octets

    async def _hear_unasked(self) -> None:
        """Hear what has arrived already: among it may be why the server ends the session."""
        self._take_in(b"")
        while self.stream.unread_octets and await self.hear(0.0):
            pass
        if self._bye is not None and not self.is_leaving:
            raise self._lost()

    def _take_in(self, octets: bytes) -> None:
        self.reader.feed(octets)
        self._hand_rows_on()
        while (response := self._read(self.reader.next)) is not None:
            self._route(response)
            self._hand_rows_on()
        if not self._pending:
            self._kept = self._kept_octets = 0
        self._check_limits()
        if self._bye is not None and not self.is_leaving and self._pending:
            raise self._lost()

    def _hand_rows_on(self) -> None:
        """Give what comes next to the flight that takes it at one go."""
        take_rows = self._flights[0].take_rows if self._flights else None
        if take_rows is not None and (rows := self._read(self.reader.rows)):
            take_rows(rows)

    def _check_limits(self) -> None:
        limits = self.limits
        if self._kept > limits.kept_responses or self._kept_octets > limits.kept_octets:
            raise self.broken(f"an answer of more than {self._kept} responses or {self._kept_octets} octets")

    def _read(self, read: Callable[[], _Read]) -> _Read:
        try:
            return read()
        except ProtocolBroken as error:
            forget_frames(error)  # they hold octets, which may be a secret that was sent back
            what = str(error)
        raise self.broken(what)

    def _route(self, response: Response) -> None:
        if isinstance(response, Status) and response.tag:
            self._end(response)
            return
        for flight in self._flights:
            if flight.take is not None and flight.take(response):
                return
        if isinstance(response, Continuation):
            self._take_go_ahead(response)
        elif isinstance(response, Bye):
            self._bye = self._bye or response
        elif (pending := self._asker(response)) is not None:
            pending.data.append(response)
            self._kept += 1
            self._kept_octets += self.reader.last_octets
        else:
            self.keep_unasked(response)

    def _asker(self, response: Response) -> Pending | None:
        for pending in self._pending.values():
            if pending.wants(response):
                return pending
        return None

    def keep_unasked(self, response: Response, octets: int | None = None) -> None:
        """Keep for the session what was said just now, or something else of so many ``octets``.

        Raises:
            ProtocolBroken: it is too much.
            ServiceBusy: the server says that it is not there.
        """
        if isinstance(response, UnknownData) and response.octets.startswith(_UNAVAILABLE):
            self.stream.abort()
            raise ServiceBusy(f"{self.name}: the server is unavailable")
        unasked = self.unasked
        if unasked and isinstance(response, Exists | Recent) and type(unasked[-1]) is type(response):
            unasked[-1] = response  # only the last count counts
            return
        unasked.append(response)
        self._unasked_octets += self.reader.last_octets if octets is None else octets
        if len(unasked) > self.limits.unasked_responses or self._unasked_octets > self.limits.unasked_octets:
            raise self.broken(_TOO_MUCH)

    def take_unasked(self) -> list[Response]:
        """Give and forget what came and nobody asked for."""
        unasked, self.unasked, self._unasked_octets = self.unasked, [], 0
        return unasked

    def _take_go_ahead(self, response: Continuation) -> None:
        if self._waits_for_go_ahead and self._go_ahead is None:
            self._go_ahead = response
            return
        self._vain_go_aheads += 1  # old Exchange servers say a few
        if self._vain_go_aheads > self.limits.go_aheads:
            raise self.broken("a go-ahead for nothing, again and again")

    def _end(self, status: Status) -> None:
        pending = self._pending.pop(status.tag, None)
        if pending is None:
            raise self.broken("an answer to a command that nobody gave, or a second one")
        if status.is_ok and pending.is_unsaid:
            raise self.broken(f"{pending.command.name.decode()} is granted before it was said")
        pending.status = status if status.is_ok else self.cleaned(status)
        for flight in self._flights:
            flight.waiting.pop(status.tag, None)
        self._forget_flights()
        if status.code is not None and status.code.name in _NEWS:
            self.keep_unasked(status)

    def _forget_flights(self) -> None:
        self._flights = [flight for flight in self._flights if not flight.is_over]

    def _lost(self) -> ConnectionLost:
        """Abort the stream, and give the error to raise."""
        self.stream.abort()
        if self._bye is None:
            return ConnectionLost(f"{self.name}: the peer closed the connection")
        said = self.cleaned(Status(b"", "BYE", self._bye.text, self._bye.code))
        return ConnectionLost(f"{self.name}: the server ended the session: {said.response}")

    def broken(self, what: str) -> ProtocolBroken:
        """Abort the stream, and give the error to raise."""
        self.stream.abort()
        return ProtocolBroken.remote(f"{self.name}: {self._without_secrets(what)}")

    def cleaned(self, status: Status) -> Status:
        """Hide what a server may send back of what it was told in secret."""
        code = status.code
        if code is not None:
            shown = self._without_secrets(code.text.decode("latin-1"))
            code = attrs.evolve(code, text=shown.encode("latin-1", "replace"))
        text = self._without_secrets(status.text)
        return attrs.evolve(status, text=without_echo(text) if self.is_proving else text, code=code)

    def _without_secrets(self, text: str) -> str:
        for secret in self.secrets:
            if len(secret.reveal()) >= _SHORTEST_ECHO:
                text = text.replace(secret.reveal(), "***")
        return text
