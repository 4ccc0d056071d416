"""Probing an SMTP or LMTP server: three short sessions, none of which logs in or sends mail.

The first is a good client's: greeting, EHLO, STARTTLS, EHLO, some harmless questions, QUIT. When the certificate is not
trusted it is held again without checking it, and without TLS when there is no agreement at all. The other two break the
protocol on purpose, and each ends there.
"""

from __future__ import annotations

import re
from pathlib import Path

import attrs

from msgcore.base.status import Reply
from msgcore.base.times import Deadline
from msgcore.errors import ProtocolBroken, StarttlsInjection, UsageError
from msgcore.runtime.abc import Runtime, Stream, TlsFacts, TlsSettings
from msgcore.session.probe.common_rules import Violation
from msgcore.session.probe.fingerprints import Said, guess_software
from msgcore.session.probe.report import ProbeReport
from msgcore.session.probe.smtp_rules import Seen, checks_of
from msgcore.session.probe.visit import ENDED, PATIENCE_SECONDS, Visit, tls_seen, untried
from msgcore.spi.url import ServiceUrl
from msgcore.wire.account import greeted
from msgcore.wire.lines import Incoming
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.reply import take_reply

__all__ = ["probe_smtp"]

_NAME = re.compile(r"[!-~]+")
_NO_EHLO = {500, 502, 504, 550}
_QUESTIONS = {"help": "HELP", "noop": "NOOP", "vrfy": "VRFY postmaster", "expn": "EXPN postmaster", "quit": "QUIT"}


async def probe_smtp(
    url: ServiceUrl, runtime: Runtime, *, ca_file: Path | None, ehlo_name: str, deadline: Deadline
) -> ProbeReport:
    """Probe a server; the errors are those of :func:`msgcore.session.probe.probe`."""
    if not _NAME.fullmatch(ehlo_name):
        raise UsageError(f"EHLO name {ehlo_name!r}: need a host name or an address literal, in ASCII without spaces")
    visitor = _Visitor(Visit(url, runtime, deadline), ehlo_name)
    seen = await visitor.visit.look(ca_file, visitor.look)
    injection = await visitor.inject() if seen.tls and not seen.is_implicit else untried("there is no STARTTLS to try")
    pipelining = await visitor.hurry() if seen.offers else untried("the server takes no session, or only by HELO")
    said = {at: str(reply) for at, reply in seen.replies.items()}
    return ProbeReport(
        url=str(url),
        probed_at=runtime.now(),
        greeting=said["greeting"],
        server_name=seen.server_name,
        software=guess_software(Said(said, frozenset(seen.offers)), url.protocol),
        offers_in_clear=seen.clear,
        offers_in_tls=seen.secured,
        tls=tls_seen(seen.tls, seen.distrust),
        checks=checks_of(seen, injection, pipelining),
    )


@attrs.frozen
class _Visitor:
    visit: Visit
    ehlo_name: str

    @property
    def hello(self) -> str:
        return f"{'LHLO' if self.visit.url.protocol == 'lmtp' else 'EHLO'} {self.ehlo_name}"

    async def look(self, tls: TlsSettings | None, distrust: str) -> Seen:
        """Hold the session of a good client."""
        talk = _Talk(await self.visit.connect(tls, self.visit.deadline))
        try:
            seen = Seen(is_implicit=self.visit.is_implicit, distrust=distrust, tls=talk.tls)
            await self._greet(talk, seen, tls)
            for at, question in _QUESTIONS.items():
                reply = await talk.ask(question)
                if reply is not None:
                    seen.replies[at] = reply
            return seen
        finally:
            talk.abort()

    async def _greet(self, talk: _Talk, seen: Seen, tls: TlsSettings | None) -> None:
        seen.replies["greeting"] = greeting = await talk.greeting()
        if greeting.is_temporary or greeting.is_permanent:
            return
        if greeting.code != 220:
            raise ProtocolBroken.remote(f"{self.visit.url.endpoint}: greets with {greeting}")
        extensions = await self._say_hello(talk, seen)
        if self.visit.is_implicit:
            seen.secured = extensions
            return
        seen.clear = extensions
        if extensions is None or "STARTTLS" not in extensions or tls is None:
            return
        seen.replies["starttls"] = reply = await talk.command("STARTTLS")
        if reply.code == 220:
            await talk.start_tls(tls)
            seen.tls = talk.tls
            seen.secured = await self._say_hello(talk, seen)

    async def _say_hello(self, talk: _Talk, seen: Seen) -> dict[str, str] | None:
        """Ask what is offered; ``None`` when the server refuses, and nothing after HELO."""
        reply = await talk.command(self.hello)
        if reply.code in _NO_EHLO and self.visit.url.protocol == "smtp":
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
        return await self.visit.violate(_Talk, self._inject)

    async def _inject(self, talk: _Talk) -> Violation:
        await talk.hear()
        await talk.command(self.hello)
        talk.has_begun = True
        reply = await talk.command("STARTTLS\r\nNOOP")
        if reply.code != 220:
            return Violation(text=f"STARTTLS with something behind it is refused: {reply}")
        await talk.start_tls(TlsSettings(is_opportunistic=True))
        # When NOOP was obeyed, its answer comes first, and what QUIT hears is still that to EHLO.
        first = await talk.command(self.hello, is_early_allowed=True)
        last = await talk.command("QUIT", is_early_allowed=True)
        return Violation(text="it is dropped") if last.code == 221 else Violation(first)

    async def hurry(self) -> Violation:
        """Send a command behind EHLO without waiting for what EHLO says (RFC 2920 section 3.1)."""
        return await self.visit.violate(_Talk, self._hurry)

    async def _hurry(self, talk: _Talk) -> Violation:
        await talk.hear()
        talk.has_begun = True
        first = await talk.command(f"{self.hello}\r\nNOOP")
        second = await talk.hear() if first.is_positive else first
        return Violation(second) if second.is_positive else Violation(text=f"it is refused: {second}")


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

    async def greeting(self) -> Reply:
        return await greeted(self._stream, self.hear())

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
        self._stream.deadline = self._deadline.sooner(PATIENCE_SECONDS)
        try:
            return await self.command(text)
        except ENDED:
            return None

    async def start_tls(self, settings: TlsSettings) -> None:
        if self._incoming.buffer:
            raise StarttlsInjection(f"{self._stream.endpoint}: octets in clear behind the answer to STARTTLS")
        self._stream = await self._stream.start_tls(settings)
        self._incoming = Incoming(self._stream)

    def abort(self) -> None:
        self._stream.abort()
