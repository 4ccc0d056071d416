"""Conversion with an account of what the form did not carry.

The account is true because it is looked at: what was written is read again and compared, property by property, and each
difference gets its reason. That costs a second reading; whoever does not ask for it writes with ``write_message``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import attrs

from msgcore.codecs.convert.beside import beside_properties
from msgcore.codecs.convert.loss import Loss
from msgcore.codecs.convert.reasons import Place, reason_of
from msgcore.codecs.forms import read_message, write_message
from msgcore.errors import UsageError
from msgcore.model.compare import differences
from msgcore.model.message import Message
from msgcore.model.pairing import each_pair

__all__ = ["Converted", "convert"]


@attrs.frozen
class Converted:
    """A message in another form, and what that form did not carry."""

    octets: bytes = attrs.field(repr=lambda octets: f"<{len(octets)} octets>")
    losses: tuple[Loss, ...]


def convert(message: Message | bytes, to: str = "mime") -> Converted:
    """Write a message, or octets in any form, as ``"mime"``, ``"tnef"`` or ``"msg"``, and tell what that lost.

    Every difference that :func:`msgcore.compare` finds between the message and what its octets read as has a loss, and
    nothing else has but wishes for the transport, header fields and signatures that no longer hold. What a store notes
    about a message is not part of it, and no loss. Files that nobody has loaded are read, which blocks.

    Raises:
        UsageError: there is no such form; or as ``write`` of the form does.
        MalformedMessage, LimitExceeded: octets are none of their form, or too many.
        NotLoaded: an attachment is larger than the load limit under which the message was loaded from its store.
    """
    read = read_message(message) if isinstance(message, bytes) else message
    if not isinstance(cast(object, read), Message):
        raise UsageError(f"need a Message or its octets, got {type(read).__name__}")
    read.load_files()
    octets = write_message(read, to)
    source = read.source
    if source is not None and source.form == to and not read.is_changed:
        return Converted(octets, ())
    return Converted(octets, tuple(_losses(read, read_message(octets, to), to)))


def _losses(message: Message, written: Message, form: str) -> Iterator[Loss]:
    for path, one, other in each_pair(message, written):
        place = Place(one, other, form)
        found = list(differences(one, other))
        for difference in found:
            reason, text = reason_of(difference, place)
            yield Loss(f"{path}{difference.where}", reason, text, difference.tag)
        for loss in beside_properties(one, other, form, {each.tag for each in found}):
            yield attrs.evolve(loss, where=f"{path}{loss.where}")
