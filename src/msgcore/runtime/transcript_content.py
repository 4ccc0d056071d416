"""What a log shows of a mail protocol: commands and replies, and of the content of messages only how much it was.

Where content begins and ends is read off the conversation itself: behind 354 and in a BDAT (SMTP, LMTP), in the answers
to RETR and TOP (POP3), in literals, and in the strings of FETCH (IMAP, whose client says itself what of its own
literals is shown). A line is looked at when it is whole; until then only how long it is shows.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Protocol

__all__ = ["ContentFilter", "content_filter"]

_DOT = b".\r\n"
_BDAT = re.compile(rb"BDAT ([0-9]{1,18})\b", re.IGNORECASE)
_LITERAL = re.compile(rb"\{([0-9]{1,18})\+?\}\r\n\Z")
_FETCH = re.compile(rb"\* [0-9]+ FETCH ", re.IGNORECASE)
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_COMPRESS = re.compile(rb"(\S+) COMPRESS ", re.IGNORECASE)


class ContentFilter(Protocol):
    """Gives what is shown of what was sent and received; it is told all of one connection, in order."""

    def sent(self, octets: bytes) -> bytes: ...

    def received(self, octets: bytes) -> bytes: ...


def content_filter(service: str) -> ContentFilter | None:
    """Give the filter of an :class:`~msgcore.runtime.abc.Endpoint`'s service; of others than mail there is none."""
    match service.partition(" ")[0]:
        case "smtp" | "smtps" | "lmtp":
            return _Smtp()
        case "pop3" | "pop3s":
            return _Pop3()
        case "imap" | "imaps":
            return _Imap()
        case _:
            return None


class _Side:
    """What one side says: lines that are looked at, and content that is counted."""

    def __init__(self) -> None:
        self._held = b""
        self.octets_left = 0  # of content of a known size
        self.is_to_dot = False  # content that ends with a line of one dot

    def lines(self, octets: bytes) -> _Shown:
        """Cut what came; who goes through the lines may say that content follows."""
        return _Shown(self, octets)

    def next_line(self, octets: bytes, at: int) -> tuple[bytes, int]:
        """Give the line that begins at ``at``, and where it ends; without its end it is kept for later."""
        end = octets.find(b"\n", at) + 1
        if not end:
            self._held += octets[at:]
            return b"", len(octets)
        line, self._held = self._held + octets[at:end], b""
        return line, end

    def cut_held(self) -> int:
        """Keep of a long line of content only what tells that it is no dot; say how much was let go."""
        much = max(len(self._held) - len(_DOT), 0)
        self._held = self._held[much:]
        return much

    @property
    def held_octets(self) -> int:
        return len(self._held)


class _Shown:
    """Goes through the lines of what came, and gathers what is shown."""

    def __init__(self, side: _Side, octets: bytes) -> None:
        self._side, self._octets = side, octets
        self._at = self._hidden_octets = 0
        self._parts: list[bytes] = []

    def __iter__(self) -> _Shown:
        return self

    def __next__(self) -> bytes:
        side = self._side
        while self._at < len(self._octets):
            if side.octets_left:
                size = min(side.octets_left, len(self._octets) - self._at)
                side.octets_left -= size
                self._at += size
                self._hidden_octets += size
                continue
            line, self._at = side.next_line(self._octets, self._at)
            if not side.is_to_dot:
                if line:
                    return line
                continue
            if line == _DOT:
                side.is_to_dot = False
                self.show(line)
            else:
                self._hidden_octets += len(line) or side.cut_held()
        raise StopIteration

    def show(self, line: bytes) -> None:
        self._tell_hidden(b"")
        self._parts.append(line)

    def hide(self, line: bytes) -> None:
        self._hidden_octets += len(line)

    def _tell_hidden(self, of: bytes) -> None:
        if self._hidden_octets:
            self._parts.append(f"… {self._hidden_octets} octets".encode() + of + b"\r\n")
            self._hidden_octets = 0

    def done(self) -> bytes:
        self._tell_hidden(b"")
        if not self._side.is_to_dot:
            self._hidden_octets = self._side.held_octets
            self._tell_hidden(b" of a line")
        return b"".join(self._parts)


class _Smtp:
    def __init__(self) -> None:
        self._sent, self._received = _Side(), _Side()

    def sent(self, octets: bytes) -> bytes:
        shown = self._sent.lines(octets)
        for line in shown:
            shown.show(line)
            if found := _BDAT.match(line):
                self._sent.octets_left = int(found[1])
        return shown.done()

    def received(self, octets: bytes) -> bytes:
        shown = self._received.lines(octets)
        for line in shown:
            shown.show(line)
            if line.startswith(b"354") and line[3:4] != b"-":
                self._sent.is_to_dot = True
        return shown.done()


class _Pop3:
    """Each line of the client is answered by one that begins with a sign, and perhaps more behind it."""

    def __init__(self) -> None:
        self._sent, self._received = _Side(), _Side()
        self._asked: deque[bytes] = deque()
        self._is_list = False  # the lines behind the answer are shown

    def sent(self, octets: bytes) -> bytes:
        shown = self._sent.lines(octets)
        for line in shown:
            shown.show(line)
            self._asked.append(line.upper())
        return shown.done()

    def received(self, octets: bytes) -> bytes:
        shown = self._received.lines(octets)
        for line in shown:
            if self._is_list:
                shown.show(line)
                self._is_list = line != _DOT
            elif line.startswith((b"+", b"-")):
                shown.show(line)
                self._take_answer(line)
            else:
                shown.hide(line)
        return shown.done()

    def _take_answer(self, line: bytes) -> None:
        command = self._asked.popleft() if self._asked else b""
        if line.startswith(b"+OK"):
            self._received.is_to_dot = command.startswith((b"RETR ", b"TOP "))
            self._is_list = command in {b"LIST\r\n", b"UIDL\r\n", b"CAPA\r\n"}


class _Imap:
    def __init__(self) -> None:
        self._received = _Side()
        self._compress = b""
        self._is_compressed = False
        self._is_in_row = False

    def sent(self, octets: bytes) -> bytes:
        if found := _COMPRESS.match(octets):
            self._compress = found[1] + b" OK"
        return octets

    def received(self, octets: bytes) -> bytes:
        if self._is_compressed:
            return f"… {len(octets)} octets, compressed".encode()
        shown = self._received.lines(octets)
        for line in shown:
            if self._is_in_row or _FETCH.match(line):
                shown.show(_STRING.sub('"…"'.encode(), line))
            else:
                shown.show(line)
            literal = _LITERAL.search(line)
            self._received.octets_left = int(literal[1]) if literal else 0
            self._is_in_row = literal is not None and (self._is_in_row or _FETCH.match(line) is not None)
            if self._compress and line.startswith(self._compress):
                self._is_compressed = True
                break
        return shown.done()
