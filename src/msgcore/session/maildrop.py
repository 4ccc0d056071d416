"""Without a profile: a maildrop by URL, message by message, or all of its mail into a store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TypeVar, cast

import attrs

from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import (
    Closed,
    MsgcoreError,
    NotSupported,
    OperationCancelled,
    ProtocolBroken,
    TimedOut,
    TryAgain,
    UsageError,
)
from msgcore.model.message import Message
from msgcore.runtime.abc import Runtime
from msgcore.session.by_url import open_by_url, refuse_store, scheme_of
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS, Closing, Opening
from msgcore.session.progress import check_progress
from msgcore.session.services import may_retrieve, providers_of
from msgcore.session.store import MessageStore
from msgcore.session.whole_calls import each_call_whole
from msgcore.spi.capability import Capability
from msgcore.spi.config import url_values
from msgcore.spi.guarded_retrieval import GuardedMaildrop, GuardedRetriever
from msgcore.spi.plugin import Plugin
from msgcore.spi.registry import service, service_names
from msgcore.spi.retrieval import RetrievalPolicy, Retrieved, RetrievingProvider, Waiting
from msgcore.spi.secrets import SecretSource
from msgcore.spi.settings import settings_of
from msgcore.spooler.incoming import OnProgress, RetrievalReport, retrieve
from msgcore.spooler.retrieval.opening import open_patiently

__all__ = ["Maildrop", "open_maildrop", "receive", "receive_into_new"]

T = TypeVar("T")

_CLOSE_SECONDS = 10.0
_CLOSE = "close()"
_POLICY = tuple(field.name for field in attrs.fields(RetrievalPolicy))


@each_call_whole("_runtime")
class Maildrop(Closing):
    """A session with the server that keeps a maildrop. May be shared by threads or tasks, whose calls take turns.

    Leaving its context deletes at the server what :meth:`delete` marked; when an exception leaves it, nothing is
    deleted. A call without ``timeout_seconds`` may take as long as was said when the maildrop was opened; it counts
    from the call on, the wait for its turn included.

    Raises (from every method that waits):
        ConnectionLost, TimedOut, ProtocolBroken: the session is over, and nothing was deleted. It goes on when another
            call had the turn until the time was up, which the message says.
        Closed: :meth:`commit` or :meth:`close` has ended it.
    """

    def __init__(self, plugin: Plugin, maildrop: GuardedMaildrop, timeout_seconds: float | None) -> None:
        """Use :func:`open_maildrop`."""
        self._runtime = plugin.runtime
        self._plugin = plugin
        self._maildrop = maildrop
        self._timeout_seconds = timeout_seconds
        self._turn = plugin.runtime.lock()
        self._under_way = 0
        self._has_marked = False
        self._ended_by = ""

    async def _in_turn(self, act: Callable[[Deadline], Awaitable[T]], timeout_seconds: float | None) -> T:
        deadline = self._runtime.deadline(self._timeout_seconds if timeout_seconds is None else timeout_seconds)
        self._need_open()
        try:
            await self._turn.acquire(deadline)
        except TimedOut as error:
            raise TimedOut(f"{self._plugin.name}: another call is using the maildrop") from error
        self._under_way += 1
        try:
            self._need_open()
            return await act(deadline)
        finally:
            self._under_way -= 1
            self._turn.release()

    def _need_open(self) -> None:
        if self._ended_by:
            raise Closed(f"{self._plugin.name}: {self._ended_by} has ended the session; open the maildrop again")

    async def list(self, *, timeout_seconds: float | None = None) -> tuple[Waiting, ...]:
        """List what waits: number, unique id, and size as the server says it."""
        return tuple(await self._in_turn(self._maildrop.list, timeout_seconds))

    async def headers(self, waiting: Waiting, *, timeout_seconds: float | None = None) -> Message:
        """Retrieve a message's header; the message that is given has no body.

        Raises:
            CommandRefused: the server refused it.
            CapabilityMissing: the server gives no header without its message.
        """
        asked = [_one(waiting)]
        found = await self._in_turn(lambda deadline: self._maildrop.headers(asked, deadline), timeout_seconds)
        return mime.read(_octets(found[0]))

    async def retrieve(self, waiting: Waiting, *, timeout_seconds: float | None = None) -> Message:
        """Retrieve a message, which stays at the server.

        Raises:
            CommandRefused: the server refused it.
            LimitExceeded: it is larger than the service takes.
        """
        return mime.read(await self.retrieve_octets(waiting, timeout_seconds=timeout_seconds))

    async def retrieve_octets(self, waiting: Waiting, *, timeout_seconds: float | None = None) -> bytes:
        """Retrieve a message octet for octet; raises as :meth:`retrieve` does."""
        asked = [_one(waiting)]
        found = await self._in_turn(lambda deadline: self._maildrop.retrieve(asked, deadline), timeout_seconds)
        return _octets(found[0])

    async def retrieve_to(self, waiting: Waiting, path: Path | str, *, timeout_seconds: float | None = None) -> int:
        """Retrieve a message octet for octet into a new file, and give its size; where the service can, piece by piece.

        Raises:
            CommandRefused: the server refused it.
            UsageError: there is such a file, or it cannot be made. When anything else is raised it is gone again.
            StoreFull: the disk is full; the session is over.
        """
        asked, place = _one(waiting), Path(path)
        return await self._in_turn(lambda deadline: self._maildrop.retrieve_to(asked, place, deadline), timeout_seconds)

    async def delete(self, waiting: Waiting, *, timeout_seconds: float | None = None) -> None:
        """Mark a message as deleted: :meth:`commit` deletes it.

        Raises:
            CommandRefused: the server refused it.
        """
        asked = [_one(waiting)]
        for refused in await self._in_turn(lambda deadline: self._maildrop.delete(asked, deadline), timeout_seconds):
            _octets(refused)
        self._has_marked = True

    async def commit(self, *, timeout_seconds: float | None = None) -> None:
        """End the session, so that what was marked as deleted is deleted at the server.

        Raises:
            CommandRefused, ConnectionLost, TimedOut: whether it is deleted is not known.
        """

        async def commit(deadline: Deadline) -> None:
            self._has_marked = False
            self._ended_by = "commit()"
            await self._maildrop.commit(deadline)

        await self._in_turn(commit, timeout_seconds)

    def cancel(self) -> None:
        """End the wait of the call now running on this maildrop, from any thread."""
        self._runtime.cancel()

    async def close(self) -> None:
        """End the session, and any call that is under way; what was marked as deleted is not deleted, unless it was
        committed.
        """
        if self._ended_by == _CLOSE:
            return
        self._ended_by = _CLOSE
        if self._under_way:
            self.cancel()
        deadline = self._runtime.deadline(_CLOSE_SECONDS)
        try:
            with self._runtime.shielded():
                await self._turn.acquire(deadline)
                try:
                    await self._maildrop.close(deadline)
                finally:
                    self._turn.release()
        except (TryAgain, ProtocolBroken):
            pass  # the session is over one way or the other, and nothing was to be deleted
        finally:
            await self._plugin.close()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None and self._has_marked:
                await self.commit()
        finally:
            await self.close()


class _MaildropOpening(Opening[Maildrop]):
    """Leaving its context is leaving the maildrop's."""

    __slots__ = ()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opened is not None:
            await self._opened.__aexit__(kind, error, trace)


