"""Octets in, responses out (RFC 9051 section 7), whatever way the octets are cut."""

from __future__ import annotations

import re

from msgcore.wire.imap.framing import Frame, Framer, Piece
from msgcore.wire.imap.limits import ReaderLimits
from msgcore.wire.imap.parse.fetch_row import LEAST_DEPTH, ROW, row, with_marks
from msgcore.wire.imap.parse.response import response
from msgcore.wire.imap.responses import LiteralPiece, Response

__all__ = ["ResponseReader"]

_LONGEST_ROW = 65_536  # what is matched by one expression costs memory by the octet


class ResponseReader:
    """Reads what a server says. What makes no sense becomes ``UnknownData``, or a defect of its ``Fetch``."""

    def __init__(self, limits: ReaderLimits | None = None) -> None:
        self._limits = limits or ReaderLimits()
        self._framer = Framer(self._limits)
        self._has_rows = self._limits.max_depth >= LEAST_DEPTH
        self._last: re.Match[bytes] | Frame | None = None

    def feed(self, octets: bytes) -> None:
        """Take what has arrived; it is not copied before it is needed."""
        self._framer.feed(octets)

    def next(self) -> Response | None:
        """Give the next response, or ``None``: more octets are needed.

        Raises:
            ProtocolBroken: a limit is passed, or a literal has no length.
        """
        framer = self._framer
        if self._has_rows and framer.may_see_line:
            found = ROW.match(framer.data, framer.place, framer.place + _LONGEST_ROW)
            if found is not None and found.end() - found.start() <= self._limits.max_line_octets:
                made = row(found)
                if made is not None:
                    framer.place = found.end()
                    self._last = found
                    return made
        frame = framer.next()
        if frame is None:
            return None
        if isinstance(frame, Piece):
            return LiteralPiece(frame.octets, frame.is_last)
        self._last = frame
        if self._has_rows and frame.literals and sum(map(len, frame.lines)) < _LONGEST_ROW:
            found = ROW.fullmatch(with_marks(frame.lines))
            made = None if found is None else row(found, frame.literals)
            if made is not None:
                return made
        return response(frame, self._limits.max_depth)

    @property
    def last_octets(self) -> int:
        """How many octets the response was that came last; the lengths of literals are not counted."""
        last = self._last
        if isinstance(last, Frame):
            return sum(map(len, last.lines)) + sum(map(len, last.literals))
        return 0 if last is None else last.end() - last.start()

    @property
    def pending_octets(self) -> int:
        """How many octets were fed that no response was made of; the lengths of literals are not counted."""
        return self._framer.unused_octets

    def begin_streaming(self) -> None:
        """Give the next section that FETCH has as a literal in pieces, as they arrive, ahead of its ``Fetch``.

        The last piece ends this; its ``Fetch`` has no octets for that section. A section in quotes, or NIL, is in its
        ``Fetch`` as always, and :meth:`end_streaming` is needed.
        """
        self._framer.is_streaming = True

    def end_streaming(self) -> None:
        """Give literals whole again."""
        self._framer.is_streaming = False
