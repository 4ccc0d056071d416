"""Probing an IMAP server: two short sessions, neither of which logs in.

The first is a good client's: greeting, CAPABILITY, STARTTLS, CAPABILITY, ID, LOGOUT. When the certificate is not
trusted it is held again without checking it, and without TLS when there is no agreement at all. The other breaks the
protocol on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import attrs

from msgcore.base.times import Deadline
from msgcore.errors import StarttlsInjection
from msgcore.runtime.abc import Runtime, Stream, TlsFacts, TlsSettings
from msgcore.session.probe.common_rules import Violation
from msgcore.session.probe.fingerprints import Said, guess_software
from msgcore.session.probe.imap_rules import Seen, abilities_of, checks_of
from msgcore.session.probe.report import ProbeReport
from msgcore.session.probe.visit import ENDED, PATIENCE_SECONDS, Visit, tls_seen, untried
from msgcore.spi.url import ServiceUrl
from msgcore.wire.account import greeted
from msgcore.wire.imap import Answer, Capabilities, Command, Conversation, Limits
from msgcore.wire.imap.flight import Pending
from msgcore.wire.imap.limits import ReaderLimits
from msgcore.wire.imap.login import ask_capabilities, told_capabilities
from msgcore.wire.imap.responses import Bye, IdData, Status

__all__ = ["probe_imap"]

_HOST = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.){1,10}[A-Za-z]{2,63}")
_US = ("name", "msgcore")

# No server has so much to say before a login.
_READER = ReaderLimits(max_line_octets=65_536, max_literal_octets=4_096, max_response_octets=65_536, max_literals=100)
_LIMITS = Limits(
    kept_responses=100, kept_octets=262_144, unasked_responses=100, unasked_octets=262_144, go_aheads=10
)  # fmt: skip


async def probe_imap(url: ServiceUrl, runtime: Runtime, *, ca_file: Path | None, deadline: Deadline) -> ProbeReport:
    """Probe a server; the errors are those of :func:`msgcore.session.probe.probe`."""
    visitor = _Visitor(Visit(url, runtime, deadline))
    seen = await visitor.visit.look(ca_file, visitor.look)
    injection = await visitor.inject() if seen.tls and not seen.is_implicit else untried("there is no STARTTLS to try")
    said = {**seen.replies, "id": "; ".join(f"{key} {text}" for key, text in seen.identity.items())}
    return ProbeReport(
        url=str(url),
        probed_at=runtime.now(),
        greeting=seen.replies["greeting"],
        server_name=next(filter(_HOST.fullmatch, seen.greeting.text.split()), ""),
        software=guess_software(Said(said, seen.names), url.protocol),
        offers_in_clear=_by_name(seen.clear),
        offers_in_tls=_by_name(seen.secured),
        tls=tls_seen(seen.tls, seen.distrust),
        checks=checks_of(seen, injection),
        abilities=abilities_of(seen),
    )


def _by_name(capabilities: Capabilities | None) -> Mapping[str, str] | None:
    """Give what stands behind each name: ``AUTH=PLAIN AUTH=LOGIN`` is ``AUTH`` with ``LOGIN PLAIN``."""
    if capabilities is None:
        return None
    names = sorted({name.partition("=")[0] for name in capabilities.names})
    return {name: " ".join(capabilities.values(name)) for name in names}


def _shown(greeting: Status) -> str:
    """Give a greeting as it was sent, but without the list of capabilities."""
    code = greeting.code
    shown = attrs.evolve(greeting, code=None) if code is not None and code.name == "CAPABILITY" else greeting
    return f"* {shown.response}"


@attrs.frozen
class _Visitor:
    visit: Visit

    async def look(self, tls: TlsSettings | None, distrust: str) -> Seen:
        """Hold the session of a good client."""
        talk = _Talk(await self.visit.connect(tls, self.visit.deadline))
        try:
            greeting = await talk.greeting()
            seen = Seen(
                is_implicit=self.visit.is_implicit,
                distrust=distrust,
                tls=talk.tls,
                greeting=greeting,
                replies={"greeting": _shown(greeting)},
            )
            if seen.takes_sessions:
                await self._ask(talk, seen, tls)
            return seen
        finally:
            talk.abort()

    async def _ask(self, talk: _Talk, seen: Seen, tls: TlsSettings | None) -> None:
        seen.told = told_capabilities(Capabilities(), seen.greeting, [])
        capabilities = await talk.capabilities()
        if self.visit.is_implicit:
            seen.secured = capabilities
        else:
            seen.clear = capabilities
            if tls is not None and not seen.is_preauthenticated and seen.has("STARTTLS"):
                await self._start_tls(talk, seen, tls)
        if seen.has("ID"):
            await self._identify(talk, seen)
        logout = await talk.ask(Command(b"LOGOUT"))
        if logout is not None:
            seen.replies["logout"] = str(logout.status.response)

    async def _start_tls(self, talk: _Talk, seen: Seen, tls: TlsSettings) -> None:
        (pending,) = await talk.conversation.send(Command(b"STARTTLS"))
        status = await talk.start_tls(pending, tls)
        seen.replies["starttls"] = str(status.response)
        if status.is_ok:
            seen.tls = talk.tls
            seen.secured = await talk.capabilities()

    async def _identify(self, talk: _Talk, seen: Seen) -> None:
        """Say who we are, and hear who the server is (RFC 2971)."""
        answer = await talk.ask(Command(b"ID", _US))
        seen.replies["identify"] = str(answer.status.response) if answer else "the connection ends"
        for one in answer.data if answer else ():
            if isinstance(one, IdData):
                seen.identity = one.fields

    async def inject(self) -> Violation:
        """Send a command in clear behind STARTTLS, as somebody in the middle would."""
        return await self.visit.violate(_Talk, self._inject)

    async def _inject(self, talk: _Talk) -> Violation:
        greeting = await talk.greeting()
        if greeting.word != "OK":
            return untried(f"it greets with {greeting.response}")
        talk.has_begun = True
        starttls, noop = await talk.conversation.send(Command(b"STARTTLS"), Command(b"NOOP"))
        status = await talk.start_tls(starttls, TlsSettings(is_opportunistic=True))
        if not status.is_ok:
            return Violation(text=f"STARTTLS with something behind it is refused: {status.response}")
        # NOOP is still waited for: when it is obeyed, its answer comes first.
        try:
            await talk.ask_in_time(Command(b"LOGOUT"))
        except ENDED:
            if noop.status is None:
                raise
        return Violation(text="it is dropped") if noop.status is None else Violation(noop.status.response)


class _Talk:
    """One session. ``has_begun``: the protocol was broken, so that the end of it is an answer."""

    def __init__(self, stream: Stream) -> None:
        self.conversation = Conversation(stream, _LIMITS, _READER)
        self._deadline = stream.deadline
        self.has_begun = False

    @property
    def tls(self) -> TlsFacts | None:
        return self.conversation.stream.tls

    async def greeting(self) -> Status:
        conversation = self.conversation
        said = await greeted(conversation.stream, conversation.hear_greeting())
        status = Status(b"", "BYE", said.text, said.code) if isinstance(said, Bye) else said
        if status.word not in {"OK", "PREAUTH", "BYE"}:
            raise conversation.broken(f"greets with {status.response}")
        return status

    async def capabilities(self) -> Capabilities | None:
        """Ask what is offered; ``None`` when the server does not say."""
        found = await ask_capabilities(self.conversation, Capabilities())
        return found if found.is_told else None

    async def start_tls(self, starttls: Pending, settings: TlsSettings) -> Status:
        """Wait for the answer to STARTTLS, and go on in TLS when that is granted; who waits for more still does."""
        conversation = self.conversation
        behind = await conversation.finish_exactly(starttls)
        status = starttls.answer().status
        if status.is_ok:
            if behind or conversation.unused_octets:
                raise StarttlsInjection(f"{conversation.name}: octets in clear behind the answer to STARTTLS")
            conversation.stream = await conversation.stream.start_tls(settings)
        return status

    async def ask(self, command: Command) -> Answer | None:
        """Ask what need not be answered: ``None`` when the connection ends over it, or has ended."""
        try:
            return await self.ask_in_time(command)
        except ENDED:
            return None

    async def ask_in_time(self, command: Command) -> Answer:
        conversation = self.conversation
        conversation.is_leaving = command.name == b"LOGOUT"
        conversation.stream.deadline = self._deadline.sooner(PATIENCE_SECONDS)
        (answer,) = await conversation.run(command)
        return answer

    def abort(self) -> None:
        self.conversation.stream.abort()
