"""Texts that were read from a form of properties, as header fields can say them.

There a line end, or half a character of UTF-16, is data. What an application sets is not changed but refused.
"""

from __future__ import annotations

from msgcore.model.attachment import Attachment
from msgcore.props.tags import Property

__all__ = ["fit_for_field", "text_for_field"]

_TO_SPACES = {ord(octet): " " for octet in "\r\n\0"}


def fit_for_field(text: str) -> str:
    """Give a text on one line, of whole characters."""
    whole = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
    return whole.translate(_TO_SPACES)


def text_for_field(attachment: Attachment, *tags: Property[str]) -> str | None:
    """Give the first of these properties that an attachment has; made fit where it was read."""
    bag = attachment.properties
    for tag in tags:
        text = bag.get(tag)
        if text is not None:
            return text if bag.was_changed(tag) else fit_for_field(text)
    return None
