"""The TRANSACTION state of a session: what a client asks of an open maildrop (RFC 1939 sections 5 and 7)."""

from __future__ import annotations

import re

from msgcore.wire.pop3.server.answer import Answer, Refusal, dotted, ok, top_of
from msgcore.wire.pop3.server.handler import ServedMaildrop, asked

__all__ = ["Transaction"]

_NUMBER = re.compile(r"\d{1,10}", re.ASCII)


class Transaction:
    """One open maildrop, and the messages that are marked as deleted in it. Its methods are named by their commands.

    They raise :class:`Refusal`, also for what the maildrop raises.
    """

    def __init__(self, maildrop: ServedMaildrop) -> None:
        self._maildrop = maildrop
        self._sizes = maildrop.sizes
        self._unique_ids = maildrop.unique_ids
        self._octets = sum(self._sizes)
        self._deleted: set[int] = set()
        self._is_closed = False

    async def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            await self._maildrop.close()

    async def stat(self, argument: str) -> Answer:
        return ok(f"{len(self._sizes) - len(self._deleted)} {self._octets}")

    async def list(self, argument: str) -> Answer:
        if argument:
            number = self._number(argument)
            return ok(f"{number} {self._sizes[number - 1]}")
        lines = "".join(
            [f"{number} {size}\r\n" for number, size in enumerate(self._sizes, 1) if number not in self._deleted]
        )
        return ok("here they are", dotted(lines.encode()))

    async def uidl(self, argument: str) -> Answer:
        if self._unique_ids is None:
            raise Refusal("no unique ids here")
        if argument:
            number = self._number(argument)
            # Latin-1 gives the octets of an odd unique id a place in the text; what is not printable shows as "?".
            return ok(f"{number} {self._unique_ids[number - 1].decode('latin-1')}")
        lines = [b"%d %b\r\n" % pair for pair in enumerate(self._unique_ids, 1) if pair[0] not in self._deleted]
        return ok("here they are", dotted(b"".join(lines)))

    async def retr(self, argument: str) -> Answer:
        octets = await asked(self._maildrop.octets(self._number(argument)))
        return ok(f"{len(octets)} octets", dotted(octets))

    async def top(self, argument: str) -> Answer:
        number, _, lines = argument.partition(" ")
        if not _NUMBER.fullmatch(lines.strip()):
            raise Refusal("need a message's number, and how many lines")
        octets = await asked(self._maildrop.octets(self._number(number)))
        return ok("here it is", dotted(top_of(octets, int(lines))))

    async def dele(self, argument: str) -> Answer:
        number = self._number(argument)
        self._deleted.add(number)
        self._octets -= self._sizes[number - 1]
        return ok("marked as deleted")

    async def rset(self, argument: str) -> Answer:
        self._deleted.clear()
        self._octets = sum(self._sizes)
        return ok("nothing is marked any more")

    async def update(self) -> None:
        """Delete what is marked, and let others open the maildrop, whether that went well or not."""
        try:
            await asked(self._maildrop.commit(sorted(self._deleted)))
        finally:
            await self.close()

    def _number(self, argument: str) -> int:
        if not _NUMBER.fullmatch(argument):
            raise Refusal("need a message's number")
        number = int(argument)
        if not 0 < number <= len(self._sizes) or number in self._deleted:
            raise Refusal("no such message")
        return number
