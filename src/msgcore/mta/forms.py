"""The forms of a queued message: as it was taken in, and as MIME for those who take nothing else."""

from __future__ import annotations

from msgcore.codecs import mime, read_message
from msgcore.errors import MsgcoreError
from msgcore.spi.gateway import Content

__all__ = ["ContentForms", "quoted_header"]


class ContentForms:
    """One message for gateways of every kind; made into MIME once, when the first of them needs that."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._as_mime = content if content.form == "mime" else None

    def content_for(self, forms: frozenset[str]) -> Content | None:
        """Give the content as it is if it is of one of these forms, or as MIME if it has been made into that."""
        return self._content if self._content.form in forms else self._as_mime

    def make_mime(self) -> Content:
        """Make MIME of the content; takes time for a large one.

        Raises:
            UsageError: as ``mime.write`` does; this message can never be MIME.
        """
        if self._as_mime is None:
            message = read_message(self._content.octets, form=self._content.form)
            self._as_mime = Content(mime.write(message, bcc=False))
        return self._as_mime


def quoted_header(content: Content) -> bytes | None:
    """Give octets with the header of a message, for a report to quote; ``None`` when it cannot be written as one."""
    if content.form == "mime":
        return content.octets
    try:
        message = read_message(content.octets, form=content.form)
        message.attachments = ()
        return mime.write(message, bcc=False)
    except MsgcoreError:
        # Whoever sent it has to be told all the same.
        return None
