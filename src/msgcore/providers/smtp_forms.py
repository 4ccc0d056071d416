"""Which recipients of a message get it in which form: bifurcation ([MS-OXCMAIL] section 2.1.3.4).

A message that MIME cannot carry goes to those who read TNEF with all that it has, and to the others as MIME alone: two
transactions, of which each recipient is in one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import attrs

from msgcore.codecs import mime
from msgcore.model.envelope import Envelope
from msgcore.model.message import Message
from msgcore.model.recipient import Recipient

__all__ = ["Share", "is_rich", "shares_of"]


class Share(NamedTuple):
    """Who gets the message in one form."""

    envelope: Envelope
    tnef: bool


def is_rich(envelope: Envelope, message: Message) -> bool:
    """Say whether anybody gets TNEF."""
    return bool(_who_take_rich_form(envelope, message)) and mime.needs_tnef(message)


def shares_of(envelope: Envelope, message: Message) -> Sequence[Share]:
    """Part an envelope by form; those who get TNEF are the first, and nobody gets it unasked."""
    if not is_rich(envelope, message):
        return (Share(envelope, tnef=False),)
    rich = frozenset(_who_take_rich_form(envelope, message))
    plain = tuple(one for one in envelope.recipients if one not in rich)
    if not plain:
        return (Share(envelope, tnef=True),)
    first = tuple(one for one in envelope.recipients if one in rich)
    return (
        Share(attrs.evolve(envelope, recipients=first), tnef=True),
        Share(attrs.evolve(envelope, recipients=plain), tnef=False),
    )


def _who_take_rich_form(envelope: Envelope, message: Message) -> Sequence[Recipient]:
    """Ask the envelope's recipients, and of those who say nothing there the message's rows."""
    source = message.source
    if source is not None and source.form == "mime" and not message.is_changed:
        return ()
    rows = {_address(one): one for one in reversed(message.recipients) if one.properties}
    if not rows and not any(one.properties for one in envelope.recipients):
        return ()
    asked = [(one, one if one.properties else rows.get(_address(one), one)) for one in envelope.recipients]
    return [one for one, row in asked if mime.takes_rich_form(row)]


def _address(recipient: Recipient) -> tuple[str, str]:
    return recipient.address_type, recipient.email_address.casefold()
