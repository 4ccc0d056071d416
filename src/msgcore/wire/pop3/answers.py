"""What a POP3 server has said, taken apart answer by answer (RFC 1939 section 3).

*Theory of operation.* Octets are fed in as they arrive, however they are cut, and answers are taken off the front. An
answer of several lines is a status line and a body, which a dot alone on a line ends. ``_at`` is where begins what
nobody has taken; inside of a body at least one line end stays in front of it, because the first octet may be a dot.
Up to ``_looked`` a body has been searched for its end, so that no octet is searched again and again. One search finds
the end, for what begins like it and is not it is a line with a stuffed dot. These are rare; only a body that has one is
copied a second time.

A line ends with CR LF. A server whose status line ends with LF alone ends the body in the same way; from any other, LF
is part of the message.
"""

from __future__ import annotations

import re

import attrs

from msgcore.base.status import StatusResponse
from msgcore.errors import ProtocolBroken
from msgcore.wire.pop3.status import STATUS_OCTETS, YES, read_status

__all__ = ["Answers"]


@attrs.frozen
class _LineEnd:
    """``dot`` finds the next dot at a line's start, and what ends the line when it is alone; ``last`` one that is."""

    octets: bytes
    dot: re.Pattern[bytes]
    last: re.Pattern[bytes]


_CRLF = _LineEnd(b"\r\n", re.compile(rb"\r\n\.(\r\n)?"), re.compile(rb"\r\n\.(\r\n)"))
_LF = _LineEnd(b"\n", re.compile(rb"\n\.(\r?\n)?"), re.compile(rb"\n\.(\r?\n)"))
_LONGEST_END = 5


class Answers:
    """See above. What has not all arrived is given as ``None``."""

    __slots__ = ("_at", "_buffer", "_has_dots", "_is_greeting", "_is_in_body", "_line_end", "_looked")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = self._looked = 0
        self._is_in_body = self._has_dots = False
        self._is_greeting = True
        self._line_end = _CRLF

    def feed(self, octets: bytes) -> None:
        used = self._at - len(_CRLF.octets) if self._is_in_body else self._at
        if used > 0:
            del self._buffer[:used]
            self._at -= used
            self._looked -= used
        self._buffer += octets

    def clear(self) -> None:
        """Forget what has arrived."""
        self._buffer.clear()
        self._at = 0
        self._is_in_body = False

    @property
    def unused_octets(self) -> int:
        return len(self._buffer) - self._at

    @property
    def begins_well(self) -> bool:
        """Whether what comes next, as far as it has arrived, is +OK, -ERR, or the rest of a body."""
        if self._is_in_body or self._buffer.startswith((b"+OK", b"-ERR"), self._at):
            return True
        head = bytes(self._buffer[self._at : self._at + 4]).upper()
        return head.startswith(b"+OK") or b"-ERR".startswith(head) or b"+OK".startswith(head)

    def status(self) -> StatusResponse | None:
        """Take a status line.

        Raises:
            ProtocolBroken: it is none, or too long.
        """
        line = self._line()
        if line is None:
            return None
        is_greeting, self._is_greeting = self._is_greeting, False
        return read_status(line, is_greeting=is_greeting)

    def lines(self, limit_octets: int) -> bytes | StatusResponse | None:
        """Take an answer of several lines: its body without stuffed dots, or what the server says instead of it.

        Raises:
            ProtocolBroken: it is none, or the body has more than ``limit_octets``.
        """
        if not self._is_in_body and (instead := self._begin()) is not None:
            return instead
        end = self._find_end(limit_octets) if self._is_in_body else None
        return None if end is None else self._last_piece(end)

    def piece(self, limit_octets: int) -> tuple[bytes, bool] | StatusResponse | None:
        """Take what has arrived of such an answer, and whether it has ended, or what the server says instead of it.

        Raises:
            ProtocolBroken: it is none, or this piece has more than ``limit_octets``.
        """
        if not self._is_in_body and (instead := self._begin()) is not None:
            return instead
        if not self._is_in_body:
            return None
        end = self._find_end(limit_octets)
        if end is not None:
            return self._last_piece(end), True
        safe = len(self._buffer) - _LONGEST_END  # what stays may be the beginning of the end
        if self._buffer.endswith(self._line_end.octets + b".", 0, safe):
            safe -= 1  # a doubled dot stays together
        if safe <= self._at:
            return None
        octets = self._unstuffed(safe)
        self._at = safe
        return octets, False

    def _line(self) -> bytes | None:
        buffer, at = self._buffer, self._at
        end = buffer.find(b"\n", at, at + STATUS_OCTETS) + 1
        if not end:
            if len(buffer) - at >= STATUS_OCTETS:
                raise ProtocolBroken.remote(f"a status line of more than {STATUS_OCTETS} octets")
            return None
        self._line_end = _CRLF if buffer.startswith(b"\r", max(end - 2, at)) else _LF
        self._at = end
        return bytes(buffer[at:end])

    def _begin(self) -> StatusResponse | None:
        """Take the status line; a good one is followed by a body."""
        line = self._line()
        if line is None:
            return None
        if not line.startswith(b"+OK"):
            status = read_status(line)
            if status.word != YES:
                return status
        self._is_in_body, self._has_dots = True, False
        self._looked = self._at - len(self._line_end.octets)  # the end of an empty body begins with this line's
        return None

    def _find_end(self, limit_octets: int) -> re.Match[bytes] | None:
        buffer, line_end = self._buffer, self._line_end
        found: re.Match[bytes] | None = None
        if not self._has_dots:
            found = line_end.dot.search(buffer, self._looked)
            if found is not None and found[1] is None:
                self._looked, self._has_dots = found.start(), True  # or so it looks as yet
        if self._has_dots:
            found = line_end.last.search(buffer, self._looked)
        if found is None:
            self._looked = max(self._looked, len(buffer) - _LONGEST_END + 1)
        octets = (len(buffer) if found is None else found.start()) - self._at
        if octets > limit_octets:
            raise ProtocolBroken.remote(f"an answer of more than {limit_octets} octets")
        return found

    def _last_piece(self, end: re.Match[bytes]) -> bytes:
        octets = self._unstuffed(end.start() + len(self._line_end.octets))
        self._at = end.end()
        self._is_in_body = False
        return octets

    def _unstuffed(self, end: int) -> bytes:
        """Give what has not been taken up to ``end``, without the first of two dots at the beginning of a line.

        Where a server forgot to double a dot (Dovecot 2.3 does at the beginning of a message), it stays.
        """
        if not self._has_dots:
            with memoryview(self._buffer) as view:
                return bytes(view[self._at : end])
        line_end = self._line_end.octets
        octets = bytes(self._buffer[self._at - len(line_end) : end])
        return octets.replace(line_end + b"..", line_end + b".")[len(line_end) :]
