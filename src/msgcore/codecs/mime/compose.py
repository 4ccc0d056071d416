"""The body of a message that is composed: which parts it has and how they are put together.

Text and HTML stand in a multipart/alternative; what the HTML shows by ``cid:`` stands with it in a multipart/related;
the other attachments follow in a multipart/mixed. Reading gives the shown attachments first, then the others.
"""

from __future__ import annotations

from collections.abc import Callable

from msgcore.codecs.mime.body_parts import (
    Part,
    Segment,
    attachment_part,
    html_part,
    message_part,
    multipart,
    text_part,
)
from msgcore.codecs.mime.parts import refers_to
from msgcore.model.attachment import Attachment
from msgcore.model.body import UTF_8
from msgcore.model.message import Message
from msgcore.props.table import PidTagBody, PidTagHtml, PidTagInternetCodepage

__all__ = ["compose_body"]


def compose_body(message: Message, segments_of: Callable[[Message], tuple[Segment, ...]]) -> Part | None:
    """Compose the body, or give ``None`` when there is none; ``segments_of`` gives those of an attached message.

    Raises:
        NotLoaded: an attachment is a file that has not been read.
    """
    text, html = message.get(PidTagBody), message.get(PidTagHtml)
    shown = [a for a in message.attachments if html is not None and _is_shown(a, html)]
    others = [a for a in message.attachments if a not in shown]
    bodies: list[Part] = []
    if text is not None:
        bodies.append(text_part(text))
    if html is not None:
        part = html_part(html, message.get(PidTagInternetCodepage, UTF_8))
        if shown:
            pictures = [attachment_part(one, is_shown=True) for one in shown]
            part = multipart("related", [part, *pictures], {"type": '"text/html"'})
        bodies.append(part)
    parts = [multipart("alternative", bodies)] if len(bodies) > 1 else list(bodies)
    for one in others:
        inner = one.message
        parts.append(attachment_part(one, is_shown=False) if inner is None else message_part(one, segments_of(inner)))
    if not parts:
        return None
    return multipart("mixed", parts) if others else parts[0]


def _is_shown(attachment: Attachment, html: bytes) -> bool:
    content_id = attachment.content_id
    return bool(content_id) and attachment.message is None and refers_to(html, content_id or "")
