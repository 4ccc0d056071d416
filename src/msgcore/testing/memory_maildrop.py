"""A maildrop in memory, and a service that retrieves from it: for tests, and for whoever writes such a service.

It has the faults that servers have: no unique ids, or one for several messages; sizes that are not true; other clients
that delete; refusals; and connections that break at any call, before it was carried out or after.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import attrs

from msgcore.base.status import StatusResponse
from msgcore.base.times import Deadline
from msgcore.errors import (
    CapabilityMissing,
    CommandRefused,
    ConnectionLost,
    MaildropInUse,
    MsgcoreError,
    QuotaReached,
    UsageError,
)
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.spi.registry import register_service
from msgcore.spi.retrieval import RetrievalPolicy, Retrieved, Waiting
from msgcore.spi.settings import setting

__all__ = [
    "Mail",
    "MemoryMaildrop",
    "MemoryMaildropConfig",
    "MemoryMaildropService",
    "MemoryRetriever",
    "MemorySession",
    "register_memory_maildrops",
]

_SCHEME = "maildrop://"
_STAGES = ("open", "list", "headers", "retrieve", "delete", "commit", "close")


@attrs.frozen(eq=False)
class Mail:
    """A message that waits; two that are equal are two."""

    unique_id: bytes
    octets: bytes
    size_octets: int
    is_readable: bool = True


@attrs.define
class _Fault:
    """An error at a call, of ``stage`` or any, after ``calls`` of these; its work ``is_done`` or not."""

    stage: str | None
    error: MsgcoreError
    is_done: bool
    calls: int


class MemoryMaildrop:
    """What waits at a server. May be shared by threads.

    ``batch`` is how many messages are given at once. ``is_exclusive``: one session at a time, as POP3 has it.
    ``on_work`` is called when messages are given or deleted, with the stage, how many and their octets; what time that
    takes, it lets pass.
    """

    def __init__(
        self,
        *,
        has_unique_ids: bool = True,
        has_headers: bool = True,
        is_exclusive: bool = True,
        batch: int = 100,
    ) -> None:
        self.has_unique_ids = has_unique_ids
        self.has_headers = has_headers
        self.is_exclusive = is_exclusive
        self.batch = batch
        self.sessions = 0
        self.on_work: Callable[[str, int, int], None] = _at_once
        self._guard = threading.Lock()
        self._mails: dict[Mail, None] = {}
        self._faults: list[_Fault] = []
        self._last_id = 0
        self._holder: object | None = None

    # What waits

    def put(self, octets: bytes, *, unique_id: bytes | None = None, size_octets: int | None = None) -> bytes:
        """Put a message behind those that are there, and give its unique id; a size is what the server says of it."""
        with self._guard:
            if unique_id is None:
                self._last_id += 1
                unique_id = b"id-%d" % self._last_id if self.has_unique_ids else b""
            self._mails[Mail(unique_id, octets, len(octets) if size_octets is None else size_octets)] = None
        return unique_id

    def waiting(self) -> tuple[bytes, ...]:
        """Give the messages that are there, the first one first."""
        return tuple(one.octets for one in self._mails)

    def unique_ids(self) -> tuple[bytes, ...]:
        return tuple(one.unique_id for one in self._mails)

    def take_away(self, place: int) -> None:
        """Delete the message at a place, from 0 on, as another client does: a session that is open lists it still."""
        with self._guard:
            del self._mails[list(self._mails)[place]]

    def resize(self, place: int, size_octets: int) -> None:
        """Let the server say another size of a message; -1 is none."""
        self._replace(place, lambda mail: attrs.evolve(mail, size_octets=size_octets))

    def spoil(self, place: int) -> None:
        """Let the server refuse to give a message, or its header; it may be deleted."""
        self._replace(place, lambda mail: attrs.evolve(mail, is_readable=False))

    def _replace(self, place: int, change: Callable[[Mail], Mail]) -> None:
        with self._guard:
            mails = list(self._mails)
            mails[place] = change(mails[place])
            self._mails = dict.fromkeys(mails)

    def message_of(self, octets: bytes) -> bytes:
        """Say what the server gives as a message that was put there."""
        return octets

    def header_of(self, octets: bytes) -> bytes:
        """Say what the server gives as the header of a message."""
        if octets.startswith(b"\r\n"):
            return b"\r\n"
        header, empty_line, _ = octets.partition(b"\r\n\r\n")
        return header + empty_line

    # What goes wrong

    def fail(self, stage: str | None, error: MsgcoreError, *, is_done: bool = False, calls: int = 0) -> None:
        """Let one call raise, after ``calls`` of its kind that do not.

        ``stage`` is open, list, headers, retrieve, delete, commit, close, or ``None`` for whichever call it is.
        ``is_done``: what was asked for is done all the same.
        """
        if stage is not None and stage not in _STAGES:
            raise UsageError(f"{stage!r}: need one of {', '.join(_STAGES)}")
        self._faults.append(_Fault(stage, error, is_done, calls))

    def mend(self) -> None:
        """Forget what was to go wrong."""
        self._faults.clear()

    @contextmanager
    def lock(self) -> Generator[None]:
        """Let another have the maildrop open."""
        holder = object()
        self.take(holder)
        try:
            yield
        finally:
            self.release(holder)

    # For sessions

    def open_session(self) -> MemorySession:
        """Open a session with what is there now.

        Raises:
            MaildropInUse: somebody has it open.
        """
        session = MemorySession(self, tuple(self._mails))
        try:
            with self.at("open"):
                self.take(session)
        except MsgcoreError:
            self.release(session)
            raise
        self.sessions += 1
        return session

    def take(self, holder: object) -> None:
        with self._guard:
            if self._holder is not None and self.is_exclusive:
                raise MaildropInUse("the maildrop is in use")
            self._holder = holder

    def release(self, holder: object) -> None:
        with self._guard:
            if self._holder is holder:
                self._holder = None

    @contextmanager
    def at(self, stage: str) -> Generator[None]:
        """Do what is within the context, unless the call meets a fault before it."""
        fault = self._due(stage)
        if fault is not None and not fault.is_done:
            raise fault.error
        yield
        if fault is not None:
            raise fault.error

    def _due(self, stage: str) -> _Fault | None:
        """Count a call, and give the fault that it meets."""
        with self._guard:
            for fault in [one for one in self._faults if one.stage in {None, stage}]:
                if fault.calls == 0:
                    self._faults.remove(fault)
                    return fault
                fault.calls -= 1
        return None

    def holds(self, mail: Mail) -> bool:
        return mail in self._mails

    def drop(self, mails: Sequence[Mail]) -> None:
        with self._guard:
            for mail in mails:
                self._mails.pop(mail, None)


class MemorySession:
    """One session with it."""

    def __init__(self, maildrop: MemoryMaildrop, mails: Sequence[Mail]) -> None:
        self._maildrop = maildrop
        self._mails = mails
        self._deleted: dict[int, Mail] = {}
        self._is_over = False

    @contextmanager
    def _at(self, stage: str, deadline: Deadline = NEVER) -> Generator[None]:
        deadline.check(stage)
        if self._is_over:
            raise ConnectionLost("the session is over")
        try:
            with self._maildrop.at(stage):
                yield
        except (CapabilityMissing, QuotaReached):  # the server has answered, and goes on
            raise
        except MsgcoreError:
            self._end()
            raise

    def _end(self) -> None:
        self._is_over = True
        self._maildrop.release(self)

    async def list(self, deadline: Deadline) -> Sequence[Waiting]:
        with self._at("list", deadline):
            return [Waiting(number, one.unique_id, one.size_octets) for number, one in enumerate(self._mails, start=1)]

    async def headers(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        with self._at("headers", deadline):
            if not self._maildrop.has_headers:
                raise CapabilityMissing("this maildrop gives no headers")
            found = self._given(waiting)
            return self._worked(
                "headers", [attrs.evolve(one, octets=self._maildrop.header_of(one.octets)) for one in found], deadline
            )

    async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        with self._at("retrieve", deadline):
            return self._worked("retrieve", self._given(waiting), deadline)

    def _worked(self, stage: str, found: Sequence[Retrieved], deadline: Deadline) -> Sequence[Retrieved]:
        self._maildrop.on_work(stage, len(found), sum(len(one.octets) for one in found))
        deadline.check(stage)
        return found

    def _given(self, waiting: Sequence[Waiting]) -> Sequence[Retrieved]:
        return [self._one(each.number) for each in waiting[: self._maildrop.batch]]

    def _one(self, number: int) -> Retrieved:
        mail = self._mails[number - 1]
        if number in self._deleted or not mail.is_readable or not self._maildrop.holds(mail):
            return _refused(number)
        return Retrieved(number, self._maildrop.message_of(mail.octets))

    async def delete(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        with self._at("delete", deadline):
            refused: list[Retrieved] = []
            for one in waiting:
                mail = self._mails[one.number - 1]
                if self._maildrop.holds(mail):
                    self._deleted[one.number] = mail
                else:
                    refused.append(_refused(one.number))
            self._maildrop.on_work("delete", len(waiting), 0)
            deadline.check("delete")
            return refused

    async def commit(self, deadline: Deadline) -> None:
        with self._at("commit", deadline):
            self._maildrop.drop(list(self._deleted.values()))
        self._end()

    async def close(self) -> None:
        if not self._is_over:
            with self._at("close"):
                self._end()


def _at_once(stage: str, messages: int, octets: int) -> None:
    """Let no time pass."""


def _refused(number: int) -> Retrieved:
    return Retrieved(number, error=CommandRefused(StatusResponse("-ERR", "no such message")))


@attrs.frozen
class MemoryRetriever:
    """A retrieving provider over a maildrop in memory."""

    maildrop: MemoryMaildrop
    retrieval: RetrievalPolicy = attrs.field(factory=RetrievalPolicy)
    account: str = "maildrop:ann"

    async def open_maildrop(self, deadline: Deadline) -> MemorySession:
        deadline.check("open")
        return self.maildrop.open_session()


@attrs.frozen(kw_only=True)
class MemoryMaildropConfig(RetrievalPolicy):
    """A maildrop in memory, found by its name."""

    url: str = attrs.field(metadata=setting("maildrop://NAME; a maildrop of a new name is empty"))

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if not self.name or self.name == self.url:
            raise UsageError(f"{self.url!r}: need {_SCHEME}NAME")

    @property
    def name(self) -> str:
        return self.url.removeprefix(_SCHEME)


class MemoryMaildropService:
    """The message service that :func:`register_memory_maildrops` registers."""

    config_type: type[MemoryMaildropConfig] = MemoryMaildropConfig
    maildrops: ClassVar[dict[str, MemoryMaildrop]] = {}

    def __init__(self, config: MemoryMaildropConfig, runtime: Runtime) -> None:
        maildrop = self.maildrops.setdefault(config.name, MemoryMaildrop())
        self._retriever = MemoryRetriever(maildrop, config, f"maildrop:{config.name}")

    def providers(self) -> Sequence[MemoryRetriever]:
        return (self._retriever,)

    def close(self) -> None:
        """Nothing is open beyond a session."""


def register_memory_maildrops(**maildrops: MemoryMaildrop) -> None:
    """Register the service ``maildrop``: ``maildrop://ann`` finds the one given as ``ann``, or a new one."""

    class Service(MemoryMaildropService):
        pass

    Service.maildrops = dict(maildrops)
    register_service("maildrop", Service)
