"""Reading a command with its literals off a client's connection (RFC 9051 section 2.2.1, RFC 7888)."""

from __future__ import annotations

import re

import attrs

from msgcore.wire.imap.server.answer import Refusal, bad, no
from msgcore.wire.imap.server.settings import ServerSettings
from msgcore.wire.server_line import ServerLine

__all__ = ["Command", "CommandReader", "Unreadable"]

_COMMAND = re.compile(rb"([^(){ \x00-\x1f\x7f%*\"\\+]{1,100}) ((?:UID )?[A-Za-z]{1,30})(?: |(?=\r\n))", re.I)
_TAG = re.compile(rb"([^(){ \x00-\x1f\x7f%*\"\\+]{1,100}) ")
_ANNOUNCED = re.compile(rb"(~?)\{(\d{1,20})(\+?)\}\r\n\Z")
_LITERAL_MINUS_OCTETS = 4_096


@attrs.frozen
class Command:
    """``stage`` is the verb in upper case, with ``UID`` ahead; ``octets`` are its arguments, literals in place."""

    tag: bytes
    stage: str
    octets: bytes = attrs.field(repr=False)
    argument: str = ""


class Unreadable(Exception):
    """No command; the answer to ``tag`` says why. With ``is_end`` the rest of the connection cannot be read either."""

    def __init__(self, tag: bytes, refusal: Refusal, *, is_end: bool = False) -> None:
        super().__init__(str(refusal))
        self.tag = tag
        self.answer = refusal.answer
        self.is_end = is_end


class CommandReader:
    def __init__(self, line: ServerLine, settings: ServerSettings) -> None:
        self._line = line
        self._settings = settings

    async def next(self, *, is_logged_in: bool) -> Command:
        """Wait for a command.

        Raises:
            Unreadable: what came is none.
        """
        pieces: list[bytes] = []
        shown: list[bytes] = []
        tag, octets_left = b"*", self._settings.max_command_octets
        settings = self._settings
        literals_left = settings.max_append_octets if is_logged_in else settings.max_literal_octets
        while True:
            line = await self._next_line(tag)
            octets_left -= len(line)
            if not pieces:
                tag = _tag_of(line)
            if octets_left < 0 or len(pieces) > 2 * self._settings.max_literals:
                raise Unreadable(tag, bad("this command is too long", "TOOBIG"), is_end=True)
            announced = _ANNOUNCED.search(line)
            pieces.append(line)
            if announced is None:
                shown.append(line)
                return _command(tag, b"".join(pieces), b"".join(shown))
            shown.append(line[: announced.start()] + b"{%b}" % announced[2])
            limit = min(literals_left, self._limit_octets(pieces[0], is_logged_in=is_logged_in))
            pieces.append(await self._literal(tag, announced, limit))
            literals_left -= len(pieces[-1])

    async def _next_line(self, tag: bytes) -> bytes:
        line = await self._line.next_line()
        if line is None:
            raise Unreadable(tag, bad("line too long"), is_end=True)
        if not line.endswith(b"\r\n") or b"\r" in line[:-2] or b"\0" in line:
            raise Unreadable(_tag_of(line), bad("a line ends with CR LF and holds no other CR, LF or NUL"))
        return line

    def _limit_octets(self, first: bytes, *, is_logged_in: bool) -> int:
        is_append = is_logged_in and first.partition(b" ")[2][:7].upper() == b"APPEND "
        return self._settings.max_append_octets if is_append else self._settings.max_literal_octets

    async def _literal(self, tag: bytes, announced: re.Match[bytes], limit: int) -> bytes:
        size, is_unasked = int(announced[2]), bool(announced[3])
        refusal = self._why_not(size, limit, is_unasked=is_unasked, is_binary=bool(announced[1]))
        if refusal is not None:
            # What was sent without waiting lies behind, and must never be read as commands.
            raise Unreadable(tag, refusal, is_end=is_unasked)
        if not is_unasked:
            self._line.put_octets(b"+ go ahead\r\n")
        return await self._octets(size)

    def _why_not(self, size: int, limit: int, *, is_unasked: bool, is_binary: bool) -> Refusal | None:
        offers = self._settings.offers
        if size > limit:
            return no(f"at most {limit} octets", "TOOBIG")
        if is_binary and "BINARY" not in offers:
            return bad("BINARY is not offered")
        if is_unasked and "LITERAL+" not in offers and not ("LITERAL-" in offers and size <= _LITERAL_MINUS_OCTETS):
            return bad("wait for the go-ahead")
        return None

    async def _octets(self, size: int) -> bytes:
        taken: list[bytes] = []

        def take(buffer: bytearray) -> bool:
            if len(buffer) < size:
                return False
            taken.append(bytes(memoryview(buffer)[:size]))
            del buffer[:size]
            return True

        await self._line.take(take)
        return taken[0]


def _tag_of(line: bytes) -> bytes:
    found = _TAG.match(line)
    return b"*" if found is None else found[1]


def _command(tag: bytes, octets: bytes, shown: bytes) -> Command:
    found = _COMMAND.match(octets)
    if found is None:
        raise Unreadable(tag, bad("need a tag and a command"))
    stage = found[2].decode("ascii").upper()
    if stage == "UID":
        raise Unreadable(tag, bad("UID needs a command"))
    argument = shown[found.end() :].decode("latin-1").rstrip("\r\n")
    return Command(found[1], stage, octets[found.end() : -2], argument)
