"""Selecting a mailbox and leaving it (RFC 9051 section 6.3.2, RFC 3691, RFC 7162)."""

from __future__ import annotations

from collections.abc import Iterable

from msgcore.wire.imap.command import Argument, Atom, Command
from msgcore.wire.imap.responses import Response, Status
from msgcore.wire.imap.selected import Known, Selected
from msgcore.wire.imap.session_base import SessionBase

__all__ = ["SelectCommands"]

_NO_MAILBOX = b"msgcore: no mailbox has this name"


class SelectCommands(SessionBase):
    """Commands by which one mailbox, or none, becomes ``selected``."""

    async def select(self, raw_name: bytes, *, is_read_only: bool = False, known: Known | None = None) -> Selected:
        """Select a mailbox, and give what the server says of it; with ``known``, what has changed since, too.

        Raises:
            CommandRefused, ServiceBusy: the server does not open it; none is selected then.
        """
        async with self.turn():
            command = Command(
                b"EXAMINE" if is_read_only else b"SELECT", raw_name, *self._parameters(known if known else None)
            )
            self.selected = None
            (answer,) = await self.conversation.run(command)
            if answer.status.word == "BAD" and len(command.arguments) > 1:  # it offers what it does not understand
                self.know(self.capabilities.masked({"CONDSTORE", "QRESYNC"}))
                (answer,) = await self.conversation.run(Command(command.name, raw_name))
            self.fold()
            answer.check()
            selected = Selected(raw_name, is_read_only=is_read_only)
            selected.take_opening([*_of_this_mailbox(answer.data), answer.status])
            selected.is_read_only = selected.is_read_only or is_read_only
            self.selected = selected
            return selected

    def _parameters(self, known: Known | None) -> tuple[Argument, ...]:
        if known is not None and known.modseq > 0 and known.uid_validity > 0 and "QRESYNC" in self.enabled:
            # Lines have an end; without the ids the server tells of more than is known (RFC 7162 section 3.2.5.1).
            is_short = known.uids is not None and len(bytes(known.uids)) <= self.behaviour.max_command_octets // 2
            uids = (known.uids,) if known.uids and is_short else ()
            return ((Atom(b"QRESYNC"), (known.uid_validity, known.modseq, *uids)),)
        if self.capabilities.has("CONDSTORE") and not self.enabled & {"CONDSTORE", "QRESYNC"}:
            return ((Atom(b"CONDSTORE"),),)
        return ()

    async def unselect(self) -> None:
        """Leave the mailbox, and delete nothing."""
        async with self.turn():
            selected = self.selected
            if selected is None:
                return
            if self.capabilities.has("UNSELECT"):
                (answer,) = await self.conversation.run(Command(b"UNSELECT"))
            elif selected.is_read_only:
                (answer,) = await self.conversation.run(Command(b"CLOSE"))
            else:
                # CLOSE would expunge. To open what is not there leaves what is open (RFC 3501 section 6.3.1).
                (answer,) = await self.conversation.run(Command(b"EXAMINE", _NO_MAILBOX))
                if answer.status.is_ok:
                    (answer,) = await self.conversation.run(Command(b"CLOSE"))
            self.selected = None  # some servers say that they cannot do it, and have done it


def _of_this_mailbox(data: Iterable[Response]) -> list[Response]:
    """Leave out what was said of the mailbox that was selected before (RFC 7162 section 3.2.11)."""
    found: list[Response] = []
    for response in data:
        if isinstance(response, Status) and response.code is not None and response.code.name == "CLOSED":
            found.clear()
        else:
            found.append(response)
    return found
