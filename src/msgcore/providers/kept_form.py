"""In which form a store keeps a message, and what it is read as from there.

What was read keeps its octets, whatever is set over it; only a change of what the octets are about makes new ones, of
the same form. What was composed is MIME, which the most programs read, and TNEF where MIME would lose some of it.
"""

from __future__ import annotations

import attrs

from msgcore.base.octets import USUAL_LIMITS
from msgcore.codecs import read_message, write_message
from msgcore.codecs.beyond_mime import is_lost_in_mime, may_be_lost_in_mime
from msgcore.codecs.mime.source import MimeSource, source_of
from msgcore.codecs.objects.following import FOLLOWING
from msgcore.model.message import Message
from msgcore.model.source import MessageSource
from msgcore.props.table import (
    PidTagBody,
    PidTagHtml,
    PidTagInternetCodepage,
    PidTagRtfCompressed,
    PidTagTransportMessageHeaders,
)

__all__ = ["Kept", "as_kept"]

# What something else in such a form follows from, or is read from.
_FOLLOWED = frozenset(
    {
        *(key for one in FOLLOWING for key in one.depends_on),
        *(
            tag.bag_key
            for tag in (
                PidTagBody,
                PidTagHtml,
                PidTagInternetCodepage,
                PidTagRtfCompressed,
                PidTagTransportMessageHeaders,
            )
        ),
    }
)


@attrs.frozen
class Kept:
    """A message's octets in their form, and the message as it will be read from them."""

    octets: bytes = attrs.field(repr=False)
    form: str
    message: Message


def as_kept(message: Message) -> Kept:
    """Give what is kept of a message; raises as :func:`msgcore.codecs.write_message` does."""
    source = message.source
    if source is None:
        return _composed(message)
    if not _is_rewritten(message, source):
        return _as_it_came(source)
    if source.form == "mime":
        return _composed(message)
    message.load_files()
    return _read_again(write_message(message, form=source.form), source.form)


def _as_it_came(source: MessageSource) -> Kept:
    if isinstance(source, MimeSource) and source.root.reading.limits is USUAL_LIMITS:
        # It has been read just so: no need to parse it again. What is decoded from here on does not stay with the
        # caller's message: a batch has many, and Python's search for garbage goes through all that stays.
        return Kept(source.octets, "mime", Message.from_source(source_of(source.root)))
    return _read_again(source.octets, source.form)


def _composed(message: Message) -> Kept:
    message.load_files()
    kept = _read_again(write_message(message, form="mime"), "mime")
    if may_be_lost_in_mime(message) and is_lost_in_mime(message, kept.message):
        return _read_again(write_message(message, form="tnef"), "tnef")
    return kept


def _read_again(octets: bytes, form: str) -> Kept:
    return Kept(octets, form, read_message(octets, form=form))


def _is_rewritten(message: Message, source: MessageSource) -> bool:
    """Say whether the octets that a message was read from are not those to be kept."""
    if source.form == "mime" or not message.is_changed:
        return message.is_changed
    if message.has_changed_content or message.own_headers or tuple(message.reply_to) != tuple(source.reply_to()):
        return True
    return any(tag.bag_key in _FOLLOWED for tag in message.properties_set.changed())
