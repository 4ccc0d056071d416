"""SMTP submission (RFC 6409): the service ``smtp``, by URL and of a profile."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import attrs

from msgcore.base.times import Deadline
from msgcore.codecs import mime
from msgcore.errors import MsgcoreError, UsageError
from msgcore.model.address import SMTP, Address, parse_address
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.outcome import Deferred, Outcome, Outcomes
from msgcore.model.recipient import Recipient
from msgcore.providers.smtp_forms import Share, is_rich, shares_of
from msgcore.runtime.abc import Runtime
from msgcore.runtime.pool import PoolLimits
from msgcore.spi.asked import as_asked
from msgcore.spi.settings import setting
from msgcore.spi.smtp_account import SmtpAccount
from msgcore.spi.transport import Submission
from msgcore.spi.url import ServiceUrl
from msgcore.wire.smtp.link import SmtpLink, SmtpServer
from msgcore.wire.smtp.transmit import ANSWER_SECONDS

__all__ = ["SmtpConfig", "SmtpService", "SmtpTransport", "identity_of"]

_SMALL_OCTETS = 256 * 1024


@attrs.frozen(kw_only=True)
class SmtpConfig(SmtpAccount):
    """A server by URL, for any From address unless ``email`` is given."""

    url: ServiceUrl = attrs.field(metadata=setting("the server", protocols=("smtp", "lmtp")))
    email: str | None = attrs.field(
        default=None, metadata=setting("the one From address that this transport submits for", in_url=True)
    )

    def __attrs_post_init__(self) -> None:
        self.server()
        self.identity()

    def server(self) -> SmtpServer:
        return self.server_at(self.url)

    def identity(self) -> Address | None:
        return None if self.email is None else identity_of(self.email)


def identity_of(email: str) -> Address:
    """Read the address that an account submits for.

    Raises:
        UsageError: it is none.
    """
    address = parse_address(email)
    if not address.is_resolved:
        raise UsageError(f"email {email!r}: need an address, such as ann@a.test")
    return address


class SmtpTransport:
    """Submits to one server, for one From address or for any."""

    answer_seconds = ANSWER_SECONDS

    def __init__(self, runtime: Runtime, server: SmtpServer, limits: PoolLimits, identity: Address | None) -> None:
        self._link = SmtpLink(runtime, server, limits)
        self._identity = identity

    @property
    def address_types(self) -> Sequence[str]:
        return (SMTP,)

    @property
    def identity(self) -> Address | None:
        return self._identity

    async def submit(self, envelope: Envelope, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        """Send in one transaction, or in two, one behind the other, where some recipients get TNEF.

        The errors are those of :meth:`~msgcore.wire.smtp.link.SmtpLink.transmit`; once something was sent, they become
        outcomes.
        """
        asked = as_asked(envelope, message)
        first, *rest = shares_of(asked, message)
        told = dict(await self._transmit(first, message, deadline))
        for share in rest:
            try:
                told.update(await self._transmit(share, message, deadline))
            except MsgcoreError as error:
                told.update(dict.fromkeys(share.envelope.recipients, Deferred(text=str(error), stage="submit")))
        return Outcomes({recipient: told[recipient] for recipient in asked.recipients})

    async def _transmit(self, share: Share, message: Message, deadline: Deadline) -> Mapping[Recipient, Outcome]:
        return await self._link.transmit(share.envelope, mime.wire_writer(message, tnef=share.tnef), deadline)

    async def validate_state(self, deadline: Deadline) -> None:
        """Log in; nothing is sent. Raises as :meth:`~msgcore.wire.smtp.link.SmtpLink.check` does."""
        await self._link.check(deadline)

    async def submit_all(
        self, batch: Sequence[Submission], deadline: Deadline
    ) -> Sequence[Mapping[Recipient, Outcome]]:
        """Send messages one behind the other, over one connection; a large one by itself."""
        letter_seconds = deadline.remaining_seconds() / len(batch)
        small = [*itertools.takewhile(_goes_with_others, batch)]
        if not small:
            return [await self.submit(*batch[0], deadline.sooner(letter_seconds))]
        return await self._link.transmit_all(
            [(as_asked(envelope, message), mime.wire_writer(message)) for envelope, message in small],
            deadline,
            letter_seconds=letter_seconds,
        )

    async def close(self) -> None:
        await self._link.close()


class SmtpService(SmtpTransport):
    """What an SMTP URL names: a transport."""

    config_type = SmtpConfig

    def __init__(self, config: SmtpConfig, runtime: Runtime) -> None:
        super().__init__(runtime, config.server(), config.pool_limits, config.identity())


def _goes_with_others(submission: Submission) -> bool:
    """Say whether a message is written in no time, and in one form."""
    envelope, message = submission
    source = message.source
    is_small = not message.attachments if source is None else len(source.octets) <= _SMALL_OCTETS
    return is_small and not is_rich(envelope, message)
