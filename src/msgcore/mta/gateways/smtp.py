"""The SMTP gateway: delivers to the server that its connector names, by SMTP or LMTP, or to each domain by its MX."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import attrs

from msgcore.base.times import Deadline
from msgcore.codecs import mime, read_message
from msgcore.errors import Closed, LimitExceeded, MalformedMessage, ServiceBusy, UsageError
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Deferred, Outcome, Outcomes, Refused
from msgcore.model.recipient import Recipient
from msgcore.model.wire_form import WireForm
from msgcore.mta.nexthop.delivery import MxDelivery, MxOptions
from msgcore.mta.nexthop.wishes import wishes_of
from msgcore.mta.node_services import NodeServices
from msgcore.mta.trust.signer import Signer
from msgcore.runtime.abc import Runtime
from msgcore.spi.gateway import Content, Tell
from msgcore.spi.settings import setting
from msgcore.spi.smtp_account import SmtpAccount
from msgcore.spi.url import ServiceUrl
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.link import SmtpLink, SmtpServer
from msgcore.wire.smtp.transmit import ANSWER_SECONDS

__all__ = ["SmtpGateway", "SmtpGatewayConfig"]

_SMALL_OCTETS = 64 * 1024
_CLOSING = 421
_FAMILIES = ("any", "ipv4", "ipv6")
_CONNECT_SECONDS = 30.0
# A host that is silent leaves time for the next one, of the ten minutes that a delivery has.
_OPEN_SECONDS = 120.0
_NAMELESS = "[127.0.0.1]"
_OF_THE_MESSAGE = (UsageError, MalformedMessage, LimitExceeded)


@attrs.frozen
class SmtpGatewayConfig(SmtpAccount):
    """A relay that takes everything; without one, each domain's mail goes to the hosts of its MX records.

    Raises:
        UsageError: settings do not go together, or one is out of bounds.
    """

    relay: ServiceUrl | None = attrs.field(
        default=None,
        metadata=setting(
            "the server; without one, mail goes by the MX records of its domain", protocols=("smtp", "lmtp")
        ),
    )
    connections: int = attrs.field(default=20, kw_only=True, metadata=setting("how many there may be at a time"))
    port: int = attrs.field(default=25, kw_only=True, metadata=setting("the port of hosts that are found by MX"))
    address_families: str = attrs.field(
        default="any", kw_only=True, metadata=setting("any, ipv4 or ipv6, of hosts that are found by MX")
    )
    allow_loopback: bool = attrs.field(
        default=False, kw_only=True, metadata=setting("take MX hosts that are this machine itself, too: for tests")
    )

    def __attrs_post_init__(self) -> None:
        if self.address_families not in _FAMILIES:
            raise UsageError(f"address_families {self.address_families!r}: need {', '.join(_FAMILIES)}")
        if not 1 <= self.port <= 65_535:
            raise UsageError(f"port {self.port}: need 1 to 65,535")
        if self.relay is None and (self.user is not None or self.password is not None or self.token is not None):
            raise UsageError("nobody logs in at hosts that are found by MX: user, password and token need a relay")
        self.server("")

    def server(self, host_name: str) -> SmtpServer:
        """Give the relay, or what all hosts that are found by MX have in common; it is told ``host_name``."""
        relay = self.relay or ServiceUrl.parse(f"smtp://mx.invalid:{self.port}", ("smtp",))
        server = self.server_at(relay)
        if self.ehlo_name == _NAMELESS and host_name:
            server = attrs.evolve(server, ehlo_name=host_name)
        if self.relay is not None:
            return server
        return attrs.evolve(server, connect_seconds=_CONNECT_SECONDS, open_seconds=_OPEN_SECONDS)


_TellAll = Callable[[int, Outcomes], None]


class _Sends(Protocol):
    """Takes messages to a next hop."""

    async def transmit(
        self, next_hop: str, envelope: Envelope, content: Content, deadline: Deadline, *, is_quick: bool
    ) -> Outcomes: ...

    async def transmit_all(
        self, next_hop: str, batch: Sequence[tuple[Envelope, Content]], deadline: Deadline, tell: _TellAll
    ) -> Sequence[Outcomes]:
        """Send small ones; where fewer come back than were given, the rest was not begun."""
        ...

    async def close(self) -> None: ...


class SmtpGateway:
    """Delivers to a relay; each connector has connections of its own, used for one message after another.

    TNEF goes inside a mail, as it is to a server that takes binary (RFC 3030), and in base64 to any other: to those who
    ask for it, and to all by a connector of ``content="tnef"``, which is for a site of the same organisation. Anywhere
    else people would get a file that they cannot read.
    """

    config_type = SmtpGatewayConfig
    content_forms = frozenset({"mime", "tnef"})
    content_profile = "mime"

    takes_services = True
    answer_seconds = ANSWER_SECONDS

    def __init__(self, config: SmtpGatewayConfig, runtime: Runtime, services: NodeServices | None = None) -> None:
        self._way: _Sends
        if config.relay is not None:
            host_name, signer = ("", None) if services is None else (services.host_name, services.signer)
            self._way = _Relay(SmtpLink(runtime, config.server(host_name), config.pool_limits), signer)
        else:
            self._way = _ByMx(config, runtime, services or NodeServices(runtime))

    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        """Send in one transaction; what keeps the session from opening is raised, and the MTA defers."""
        is_quick = _is_small((envelope, content))
        return await self._way.transmit(next_hop, envelope, content, deadline, is_quick=is_quick)

    async def deliver_all(
        self, batch: Sequence[tuple[Envelope, Content]], next_hop: str, deadline: Deadline, tell: Tell
    ) -> None:
        """Send small messages one behind the other over one connection, and a large one by itself.

        Raises:
            ServiceBusy: the server wants no session now; and what ``deliver`` raises. What was not told of was not
                begun.
            Exception: what ``tell`` raised first, as it is; all that was begun is told of before.
        """
        begun = 0
        raised: list[Exception] = []

        def tell_of(number: int, told: Mapping[Recipient, Outcome]) -> None:
            # On its way through the conversation it would pass for an error of the network, or of the message.
            try:
                tell(number, told)
            except Exception as error:
                raised.append(error)

        def tell_of_small(number: int, told: Outcomes) -> None:
            tell_of(begun + number, told)

        while begun < len(batch) and not raised:
            rest = batch[begun:]
            small = list(itertools.takewhile(_is_small, rest))
            try:
                if not small:
                    tell_of(begun, await self.deliver(*rest[0], next_hop, deadline))
                    begun += 1
                    continue
                done = await self._way.transmit_all(next_hop, small, deadline, tell_of_small)
            except Closed:
                raise
            except _OF_THE_MESSAGE as error:  # of the first: nothing was begun, and the others have no part in it
                kind = Refused if isinstance(error, UsageError) else Deferred
                tell_of(begun, dict.fromkeys(rest[0][0].recipients, kind(text=str(error), stage="gateway")))
                begun += 1
                continue
            begun += len(done)
            if begun < len(batch) and not raised and all(map(_is_no_session, done[-1].values())):
                raise ServiceBusy(str(next(iter(done[-1].values()))))
        if raised:
            raise raised[0]

    async def close(self) -> None:
        await self._way.close()


@attrs.frozen
class _Relay:
    """One server for all."""

    link: SmtpLink
    signer: Signer | None

    async def transmit(
        self, next_hop: str, envelope: Envelope, content: Content, deadline: Deadline, *, is_quick: bool
    ) -> Outcomes:
        return await self.link.transmit(envelope, _writer(envelope, content, self.signer), deadline, is_quick=is_quick)

    async def transmit_all(
        self, next_hop: str, batch: Sequence[tuple[Envelope, Content]], deadline: Deadline, tell: _TellAll
    ) -> Sequence[Outcomes]:
        written = [(envelope, _writer(envelope, content, self.signer)) for envelope, content in batch]
        return await self.link.transmit_all(written, deadline, tell)

    async def close(self) -> None:
        await self.link.close()


class _ByMx:
    """The hosts of each next hop, which is a domain."""

    def __init__(self, config: SmtpGatewayConfig, runtime: Runtime, services: NodeServices) -> None:
        server = config.server(services.host_name)
        options = MxOptions(server, config.pool_limits, config.address_families, config.allow_loopback)
        self._delivery = MxDelivery(runtime, options, services)
        self._signer = services.signer

    async def transmit(
        self, next_hop: str, envelope: Envelope, content: Content, deadline: Deadline, *, is_quick: bool
    ) -> Outcomes:
        write = _writer(envelope, content, self._signer)
        wishes = wishes_of(envelope, content)
        return await self._delivery.transmit(next_hop, wishes, envelope, write, deadline, is_quick=is_quick)

    async def transmit_all(
        self, next_hop: str, batch: Sequence[tuple[Envelope, Content]], deadline: Deadline, tell: _TellAll
    ) -> Sequence[Outcomes]:
        wishes = wishes_of(*batch[0])
        alike = itertools.takewhile(lambda one: wishes_of(*one) == wishes, batch)
        written = [(envelope, _writer(envelope, content, self._signer)) for envelope, content in alike]
        return await self._delivery.transmit_all(next_hop, wishes, written, deadline, tell)

    async def close(self) -> None:
        await self._delivery.close()


def _is_small(one: tuple[Envelope, Content]) -> bool:
    """Say whether a mail is written in less time than it takes to wake a thread."""
    content = one[1]
    return content.form == "mime" and len(content.octets) <= _SMALL_OCTETS


def _is_no_session(outcome: Outcome) -> bool:
    """Say whether the server wants nothing more now: each of the others would only try to connect again."""
    return isinstance(outcome, Deferred) and (outcome.stage == "greeting" or outcome.code == _CLOSING)


def _writer(envelope: Envelope, content: Content, signer: Signer | None) -> Callable[[Extensions], WireForm]:
    """Write the content when it is known what the server takes; an error of that is the message's own.

    It is signed as it goes out, when nothing in it changes any more; what a stranger brought is only sealed.
    """

    def write(extensions: Extensions) -> WireForm:
        form = _written(content, extensions)
        if signer is None:
            return form
        is_ours = content.is_ours
        octets = signer.sign(form.octets, envelope.sender) if is_ours else signer.seal(form.octets)
        return WireForm(octets, form.is_text)

    return write


def _written(content: Content, extensions: Extensions) -> WireForm:
    usual = mime.usual_wire_form(content.octets) if content.form == "mime" else None
    if usual is not None:
        return usual
    message = read_message(content.octets, form=content.form)
    return mime.wire_writer(message, tnef=content.form == "tnef")(extensions)
