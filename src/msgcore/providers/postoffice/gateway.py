"""The gateway: from an organisation's MTA into the mailboxes of post offices."""

from __future__ import annotations

from collections.abc import Mapping

from msgcore.base.times import Deadline
from msgcore.codecs import read_message
from msgcore.errors import Closed, SetupError
from msgcore.model.envelope import Envelope
from msgcore.model.outcome import Outcome
from msgcore.model.recipient import Recipient
from msgcore.providers.postoffice.config import PostOfficeGatewayConfig
from msgcore.providers.postoffice.delivery import Offices
from msgcore.providers.postoffice.message_file import prepare
from msgcore.runtime.abc import Runtime
from msgcore.spi.gateway import Content
from msgcore.spi.store import Incoming

__all__ = ["PostOfficeGateway"]


class PostOfficeGateway:
    """Delivers into mailboxes, in the form in which the MTA has the message: its properties arrive as they are."""

    config_type = PostOfficeGatewayConfig
    content_forms = ("tnef",)

    def __init__(self, config: PostOfficeGatewayConfig, runtime: Runtime) -> None:
        self._offices = None if config.path is None else Offices(config.path, config.others)
        self._runtime = runtime
        self._is_closed = False

    def deliver(
        self, envelope: Envelope, content: Content, next_hop: str, deadline: Deadline
    ) -> Mapping[Recipient, Outcome]:
        """Put the message into the mailboxes of the recipients.

        Raises:
            Closed: :meth:`close` was called.
            SetupError: the connector names no folder.
            ConnectionLost: the post office is not there.
        """
        if self._is_closed:
            raise Closed("the post office has been closed")
        if self._offices is None:
            raise SetupError("the connector to the post office names no folder: give it the option path")
        deadline.check("post office")
        return self._offices.deliver(
            envelope.recipients,
            envelope.transfer_id,
            lambda: prepare(Incoming(read_message(content.octets, form=content.form)), self._runtime.now()),
            deadline,
        )

    def close(self) -> None:
        """Deliver nothing more."""
        self._is_closed = True