def open_maildrop(
    url: str,
    runtime: Runtime,
    *,
    user: str | None = None,
    password: str | SecretSource | None = None,
    timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
    **options: object,
) -> Opening[Maildrop]:
    """Open the maildrop that a URL names, and log in. ``timeout_seconds`` bounds each call; ``None`` is no limit.

    Raises:
        UsageError: the URL or an option is wrong; or it says what stays at the server, which is for :func:`receive`.
        NotSupported: this version retrieves no mail from there.
        SetupError: the host, certificate or credentials are wrong.
        MaildropInUse, LoginTooSoon, ServiceBusy: the server wants to be asked later.
        ConnectionLost, TimedOut: nobody answers.
    """

    async def start() -> Maildrop:
        _check_url(url)
        _refuse_policy(url, options)
        deadline = runtime.deadline(timeout_seconds)

        async def maildrop_of(plugin: Plugin) -> Maildrop:
            opened = await _retriever(plugin, url).open_maildrop(deadline)
            return Maildrop(plugin, opened, timeout_seconds)

        given = {"user": user, "password": password, **options}
        return await open_by_url(url, given, runtime, deadline, maildrop_of)

    return _MaildropOpening(start)


async def receive(
    url: str,
    *,
    into: MessageStore,
    user: str | None = None,
    password: str | SecretSource | None = None,
    on_progress: OnProgress | None = None,
    check: bool = True,
    timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
    **options: object,
) -> RetrievalReport:
    """Retrieve the mail of the account that a URL names into a store, by the policy that the options say.

    ``timeout_seconds`` is for the whole call; ``None`` is no limit. Only what the store holds is kept for the
    next call; a session remembers, besides, at which messages the server hung, and asks for them last.

    Raises:
        UsageError: the URL or an option is wrong, ``into`` is no store, or ``on_progress`` no plain function.
        NotSupported: this version retrieves no mail from there, or the store is read-only or keeps no journal.
        MsgcoreError: with ``check``, the error that the report has.
    """
    check_progress(on_progress)
    if not isinstance(cast(object, into), MessageStore):
        raise UsageError(f"into: need a MessageStore, got {type(into).__name__}")
    if not into.provider.can(Capability.CREATE):
        raise NotSupported(f"{into.display_name} is opened read-only: no mail can be delivered to it")
    _check_url(url)
    runtime = into.runtime
    deadline = runtime.deadline(timeout_seconds)

    async def received(plugin: Plugin) -> RetrievalReport:
        retriever = _receiving(plugin, url)
        try:
            return await retrieve(runtime, into.provider, retriever, deadline, on_progress=on_progress)
        finally:
            await plugin.close_and_log()

    report = await open_by_url(url, {"user": user, "password": password, **options}, runtime, deadline, received)
    if check and report.error is not None:
        raise report.error
    return report


