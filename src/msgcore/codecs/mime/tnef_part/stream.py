"""Reading the TNEF stream in a part."""

from __future__ import annotations

from msgcore.base.findings import Finding
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.errors import LimitExceeded, MalformedMessage
from msgcore.model.message import Message

__all__ = ["first_finding", "stream_in"]


def stream_in(part: Entity) -> Message | None:
    """Read the stream, lazily; ``None``: the part holds none that can be read, and is an ordinary file."""
    from msgcore.codecs import tnef  # TNEF itself stands on the header reader of MIME

    content = part.content
    if not tnef.is_tnef(content):
        return None
    try:
        return tnef.read(content, part.reading.limits)
    except (MalformedMessage, LimitExceeded):
        return None


def first_finding(part: Entity) -> Finding | None:
    """Give the first thing that reading the stream tolerates, its offset in the stream.

    Raises:
        MalformedMessage: it is no TNEF.
        LimitExceeded: it is larger than the limit.
    """
    from msgcore.codecs import tnef  # as above

    return next(iter(tnef.check(part.content, part.reading.limits)), None)
