"""One part of a message, however large, passed on as it arrives (RFC 9051 section 6.4.5)."""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs

from msgcore.errors import NotFound, ObjectDeleted, UsageError
from msgcore.wire.imap.command import Atom, Command
from msgcore.wire.imap.responses import Fetch, LiteralPiece, Response
from msgcore.wire.imap.session_base import SessionBase

__all__ = ["StreamCommands"]

_SECTION = re.compile(r"(?:\d{1,9}(?:\.\d{1,9})*(?:\.(?:HEADER|TEXT|MIME))?|HEADER|TEXT)?")
_MOST_OCTETS = 2**31 - 1  # some servers count with 32 bits, one of them for the sign


class StreamCommands(SessionBase):
    """Streaming, as a command of a session."""

    _gives_ranges = False

    async def fetch_to(
        self,
        uid: int,
        section: str,
        write: Callable[[bytes], object],
        *,
        start: int = 0,
        octets: int | None = None,
    ) -> int:
        """Give a section of a message to ``write``, in pieces, and say how many octets these were.

        ``section`` is what stands in the brackets of BODY, empty for all of the message. ``start`` octets are left out,
        and no more than ``octets`` are given: what was cut is taken up where it ended. When this raises, what was
        written is the beginning of the section, unless it raises ``ProtocolBroken``.

        Raises:
            UsageError: no mailbox is selected, or there is no such section or range.
            ObjectDeleted: the message is gone.
            NotFound: it has no such section.
            CommandRefused, ServiceBusy: the server does not give it.
        """
        if self.selected is None:
            raise UsageError(f"{self.name}: no mailbox is selected")
        if not _SECTION.fullmatch(section.upper()) or start < 0 or (octets is not None and octets < 0):
            raise UsageError(f"there is no section {section!r} with octets from {start} on")
        async with self.turn():
            if not start and octets is None:
                return await self._pass_on(uid, section, "", _Passing(write))
            if start and not await self._has_ranges(uid, section, start):
                return await self._pass_on(uid, section, "", _Passing(write, start, octets))
            return await self._pass_on_range(uid, section, start, octets, write)

    async def _pass_on_range(
        self, uid: int, section: str, start: int, octets: int | None, write: Callable[[bytes], object]
    ) -> int:
        given = 0
        while octets is None or given < octets:
            count = min(_MOST_OCTETS, _MOST_OCTETS if octets is None else octets - given)
            some = await self._pass_on(uid, section, f"<{start + given}.{count}>", _Passing(write, 0, count))
            given += some
            if some < count:
                break
        return given

    async def _has_ranges(self, uid: int, section: str, start: int) -> bool:
        """Find out whether the server gives the range that it is asked for: some give all (Exchange)."""
        if not self._gives_ranges:
            passing = _Passing(lambda _: None)
            self._gives_ranges = await self._pass_on(uid, section, f"<{start}.1>", passing) <= 1
        return self._gives_ranges

    async def _pass_on(self, uid: int, section: str, octets_of: str, passing: _Passing) -> int:
        conversation = self.conversation
        item = Atom(f"BODY.PEEK[{section}]{octets_of}".encode())
        passing.uid, passing.stop = uid, self.abort
        pending = await conversation.send(Command(b"UID FETCH", uid, (Atom(b"UID"), item)), take=passing.take)
        conversation.reader.begin_streaming()
        try:
            await conversation.finish(pending)
        finally:
            conversation.reader.end_streaming()
            conversation.unasked += pending[0].data  # what is said of other messages
        pending[0].answer().check()
        if passing.fetch is None:
            if passing.has_begun:
                raise conversation.broken(f"message {uid} was asked for, and another given")
            raise ObjectDeleted(f"{self.name}: message {uid} is gone")
        if not passing.has_begun and passing.octets is None:
            if not section:
                raise ObjectDeleted(f"{self.name}: message {uid} is gone")
            raise NotFound(f"{self.name}: message {uid} has no section {section!r}")
        return passing.given


@attrs.define
class _Passing:
    """What comes of one section: all but the first ``skip`` octets, and then ``most`` at most, is written."""

    _write: Callable[[bytes], object]
    _skip: int = 0
    _most: int | None = None
    uid: int = 0
    stop: Callable[[], None] = attrs.field(default=lambda: None)
    given: int = 0
    has_begun: bool = False
    octets: bytes | None = None
    fetch: Fetch | None = None

    def take(self, response: Response) -> bool:
        if isinstance(response, LiteralPiece):
            self.has_begun = True
            self._pass_on(response.octets)
            return True
        if not isinstance(response, Fetch) or response.uid != self.uid or not response.sections:
            return False
        if self.fetch is None and not self.has_begun:
            self.octets = next(iter(response.sections.values()))
            self._pass_on(self.octets or b"")
        self.fetch = response
        return True

    def _pass_on(self, octets: bytes) -> None:
        if self._skip:
            skipped = min(self._skip, len(octets))
            self._skip -= skipped
            octets = octets[skipped:]
        if self._most is not None:
            octets = octets[: self._most - self.given]
        if not octets:
            return
        self.given += len(octets)
        try:
            self._write(octets)
        except BaseException:
            self.stop()  # in the middle of an answer
            raise
