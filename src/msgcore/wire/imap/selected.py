"""The mailbox that is selected, as far as the server has told (RFC 9051 section 7.3 and 7.4, RFC 7162)."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from msgcore.wire.imap.responses import (
    Code,
    Exists,
    Expunge,
    Fetch,
    FlagsData,
    Response,
    Status,
    Value,
    Vanished,
)
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["Known", "Selected"]

_MOST = 2**63 - 1


@attrs.frozen
class Known:
    """What a client knows of a mailbox from before, for QRESYNC (RFC 7162 section 3.2.5)."""

    uid_validity: int
    modseq: int
    uids: UidSet | None = None


@attrs.define(eq=False)
class Selected:
    """A mailbox that is selected; the numbers are 0 where the server has not said them.

    ``permanent_flags`` is ``None`` where the server does not say them: then all may be stored. ``highest_modseq`` is
    ``None`` where the mailbox has none. ``vanished`` and ``changed`` are what QRESYNC says of the time since ``Known``.
    """

    raw_name: bytes
    is_read_only: bool = False
    exists: int = 0
    uid_validity: int = 0
    uid_next: int = 0
    highest_modseq: int | None = None
    flags: tuple[str, ...] = ()
    permanent_flags: tuple[str, ...] | None = None
    mailbox_id: str | None = None
    vanished: UidSet = attrs.field(factory=UidSet)
    changed: list[Fetch] = attrs.field(factory=list[Fetch])

    def take(self, response: Response) -> None:
        """Take up what is said of the mailbox."""
        match response:
            case Exists():
                self.exists = response.count
            case Expunge():
                # Some servers name numbers that are not there.
                self.exists -= 0 < response.number <= self.exists
            case Vanished(is_earlier=False):
                self.exists = max(0, self.exists - len(response.uids))
            case FlagsData():
                self.flags = response.flags
            case Status(code=Code() as code):
                self._take_code(code)
            case _:
                pass

    def take_opening(self, data: Iterable[Response]) -> None:
        """Take up all that is said in answer to SELECT."""
        vanished: list[UidSet] = []
        for response in data:
            if isinstance(response, Vanished) and response.is_earlier:
                vanished.append(response.uids)
            elif isinstance(response, Fetch):
                self.changed.append(response)
            else:
                self.take(response)
        self.vanished = UidSet.union(*vanished)

    def _take_code(self, code: Code) -> None:
        match code.name:
            case "UIDVALIDITY":
                self.uid_validity = _number(code) or 0
            case "UIDNEXT":
                self.uid_next = _number(code) or 0
            case "HIGHESTMODSEQ":
                # RFC 7162 section 3.1.2.1: it only grows, but some servers say 0 for none.
                self.highest_modseq = _number(code) or None
            case "NOMODSEQ":
                self.highest_modseq = None
            case "PERMANENTFLAGS":
                self.permanent_flags = _words(code)
            case "MAILBOXID":
                self.mailbox_id = next(iter(_words(code)), None)
            case "READ-ONLY":
                self.is_read_only = True
            case "READ-WRITE":
                self.is_read_only = False
            case _:
                pass


def _number(code: Code) -> int | None:
    text = code.text.strip()
    return int(text) if text.isdigit() and len(text) < 20 and int(text) <= _MOST else None


def _words(code: Code) -> tuple[str, ...]:
    found: list[str] = []

    def gather(value: Value) -> None:
        if isinstance(value, bytes):
            found.append(value.decode("utf-8", "replace"))
        elif value is not None:
            for one in value:
                gather(one)

    gather(code.values)
    return tuple(found)
