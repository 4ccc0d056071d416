"""A recorded conversation as the other end of a connection."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, TypeVar

from msgcore.runtime import Runtime
from msgcore.runtime.abc import TlsFacts
from msgcore.runtime.transcript import Direction, TranscriptLine
from msgcore.testing.scripted import Cut, Faults, ScriptedRuntime, whole
from msgcore.testing.transcripts.transcript import Transcript, lines_of

__all__ = ["Replay", "replay"]

T = TypeVar("T")


def replay(transcript: Transcript, main: Callable[[Runtime], Coroutine[Any, Any, T]], cut: Cut = whole) -> T:
    """Run ``main`` against the recorded server of its one connection, and see that it says all that was recorded.

    ::

        @EACH_CUT
        def test_a_message_is_sent(cut: Cut) -> None:
            assert replay(Transcript.parse(RECORD), send_hello, cut).all_accepted

    Raises:
        AssertionError: the client said something else, or less; the message shows the line.
    """
    peer = Replay(transcript)
    runtime = ScriptedRuntime([peer], faults=Faults(cut=cut))
    result = runtime.run(main(runtime))
    peer.check_end()
    return result


class Replay:
    """A :class:`~msgcore.testing.scripted.Peer` that says what the server said, as long as the client says its part.

    Secrets are compared as the transcript shows them. At the end of the record the server closes the connection.
    """

    def __init__(self, transcript: Transcript) -> None:
        self._left = list(transcript.turns)
        self._line = 1
        self._said = b""
        self._difference: str | None = None

    @property
    def is_closed(self) -> bool:
        return not self._left

    def greet(self) -> bytes:
        return self._speak()

    def react(self, octets: bytes) -> bytes:
        return self._speak() if octets else b""

    def start_tls(self) -> tuple[TlsFacts, bytes]:
        turn = self._next(Direction.TLS, "the client starts TLS")
        version, _, cipher = turn.octets.decode("utf-8", "backslashreplace").partition(" ")
        self._pass()
        return TlsFacts(version, cipher, is_verified=True), self._speak()

    def compare(self, shown: bytes) -> None:
        while shown:
            turn = self._next(Direction.SENT, f"the client says {shown[:200]!r}")
            expected = turn.octets[len(self._said) : len(self._said) + len(shown)]
            if not shown.startswith(expected):
                self._differ(turn.octets, self._said + shown)
            self._said += expected
            shown = shown[len(expected) :]
            if self._said == turn.octets:
                self._pass()

    def compare_wait(self) -> None:
        if self._left:
            self._next(Direction.RECEIVED, f"the client waits for more, after {self._said[-200:]!r}")

    def check_end(self) -> None:
        """See that the record came to its end, and that nothing was found on the way.

        Raises:
            AssertionError: it did not, or an error that was raised on the way was caught by the client.
        """
        if self._difference is not None:
            raise AssertionError(self._difference)
        if self._left:
            self._fail(f"the client ended, and the record goes on with {_line_at(self._left[0], len(self._said))!r}")

    def _next(self, direction: Direction, what: str) -> TranscriptLine:
        if not self._left:
            self._fail(f"{what}, after the end of the record")
        turn = self._left[0]
        if turn.direction is not direction:
            self._fail(f"{what}, and the record goes on with {_line_at(turn, len(self._said))!r}")
        return turn

    def _speak(self) -> bytes:
        if not self._left or self._left[0].direction is not Direction.RECEIVED:
            return b""
        octets = self._left[0].octets
        self._pass()
        return octets

    def _pass(self) -> None:
        self._line += len(list(lines_of(self._left.pop(0))))
        self._said = b""

    def _differ(self, expected: bytes, got: bytes) -> NoReturn:
        offset = next(n for n, pair in enumerate(zip(expected, got, strict=False)) if pair[0] != pair[1])
        self._line += expected.count(b"\r\n", 0, offset)
        lines = [_line_at(TranscriptLine(Direction.SENT, octets), offset) for octets in (expected, got)]
        self._fail(f"the client says something else\nexpected: {lines[0]}\n     got: {lines[1]}")

    def _fail(self, what: str) -> NoReturn:
        if self._difference is None:
            self._difference = f"transcript line {self._line} (comments are not counted): {what}"
        raise AssertionError(self._difference)


def _line_at(turn: TranscriptLine, offset: int) -> str:
    """Give the line of the text in which an octet of the turn stands."""
    start = turn.octets.rfind(b"\r\n", 0, offset) + 2 if b"\r\n" in turn.octets[:offset] else 0
    return next(lines_of(TranscriptLine(turn.direction, turn.octets[start:])))
