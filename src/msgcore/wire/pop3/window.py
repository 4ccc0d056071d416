"""Retrieving many messages: commands go ahead of the answers, which are taken in bulk.

*Theory of operation.* ``_flight`` holds the numbers whose answers have not been taken, in order. It is kept full: up to
256 commands, whose messages but for the last have less than 2 MiB together by their listed sizes. A call gives what
came first of what it was asked for, and leaves the rest in flight for the next call, so that the server works while the
caller does. Whoever asks for something else then waits until what is in flight has come, and is thrown away; for that
reason no message over 1 MiB goes ahead.

The last answer that was taken may be *in doubt*, and is given out only when the next has shown what it is. A message
may hold a line with a lone dot that its server forgot to stuff: it seems to end there. What follows is no answer then,
which ends the session. Therefore a message that is shorter than it was listed is in doubt until the next answer has
begun, or NOOP was answered. So is a refusal that speaks of a limit until another one has come: a limit of what may be
retrieved at all is met by the next message, too. What is in doubt when a call ends is held back for the next one, or
proved there and then when it is all there is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence, Set

import attrs

from msgcore.base.status import StatusResponse
from msgcore.base.times import Clock
from msgcore.errors import (
    CommandRefused,
    ConnectionLost,
    LimitExceeded,
    MsgcoreError,
    ProtocolBroken,
    QuotaReached,
    TimedOut,
    TlsFailed,
)
from msgcore.wire.pop3.conversation import Conversation
from msgcore.wire.pop3.refusal import is_quota, quota_reached

__all__ = ["MESSAGE_OCTETS", "Drained", "Until", "Window"]

MESSAGE_OCTETS = 256 * 1024 * 1024
"""The largest message that is retrieved as a whole: the largest that is read."""

_STREAMED_OCTETS = 64 * 1024 * 1024 * 1024

_WINDOW = 256
_WINDOW_OCTETS = 2 * 1024 * 1024
_LARGE_OCTETS = 1024 * 1024
_UNKNOWN_OCTETS = 16 * 1024
_HEADER_OCTETS = 8 * 1024
_ENOUGH_OCTETS = len(b"-ERR")
_MORE_THAN_LISTED = 64 * 1024 * 1024
_ENDS = (ConnectionLost, TimedOut, TlsFailed, ProtocolBroken, QuotaReached)


@attrs.frozen
class Until:
    """When it is enough: after so many octets, messages or seconds, but never before the first message."""

    octets: int = 4 * 1024 * 1024
    messages: int = 500
    seconds: float = 2.0


@attrs.frozen
class Drained:
    """A message or its header; or the ``problem`` with it, and the ``refusal`` where that is what the server says."""

    number: int
    octets: bytes | None = attrs.field(default=None, repr=False)
    refusal: StatusResponse | None = None
    problem: MsgcoreError | None = None


class Window:
    """See above."""

    def __init__(self, conversation: Conversation, clock: Clock, *, can_pipeline: bool) -> None:
        self._sizes: Mapping[int, int] = {}
        self._too_large: Set[int] = frozenset()
        self._conversation = conversation
        self._clock = clock
        self._most = _WINDOW if can_pipeline else 1
        self._verb = b""
        self._flight: deque[int] = deque()
        self._flight_octets = 0
        self._held: list[Drained] = []
        self._is_short = False
        self._quota: QuotaReached | None = None
        self._end: MsgcoreError | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is in flight."""
        return not self._flight

    def take_sizes(self, numbers: Sequence[int], sizes: Sequence[int]) -> None:
        """Know the sizes that were listed, -1 where none was."""
        self._sizes = dict(zip(numbers, sizes, strict=True))
        self._too_large = frozenset(number for number, size in self._sizes.items() if size > MESSAGE_OCTETS)

    async def drain(self, verb: bytes, numbers: Sequence[int], until: Until) -> list[Drained]:
        """Give the answers to a command for the first of ``numbers``, at least one.

        Raises:
            QuotaReached: the server gives no more; the session goes on.
            ConnectionLost, TimedOut, ProtocolBroken: the session is over. What had come was given before.
        """
        if self._end is not None:
            end, self._end = self._end, None
            raise end
        if self._too_large and verb == b"RETR":
            first = next((at for at, number in enumerate(numbers) if number in self._too_large), len(numbers))
            if not first:
                return [Drained(numbers[0], problem=self._is_too_large(numbers[0]))]
            numbers = numbers[:first]
        if not numbers:
            return []
        drained: list[Drained] = []
        try:
            await self._turn_to(verb, numbers)
            drained, self._held = self._held, drained
            await self._drain(numbers, until, drained)
        except _ENDS as error:
            if self._is_in_doubt and drained:
                drained.pop()
            self._is_short, self._quota = False, None
            if not drained:
                raise
            self._end = error
        return drained

    async def _drain(self, numbers: Sequence[int], until: Until, drained: list[Drained]) -> None:
        end = self._clock.monotonic() + until.seconds
        most, enough = max(1, min(until.messages, len(numbers))), max(1, until.octets)
        octets = self._take(drained, most, enough)
        await self._ask(numbers, drained)
        while self._flight and (count := self._count(drained)) < most and octets < enough:
            seconds = max(0.0, end - self._clock.monotonic()) if count else None
            if seconds == 0 or not await self._conversation.fill(seconds):
                break
            octets += self._take(drained, most, enough - octets)
            await self._ask(numbers, drained)
        sure = min(len(numbers), len(drained) - self._is_in_doubt)
        if sure:
            self._held = drained[sure:]
            del drained[sure:]
        elif self._quota is not None:
            raise self._quota
        elif self._is_short:
            await self._prove()

    @property
    def _is_in_doubt(self) -> bool:
        return self._is_short or self._quota is not None

    def _count(self, drained: list[Drained]) -> int:
        """Say how many will be given, whatever comes next; a message that is short is proved if need be."""
        return len(drained) - (self._quota is not None)

    async def _turn_to(self, verb: bytes, numbers: Sequence[int]) -> None:
        ahead = [*(one.number for one in self._held), *self._flight]
        if verb != self._verb or any(one != other for one, other in zip(ahead, numbers, strict=False)):
            await self.discard()
        self._verb = verb

    async def discard(self) -> None:
        """Wait for what is in flight, and throw it away."""
        self._held.clear()
        self._is_short, self._quota = False, None
        while self._flight:
            limit = self._limit(self._flight[0])
            while isinstance(piece := await self._conversation.hear_piece(limit), tuple) and not piece[1]:
                limit -= len(piece[0])
            self._landed()
        self._conversation.expect_nothing()

    async def _ask(self, numbers: Sequence[int], drained: list[Drained]) -> None:
        """Fill the window up, when half of it is empty, behind what is done and what is in flight."""
        in_flight, done = len(self._flight), len(drained)
        if in_flight > self._most // 2:
            return
        commands: list[bytes] = []
        suffix = b" 0" if self._verb == b"TOP" else b""
        for at in range(done + in_flight, min(len(numbers), done + self._most)):
            octets = self._weight(numbers[at])
            is_ahead = self._flight or self._count(drained)
            if self._flight_octets >= _WINDOW_OCTETS or (is_ahead and octets > _LARGE_OCTETS):
                break
            self._flight.append(numbers[at])
            self._flight_octets += octets
            commands.append(b"%b %d%b" % (self._verb, numbers[at], suffix))
        if commands:
            await self._conversation.say(b"\r\n".join(commands), is_first=not in_flight)

    def _take(self, drained: list[Drained], most: int, octets_wanted: int) -> int:
        """Take what has arrived, and give how many octets that is."""
        octets = 0
        conversation, flight = self._conversation, self._flight
        while self._is_in_step() and flight and self._count(drained) < most and octets < octets_wanted:
            number = flight[0]
            answer = conversation.take_lines(self._limit(number))
            if answer is None:
                break
            self._landed()
            if isinstance(answer, bytes):
                drained.append(Drained(number, answer))
                octets += len(answer)
                self._is_short, self._quota = self._is_too_short(number, len(answer)), None
            else:
                self._take_refusal(number, answer, drained)
        return octets

    def _take_refusal(self, number: int, refusal: StatusResponse, drained: list[Drained]) -> None:
        """Take one.

        Raises:
            QuotaReached: it is the second in a row that speaks of a limit.
        """
        if not is_quota(refusal):
            self._quota = None
        elif self._quota is None:
            self._quota = quota_reached(self._what(number), refusal)
        else:
            raise self._quota
        drained.append(Drained(number, None, refusal, CommandRefused(refusal, self._what(number))))

    def _is_in_step(self) -> bool:
        """Say that what follows is the next answer.

        Raises:
            ProtocolBroken: it is not; then the message before it is not whole, either.
        """
        conversation = self._conversation
        unused_octets = conversation.unused_octets
        if not conversation.begins_well or (unused_octets and not self._flight):
            self._is_short = True
            raise conversation.broken(f"what follows {self._verb.decode()} is no answer; is a dot not stuffed?")
        if unused_octets >= _ENOUGH_OCTETS:
            self._is_short = False
        return True

    def _is_too_short(self, number: int, octets: int) -> bool:
        return self._verb == b"RETR" and octets < self._sizes.get(number, octets)

    async def _prove(self) -> None:
        """See that what is shorter than it was listed is whole.

        Raises:
            ProtocolBroken: it is not.
            ConnectionLost, TimedOut: nobody knows.
        """
        conversation = self._conversation
        if not self._flight:
            await conversation.say(b"NOOP")
            await conversation.hear_answer()
            conversation.expect_nothing()
        while self._flight and conversation.unused_octets < _ENOUGH_OCTETS:
            await conversation.fill()
        self._is_in_step()
        self._is_short = False

    async def pass_on(self, number: int, write: Callable[[bytes], object]) -> int:
        """Retrieve one message in pieces, and give its size.

        Raises:
            CommandRefused: the server does not give it.
            QuotaReached: the server gives no more; the session goes on.
        """
        await self._turn_to(b"RETR", [number])
        await self._ask([number], [])
        octets = 0
        is_last = False
        while not is_last:
            piece = await self._conversation.hear_piece(self._limit(number, _STREAMED_OCTETS) - octets)
            if isinstance(piece, StatusResponse):
                self._landed()
                what = self._what(number)
                raise quota_reached(what, piece) if is_quota(piece) else CommandRefused(piece, what)
            part, is_last = piece
            octets += len(part)
            try:
                write(part)
            except BaseException:
                self._conversation.stream.abort()  # in the middle of an answer
                raise
        self._landed()
        self._is_in_step()
        if self._is_too_short(number, octets):
            await self._prove()
        return octets

    def _landed(self) -> None:
        self._flight_octets -= self._weight(self._flight.popleft())

    def _weight(self, number: int) -> int:
        size = _HEADER_OCTETS if self._verb == b"TOP" else self._sizes.get(number, _UNKNOWN_OCTETS)
        return _UNKNOWN_OCTETS if size < 0 else size

    def _limit(self, number: int, most: int = MESSAGE_OCTETS) -> int:
        size = self._sizes.get(number, -1)
        return most if size < 0 else min(most, 4 * size + _MORE_THAN_LISTED)

    def _is_too_large(self, number: int) -> LimitExceeded:
        what = f"{self._conversation.name}: message {number} has {self._sizes[number]} octets"
        return LimitExceeded(f"{what}; {MESSAGE_OCTETS} is the limit")

    def _what(self, number: int) -> str:
        return f"{self._conversation.name}: {self._verb.decode()} {number}"
