"""A maildrop as a POP3 server keeps it, for one session (RFC 1939).

The conversation keeps what it asked for ahead in flight between two calls, so a session is *idle* only when all has
been given that was asked for. One that is not, or that broke, ends by dropping the connection: the server then forgets
its marks, for only QUIT makes them hold (RFC 1939 section 6).
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Generator, Sequence
from pathlib import Path

from msgcore.base.times import Deadline
from msgcore.errors import (
    CapabilityMissing,
    CommandRefused,
    ConnectionLost,
    ProtocolBroken,
    ServiceBusy,
    TimedOut,
    TlsFailed,
)
from msgcore.runtime.abc import Runtime
from msgcore.spi.new_file import NewFile
from msgcore.spi.retrieval import Retrieved, Waiting
from msgcore.wire.pop3 import Drained, Listing, Pop3Session, Until

__all__ = ["Pop3Maildrop"]

_Ask = Callable[[Pop3Session, Sequence[int], Until], Awaitable[Sequence[Drained]]]

_UNTIL = Until()
# More than are given at once and in flight behind them: of a hundred thousand that wait these few are handed on.
_AT_ONCE = 2 * _UNTIL.messages
_GOODBYE_SECONDS = 2.0


class Pop3Maildrop:
    """One session with a server; see :class:`~msgcore.spi.retrieval.Maildrop`."""

    def __init__(self, session: Pop3Session, runtime: Runtime, at_end: Callable[[], None]) -> None:
        """``at_end`` is called once, when the session is over."""
        self._session: Pop3Session | None = session
        self._runtime = runtime
        self._at_end = at_end
        self._name = str(session.stream.endpoint)
        self._is_asking = False

    async def list(self, deadline: Deadline) -> Sequence[Waiting]:
        with self._asking(deadline) as session:
            listing = await session.listing()
        if len(listing.numbers) <= _AT_ONCE:
            return _waiting(listing)
        return await self._runtime.in_thread(lambda: _waiting(listing), deadline)

    async def headers(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        return await self._several(Pop3Session.tops, waiting, deadline)

    async def retrieve(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        return await self._several(Pop3Session.retrieve, waiting, deadline)

    async def retrieve_to(self, waiting: Waiting, path: Path, deadline: Deadline) -> int:
        """Write a message into a new file; see :class:`~msgcore.spi.retrieval.SupportsStreaming`."""
        made: list[NewFile] = []
        try:
            # Noted there, so that it is not left behind when the call is cancelled just then.
            await self._runtime.in_thread(lambda: made.append(NewFile(path)), deadline)
            (file,) = made
            with self._asking(deadline) as session:
                octets = await session.retrieve_to(waiting.number, file.write)
            await self._runtime.in_thread(file.keep, deadline)
        except BaseException:
            for file in made:
                file.discard()
            raise
        return octets

    async def delete(self, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        with self._asking(deadline) as session:
            refused = await session.delete([one.number for one in waiting])
        return [
            Retrieved(number, error=CommandRefused(reply, f"{self._name}: DELE {number}")) for number, reply in refused
        ]

    async def commit(self, deadline: Deadline) -> None:
        with self._asking(deadline) as session:
            try:
                await session.quit()
            finally:
                self._end()

    async def close(self) -> None:
        """Say goodbye where that goes without waiting for mail; nothing that was marked is deleted."""
        session = self._session
        if session is None:
            return
        # A server that is gone, or does not say goodbye: the marks are gone with the connection all the same.
        gone = (ConnectionLost, TimedOut, TlsFailed, ProtocolBroken, CommandRefused, ServiceBusy)
        try:
            if session.is_idle and not self._is_asking:
                session.stream.deadline = self._runtime.deadline(_GOODBYE_SECONDS)
                with contextlib.suppress(*gone):
                    await session.leave()
        finally:
            self._end()

    async def _several(self, ask: _Ask, waiting: Sequence[Waiting], deadline: Deadline) -> Sequence[Retrieved]:
        if not waiting:
            return []
        numbers = [one.number for one in waiting[:_AT_ONCE]]
        with self._asking(deadline) as session:
            given = await ask(session, numbers, _UNTIL)
        return [*map(_retrieved, given)]

    @contextlib.contextmanager
    def _asking(self, deadline: Deadline) -> Generator[Pop3Session, None, None]:
        """Lend the session for one call; what the server only refuses leaves it as good as it was."""
        session = self._session
        if session is None:
            raise ConnectionLost(f"{self._name}: the session has ended")
        deadline.check(self._name)
        session.stream.deadline = deadline
        self._is_asking = True
        try:
            yield session
        except (ServiceBusy, CapabilityMissing, CommandRefused):
            raise
        except BaseException:
            self._end()
            raise
        finally:
            self._is_asking = False

    def _end(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.abort()
            self._at_end()


def _waiting(listing: Listing) -> list[Waiting]:
    unique_ids = [b""] * len(listing.numbers) if listing.unique_ids is None else listing.unique_ids
    return [*map(Waiting, listing.numbers, unique_ids, listing.sizes)]


def _retrieved(one: Drained) -> Retrieved:
    return Retrieved(one.number, one.octets or b"", one.problem)
