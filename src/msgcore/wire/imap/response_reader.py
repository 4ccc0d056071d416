"""Octets in, responses out (RFC 9051 section 7), whatever way the octets are cut."""

from __future__ import annotations

from msgcore.wire.imap.framing import Frame, Framer, Piece
from msgcore.wire.imap.limits import ReaderLimits
from msgcore.wire.imap.parse.fetch_row import LEAST_DEPTH, cut_row, row, with_marks
from msgcore.wire.imap.parse.response import response
from msgcore.wire.imap.responses import Fetch, LiteralPiece, Response

__all__ = ["ResponseReader"]

_LONGEST_ROW = 65_536  # what is matched by one expression costs memory by the octet


class ResponseReader:
    """Reads what a server says. What makes no sense becomes ``UnknownData``, or a defect of its ``Fetch``."""

    def __init__(self, limits: ReaderLimits | None = None) -> None:
        self._limits = limits = limits or ReaderLimits()
        self._framer = Framer(limits)
        self._longest_row = 0
        if limits.max_depth >= LEAST_DEPTH:
            octets = (limits.max_line_octets, limits.max_literal_octets, limits.max_response_octets)
            self._longest_row = min(_LONGEST_ROW, *octets)
        self._last: Frame | None = None

    def feed(self, octets: bytes) -> None:
        """Take what has arrived; it is not copied before it is needed."""
        self._framer.feed(octets)

    def rows(self) -> list[Fetch]:
        """Give the rows of FETCH that have arrived and come next, as far as they are as usual.

        What they leave, :meth:`next` gives, which would have given these, too.

        Raises:
            ProtocolBroken: a limit is passed.
        """
        rows: list[Fetch] = []
        framer = self._framer
        if not framer.begins_response():
            return rows
        data, place, most = framer.data, framer.place, self._longest_row
        while (cut := cut_row(data, place, most)) is not None:
            line, literals, end = cut
            made = row(line, literals) if len(literals) <= self._limits.max_literals else None
            if made is None:
                break
            rows.append(made)
            place = end
        framer.place = place
        return rows

    def next(self) -> Response | None:
        """Give the next response, or ``None``: more octets are needed.

        Raises:
            ProtocolBroken: a limit is passed, or a literal has no length.
        """
        frame = self._framer.next()
        if frame is None:
            return None
        if isinstance(frame, Piece):
            return LiteralPiece(frame.octets, frame.is_last)
        self._last = frame
        if sum(map(len, frame.lines)) < self._longest_row:
            made = row(with_marks(frame.lines), frame.literals)
            if made is not None:
                return made
        return response(frame, self._limits.max_depth)

    @property
    def last_octets(self) -> int:
        """How many octets the response was that :meth:`next` gave last; the lengths of literals are not counted."""
        last = self._last
        return 0 if last is None else sum(map(len, last.lines)) + sum(map(len, last.literals))

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
