"""A listener: SMTP or LMTP sessions whose mail goes into the queue."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from types import TracebackType
from typing import Self

import attrs

from msgcore.errors import TimedOut, UsageError
from msgcore.mta.listener.desk import Desk, TakesMail
from msgcore.mta.listener.handler import MailHandler
from msgcore.mta.listener.recipients import RecipientCheck
from msgcore.mta.listener.settings import ListenerSettings
from msgcore.mta.listener.users import Users
from msgcore.mta.listener.visits import Visit, Visits
from msgcore.mta.node_events import LoginRefused, SessionTurned, Watch, watch_nothing
from msgcore.mta.trust.verifier import Verifier
from msgcore.runtime.abc import NEVER, Endpoint, Event, LoopRuntime, Stream
from msgcore.runtime.abc import Listener as RuntimeListener
from msgcore.runtime.tls_contexts import shown_context
from msgcore.wire.smtp.server import serve_session

__all__ = ["Listener"]


_TURNED_AWAY = 50


class Listener:
    """Takes mail on some endpoints, all under one kind of settings; several listeners may share a queue.

    Those of several processes may share their ports, too, if all of them say ``is_shared``.

    ::

        settings = ListenerSettings("mx.a.test", may_relay=from_networks("127.0.0.0/8", "::1"))
        async with Listener(runtime, [Endpoint("", 25)], settings, queue, DirectoryCheck(directory, routes)):
            ...

    ``users`` are whom the settings speak of as mailboxes that log in, and whose addresses those are that they send
    under. ``verifier`` looks at the mail of strangers.

    Raises:
        UsageError: the settings ask for users, and there are none.
    """

    def __init__(
        self,
        runtime: LoopRuntime,
        endpoints: Iterable[Endpoint],
        settings: ListenerSettings,
        queue: TakesMail,
        recipients: RecipientCheck,
        *,
        users: Users | None = None,
        grace_seconds: float = 30.0,
        is_shared: bool = False,
        watch: Watch = watch_nothing,
        verifier: Verifier | None = None,
    ) -> None:
        self._runtime = runtime
        self._endpoints = tuple(endpoints)
        self._settings = settings = _known_to(users, settings)
        self._desk = Desk(runtime, settings, queue, recipients, users, watch, verifier)
        self._visits = Visits(
            runtime,
            settings.limits,
            settings.max_connections,
            rests=self._look_around,
            refused_login=self._refused_login,
        )
        self._watch = watch
        self._grace_seconds = grace_seconds
        self._is_shared = is_shared
        self._listening: list[RuntimeListener] = []
        self._here: set[Visit] = set()
        self._closing: Event = runtime.event()
        self._quiet: Event = runtime.event()

    @property
    def ports(self) -> tuple[int, ...]:
        """The port of each endpoint; one that was given as 0 is what the system chose."""
        return tuple(listening.port for listening in self._listening)

    @property
    def is_for_servers(self) -> bool:
        """Whether others' servers bring mail here, and not people or programs of this place."""
        return not (self._settings.is_submission or self._settings.is_lmtp)

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses of this machine to which somebody has connected."""
        return frozenset(address for one in self._listening for address in one.addresses)

    async def start(self) -> None:
        """Listen on every endpoint; returns once clients can connect.

        Raises:
            SetupError: a port is taken or not allowed, or no address is this machine's; then none is listened on.
            MsgcoreError: a content check that the configuration names cannot be opened; likewise.
            TlsFailed: the certificate cannot be used; likewise.
            UsageError: it listens already.
        """
        if self._listening:
            raise UsageError("the listener has been started")
        tls = self._settings.tls
        if tls is not None:
            await self._runtime.in_thread(lambda: shown_context(tls))
        self._closing.clear()
        checks = self._desk.content_checks
        try:
            if checks is not None:
                await checks.open()
            for endpoint in self._endpoints:
                # Some more get as far as to hear that there is no place.
                most = self._settings.max_connections + _TURNED_AWAY
                listening = await self._runtime.listen(endpoint, self._serve, most, is_shared=self._is_shared)
                self._listening.append(listening)
        except BaseException:
            await self._close()
            raise

    async def stop_accepting(self) -> None:
        """Leave who connects from now on to others that listen at the same sockets, and go on with who is here."""
        for one in self._listening:
            await one.stop_accepting()

    async def close(self) -> None:
        """Stop: who connects now is turned away, who sends a message may end it within ``grace_seconds``.

        Then every connection is closed; clients that were idle hear nothing, and try again (RFC 5321 section 3.8).
        """
        self._closing.set()
        self._quiet.clear()
        try:
            if self._is_at_work:
                with contextlib.suppress(TimedOut):
                    await self._quiet.wait(self._runtime.deadline(self._grace_seconds))
        finally:
            await self._close()

    async def _close(self) -> None:
        listening, self._listening = self._listening, []
        try:
            for one in listening:
                await one.close()
        finally:
            if self._desk.content_checks is not None:
                await self._desk.content_checks.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # Sessions

    @property
    def _is_at_work(self) -> bool:
        return any(visit.is_at_work for visit in self._here)

    async def _serve(self, stream: Stream) -> None:
        visit = self._visits.enter(stream.endpoint.host, stream.abort)
        if visit.refusal is not None and self._settings.from_first_octet:
            stream.abort()  # a handshake is what it would like to cost us
            return
        self._here.add(visit)
        self._watch(SessionTurned(self._settings.service, is_open=True))
        try:
            secured = await self._secured(stream) if self._settings.from_first_octet else stream
            handler = MailHandler(self._desk, visit)
            await serve_session(secured, handler, self._settings, closing=self._closing, guard=visit)
        finally:
            self._visits.end(visit)
            self._here.discard(visit)
            self._look_around()
            self._watch(SessionTurned(self._settings.service, is_open=False))

    def _refused_login(self, address: str, user: str) -> None:
        self._watch(LoginRefused(self._settings.service, address, user))

    def _look_around(self) -> None:
        """Tell who waits for it that no transaction runs any more."""
        if self._closing.is_set and not self._is_at_work:
            self._quiet.set()

    async def _secured(self, stream: Stream) -> Stream:
        assert self._settings.tls is not None
        stream.deadline = self._runtime.deadline(self._settings.command_seconds)
        secured = await stream.start_tls_server(self._settings.tls)
        secured.deadline = NEVER
        return secured


def _known_to(users: Users | None, settings: ListenerSettings) -> ListenerSettings:
    """Have users log in where the settings say so and no other ones do."""
    asks = settings.mailboxes_log_in and settings.authenticator is None
    if users is None and (asks or settings.is_submission):
        raise UsageError("a listener where users log in or submit needs the users of an organisation")
    return attrs.evolve(settings, authenticator=users.authenticator) if asks and users is not None else settings
