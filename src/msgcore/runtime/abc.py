"""What conversations may use of the outside world, and nothing else.

A conversation is ``async def`` over a :class:`Stream`; what serves one caller is ``async def`` over a
:class:`Runtime`. ``BlockingRuntime`` never suspends, so that :func:`msgcore.runtime.run` drives the coroutine as
a plain call; ``AsyncioRuntime`` suspends on its loop.
"""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, TypeVar

import attrs

from msgcore.base.times import Deadline
from msgcore.runtime.network_path import DIRECT, NetworkPath, Proxy
from msgcore.runtime.tlsa import TlsaRecord

__all__ = [
    "DIRECT",
    "NEVER",
    "Background",
    "Endpoint",
    "Event",
    "Group",
    "Listener",
    "Lock",
    "LoopRuntime",
    "NetworkPath",
    "Proxy",
    "RunningCall",
    "Runtime",
    "Security",
    "Stream",
    "TlsFacts",
    "TlsServerSettings",
    "TlsSettings",
    "TlsaRecord",
    "Workers",
]

T = TypeVar("T")

NEVER = Deadline()
"""No deadline."""


@attrs.frozen
class Endpoint:
    """Where a service listens. ``service`` is its protocol's name and only serves messages and transcripts.

    With ``is_unix_socket`` the ``host`` is the path of a Unix socket, which has no port: 0. It is connected to without
    TLS and without a :class:`NetworkPath`. A host's name never means one, whatever it looks like: strangers give names.
    """

    host: str
    port: int
    service: str = "tcp"
    is_unix_socket: bool = False

    def __str__(self) -> str:
        if self.is_unix_socket:
            return f"{self.service} {self.host}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.service} {host}:{self.port}"


class Security(enum.Enum):
    """When TLS starts on a connection."""

    IMPLICIT = "from the first octet"
    STARTTLS = "an upgrade that is required"
    OPPORTUNISTIC = "an upgrade when offered"


@attrs.frozen
class TlsSettings:
    """How a TLS client checks its peer: always at least TLS 1.2, the chain, and the host name.

    ``ca_file`` (PEM) replaces the system's authorities. ``is_opportunistic`` accepts any certificate and says so in
    :class:`TlsFacts`: for upgrades that nobody required, where the alternative is clear text.

    ``dane`` are the TLSA records of the server, which DNSSEC has to vouch for (RFC 7671, and RFC 7672 for SMTP): one
    of them has to match, and no authority counts. Of usage 3 the key or certificate alone counts, neither its names nor
    its time; of usage 2 the certificate is for one of ``peer_names``, or, without any, for the endpoint's host. Records
    that cannot be used are left out; when none is left, any certificate is accepted, as in opportunistic TLS.
    """

    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    is_opportunistic: bool = False
    dane: tuple[TlsaRecord, ...] = ()
    peer_names: tuple[str, ...] = ()


@attrs.frozen
class TlsServerSettings:
    """What a TLS server shows of itself (PEM files), and by whom its clients have to be certified, if by anybody."""

    certificate_file: Path
    key_file: Path
    client_ca_file: Path | None = None


@attrs.frozen
class TlsFacts:
    """What a handshake agreed on.

    ``is_verified`` says that the peer's certificate was checked: false for opportunistic TLS, and at a server that
    asks for none. ``certificate`` is the peer's (DER), empty when it showed none, ``own_certificate`` the one that a
    server showed. ``exporter`` is the channel binding of RFC 9266, empty where Python cannot tell it.
    ``is_resumed``: an earlier session went on, with a short handshake. ``tlsa`` is the record that verified it (DANE);
    ``None`` when authorities did, or nobody.
    """

    version: str
    cipher: str
    is_verified: bool
    is_resumed: bool = False
    certificate: bytes = attrs.field(default=b"", repr=False)
    exporter: bytes = attrs.field(default=b"", repr=False)
    tlsa: TlsaRecord | None = None
    own_certificate: bytes = attrs.field(default=b"", repr=False)


