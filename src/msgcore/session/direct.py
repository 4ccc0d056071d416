"""Without a profile: a transport or a store by URL."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, cast

from msgcore.base.ids import new_time_ordered_id
from msgcore.base.times import Deadline
from msgcore.errors import InvalidAddress, MsgcoreError, NotSupported, UsageError
from msgcore.model.address import Address, parse_address
from msgcore.model.delivery import NO_REQUEST, DeliveryRequest
from msgcore.model.envelope import Envelope
from msgcore.model.message import Correspondent, Message, check_message
from msgcore.model.outcome import Deferred, Outcomes
from msgcore.model.recipient import Recipient, RecipientKind, RecipientsLike, parse_recipients
from msgcore.runtime.abc import NEVER, Runtime
from msgcore.session.by_url import open_by_url, refuse_store, scheme_of
from msgcore.session.opening import DEFAULT_TIMEOUT_SECONDS, Closing, Opening
from msgcore.session.ready import ready_to_send, refuse_nobody
from msgcore.session.services import may_retrieve, providers_of
from msgcore.session.store import MessageStore
from msgcore.session.whole_calls import each_call_whole
from msgcore.spi.capability import Capability
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.guarded_transport import GuardedTransport
from msgcore.spi.plugin import Plugin
from msgcore.spi.registry import service
from msgcore.spi.secrets import SecretSource
from msgcore.spi.store import StoreProvider
from msgcore.spi.transport import Submission, TransportProvider
from msgcore.spooler.envelope import is_report

__all__ = ["Transport", "open_store", "open_transport", "send"]

_BATCH = 100


@each_call_whole("_runtime")
class Transport(Closing):
    """A transport of its own. Connections are reused; may be shared by threads or tasks, which then take turns."""

    def __init__(self, plugin: Plugin, provider: TransportProvider, timeout_seconds: float) -> None:
        """Use :func:`open_transport`."""
        self._runtime = plugin.runtime
        self._plugin = plugin
        self._transport = GuardedTransport(plugin, provider)
        self._timeout_seconds = timeout_seconds

    async def send(
        self,
        message: Message,
        *,
        return_path: Correspondent | None = None,
        recipients: RecipientsLike | None = None,
        request: DeliveryRequest = NO_REQUEST,
        check: bool = True,
        timeout_seconds: float | None = None,
    ) -> Outcomes:
        """Send to every recipient, and say what became of each.

        A copy is sent, with Message-ID and Date set where they were not. Bcc recipients get it and are not named in it.
        ``recipients``: whom it goes to in place of those that it names. ``return_path``: who is told when it cannot be
        delivered, in place of its Sender; ``""`` is nobody, and so it is for a report (RFC 5321 section 4.5.5).
        ``request`` is what is asked of the servers on the way, such as notifications.

        Raises:
            NotAccepted: some recipient was not accepted; only with ``check``.
            UsageError: there is no recipient or no From, or the transport does not take a recipient's address type.
            InvalidAddress: the return path is no address.
            SetupError: the host, certificate or credentials are wrong.
            TryAgain: the server could not be reached, or not within ``timeout_seconds``.
        """
        deadline = self._deadline(timeout_seconds)
        others, reverse_path = _others(recipients), _reverse_path(return_path)
        _check_request(request)
        ready = self._ready(message, others, self._runtime.now())
        envelope = _envelope(ready, others, reverse_path, request)
        await self._load([ready], deadline)
        handed = await self._transport.submit(envelope, ready, deadline)
        outcomes = Outcomes(handed.outcomes)
        return outcomes.raise_unless_accepted() if check else outcomes

    async def send_all(
        self,
        messages: Iterable[Message],
        *,
        return_path: Correspondent | None = None,
        recipients: RecipientsLike | None = None,
        request: DeliveryRequest = NO_REQUEST,
        timeout_seconds: float | None = None,
    ) -> list[Outcomes]:
        """Send messages one behind the other, and say what became of each, in their order.

        Quicker than :meth:`send` for each of them: where the server allows, the end of one message and the start of the
        next go together. When the server goes away, the messages that are left are deferred, and the text says why.
        ``return_path``, ``recipients`` and ``request`` count for each.
        ``timeout_seconds`` bounds each message, as it does in :meth:`send`.

        Raises:
            UsageError: as :meth:`send` does, for any of them; nothing was sent.
            SetupError, TryAgain: as :meth:`send` does; nothing was sent.
        """
        others, reverse_path = _others(recipients), _reverse_path(return_path)
        _check_request(request)
        now = self._runtime.now()
        waiting = [self._ready(message, others, now) for message in messages]
        return await self._send_ready(waiting, others, reverse_path, request, timeout_seconds)

    async def _send_ready(
        self,
        waiting: Sequence[Message],
        others: tuple[Recipient, ...] | None,
        reverse_path: _ReversePath,
        request: DeliveryRequest,
        timeout_seconds: float | None,
    ) -> list[Outcomes]:
        told: list[Outcomes] = []
        batch: list[Submission] = []
        deadline = NEVER
        size = _BATCH if self._transport.can(Capability.BATCHES) else 1
        while len(told) < len(waiting):
            if not batch:  # not for all of them at once: that is as much again that Python searches for garbage
                some = waiting[len(told) : len(told) + size]
                batch = [(_envelope(ready, others, reverse_path, request), ready) for ready in some]
                deadline = self._deadline(timeout_seconds, len(batch))
            try:
                deadline.check("send_all")
                await self._load([ready for _, ready in batch], deadline)
                # Those who were quick leave their time to nobody: one silent server would take it all.
                found = await self._submit_all(batch, deadline.or_sooner(self._deadline(timeout_seconds, len(batch))))
            except MsgcoreError as error:
                if not told:
                    raise
                later = Deferred(text=str(error), stage="submit")
                found = [Outcomes(dict.fromkeys(_whom(one, others), later)) for one in waiting[len(told) :]]
            told += found
            batch = batch[len(found) :]
        return told

    async def _submit_all(self, batch: Sequence[Submission], deadline: Deadline) -> list[Outcomes]:
        if self._transport.can(Capability.BATCHES):
            return await self._transport.submit_all(batch, deadline)
        [(envelope, ready), *_] = batch
        handed = await self._transport.submit(envelope, ready, deadline)
        return [Outcomes(handed.outcomes)]

    def _deadline(self, timeout_seconds: float | None, messages: int = 1) -> Deadline:
        seconds = self._timeout_seconds if timeout_seconds is None else timeout_seconds
        one = self._runtime.deadline(seconds)
        return one if math.isinf(one.at) else one.later(seconds * (messages - 1))

    def _ready(self, message: Message, others: tuple[Recipient, ...] | None, now: datetime) -> Message:
        """Give the copy that is sent, when all is there that sending needs."""
        check_message(message)
        recipients = _whom(message, others)
        refuse_nobody(recipients)
        ready = ready_to_send(message, self._transport.identity, now)
        types = self._transport.address_types
        for recipient in recipients:
            address_type = recipient.address.address_type
            if not address_type:
                raise InvalidAddress(f"{recipient}: is a bare name; give the address, or submit through a session")
            if address_type not in types and "*" not in types:
                raise UsageError(f"{recipient}: this transport takes {', '.join(types)} only")
        return ready

    async def _load(self, messages: Sequence[Message], deadline: Deadline) -> None:
        with_files = [one for one in messages if one.has_changed_content or (one.source is None and one.attachments)]

        def load() -> None:
            for message in with_files:
                message.load_files()

        if with_files:
            await self._runtime.in_thread(load, deadline)

    def cancel(self) -> None:
        """End the waits of every call now running on this transport, from any thread."""
        self._runtime.cancel()

    async def close(self) -> None:
        """Close its connections."""
        await self._plugin.close()


def open_transport(
    url: str,
    runtime: Runtime,
    *,
    user: str | None = None,
    password: str | SecretSource | None = None,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    **options: object,
) -> Opening[Transport]:
    """Open the transport that a URL names. Connects at the first send.

    Raises:
        UsageError: the URL or an option is wrong.
        NotSupported: this version has no such transport.
    """

    async def start() -> Transport:
        _check_url(url)
        given = {"user": user, "password": password, **options}
        return await open_by_url(url, given, runtime, runtime.deadline(timeout_seconds), transport_of)

    async def transport_of(plugin: Plugin) -> Transport:
        for provider in providers_of(plugin):
            if isinstance(provider, TransportProvider):
                return Transport(plugin, provider, timeout_seconds)
        raise NotSupported(f"{scheme_of(url)}: is no transport")

    return Opening(start)


def _check_request(request: DeliveryRequest) -> None:
    if not isinstance(cast(object, request), DeliveryRequest):
        raise UsageError(f"request: need a DeliveryRequest, got {type(request).__name__}")


def _others(recipients: RecipientsLike | None) -> tuple[Recipient, ...] | None:
    return None if recipients is None else parse_recipients(recipients, RecipientKind.TO)


def _whom(message: Message, others: tuple[Recipient, ...] | None) -> tuple[Recipient, ...]:
    recipients = message.recipients if others is None else others
    return recipients if len(recipients) < 2 else tuple(dict.fromkeys(recipients))


def _envelope(
    ready: Message, others: tuple[Recipient, ...] | None, reverse_path: _ReversePath, request: DeliveryRequest
) -> Envelope:
    sender = (None if is_report(ready) else ready.sender) if reverse_path == "sender" else reverse_path
    return Envelope(sender, _whom(ready, others), new_time_ordered_id().hex(), request)


_ReversePath = Address | None | Literal["sender"]
"""Who is told when a message cannot be delivered: its sender, another address, or nobody."""


def _reverse_path(return_path: Correspondent | None) -> _ReversePath:
    if return_path is None:
        return "sender"
    if return_path == "":
        return None
    found = parse_address(return_path) if isinstance(return_path, str) else return_path
    if not isinstance(cast(object, found), Address):
        raise UsageError(f"return_path: need an address, got {type(found).__name__}")
    if not found.is_resolved:
        raise InvalidAddress(f"return_path {return_path!r}: need an address, not only a name")
    return found


def _check_url(url: str) -> None:
    """Refuse what is no transport for all that its URL shows, before it asks for a user, say.

    Raises:
        UsageError: it is no URL, or of no service.
        NotSupported: it names something else.
    """
    scheme = scheme_of(url, "smtps://mail.a.test")
    refuse_store(url, "transport", "submit")
    service_class = service(scheme)
    if may_retrieve(service_class) and not (hasattr(service_class, "submit") or hasattr(service_class, "providers")):
        raise NotSupported(f"{scheme}: is no transport")


async def send(
    message: Message,
    runtime: Runtime,
    *,
    via: str,
    user: str | None = None,
    password: str | SecretSource | None = None,
    return_path: Correspondent | None = None,
    recipients: RecipientsLike | None = None,
    request: DeliveryRequest = NO_REQUEST,
    check: bool = True,
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    **options: object,
) -> Outcomes:
    """Send one message over the transport that a URL names; raises as :meth:`Transport.send` does."""
    opening = open_transport(via, runtime, user=user, password=password, timeout_seconds=timeout_seconds, **options)
    async with opening as transport:
        return await transport.send(
            message, return_path=return_path, recipients=recipients, request=request, check=check
        )


def open_store(
    url: str, runtime: Runtime, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS, **options: object
) -> Opening[MessageStore]:
    """Open the message store that a URL names; a ``sqlite:`` file is made when it is not there.

    The options are the keys of the service that the URL names: ``python -m msgcore services`` lists them.

    Raises:
        UsageError: the URL or an option is wrong.
        NotSupported: this version has no such store.
        StoreError: the file cannot be opened, or is another program's.
        StoreCorrupt: the file is damaged.
        NameNotResolved, ConnectionLost, TimedOut: the server cannot be reached.
        AuthenticationRefused, TlsRequired, TlsFailed: it cannot be logged in to, or not safely.
    """

    async def start() -> MessageStore:
        scheme = scheme_of(url, "sqlite:///mail.db")
        service_class = service(scheme)
        if may_retrieve(service_class) and not any(hasattr(service_class, one) for one in ("save", "providers")):
            raise NotSupported(f"{scheme}: is no message store; msgcore.receive brings its mail into one")
        deadline = runtime.deadline(timeout_seconds)

        async def store_of(plugin: Plugin) -> MessageStore:
            for provider in providers_of(plugin):
                if isinstance(provider, StoreProvider):
                    store = GuardedStore(plugin, provider)
                    return MessageStore(runtime, store, await store.special_folders(deadline), plugin)
            raise NotSupported(f"{scheme}: is no message store")

        return await open_by_url(url, options, runtime, deadline, store_of)

    return Opening(start)
