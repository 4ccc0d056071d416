"""One mail transaction by the server's side: what it has come to, and what its handler says."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator

import attrs

from msgcore.base.status import EnhancedStatus, Reply
from msgcore.errors import MsgcoreError, OperationCancelled, StoreFull
from msgcore.model.address import Address
from msgcore.model.envelope import Envelope
from msgcore.model.recipient import Recipient
from msgcore.wire.smtp.server.commands import reply_of
from msgcore.wire.smtp.server.handler import MailFacts
from msgcore.wire.smtp.server.incoming_data import DataFault

__all__ = ["Mail", "ask", "fault_reply"]


@attrs.define
class Mail:
    """A sender, the recipients that were accepted, and the chunks of the message, ``None`` before the first."""

    sender: Address | None
    facts: MailFacts
    recipients: list[Recipient] = attrs.field(factory=list[Recipient])
    rcpt_commands: int = 0
    chunks: bytearray | None = None

    def envelopes(self, *, is_lmtp: bool) -> Iterator[tuple[Envelope, str]]:
        """Give what the handler is asked about, with the path of whom it is about: in LMTP each by itself."""
        request = self.facts.request
        if not is_lmtp:
            some = self.recipients
            yield Envelope(self.sender, tuple(dict.fromkeys(some) if len(some) > 1 else some), request=request), ""
            return
        for recipient in self.recipients:
            yield Envelope(self.sender, (recipient,), request=request), f"<{recipient.email_address}>"


async def ask(answer: Awaitable[Reply]) -> Reply:
    """Give a handler's reply, with an enhanced status; an error of msgcore's is never yes."""
    try:
        reply = await answer
    except OperationCancelled:
        raise
    except StoreFull:
        return reply_of(452, "4.3.1", "no space; try again later")
    except MsgcoreError:
        return reply_of(451, "4.3.0", "an error here; try again later")
    if reply.enhanced is not None or reply.is_intermediate:
        return reply
    return attrs.evolve(reply, enhanced=EnhancedStatus(reply.code // 100, 0, 0))


def fault_reply(fault: DataFault, max_octets: int, *, is_over: bool) -> Reply:
    """Say why a message is not taken; ``is_over`` ends the session, too."""
    match fault:
        case DataFault.TOO_BIG:
            return reply_of(552, "5.3.4", f"a message may have {max_octets} octets")
        case DataFault.NUL:
            return reply_of(554, "5.6.0", "a NUL in the data")
        case DataFault.STRAY_LINE_END:
            code, end = (521, "; good-bye") if is_over else (554, "")
            return reply_of(code, "5.5.2", f"a bare CR or LF in the data{end}")