class Stream(Protocol):
    """One connection: ordered octets both ways. Used by one thread or task at a time.

    Every wait is bounded by ``deadline``, which whoever leases the stream sets for the call at hand.

    Raises (from every method that waits):
        TimedOut: the deadline passed; the connection is then unusable.
        ConnectionLost: the connection broke.
        OperationCancelled: :meth:`Runtime.cancel` was called; the connection is then unusable.
    """

    @property
    def deadline(self) -> Deadline: ...

    @deadline.setter
    def deadline(self, deadline: Deadline) -> None: ...

    @property
    def endpoint(self) -> Endpoint: ...

    @property
    def tls(self) -> TlsFacts | None:
        """What TLS agreed on, or ``None`` in clear."""
        ...

    @property
    def unread_octets(self) -> int:
        """How many octets have arrived that nobody has read."""
        ...

    @property
    def has_ended(self) -> bool:
        """Whether the peer is known to have ended its side: a look, no wait; octets may still be unread."""
        ...

    async def read(self) -> bytes:
        """Give all that has arrived, at least one octet, or ``b""`` once the peer has ended its side.

        A TLS connection cut without its closing alert raises ``ConnectionLost`` instead of ending.
        """
        ...

    async def read_within(self, seconds: float) -> bytes | None:
        """Read as :meth:`read` does, or give ``None`` when nothing comes for so long; the connection stays usable."""
        ...

    async def write(self, octets: bytes, shown_as: bytes | None = None) -> None:
        """Send all octets; what arrives meanwhile is received and kept, so that two writers never block each other.

        ``shown_as`` is what a transcript records in place of a secret.
        """
        ...

    async def start_tls(self, settings: TlsSettings) -> Stream:
        """Shake hands with the peer as client, under the host name of the endpoint, and give the secured stream.

        Raises:
            StarttlsInjection: octets arrived in clear that nobody has read.
            TlsFailed: the handshake failed or the certificate is not to be trusted.
            MissingExtra: a TLSA record of usage 2 needs the extra ``dnssec``.
        """
        ...

    async def start_tls_server(self, settings: TlsServerSettings) -> Stream:
        """Shake hands with the peer as server, and give the secured stream.

        A server that offers STARTTLS sees first that ``unread_octets`` is 0, and then gives the go-ahead: a client
        that keeps the rules sends its hello only after that.

        Raises:
            StarttlsInjection: what arrived is no TLS, but octets in clear.
            TlsFailed: the handshake failed, the client's certificate is not to be trusted, or a file is unusable.
        """
        ...

    async def close(self) -> None:
        """End the connection in order; errors of a peer that is gone already are not errors."""
        ...

    def abort(self) -> None:
        """Drop the connection at once, from any thread."""
        ...


class Listener(Protocol):
    """A listening socket; leaving its context closes it and every connection that it accepted."""

    @property
    def port(self) -> int:
        """The port that it really has, where 0 was asked for."""
        ...

    @property
    def addresses(self) -> AbstractSet[str]:
        """The addresses of this machine to which somebody has connected."""
        ...

    async def stop_accepting(self) -> None:
        """Leave who connects from now on to others that listen there; connections that are open stay."""
        ...

    async def close(self) -> None: ...

    async def __aenter__(self) -> Listener: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Lock(Protocol):
    """Mutual exclusion between threads, tasks, or both."""

    async def acquire(self, deadline: Deadline = NEVER) -> None: ...

    def release(self) -> None: ...

    async def __aenter__(self) -> None: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Event(Protocol):
    """A flag that threads and tasks wait for."""

    @property
    def is_set(self) -> bool: ...

    def set(self) -> None: ...

    def clear(self) -> None: ...

    async def wait(self, deadline: Deadline = NEVER) -> None: ...


class Group(Protocol):
    """Coroutines that run side by side; leaving the context waits for all, and raises the first error after that."""

    def start(self, coroutine: Coroutine[Any, Any, object]) -> None: ...

    async def __aenter__(self) -> Group: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Background(Protocol):
    """A coroutine that works beside the calls of a runtime."""

    @property
    def has_ended(self) -> bool:
        """Whether it works no more: it came to its end, or somebody cancelled its task; or this process was forked."""
        ...

    def cancel(self) -> None:
        """End its waits, that of now and all later ones, with ``OperationCancelled``; from any thread."""
        ...

    async def wait(self, deadline: Deadline = NEVER) -> None:
        """Wait until it has ended, and raise what it raised.

        Raises:
            TimedOut: the deadline passed; it goes on.
        """
        ...


class Workers(Protocol):
    """Threads of somebody's own, for functions that may never return. They do not keep the process from ending."""

    def submit(self, function: Callable[[], T]) -> Future[T]:
        """Run ``function`` in one of the threads, or, when all are at work, in the first that is free.

        ``cancel()`` of the future withdraws a function that has not begun.
        """
        ...

    def close(self) -> None:
        """Let the threads end; one that is at work ends after it."""
        ...


