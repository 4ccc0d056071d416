"""Commands that are on their way, and what has come of their answers."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from msgcore.errors import MsgcoreError
from msgcore.wire.imap.command import Command
from msgcore.wire.imap.refusal import refused
from msgcore.wire.imap.responses import (
    Acl,
    CapabilityData,
    Enabled,
    Exists,
    Fetch,
    FlagsData,
    IdData,
    ListEntry,
    Metadata,
    MyRights,
    Namespace,
    Quota,
    QuotaRoot,
    Recent,
    Response,
    SearchResult,
    Status,
    StatusData,
    ThreadData,
    Vanished,
)
from msgcore.wire.imap.uid_set import UidSet

__all__ = ["Answer", "Flight", "Pending", "Take", "TakeRows"]

Take = Callable[[Response], bool]
"""Told of untagged data; says whether it keeps it."""

TakeRows = Callable[[list[Fetch]], None]
"""Told of many rows of FETCH at once, and keeps them."""

_OPENED = (FlagsData, Exists, Recent, Fetch, Vanished)
_SEARCHED = (SearchResult,)

_KINDS: dict[bytes, tuple[type, ...]] = {
    b"CAPABILITY": (CapabilityData,),
    b"ENABLE": (Enabled,),
    b"EXAMINE": _OPENED,
    b"FETCH": (Fetch,),
    b"GETACL": (Acl,),
    b"GETMETADATA": (Metadata,),
    b"GETQUOTA": (Quota,),
    b"GETQUOTAROOT": (Quota, QuotaRoot),
    b"ID": (IdData,),
    b"LIST": (ListEntry, StatusData, Metadata, MyRights),
    b"LSUB": (ListEntry,),
    b"MYRIGHTS": (MyRights,),
    b"NAMESPACE": (Namespace,),
    b"SEARCH": _SEARCHED,
    b"SELECT": _OPENED,
    b"SETQUOTA": (Quota,),
    b"SORT": _SEARCHED,
    b"STATUS": (StatusData,),
    b"STORE": (Fetch,),
    b"THREAD": (ThreadData,),
    b"UID FETCH": (Fetch, Vanished),
    b"UID SEARCH": _SEARCHED,
    b"UID SORT": _SEARCHED,
    b"UID STORE": (Fetch,),
    b"UID THREAD": (ThreadData,),
}
"""What data a command asks for; everything else is news of the session."""

_COPIED = frozenset({"COPYUID"})
_CODES: dict[bytes, frozenset[str]] = {
    b"MOVE": _COPIED,
    b"UID MOVE": _COPIED,
    b"COPY": _COPIED,
    b"UID COPY": _COPIED,
    b"APPEND": frozenset({"APPENDUID"}),
}
"""What codes of an untagged OK are part of an answer (RFC 6851 section 4.3)."""


@attrs.frozen
class Answer:
    """How a command ended, and the data that it asked for; ``what`` names server and command."""

    what: str
    status: Status
    data: list[Response] = attrs.field(factory=list[Response])

    @property
    def found(self) -> UidSet:
        """The ids that a search has found, in whatever form it says them."""
        results = [one for one in self.data if isinstance(one, SearchResult)]
        return UidSet.union(*(one.found for one in results))

    @property
    def refusal(self) -> MsgcoreError | None:
        """The error that it is, or ``None`` where the command was granted."""
        return None if self.status.is_ok else refused(self.what, self.status)

    def check(self) -> Answer:
        """Give the answer back when the command was granted.

        Raises:
            CommandRefused: it was not; the connection is good.
            ServiceBusy: it may be another time.
        """
        if (error := self.refusal) is not None:
            raise error
        return self


@attrs.define(eq=False)
class Pending:
    """A command in flight: without ``status`` as long as it is not answered.

    ``is_unsaid``: some of it waits to be written.
    """

    command: Command
    tag: bytes
    what: str
    status: Status | None = None
    data: list[Response] = attrs.field(factory=list[Response])
    is_unsaid: bool = False
    _kinds: tuple[type, ...] = attrs.field(init=False)
    _codes: frozenset[str] | None = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._kinds = _KINDS.get(self.command.name, ())
        self._codes = _CODES.get(self.command.name)

    @property
    def is_answered(self) -> bool:
        return self.status is not None

    def wants(self, response: Response) -> bool:
        """Whether this is data that the command asks for."""
        if isinstance(response, self._kinds):
            # Some servers do not say which search it is an answer to.
            return not isinstance(response, SearchResult) or response.tag.upper() in {b"", self.tag}
        if not isinstance(response, Status):
            return False
        if self.command.name in {b"SELECT", b"EXAMINE"}:
            return response.code is None or response.code.name != "ALERT"
        return self._codes is not None and response.code is not None and response.code.name in self._codes

    def answer(self) -> Answer:
        assert self.status is not None
        return Answer(self.what, self.status, self.data)


@attrs.define(eq=False)
class Flight:
    """Commands that are said together: those that wait for an answer, by their tags, and whether all are said."""

    take: Take | None = None
    take_rows: TakeRows | None = None
    waiting: dict[bytes, Pending] = attrs.field(factory=dict[bytes, Pending])
    is_said: bool = False

    @property
    def is_over(self) -> bool:
        return self.is_said and not self.waiting
