"""What an outbox keeps of a recipient beside address, name and role, as JSON; most have nothing of it."""

from __future__ import annotations

import json
from typing import Any

import attrs

from msgcore.errors import StoreCorrupt
from msgcore.model.address import Address
from msgcore.model.delivery import Notify
from msgcore.model.recipient import Recipient
from msgcore.spi.overlay import is_kept, overlay_from_json, overlay_to_json

__all__ = ["details_to_json", "with_details"]


def details_to_json(recipient: Recipient) -> str | None:
    """Write a recipient's wishes, whom it stands for, and its properties; ``None`` when there is nothing of these.

    Objects, which no row of a message that is sent has, are left out.
    """
    details: dict[str, Any] = {}
    if recipient.notify is not None:
        details["notify"] = recipient.notify.value
    if recipient.original is not None:
        details["original"] = attrs.astuple(recipient.original)
    properties = overlay_to_json((tag, value) for tag, value in recipient.properties if is_kept(tag))
    if properties is not None:
        details["properties"] = properties
    return json.dumps(details) if details else None


def with_details(recipient: Recipient, text: str | None) -> Recipient:
    """Give a recipient with what was written.

    Raises:
        StoreCorrupt: it did not write this.
    """
    if text is None:
        return recipient
    try:
        details = json.loads(text)
        notify, original, properties = (details.get(one) for one in ("notify", "original", "properties"))
        return attrs.evolve(
            recipient,
            notify=None if notify is None else Notify(notify),
            original=None if original is None else Address(*original),
            properties=overlay_from_json(properties),
        )
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise StoreCorrupt(f"a recipient in the outbox is damaged: {type(error).__name__}: {error}") from error