class RunningCall(Protocol):
    """What :meth:`Runtime.cancel` ends as a whole."""

    def check(self) -> None:
        """Raise ``OperationCancelled`` if it was cancelled."""
        ...


class Runtime(Protocol):
    """Network, time and threads for one caller; also a :class:`~msgcore.base.times.Clock`."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment, which never go back."""
        ...

    def deadline(self, seconds: float | None) -> Deadline:
        """Start the deadline of one public call; ``None`` never ends."""
        ...

    async def connect(
        self,
        endpoint: Endpoint,
        deadline: Deadline = NEVER,
        path: NetworkPath = DIRECT,
        addresses: Sequence[str] = (),
    ) -> Stream:
        """Look the host up and connect to the first of its addresses that answers, or have the path's proxy do that.

        With ``addresses`` nobody is asked for the host, which stays the name that TLS checks: these are raced in
        their order, IPv4 and IPv6 in turn, or the path's proxy is told the first of them.

        Raises:
            NameNotResolved: there is no such host.
            ConnectionLost: no address answered, or the proxy refused; the message names who said what.
            TimedOut: the deadline passed.
            AuthenticationRefused: the proxy refused the credentials.
            MissingExtra: a proxy needs the extra ``proxy``.
            UsageError: one of the addresses is none; or the endpoint is a Unix socket, and a path is given, or this
                system has none.
        """
        ...

    async def sleep(self, seconds: float, deadline: Deadline = NEVER) -> None:
        """Wait; ``TimedOut`` if the deadline comes first."""
        ...

    async def in_thread(self, function: Callable[[], T], deadline: Deadline = NEVER) -> T:
        """Run work that blocks (a file, a transaction) without holding up a loop.

        A running function is never abandoned: cancelling waits until it returned.
        """
        ...

    async def wait(self, future: Future[T], deadline: Deadline = NEVER) -> T:
        """Wait for what another thread works on.

        Raises:
            TimedOut: the deadline passed; the work goes on.
        """
        ...

    async def on_loop(self, main: Callable[[LoopRuntime], Awaitable[T]], deadline: Deadline = NEVER) -> T:
        """Run ``main`` on an event loop: the caller's own, or one loop thread that blocking callers share."""
        ...

    async def bounded(self, coroutine: Coroutine[Any, Any, T], deadline: Deadline) -> T:
        """Run somebody else's coroutine, which may not keep to its deadline, and cut it at this one.

        Raises:
            TimedOut: the deadline is past already; the coroutine has not begun.
            CutShort: the deadline passed, and the coroutine was ended in the middle.
            SuspendedError: it awaited an event loop's primitive, in blocking mode.
        """
        ...

    def workers(self, name: str, threads: int) -> Workers:
        """Make a pool of at most ``threads`` threads, none of which exists before it is needed."""
        ...

    def lock(self) -> Lock: ...

    def event(self) -> Event: ...

    def group(self) -> Group: ...

    def in_background(self, coroutine: Coroutine[Any, Any, object]) -> Background:
        """Start work that outlives the call that starts it, in a thread or task of its own; ``cancel()`` passes it by.

        A thread does not keep the process from ending; a task ends with its loop.
        """
        ...

    def shielded(self) -> AbstractContextManager[None]:
        """Let :meth:`cancel` pass by what follows: for writing down what has been done."""
        ...

    def as_one_call(self) -> AbstractContextManager[RunningCall]:
        """Let :meth:`cancel` end all waits of what follows, not only the one that stands; part of a call that runs."""
        ...

    def cancel(self) -> None:
        """End every wait of the calls now running with ``OperationCancelled``, from any thread."""
        ...


class LoopRuntime(Runtime, Protocol):
    """A runtime that can serve, too: always on an event loop."""

    async def listen(
        self,
        endpoint: Endpoint,
        serve: Callable[[Stream], Awaitable[None]],
        connections: int = 1_000,
        *,
        is_shared: bool = False,
    ) -> Listener:
        """Serve each connection in a task of its own; port 0 takes a free one; past ``connections`` new ones wait.

        Others of this user may listen on a port that ``is_shared``, if they say so, too: the system deals out what
        connects.
        """
        ...
