"""The data of a message on its way in: where it ends, and whether it is sound.

RFC 5321 sections 2.3.8 and 4.1.1.4 for what follows DATA, RFC 3030 for what follows BDAT.
"""

from __future__ import annotations

import enum

from msgcore.base.line_ends import has_only_crlf

__all__ = ["DataFault", "IncomingChunk", "IncomingData", "fault_of"]

_END = b"\r\n.\r\n"
_DOT = ord(".")
_SMALL_OCTETS = 16 * 1024


class DataFault(enum.Enum):
    """Why what came is not taken as a message."""

    STRAY_LINE_END = "a bare CR or LF"
    NUL = "a NUL"
    TOO_BIG = "too many octets"


class IncomingData:
    """Gathers octets until CR LF dot CR LF ends them, and nothing else does.

    A CR or LF by itself is how one message passes for two: such data counts as over at once, and nothing behind it
    may be believed. Past ``max_octets`` what comes is still looked at, and dropped.
    """

    __slots__ = ("_checked", "_data", "_max_octets", "_whole", "fault")

    def __init__(self, max_octets: int) -> None:
        self._max_octets = max_octets
        # The line that said DATA has ended with these two, so that a dot may stand first.
        self._data = bytearray(b"\r\n")
        self._checked = 0
        self._whole: bytes | None = None
        self.fault: DataFault | None = None

    def take(self, buffer: bytearray) -> bool:
        """Take the data's octets off the front of ``buffer``; say whether the data is over."""
        if not buffer:
            return False
        data = self._data
        if len(data) == len(b"\r\n"):
            if self._takes_whole(buffer):
                return True
            if self._may_be_whole_soon(buffer):
                return False
        end = self._gather(buffer)
        is_over = end >= 0
        upto = len(data) - (0 if is_over or not data.endswith(b"\r") else 1)
        pairs = data.count(b"\r\n", self._checked, upto)
        if not pairs == data.count(b"\n", self._checked, upto) == data.count(b"\r", self._checked, upto):
            self.fault = DataFault.STRAY_LINE_END
            return True
        if self.fault is None and data.find(b"\0", self._checked, upto) >= 0:
            self.fault = DataFault.NUL
        # What is there of the end may not be known for it yet.
        if len(data) - len(b"\r\n") > self._max_octets + (0 if is_over else len(_END) - len(b"\r\n.")):
            self.fault = DataFault.TOO_BIG
        self._checked = upto
        if self.fault is not None and not is_over:
            self._drop()
        return is_over

    def _takes_whole(self, buffer: bytearray) -> bool:
        """Take sound data that lies there from its first octet to its end, without a dot that was doubled, at once."""
        end = buffer.find(b"\n.")
        if not 0 < end < self._max_octets or buffer[0] == _DOT or not buffer.startswith(_END, end - 1):
            return False
        whole = bytes(buffer[: end + 1])
        if not has_only_crlf(whole) or 0 in whole:
            return False
        del buffer[: end - 1 + len(_END)]
        self._whole = whole
        return True

    def _may_be_whole_soon(self, buffer: bytearray) -> bool:
        """Leave the first octets of what is sound so far, and has no dot at a line's start, where they lie."""
        size = len(buffer)
        if size > _SMALL_OCTETS or size > self._max_octets or buffer.startswith(b".") or buffer.find(b"\n.") >= 0:
            return False
        pairs = buffer.count(b"\r\n")
        returns = buffer.count(b"\r") - buffer.endswith(b"\r")
        return pairs == buffer.count(b"\n") == returns and 0 not in buffer

    def _gather(self, buffer: bytearray) -> int:
        """Move octets from the buffer; give the place of the end of the data, or -1."""
        data = self._data
        arrived = len(data)
        data += buffer
        end = data.find(_END, max(0, arrived - len(_END) + 1))
        if end < 0:
            buffer.clear()
        else:
            buffer[:] = data[end + len(_END) :]
            del data[end + len(b"\r\n") :]
        return end

    def _drop(self) -> None:
        """Forget all but what the end of the data may begin with."""
        dropped = max(0, min(self._checked, len(self._data) - len(_END)))
        del self._data[:dropped]
        self._checked -= dropped

    def message(self) -> bytes:
        """Give the message, without the dots that were doubled for the journey."""
        if self._whole is not None:
            return self._whole
        data = bytes(self._data)
        if b"\n." in data:
            data = data.replace(b"\n.", b"\n")
        return data[len(b"\r\n") :]


class IncomingChunk:
    """Takes so many octets, and keeps ``octets``: all of them up to ``max_octets`` and one more, which is too many."""

    __slots__ = ("_left", "_room", "octets")

    def __init__(self, count: int, max_octets: int) -> None:
        self._left = count
        self._room = max_octets + 1
        self.octets = bytearray()

    def take(self, buffer: bytearray) -> bool:
        """Take the chunk's octets off the front of ``buffer``; say whether the chunk is whole."""
        here = min(self._left, len(buffer))
        kept = min(here, self._room)
        self.octets += buffer if kept == len(buffer) else buffer[:kept]
        del buffer[:here]
        self._left -= here
        self._room -= kept
        return not self._left


def fault_of(octets: bytes | bytearray, max_octets: int, *, is_binary: bool) -> DataFault | None:
    """Say what is wrong with octets that came in chunks; binary ones may hold anything."""
    if len(octets) > max_octets:
        return DataFault.TOO_BIG
    if is_binary:
        return None
    if not octets.count(b"\r\n") == octets.count(b"\n") == octets.count(b"\r"):
        return DataFault.STRAY_LINE_END
    return DataFault.NUL if b"\0" in octets else None
