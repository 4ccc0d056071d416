"""A session: one logon to a profile.

The session owns its services and opens them in the profile's order; one that fails at logon leaves the others working
and shows its state in the status table. Submitting writes to the default store's outbox and returns; the spooler takes
it to the transports when :meth:`Session.flush_queues` is called, or by itself after :meth:`Session.start_spooler`.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from functools import partial

from msgcore.base.times import Deadline
from msgcore.errors import (
    NotSupported,
    TimedOut,
)
from msgcore.profile.admin import ProfileAdmin
from msgcore.profile.profile import Profile
from msgcore.props.match import PropertySource
from msgcore.props.table import PidTagClientSubmitTime
from msgcore.runtime.abc import Runtime
from msgcore.session.given_profile import given_profile
from msgcore.session.hooks import passed_hook
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS, Closing, Opening
from msgcore.session.retriever import Retriever
from msgcore.session.services import OpenService, open_service
from msgcore.session.sessions.spooling import SessionSpooling
from msgcore.session.table import Table
from msgcore.session.tables.session_rows import (
    QUEUE_COLUMNS,
    STATUS_COLUMNS,
    STORE_COLUMNS,
    QueueRows,
    StatusRows,
    store_rows,
)
from msgcore.session.tables.source import MemoryRows
from msgcore.session.whole_calls import each_call_whole
from msgcore.spi.guarded_transport import GuardedTransport
from msgcore.spi.secrets import SecretSource
from msgcore.spi.store import SpecialFolder

_log = logging.getLogger("msgcore.session")

_LOGOFF_SECONDS = 15.0

__all__ = ["Session", "logon"]


def logon(
    profile: str | Profile | None,
    runtime: Runtime,
    *,
    admin: ProfileAdmin | None = None,
    hooks: Sequence[object] = (),
    secrets: Mapping[str, SecretSource] | None = None,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
) -> Opening[Session]:
    """Log on to a profile; ``None`` is the default one. ``secrets`` is what stands for ``callable:NAME`` in it.

    All mail passes ``hooks`` (:mod:`msgcore.spi.hooks`), behind those of the profile.

    Raises:
        ProfileError: the profile is missing or wrong; with file, line and key.
        SetupError, NotSupported: every service failed at logon; the first one's error.
    """

    async def start() -> Session:
        deadline = runtime.deadline(timeout_seconds)
        given = await given_profile(profile, runtime, deadline, admin=admin, secrets=secrets)
        session = Session(runtime, given, hooks)
        await session.open(deadline)
        return session

    return Opening(start)


@each_call_whole("_runtime")
class Session(SessionSpooling, Closing):
    """A logon to a profile. May be shared by threads and tasks; :meth:`close` logs off."""

    def __init__(self, runtime: Runtime, profile: Profile, hooks: Sequence[object] = ()) -> None:
        """Use :func:`logon`.

        Raises:
            UsageError: one of ``hooks`` is none.
        """
        super().__init__(runtime, profile)
        self._process_id = os.getpid()
        self._passed_hooks = [passed_hook(one, runtime) for one in hooks]

    def __repr__(self) -> str:
        return f"<Session {self.profile_name!r}>"

    async def open(self, deadline: Deadline) -> None:
        """Open every service, side by side; raise the first error when none could be opened."""
        entries = self._profile.services
        found: dict[int, OpenService] = {}

        async def open_one(number: int) -> None:
            tell = partial(self._board.changed, number)
            found[number] = await open_service(entries[number], self._runtime, deadline, self._submit, tell)

        try:
            async with self._runtime.group() as group:
                for number in range(1, len(entries)):
                    group.start(open_one(number))
                if entries:
                    await open_one(0)
        except BaseException:
            self._services = list(found.values())
            await self.close()
            raise
        self._services = [found[number] for number in range(len(entries))]
        _name_apart(self._transports())
        _name_apart(self._retrievers())
        if self._services and all(opened.has_nothing for opened in self._services):
            faults = [opened.fault for opened in self._services if opened.fault is not None]
            await self.close()
            raise faults[0]

    async def close(self) -> None:
        """Log off: close every service. What was submitted stays in its outbox.

        The spooler ends its round, and callbacks get what was told by now, each for a few seconds; what else sends or
        retrieves is cancelled. Calls that come later raise ``Closed``, and iterators end.
        """
        self._is_closed = True
        interrupted: BaseException | None = None
        steps = [
            self._end_of_spooler,
            self._end_of_calls,
            self._end_of_callbacks,
            *(one.close for one in self._services),
        ]
        for step in steps:
            try:
                await step()
            except BaseException as error:  # a cancelled task leaves nothing open, either
                interrupted = interrupted or error
        if interrupted is not None:
            raise interrupted

    async def _end_of_spooler(self) -> None:
        with self._runtime.shielded():
            await self.stop_spooler(timeout_seconds=_LOGOFF_SECONDS)

    async def _end_of_calls(self) -> None:
        if self._process_id != os.getpid():  # what was under way at a fork goes on in the parent, and never ends here
            return
        if self._under_way:
            self.cancel()
        with self._runtime.shielded():
            try:
                await self._wait_until_idle(self._runtime.deadline(_LOGOFF_SECONDS))
            except TimedOut:
                _log.warning("%s: logs off though a flush has not ended", self._profile.name)

    async def _end_of_callbacks(self) -> None:
        try:
            with self._runtime.shielded():
                await self._callbacks.close(self._runtime.deadline(_LOGOFF_SECONDS))
        finally:
            self._board.close()

    async def _wait_until_idle(self, deadline: Deadline) -> None:
        await self._flushing.acquire(deadline)
        self._flushing.release()
        for retriever in self._retrievers():
            await retriever.wait_until_idle(deadline)

    logoff = close

    def cancel(self) -> None:
        """End the waits of every call now running on this session with ``OperationCancelled``; from any thread."""
        self._runtime.cancel()

    # Tables

    def status_table(self) -> Table:
        """Open a table of the session's services, and the spooler: what each is, its state, and what went wrong.

        Rows are as they are at each look; :meth:`Table.advise` tells when one changes.
        """
        return Table(self._runtime, StatusRows(self._status_rows, self._board), STATUS_COLUMNS)

    def stores_table(self) -> Table:
        """Open a table of the stores that are open: name, entry id, service, and which is the default one."""

        def look() -> Sequence[PropertySource]:
            try:
                default = self.default_store
            except NotSupported:
                default = None
            return store_rows(self._services, default)

        return Table(self._runtime, MemoryRows(look), STORE_COLUMNS)

    async def outgoing_queue_table(self, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS) -> Table:
        """Open a table of what waits in the outbox, oldest first, with the reason why, as it is at each look.

        Raises:
            NotSupported: no store has an outbox.
        """
        store = self.default_store
        rows = QueueRows(store.provider, store.special_folders[SpecialFolder.OUTBOX])
        return Table(self._runtime, rows, QUEUE_COLUMNS, sort_order=[PidTagClientSubmitTime.ascending()])


def _name_apart(providers: Sequence[GuardedTransport] | Sequence[Retriever]) -> None:
    """Give every one a name of its own: a service may have several."""
    taken: set[str] = set()
    for provider in providers:
        name, number = provider.name, 2
        while provider.name in taken:
            provider.name, number = f"{name} ({number})", number + 1
        taken.add(provider.name)