async def receive_into_new(
    url: str,
    opening: Opening[MessageStore],
    runtime: Runtime,
    *,
    on_progress: OnProgress | None = None,
    timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
    **options: object,
) -> RetrievalReport:
    """Do as :func:`receive`, without ``check``, into a store that is opened once the account is logged in to.

    So no file is made for an account that cannot be had, and nobody logs in twice: servers may want time in between.
    """
    check_progress(on_progress)
    _check_url(url)
    deadline = runtime.deadline(timeout_seconds)

    async def received(plugin: Plugin) -> RetrievalReport:
        retriever = _receiving(plugin, url)
        try:
            try:
                maildrop = await open_patiently(runtime, retriever, deadline)
            except (OperationCancelled, UsageError):
                raise
            except MsgcoreError as error:
                return RetrievalReport(service=retriever.name, error=error)
            async with opening as into:
                return await retrieve(
                    runtime, into.provider, retriever, deadline, on_progress=on_progress, maildrop=maildrop
                )
        finally:
            await plugin.close_and_log()

    return await open_by_url(url, options, runtime, deadline, received)


def _receiving(plugin: Plugin, url: str) -> GuardedRetriever:
    """Give the retriever of a plug-in when its policy is one that needs no profile."""
    retriever = _retriever(plugin, url)
    if retriever.policy.deliver_to is not None:
        raise UsageError("deliver_to: is for services of a profile; here into= says which store takes the mail")
    if retriever.policy.poll_seconds is not None:
        raise UsageError("poll_seconds: is for services of a profile, whose session polls by itself")
    if retriever.policy.headers_only:
        raise UsageError(
            "headers_only: is for services of a profile, whose session.remote_headers() shows them; "
            "msgcore.open_maildrop() gives headers without one"
        )
    return retriever


def _retriever(plugin: Plugin, url: str) -> GuardedRetriever:
    providers = providers_of(plugin)
    found = plugin.attribute(lambda: [one for one in providers if isinstance(one, RetrievingProvider)])
    if not found:
        raise NotSupported(f"{scheme_of(url)}: mail is not retrieved from there")
    return GuardedRetriever(plugin, found[0])


def _check_url(url: str) -> None:
    """See that a URL may name a maildrop; what names no service is told with those that retrieve mail.

    Raises:
        UsageError, NotSupported: it does not.
    """
    scheme = scheme_of(url, "pop3s://mail.a.test")
    try:
        refuse_store(url, "maildrop", "open_maildrop")
    except NotSupported:
        raise
    except UsageError as error:
        names = ", ".join(filter(_is_opened_by_url, service_names()))
        raise UsageError(
            f"{scheme!r} is no service that mail is retrieved from; there are {names or 'none'}"
        ) from error


def _is_opened_by_url(name: str) -> bool:
    try:
        service_class = service(name)
        return may_retrieve(service_class) and "url" in settings_of(service_class.config_type)
    except MsgcoreError:
        return False


def _refuse_policy(url: str, options: Mapping[str, object]) -> None:
    """Refuse what says which messages come and stay, where each is asked for by itself."""
    config_type = service(scheme_of(url)).config_type
    given = {**url_values(config_type, url), **{key: value for key, value in options.items() if value is not None}}
    for name in _POLICY:
        if name in given:
            raise UsageError(
                f"{name}: is for receive(); of an open maildrop comes what you retrieve, and goes what you delete"
            )


def _one(waiting: Waiting) -> Waiting:
    if not isinstance(cast(object, waiting), Waiting):
        raise UsageError(f"need one of what list() gave, got {type(waiting).__name__}")
    return waiting


def _octets(retrieved: Retrieved) -> bytes:
    if retrieved.error is not None:
        raise retrieved.error
    return retrieved.octets
