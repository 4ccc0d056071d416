"""Taking one message to each recipient of an envelope: the same for the transport and for the gateway."""

import hashlib
import re

from msgcore import Deferred, Message, Outcome, Recipient, Refused
from msgcore.errors import MsgcoreError
from msgcore.spi import Deadline, Envelope

from msgcore_sms.api import OperatorApi
from msgcore_sms.config import SmsConfig

__all__ = ["ADDRESS_TYPE", "SmsSender"]

ADDRESS_TYPE = "SMS"

# E.164: a plus, the country, and 15 digits at most.
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


class SmsSender:
    """Sends the text of a message; one that has none sends its subject."""

    def __init__(self, config: SmsConfig) -> None:
        self._max_characters = config.max_characters
        self._api = OperatorApi(config)

    def send(self, envelope: Envelope, message: Message, deadline: Deadline) -> dict[Recipient, Outcome]:
        """Send to one recipient after the other, each once, and give an outcome for each.

        Raises:
            MsgcoreError: what concerns no single recipient; nothing was sent to anybody then.
        """
        text = (message.text or "").strip() or message.subject.strip()
        outcomes: dict[Recipient, Outcome] = {}
        for recipient in envelope.recipients:
            try:
                outcomes[recipient] = self._send_to(recipient, text, envelope.transfer_id, deadline)
            except MsgcoreError as error:
                if not outcomes:
                    raise
                # Somebody has an outcome already, which an error would lose: the others wait for the next try.
                waiting = Deferred(text=str(error), stage="operator")
                return dict.fromkeys(envelope.recipients, waiting) | outcomes
        return outcomes

    def _send_to(self, recipient: Recipient, text: str, transfer_id: str, deadline: Deadline) -> Outcome:
        number = recipient.email_address
        if recipient.address_type != ADDRESS_TYPE or not _NUMBER.fullmatch(number):
            return Refused(enhanced="5.1.3", text="need a number such as SMS:+46701234567", stage="number")
        if not text:
            return Refused(enhanced="5.6.0", text="there is no text in it", stage="text")
        if len(text) > self._max_characters:
            limit = f"{len(text)} characters; a short message has {self._max_characters} at most"
            return Refused(enhanced="5.2.3", text=limit, stage="text")
        return self._api.post(number, text, _key(transfer_id, number), deadline)


def _key(transfer_id: str, number: str) -> str:
    """Name this message to this number, the same on every try; empty where nobody says which transfer it is."""
    return hashlib.sha256(f"{transfer_id} {number}".encode()).hexdigest() if transfer_id else ""
