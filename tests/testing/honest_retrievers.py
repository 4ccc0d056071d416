"""Retrievers without a fault, for a post office in memory: from them the faulty ones are derived."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from msgcore.base.status import StatusResponse
from msgcore.base.times import Deadline
from msgcore.errors import (
    AuthenticationRefused,
    CapabilityMissing,
    Closed,
    CommandRefused,
    ConnectionLost,
    MaildropInUse,
    TimedOut,
)
from msgcore.runtime import Runtime
from msgcore.spi.retrieval import RetrievalPolicy, Retrieved, Waiting
from tests.testing.post_offices import Broken, PostOffice, PostOfficeConfig, Visit

__all__ = ["BareMaildrop", "BareRetriever", "HonestMaildrop", "HonestRetriever", "PlainRetriever", "log"]

T = TypeVar("T")

log = logging.getLogger("tests.post_offices")

_GONE = CommandRefused(StatusResponse("-ERR", "there is no such message", ""))
_AT_ONCE = 10


class HonestMaildrop:
    """A session of ``async def`` methods."""

    def __init__(self, visit: Visit, runtime: Runtime) -> None:
        self.visit = visit
        self.runtime = runtime
        self.is_closed = self.is_committed = False

    async def ask(self, work: Callable[[], T], deadline: Deadline) -> T:
        if self.is_closed:
            raise Closed("the session has ended")
        deadline.check("office")
        try:
            return await self.runtime.wait(self.visit.office.ask(work), deadline)
        except Broken as error:
            raise ConnectionLost(str(error)) from error

    # What an office does in one go.

    def waiting(self) -> list[Waiting]:
        self.visit.check()
        listed = enumerate(self.visit.listed, start=1)
        return [Waiting(number, one.unique_id, len(one.octets)) for number, one in listed]

    def message(self, number: int) -> Retrieved:
        found = self.visit.item(number)
        return Retrieved(number, error=_GONE) if found is None else Retrieved(number, found.octets)

    def header(self, number: int) -> Retrieved:
        found = self.visit.item(number)
        if found is None:
            return Retrieved(number, error=_GONE)
        # In front of the first line stands the end of a line that is not there: a header may be empty.
        header, _, _ = (b"\r\n" + found.octets).partition(b"\r\n\r\n")
        return Retrieved(number, header[2:] + b"\r\n")

    def remove(self, number: int) -> Retrieved | None:
        if self.visit.item(number) is None:
            return Retrieved(number, error=_GONE)
        self.visit.deleted.add(number)
        return None

    # The contract.

    async def list(self, deadline: Deadline) -> Sequence[Waiting]:
        return await self.ask(self.waiting, deadline)

    async def headers(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        return await self.ask(lambda: [self.header(one.number) for one in waiting[:_AT_ONCE]], deadline)

    async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        return await self.ask(lambda: [self.message(one.number) for one in waiting[:_AT_ONCE]], deadline)

    async def delete(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        found = await self.ask(lambda: [self.remove(one.number) for one in waiting], deadline)
        return [one for one in found if one is not None]

    async def commit(self, deadline: Deadline) -> None:
        await self.ask(self.visit.commit, deadline)
        self.is_closed = self.is_committed = True

    async def close(self) -> None:
        self.is_closed = True


class HonestRetriever:
    """A service of ``async def`` methods."""

    config_type = PostOfficeConfig
    maildrop_class: ClassVar[type[HonestMaildrop]] = HonestMaildrop

    def __init__(self, config: PostOfficeConfig, runtime: Runtime) -> None:
        self.config = config
        self.runtime = runtime

    @property
    def account(self) -> str:
        return f"office:{self.config.name}"

    @property
    def retrieval(self) -> RetrievalPolicy:
        return RetrievalPolicy()

    @property
    def office(self) -> PostOffice:
        return PostOffice.open[self.config.name]

    def begin(self) -> Visit:
        """Begin a visit, as the office does in one go."""
        log.debug("asking %s", self.config.name)
        if self.office.is_down:
            raise Broken("the office is closed")
        return Visit(self.office)

    def check(self) -> None:
        if self.config.token.reveal() != self.office.token:
            raise AuthenticationRefused("the office knows no such token")
        if self.office.is_locked:
            raise MaildropInUse("another has the maildrop open")

    async def open_maildrop(self, deadline: Deadline) -> HonestMaildrop:
        deadline.check("office")
        try:
            visit = await self.runtime.wait(self.office.ask(self.begin), deadline)
        except Broken as error:
            raise ConnectionLost(str(error)) from error
        self.check()
        return self.maildrop_class(visit, self.runtime)


class BareMaildrop(HonestMaildrop):
    def waiting(self) -> list[Waiting]:
        return [Waiting(one.number) for one in super().waiting()]

    async def headers(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        raise CapabilityMissing("the office gives no headers")


class BareRetriever(HonestRetriever):
    """Of an office without unique ids, sizes and headers."""

    maildrop_class = BareMaildrop


class PlainRetriever:
    """A service of plain ``def`` methods."""

    config_type = PostOfficeConfig

    def __init__(self, config: PostOfficeConfig, runtime: Runtime) -> None:
        self._honest = HonestRetriever(config, runtime)
        self.account = self._honest.account
        self.retrieval = self._honest.retrieval

    def open_maildrop(self, deadline: Deadline) -> _PlainMaildrop:
        deadline.check("office")
        visit = _answer(self._honest.office, self._honest.begin, deadline)
        self._honest.check()
        return _PlainMaildrop(visit, self._honest.runtime)


class _PlainMaildrop:
    def __init__(self, visit: Visit, runtime: Runtime) -> None:
        self._honest = HonestMaildrop(visit, runtime)

    def _ask(self, work: Callable[[], T], deadline: Deadline) -> T:
        if self._honest.is_closed:
            raise Closed("the session has ended")
        deadline.check("office")
        return _answer(self._honest.visit.office, work, deadline)

    def list(self, deadline: Deadline) -> Sequence[Waiting]:
        return self._ask(self._honest.waiting, deadline)

    def headers(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        return self._ask(lambda: [self._honest.header(one.number) for one in waiting], deadline)

    def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        return self._ask(lambda: [self._honest.message(one.number) for one in waiting], deadline)

    def delete(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        found = self._ask(lambda: [self._honest.remove(one.number) for one in waiting], deadline)
        return [one for one in found if one is not None]

    def commit(self, deadline: Deadline) -> None:
        self._ask(self._honest.visit.commit, deadline)
        self._honest.is_closed = True

    def close(self) -> None:
        self._honest.is_closed = True


def _answer(office: PostOffice, work: Callable[[], T], deadline: Deadline) -> T:
    seconds = deadline.remaining_seconds()
    try:
        return office.ask(work).result(None if seconds == float("inf") else seconds)
    except Broken as error:
        raise ConnectionLost(str(error)) from error
    except TimeoutError as error:
        raise TimedOut("the office says nothing") from error
