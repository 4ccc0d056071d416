"""The SMTP gateway: delivers to the server that its connector names, by SMTP or LMTP."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

import attrs

from msgcore.base.times import Deadline
from msgcore.codecs import mime, read_message
from msgcore.errors import Closed, LimitExceeded, MalformedMessage, ServiceBusy, UsageError
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Deferred, Outcome, Outcomes, Refused
from msgcore.model.recipient import Recipient
from msgcore.model.wire_form import WireForm
from msgcore.runtime.abc import Runtime
from msgcore.spi.gateway import Content, Tell
from msgcore.spi.settings import setting
from msgcore.spi.smtp_account import SmtpAccount
from msgcore.spi.url import ServiceUrl
from msgcore.wire.smtp.extensions import Extensions
from msgcore.wire.smtp.link import SmtpLink, SmtpServer

__all__ = ["SmtpGateway", "SmtpGatewayConfig"]

_SMALL_OCTETS = 64 * 1024
_CLOSING = 421
_OF_THE_MESSAGE = (UsageError, MalformedMessage, LimitExceeded)


@attrs.frozen
class SmtpGatewayConfig(SmtpAccount):
    """A relay that takes everything (delivery by MX is not in this version)."""

    relay: ServiceUrl = attrs.field(metadata=setting("the server", protocols=("smtp", "lmtp")))
    connections: int = attrs.field(default=20, kw_only=True, metadata=setting("how many there may be at a time"))

    def __attrs_post_init__(self) -> None:
        self.server()

    def server(self) -> SmtpServer:
        return self.server_at(self.relay)


class SmtpGateway:
    """Delivers to a relay; each connector has connections of its own, used for one message after another.

    TNEF goes inside a mail, as it is to a server that takes binary (RFC 3030), and in base64 to any other: to those who
    ask for it, and to all by a connector of ``content="tnef"``, which is for a site of the same organisation. Anywhere
    else people would get a file that they cannot read.
    """

    config_type = SmtpGatewayConfig
    content_forms = frozenset({"mime", "tnef"})
    content_profile = "mime"

    def __init__(self, config: SmtpGatewayConfig, runtime: Runtime) -> None:
        self._link = SmtpLink(runtime, config.server(), config.pool_limits)

    async def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        """Send in one transaction; what keeps the session from opening is raised, and the MTA defers."""
        is_quick = _is_small((envelope, content))
        return await self._link.transmit(envelope, _writer(content), deadline, is_quick=is_quick)

    async def deliver_all(
        self, batch: Sequence[tuple[Envelope, Content]], next_hop: str, deadline: Deadline, tell: Tell
    ) -> None:
        """Send small messages one behind the other over one connection, and a large one by itself.

        Raises:
            ServiceBusy: the server wants no session now; and what ``deliver`` raises. What was not told of was not
                begun.
        """
        begun = 0

        def tell_of_small(number: int, told: Outcomes) -> None:
            tell(begun + number, told)

        while begun < len(batch):
            rest = batch[begun:]
            small = [(envelope, _writer(content)) for envelope, content in itertools.takewhile(_is_small, rest)]
            try:
                if not small:
                    tell(begun, await self.deliver(*rest[0], next_hop, deadline))
                    begun += 1
                    continue
                done = await self._link.transmit_all(small, deadline, tell_of_small)
            except Closed:
                raise
            except _OF_THE_MESSAGE as error:  # of the first: nothing was begun, and the others have no part in it
                kind = Refused if isinstance(error, UsageError) else Deferred
                tell(begun, dict.fromkeys(rest[0][0].recipients, kind(text=str(error), stage="gateway")))
                begun += 1
                continue
            begun += len(done)
            if begun < len(batch) and all(map(_is_no_session, done[-1].values())):
                raise ServiceBusy(str(next(iter(done[-1].values()))))

    async def close(self) -> None:
        await self._link.close()


def _is_small(one: tuple[Envelope, Content]) -> bool:
    """Say whether a mail is written in less time than it takes to wake a thread."""
    content = one[1]
    return content.form == "mime" and len(content.octets) <= _SMALL_OCTETS


def _is_no_session(outcome: Outcome) -> bool:
    """Say whether the server wants nothing more now: each of the others would only try to connect again."""
    return isinstance(outcome, Deferred) and (outcome.stage == "greeting" or outcome.code == _CLOSING)


def _writer(content: Content) -> Callable[[Extensions], WireForm]:
    """Write the content when it is known what the server takes; an error of that is the message's own."""

    def write(extensions: Extensions) -> WireForm:
        usual = mime.usual_wire_form(content.octets) if content.form == "mime" else None
        if usual is not None:
            return usual
        message = read_message(content.octets, form=content.form)
        return mime.wire_writer(message, tnef=content.form == "tnef")(extensions)

    return write
