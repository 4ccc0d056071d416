"""The text of attachments, for the full text of stores: what functions for their content types make of them.

A function is registered by call, or by an entry point of ``msgcore.texts`` whose name is the content type. It takes an
attachment's octets and gives its text, in the thread that saves the message and before anything is written: what it
raises or how long it takes never loses a message, which is saved without that text then. A function that is at work is
waited for.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from msgcore.base.times import Deadline
from msgcore.model.attachment import Attachment

__all__ = ["MOST_CHARACTERS", "MOST_OCTETS", "MOST_SECONDS", "TextSource", "attachment_text", "register_text_source"]

TextSource = Callable[[bytes], str]
"""Makes text of an attachment's octets, for search."""

MOST_OCTETS = 64 * 1024 * 1024
"""A larger attachment is not given to a function."""

MOST_CHARACTERS = 4 * 1024 * 1024
"""So much is taken of the text of one attachment."""

MOST_SECONDS = 10.0
"""When a message's functions have taken so long, its other attachments have no text."""

_GROUP = "msgcore.texts"

_registered: dict[str, TextSource] = {}

_log = logging.getLogger("msgcore.texts")


def register_text_source(content_type: str, function: TextSource | None) -> None:
    """Make text of attachments of a content type in this process; ``None`` takes back what was registered.

    It goes before an entry point of the same content type. What was saved before stays as it is.
    """
    key = content_type.lower()
    if function is None:
        _registered.pop(key, None)
    else:
        _registered[key] = function


def attachment_text(attachments: Iterable[Attachment], deadline: Deadline) -> str:
    """Give the texts of those attachments that have one, a blank line apart: what PidTagSearchAttachments says.

    Messages among them have none of their own. No function is called any more once the deadline has passed.
    """
    found: list[str] = []
    for attachment in attachments:
        if attachment.message is not None:
            continue
        function = _function(attachment.content_type.lower())
        if function is None:
            continue
        if deadline.is_past:
            _log.warning("no text of %s: those before it took too long", _name(attachment))
            continue
        text = _text(function, attachment)
        if text:
            found.append(text[:MOST_CHARACTERS])
    return "\n\n".join(found)


def _text(function: TextSource, attachment: Attachment) -> str:
    try:
        # Of a copy, so that the octets are not held with the message.
        octets = attachment.copy().data
        if len(octets) > MOST_OCTETS:
            _log.warning("no text of %s: it has %d octets", _name(attachment), len(octets))
            return ""
        text = cast(object, function(octets))
    except Exception as error:  # a message is saved whatever a hook makes of it
        _log.warning("no text of %s: %s: %s", _name(attachment), type(error).__name__, error)
        return ""
    if not isinstance(text, str):
        _log.warning("no text of %s: its function gave %s", _name(attachment), type(text).__name__)
        return ""
    return text


def _name(attachment: Attachment) -> str:
    return f"attachment {attachment.filename!r} ({attachment.content_type})"


def _function(content_type: str) -> TextSource | None:
    return _registered.get(content_type) or _installed(content_type)


def _installed(content_type: str) -> TextSource | None:
    point = _entry_points().get(content_type)
    return None if point is None else _load(point)


@functools.cache
def _load(point: EntryPoint) -> TextSource | None:
    try:
        return cast(TextSource, point.load())
    except Exception as error:
        _log.warning("no text of %s: %s: %s: %s", point.name, point.value, type(error).__name__, error)
        return None


@functools.cache
def _entry_points() -> dict[str, EntryPoint]:
    return {point.name.lower(): point for point in entry_points(group=_GROUP)}
