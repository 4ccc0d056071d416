"""Putting messages into a mailbox (RFC 9051 section 6.3.12, RFC 3502, RFC 7889).

*Theory of operation.* A message is sent as a literal whose size is said first, and so has to be right. The server has
taken it when it says OK. Between the last octet of the command and that answer nobody knows whether it has: a
connection that is lost then raises ``CommitUnknown``. Before that the server cannot have taken it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

import attrs

from msgcore.errors import (
    CapabilityMissing,
    CommitUnknown,
    ConnectionLost,
    LimitExceeded,
    MsgcoreError,
    ProtocolBroken,
    ServiceBusy,
    TimedOut,
    TlsFailed,
)
from msgcore.wire.imap.command import Argument, Atom, Chunks, Command, Literal, flag
from msgcore.wire.imap.criteria import all_of, header, uids
from msgcore.wire.imap.flight import Answer
from msgcore.wire.imap.responses import Code, Status
from msgcore.wire.imap.session_base import SessionBase
from msgcore.wire.imap.uid_codes import AppendUid, read_append_uid
from msgcore.wire.imap.uid_set import MAX_UID, UidSet

__all__ = ["AppendCommands", "Letter"]

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^<>\s]{1,900}>)\s*$", re.IGNORECASE | re.MULTILINE)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LETTERS = 100
_OCTETS = 32 * 1024 * 1024
_ENDS = (ConnectionLost, TimedOut, TlsFailed, ProtocolBroken, ServiceBusy)  # busy: Exchange, and hangs up


@attrs.frozen(eq=False)
class Letter:
    """A message to append, with CR LF at the ends of its lines; ``internal_date`` is when it arrived, if not now.

    ``has_nul``: there are NULs in it, which only a server with BINARY takes; of octets this is seen by itself.
    """

    octets: bytes | Chunks = attrs.field(repr=False)
    flags: Sequence[str] = ()
    internal_date: datetime | None = None
    has_nul: bool = False

    @property
    def size_octets(self) -> int:
        return self.octets.size_octets if isinstance(self.octets, Chunks) else len(self.octets)

    @property
    def is_binary(self) -> bool:
        return self.has_nul or (isinstance(self.octets, bytes) and b"\0" in self.octets)


class AppendCommands(SessionBase):
    """Appending, as a command of a session."""

    async def append(self, raw_name: bytes, letters: Sequence[Letter]) -> AppendUid | None:
        """Append messages to a mailbox, and say which unique ids they have got, if that is known.

        With MULTIAPPEND up to 100 of them, of 32 MiB together, are appended all or none; else one after the other. When
        this raises, a note on the error says how many were appended before. Without UIDPLUS the id is known only of a
        single message with a Message-ID, in the mailbox that is selected.

        Raises:
            CommandRefused: the server does not take it; with the code TRYCREATE there is no such mailbox.
            LimitExceeded: it is larger than the server takes (APPENDLIMIT).
            CapabilityMissing: it holds NUL, and the server has no BINARY.
            ServiceBusy: the server may take it another time.
            CommitUnknown: the connection was lost before the server said whether it took it.
        """
        for letter in letters:
            self._check_letter(letter)
        if not letters:
            return None
        codes: list[Code | None] = []
        batches = list(self._batches(letters))
        async with self.turn():
            first_uid = self._next_uid(raw_name)
            for batch in batches:
                try:
                    answer = await self._append(raw_name, batch)
                except MsgcoreError as error:
                    if codes:
                        done = sum(map(len, batches[: len(codes)]))
                        error.add_note(f"{done} of {len(letters)} messages had been appended")
                    raise
                codes.append(_code(answer))
            appended = read_append_uid(codes, [len(batch) for batch in batches])
            if appended is None and len(letters) == 1 and first_uid:
                return await self._looked_up(letters[0], first_uid)
            return appended

    def _check_letter(self, letter: Letter) -> None:
        limit = self.capabilities.append_limit
        if limit is not None and letter.size_octets > limit:
            raise LimitExceeded(f"{self.name}: the server takes {limit} octets; a message has {letter.size_octets}")
        if letter.is_binary and not self.capabilities.has("BINARY"):
            raise CapabilityMissing(f"{self.name}: the server has no BINARY, which a message with NUL needs")

    def _batches(self, letters: Sequence[Letter]) -> Iterator[Sequence[Letter]]:
        """Give what goes into one command."""
        most = _LETTERS if self.capabilities.has("MULTIAPPEND") else 1
        start = octets = 0
        for place, letter in enumerate(letters):
            if place > start and (place - start >= most or octets + letter.size_octets > _OCTETS):
                yield letters[start:place]
                start, octets = place, 0
            octets += letter.size_octets
        yield letters[start:]

    async def _append(self, raw_name: bytes, letters: Sequence[Letter]) -> Answer:
        ending = _Ending()
        arguments: list[Argument] = [raw_name]
        for letter in letters:
            if letter.flags:
                arguments.append(tuple(flag(one) for one in letter.flags))
            if letter.internal_date is not None:
                arguments.append(Atom(_date_time(letter.internal_date)))
            octets = ending.watched(letter.octets) if letter is letters[-1] else letter.octets
            arguments.append(Literal(octets, letter.is_binary))
        conversation = self.conversation
        try:
            pending = await conversation.send(Command(b"APPEND", *arguments))
            ending.is_said = True
            await conversation.finish(pending)
        except _ENDS as error:
            if not ending.may_have_come(error) or (isinstance(error, ProtocolBroken) and error.is_local):
                raise
            raise CommitUnknown(
                f"{self.name}: APPEND: it is not known whether the message was taken: {error}"
            ) from error
        return pending[0].answer().check()

    def _next_uid(self, raw_name: bytes) -> int:
        """Give the lowest unique id that a message appended now can have, where it can be looked for; else 0."""
        selected = self.selected
        if selected is None or selected.raw_name != raw_name or self.capabilities.has("UIDPLUS"):
            return 0
        return selected.uid_next

    async def _looked_up(self, letter: Letter, first_uid: int) -> AppendUid | None:
        """Look for the message that was appended by its Message-ID, among those that are new."""
        selected = self.selected
        head = letter.octets.partition(b"\r\n\r\n")[0] if isinstance(letter.octets, bytes) else b""
        found = _MESSAGE_ID.search(head)
        if selected is None or found is None:
            return None
        new = all_of(uids(UidSet(((first_uid, MAX_UID),))), header("Message-ID", found[1]))
        try:
            (answer,) = await self.conversation.run(Command(b"UID SEARCH", *new.arguments))
        except _ENDS:
            return None  # the message has been taken, whatever becomes of the session
        looked_up = answer.found
        if not answer.status.is_ok or len(looked_up) != 1 or not selected.uid_validity:
            return None
        return AppendUid(selected.uid_validity, looked_up) if looked_up.ranges[0][0] >= first_uid else None


@attrs.define
class _Ending:
    """Knows whether the end of the last literal may have come to the server."""

    is_said: bool = False
    _is_handed_out: bool = False

    def watched(self, octets: bytes | Chunks) -> Chunks:
        parts = octets.parts if isinstance(octets, Chunks) else (octets,)
        size = octets.size_octets if isinstance(octets, Chunks) else len(octets)

        def all_parts() -> Iterator[bytes]:
            yield from parts
            self._is_handed_out = True

        return Chunks(all_parts(), size)

    def may_have_come(self, error: MsgcoreError) -> bool:
        """Say whether it may, after an error in saying the command or in waiting for the answer."""
        sent_octets = getattr(error, "sent_octets", None)
        # A write that is known to have ended early has left out the end of the line, at least.
        return self.is_said or (self._is_handed_out and sent_octets is None)


def _code(answer: Answer) -> Code | None:
    """Give the code that names the unique ids, which some servers say before their answer."""
    for one in (answer.status, *answer.data):
        if isinstance(one, Status) and one.code is not None and one.code.name == "APPENDUID":
            return one.code
    return None


def _date_time(moment: datetime) -> bytes:
    zoned = moment.astimezone() if moment.tzinfo is None else moment
    zone = f"{zoned:%z}"[:5]  # some old zones have seconds
    return f'"{zoned.day:2}-{_MONTHS[zoned.month - 1]}-{zoned.year:04} {zoned:%H:%M:%S} {zone}"'.encode()
