"""Loopback servers on the project's own server conversations."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import TracebackType

import attrs

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.runtime.abc import Endpoint, Listener, Stream
from msgcore.runtime.aio import AsyncioRuntime
from msgcore.runtime.loop_thread import submit
from msgcore.wire.smtp import MailFacts, ServerSettings, serve_session

__all__ = ["LoopbackSmtpServer", "ReceivedMessage"]


@attrs.frozen
class ReceivedMessage:
    """A message that the server took: its envelope, and its octets as they came."""

    envelope: Envelope
    octets: bytes = attrs.field(repr=False)


class LoopbackSmtpServer:
    """An SMTP server on 127.0.0.1 that keeps what it takes in memory; a context manager for blocking code.

    ``refusals`` gives the reply to RCPT for single addresses, as ``{"bob@b.test": "451 4.2.1 busy"}``.
    """

    def __init__(self, host_name: str = "mx.loopback.test", refusals: Mapping[str, str] | None = None) -> None:
        self._settings = ServerSettings(host_name)
        self._refusals = {address: _reply(text) for address, text in (refusals or {}).items()}
        self._guard = threading.Lock()
        self._received: list[ReceivedMessage] = []
        self._listener: Listener | None = None

    @property
    def port(self) -> int:
        assert self._listener is not None, "the server has not been started"
        return self._listener.port

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def received(self) -> tuple[ReceivedMessage, ...]:
        """What the server has taken so far, oldest first."""
        with self._guard:
            return tuple(self._received)

    def start(self) -> None:
        """Listen on a free port; returns once connections are taken."""
        self._listener = submit(self._listen()).result()

    async def _listen(self) -> Listener:
        return await AsyncioRuntime().listen(Endpoint("127.0.0.1", 0, "smtp"), self._serve)

    async def _serve(self, stream: Stream) -> None:
        await serve_session(stream, _Keeper(self), self._settings)

    def stop(self) -> None:
        """Close the port and every connection."""
        if self._listener is not None:
            submit(self._close(self._listener)).result()
            self._listener = None

    async def _close(self, listener: Listener) -> None:
        await listener.close()

    def keep(self, message: ReceivedMessage) -> None:
        """Take a message."""
        with self._guard:
            self._received.append(message)

    def refusal(self, recipient: Address) -> Reply | None:
        """Give the reply that refuses a recipient, if it is to be refused."""
        return self._refusals.get(recipient.email_address)

    def __enter__(self) -> LoopbackSmtpServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Keeper:
    """The handler of one session."""

    def __init__(self, server: LoopbackSmtpServer) -> None:
        self._server = server

    async def mail(self, sender: Address | None, facts: MailFacts) -> Reply:
        return Reply(250, ("sender ok",), EnhancedStatus(2, 1, 0))

    async def rcpt(self, recipient: Address) -> Reply:
        return self._server.refusal(recipient) or Reply(250, ("recipient ok",), EnhancedStatus(2, 1, 5))

    async def data(self, envelope: Envelope, octets: bytes) -> Reply:
        self._server.keep(ReceivedMessage(envelope, octets))
        return Reply(250, (f"taken, {len(octets)} octets",), EnhancedStatus(2, 0, 0))


def _reply(text: str) -> Reply:
    code, _, rest = text.partition(" ")
    enhanced, words = EnhancedStatus.split(rest)
    return Reply(int(code), (words,), enhanced)
