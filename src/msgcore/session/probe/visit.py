"""Visiting a server, whatever it speaks: with as much of TLS as there is to be had, or to see what it puts up with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, TypeVar

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import (
    ConnectionLost,
    MalformedMessage,
    ProtocolBroken,
    StarttlsInjection,
    TimedOut,
    TlsFailed,
)
from msgcore.runtime.abc import Runtime, Security, Stream, TlsFacts, TlsSettings
from msgcore.session.probe.certificate import Certificate
from msgcore.session.probe.common_rules import Violation
from msgcore.session.probe.report import TlsSeen
from msgcore.spi.url import ServiceUrl

__all__ = ["ENDED", "PATIENCE_SECONDS", "Talk", "Visit", "tls_seen", "untried"]

S = TypeVar("S")
T = TypeVar("T", bound="Talk")

PATIENCE_SECONDS = 10.0
"""So long an answer is waited for that need not come."""

ENDED = (ConnectionLost, TimedOut, TlsFailed, ProtocolBroken)


class Talk(Protocol):
    """A session. ``has_begun``: the protocol was broken, so that the end of it is an answer."""

    has_begun: bool

    def abort(self) -> None: ...


def untried(why: str) -> Violation:
    return Violation(text=why, was_tried=False)


def tls_seen(facts: TlsFacts | None, distrust: str) -> TlsSeen | None:
    if facts is None:
        return None
    try:
        certificate = Certificate.parse(facts.certificate) if facts.certificate else None
    except MalformedMessage as error:
        return TlsSeen(facts.version, facts.cipher, distrust or str(error))
    return TlsSeen(facts.version, facts.cipher, distrust, certificate)


@attrs.frozen
class Visit:
    """Where a visitor goes, and until when."""

    url: ServiceUrl
    runtime: Runtime
    deadline: Deadline

    @property
    def is_implicit(self) -> bool:
        return self.url.security is Security.IMPLICIT

    async def connect(self, tls: TlsSettings | None, deadline: Deadline) -> Stream:
        """Connect, over TLS where it starts at once."""
        stream = await self.runtime.connect(self.url.endpoint, deadline)
        if not self.is_implicit or tls is None:
            return stream
        try:
            return await stream.start_tls(tls)
        except StarttlsInjection as error:
            # Nobody has said STARTTLS: this is no attack, but a port that greets in clear.
            other = f"{self.url.protocol}+starttls://"
            raise TlsFailed(
                f"{self.url.endpoint}: the server does not start with TLS on this port: {other}, or another port"
            ) from error

    async def look(self, ca_file: Path | None, once: Callable[[TlsSettings | None, str], Awaitable[S]]) -> S:
        """Hold a session; again without checking the certificate, and without TLS, where there is no other way.

        ``once`` is given how to secure it, and why it was not to be secured better.
        """
        distrust = ""
        tls = TlsSettings(ca_file)
        for settings in (tls, attrs.evolve(tls, is_opportunistic=True)):
            try:
                return await once(settings, distrust)
            except TlsFailed as error:
                distrust = distrust or str(error).removeprefix(f"{self.url.endpoint}: ")
                if self.is_implicit and settings.is_opportunistic:
                    raise
        return await once(None, distrust)

    async def violate(self, start: Callable[[Stream], T], act: Callable[[T], Awaitable[Violation]]) -> Violation:
        """Break the protocol on purpose, in a session of its own."""
        talk: T | None = None
        try:
            tls = TlsSettings(is_opportunistic=True)
            talk = start(await self.connect(tls, self.deadline.sooner(PATIENCE_SECONDS)))
            return await act(talk)
        except TimedOut as error:
            return untried(str(error))
        except (ConnectionLost, TlsFailed, ProtocolBroken, StarttlsInjection) as error:
            return Violation(text=f"the session ends: {error}") if talk and talk.has_begun else untried(str(error))
        finally:
            if talk is not None:
                talk.abort()
