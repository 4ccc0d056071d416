"""Probing a POP3 server: two short sessions, neither of which logs in.

The first is a good client's: greeting, CAPA, STLS, CAPA, QUIT. When the certificate is not trusted it is held again
without checking it, and without TLS when there is no agreement at all. The other breaks the protocol on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import ConnectionLost
from msgcore.runtime.abc import Runtime, Stream, TlsFacts, TlsSettings
from msgcore.session.probe.common_rules import Violation
from msgcore.session.probe.fingerprints import Said, guess_software
from msgcore.session.probe.pop3_rules import Seen, abilities_of, checks_of
from msgcore.session.probe.report import ProbeReport
from msgcore.session.probe.visit import ENDED, PATIENCE_SECONDS, Visit, tls_seen, untried
from msgcore.spi.url import ServiceUrl
from msgcore.wire.account import greeted
from msgcore.wire.pop3 import Conversation, ask_capabilities, secure

__all__ = ["probe_pop3"]

_STAMP_HOST = re.compile(r"<[^<>@]*@([^<>@]+)>")


async def probe_pop3(url: ServiceUrl, runtime: Runtime, *, ca_file: Path | None, deadline: Deadline) -> ProbeReport:
    """Probe a server; the errors are those of :func:`msgcore.session.probe.probe`."""
    visitor = _Visitor(Visit(url, runtime, deadline))
    seen = await visitor.visit.look(ca_file, visitor.look)
    injection = await visitor.inject() if seen.tls and not seen.is_implicit else untried("there is no STLS to try")
    offers = seen.offers or {}
    said = {**seen.replies, "implementation": offers.get("IMPLEMENTATION", "")}
    host = _STAMP_HOST.search(seen.replies["greeting"])
    return ProbeReport(
        url=str(url),
        probed_at=runtime.now(),
        greeting=seen.replies["greeting"],
        server_name=host[1] if host else "",
        software=guess_software(Said(said, frozenset(offers)), url.protocol),
        offers_in_clear=seen.clear,
        offers_in_tls=seen.secured,
        tls=tls_seen(seen.tls, seen.distrust),
        checks=checks_of(seen, injection),
        abilities=abilities_of(seen),
    )


@attrs.frozen
class _Visitor:
    visit: Visit

    async def look(self, tls: TlsSettings | None, distrust: str) -> Seen:
        """Hold the session of a good client."""
        talk = _Talk(await self.visit.connect(tls, self.visit.deadline))
        try:
            seen = Seen(is_implicit=self.visit.is_implicit, distrust=distrust, tls=talk.tls)
            await self._greet(talk, seen, tls)
            await talk.say_goodbye()
            return seen
        finally:
            talk.abort()

    async def _greet(self, talk: _Talk, seen: Seen, tls: TlsSettings | None) -> None:
        seen.replies["greeting"] = greeting = await talk.greeting()
        if not greeting.startswith("+OK"):
            return
        capabilities = await talk.capabilities()
        if self.visit.is_implicit:
            seen.secured = capabilities
            return
        seen.clear = capabilities
        if "STLS" not in (capabilities or {}) or tls is None:
            return
        seen.replies["stls"] = answer = await talk.command("STLS")
        if answer.startswith("+OK"):
            await talk.start_tls(tls)
            seen.tls = talk.tls
            seen.secured = await talk.capabilities()

    async def inject(self) -> Violation:
        """Send a command in clear behind STLS, as somebody in the middle would."""
        return await self.visit.violate(_Talk, self._inject)

    async def _inject(self, talk: _Talk) -> Violation:
        await talk.hear()
        talk.has_begun = True
        answer = await talk.command("STLS\r\nNOOP")
        if not answer.startswith("+OK"):
            return Violation(text=f"STLS with something behind it is refused: {answer}")
        await talk.start_tls(TlsSettings(is_opportunistic=True))
        # When NOOP was obeyed (before a login most refuse it), its answer comes first, and another behind it.
        first = await talk.command("QUIT", is_early_allowed=True)
        if not first.startswith("+OK"):
            return Violation(first)
        try:
            await talk.hear()
        except ConnectionLost:
            return Violation(text="it is dropped")
        return Violation(first)


class _Talk:
    """One session, line by line. ``has_begun``: the protocol was broken, so that the end of it is an answer."""

    def __init__(self, stream: Stream) -> None:
        self._conversation = Conversation(stream)
        self._deadline = stream.deadline
        self.has_begun = False

    @property
    def tls(self) -> TlsFacts | None:
        return self._conversation.stream.tls

    async def greeting(self) -> str:
        return await greeted(self._conversation.stream, self.hear())

    async def hear(self) -> str:
        return str(await self._conversation.hear_answer())

    async def command(self, text: str, *, is_early_allowed: bool = False) -> str:
        await self._conversation.say(text.encode(), is_first=not is_early_allowed)
        return await self.hear()

    async def capabilities(self) -> Mapping[str, str] | None:
        """Ask what is offered; ``None`` when the server knows no such question."""
        found = await ask_capabilities(self._conversation)
        return found.parameters if found.is_told else None

    async def say_goodbye(self) -> None:
        self._conversation.stream.deadline = self._deadline.sooner(PATIENCE_SECONDS)
        try:
            await self.command("QUIT")
        except ENDED:
            return

    async def start_tls(self, settings: TlsSettings) -> None:
        """Go on in TLS, after the answer to STLS."""
        self._conversation = Conversation(await secure(self._conversation, settings))

    def abort(self) -> None:
        self._conversation.stream.abort()
