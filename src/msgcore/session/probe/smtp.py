"""Probing an SMTP or LMTP server: three short sessions, none of which logs in or sends mail.

The first is a good client's: greeting, EHLO, STARTTLS, EHLO, some harmless questions, QUIT. When the certificate is not
trusted it is held again without checking it, and without TLS when there is no agreement at all. The other two break the
protocol on purpose, and each ends there.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import attrs

from msgcore.base.status import Reply
from msgcore.base.times import Deadline
from msgcore.errors import (
    ConnectionLost,
    MalformedMessage,
    ProtocolBroken,
    StarttlsInjection,
    TimedOut,
    TlsFailed,
    UsageError,
)
from msgcore.runtime.abc import Runtime, Security, Stream, TlsFacts, TlsSettings
from msgcore.session.probe.certificate import Certificate
from msgcore.session.probe.fingerprints import Said, guess_software
from msgcore.session.probe.report import ProbeReport, TlsSeen
from msgcore.session.probe.rules import Seen, Violation, checks_of
from msgcore.spi.url import ServiceUrl
from msgcore.wire.lines import Incoming
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.reply import take_reply

__all__ = ["probe_smtp"]

_NAME = re.compile(r"[!-~]+")
_NO_EHLO = {500, 502, 504, 550}
_PATIENCE_SECONDS = 10.0
_ENDED = (ConnectionLost, TimedOut, TlsFailed, ProtocolBroken)
_QUESTIONS = {"help": "HELP", "noop": "NOOP", "vrfy": "VRFY postmaster", "expn": "EXPN postmaster", "quit": "QUIT"}


async def probe_smtp(
    url: ServiceUrl, runtime: Runtime, *, ca_file: Path | None, ehlo_name: str, deadline: Deadline
) -> ProbeReport:
    """Probe a server; the errors are those of :func:`msgcore.session.probe.probe`."""
    if not _NAME.fullmatch(ehlo_name):
        raise UsageError(f"EHLO name {ehlo_name!r}: need a host name or an address literal, in ASCII without spaces")
    visitor = _Visitor(url, runtime, ehlo_name, deadline)
    seen = await visitor.look(TlsSettings(ca_file))
    injection = await visitor.inject() if seen.tls and not seen.is_implicit else _untried("there is no STARTTLS to try")
    pipelining = await visitor.hurry() if seen.offers else _untried("the server takes no session, or only by HELO")
    said = {at: str(reply) for at, reply in seen.replies.items()}
    return ProbeReport(
        url=str(url),
        probed_at=runtime.now(),
        greeting=said["greeting"],
        server_name=seen.server_name,
        software=guess_software(Said(said, frozenset(seen.offers)), url.protocol),
        offers_in_clear=seen.clear,
        offers_in_tls=seen.secured,
        tls=None if seen.tls is None else _tls_seen(seen.tls, seen.distrust),
        checks=checks_of(seen, injection, pipelining),
    )


def _untried(why: str) -> Violation:
    return Violation(text=why, was_tried=False)


def _tls_seen(facts: TlsFacts, distrust: str) -> TlsSeen:
    try:
        certificate = Certificate.parse(facts.certificate) if facts.certificate else None
    except MalformedMessage as error:
        return TlsSeen(facts.version, facts.cipher, distrust or str(error))
    return TlsSeen(facts.version, facts.cipher, distrust, certificate)


@attrs.frozen
class _Visitor:
    url: ServiceUrl
    runtime: Runtime
    ehlo_name: str
    deadline: Deadline

    @property
    def is_implicit(self) -> bool:
        return self.url.security is Security.IMPLICIT

    @property
    def hello(self) -> str:
        return f"{'LHLO' if self.url.protocol == 'lmtp' else 'EHLO'} {self.ehlo_name}"

    async def open(self, tls: TlsSettings | None, deadline: Deadline) -> _Talk:
        """Connect, over TLS where it starts at once."""
        talk = _Talk(await self.runtime.connect(self.url.endpoint, deadline))
        if not self.is_implicit or tls is None:
            return talk
        try:
            return await talk.start_tls(tls)
        except StarttlsInjection as error:
            # Nobody has said STARTTLS: this is no attack, but a port that greets in clear.
            raise TlsFailed(f"{self.url.endpoint}: the server does not start with TLS on this port") from error

    async def look(self, tls: TlsSettings) -> Seen:
        """Hold the session of a good client, with as much of TLS as there is to be had."""
        distrust = ""
        for settings in (tls, attrs.evolve(tls, is_opportunistic=True)):
            try:
                return await self._look(settings, distrust)
            except TlsFailed as error:
                distrust = distrust or str(error).removeprefix(f"{self.url.endpoint}: ")
                if self.is_implicit and settings.is_opportunistic:
                    raise
        return await self._look(None, distrust)

    async def _look(self, tls: TlsSettings | None, distrust: str) -> Seen:
        talk = await self.open(tls, self.deadline)
        try:
            seen = Seen(self.is_implicit, distrust=distrust, tls=talk.tls)
            talk = await self._greet(talk, seen, tls)
            for at, question in _QUESTIONS.items():
                reply = await talk.ask(question)
                if reply is not None:
                    seen.replies[at] = reply
            return seen
        finally:
            talk.abort()

    async def _greet(self, talk: _Talk, seen: Seen, tls: TlsSettings | None) -> _Talk:
        seen.replies["greeting"] = greeting = await talk.hear()
        if greeting.is_temporary or greeting.is_permanent:
            return talk
        if greeting.code != 220:
            raise ProtocolBroken.remote(f"{self.url.endpoint}: greets with {greeting}")
        extensions = await self._say_hello(talk, seen)
        if self.is_implicit:
            seen.secured = extensions
            return talk
        seen.clear = extensions
        if extensions is None or "STARTTLS" not in extensions or tls is None:
            return talk
        seen.replies["starttls"] = reply = await talk.command("STARTTLS")
        if reply.code != 220:
            return talk
        secured = await talk.start_tls(tls)
        seen.tls = secured.tls
        seen.secured = await self._say_hello(secured, seen)
        return secured

    async def _say_hello(self, talk: _Talk, seen: Seen) -> dict[str, str] | None:
        """Ask what is offered; ``None`` when the server refuses, and nothing after HELO."""
        reply = await talk.command(self.hello)
        if reply.code in _NO_EHLO and self.url.protocol == "smtp":
            reply = await talk.command(f"HELO {self.ehlo_name}")
            extensions = Extensions(reply.lines[0].partition(" ")[0])
        else:
            extensions = Extensions.of_reply(reply)
        if not reply.is_positive:
            return None
        seen.server_name = extensions.server_name
        # The lines behind the first are the extensions, which are looked at by themselves.
        seen.replies["ehlo"] = attrs.evolve(reply, lines=reply.lines[:1])
        return dict(extensions.parameters)

    # Breaking the protocol on purpose

    async def inject(self) -> Violation:
        """Send a command in clear behind STARTTLS, as somebody in the middle would (CVE-2011-0411)."""
        return await self._violate(self._inject)

    async def _inject(self, talk: _Talk) -> Violation:
        await talk.hear()
        await talk.command(self.hello)
        talk.has_begun = True
        reply = await talk.command("STARTTLS\r\nNOOP")
        if reply.code != 220:
            return Violation(text=f"STARTTLS with something behind it is refused: {reply}")
        secured = await talk.start_tls(TlsSettings(is_opportunistic=True))
        # When NOOP was obeyed, its answer comes first, and what QUIT hears is still that to EHLO.
        first = await secured.command(self.hello, is_early_allowed=True)
        last = await secured.command("QUIT", is_early_allowed=True)
        return Violation(text="it is dropped") if last.code == 221 else Violation(first)

    async def hurry(self) -> Violation:
        """Send a command behind EHLO without waiting for what EHLO says (RFC 2920 section 3.1)."""
        return await self._violate(self._hurry)

    async def _hurry(self, talk: _Talk) -> Violation:
        await talk.hear()
        talk.has_begun = True
        first = await talk.command(f"{self.hello}\r\nNOOP")
        second = await talk.hear() if first.is_positive else first
        return Violation(second) if second.is_positive else Violation(text=f"it is refused: {second}")

    async def _violate(self, act: Callable[[_Talk], Awaitable[Violation]]) -> Violation:
        talk = None
        try:
            talk = await self.open(TlsSettings(is_opportunistic=True), self.deadline.sooner(_PATIENCE_SECONDS))
            return await act(talk)
        except TimedOut as error:
            return _untried(str(error))
        except (ConnectionLost, TlsFailed, ProtocolBroken, StarttlsInjection) as error:
            return Violation(text=f"the session ends: {error}") if talk and talk.has_begun else _untried(str(error))
        finally:
            if talk is not None:
                talk.abort()


class _Talk:
    """One session, reply by reply. ``has_begun``: the protocol was broken, so that the end of it is an answer."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._deadline = stream.deadline
        self._incoming = Incoming(stream)
        self.has_begun = False

    @property
    def tls(self) -> TlsFacts | None:
        return self._stream.tls

    async def hear(self) -> Reply:
        try:
            while (reply := take_reply(self._incoming.buffer)) is None:
                await self._incoming.fill_line()
        except ProtocolBroken as error:
            raise ProtocolBroken.remote(f"{self._stream.endpoint}: {error}") from None
        return reply

    async def command(self, text: str, *, is_early_allowed: bool = False) -> Reply:
        if self._incoming.has_unasked and not is_early_allowed:
            raise ProtocolBroken.remote(f"{self._stream.endpoint}: the server speaks before it is asked")
        await self._stream.write(text.encode() + b"\r\n")
        return await self.hear()

    async def ask(self, text: str) -> Reply | None:
        """Ask what need not be answered: ``None`` when the connection ends over it, or has ended."""
        self._stream.deadline = self._deadline.sooner(_PATIENCE_SECONDS)
        try:
            return await self.command(text)
        except _ENDED:
            return None

    async def start_tls(self, settings: TlsSettings) -> _Talk:
        if self._incoming.buffer:
            raise StarttlsInjection(f"{self._stream.endpoint}: octets in clear behind the answer to STARTTLS")
        return _Talk(await self._stream.start_tls(settings))

    def abort(self) -> None:
        self._stream.abort()
