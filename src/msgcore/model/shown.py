"""Which attachments HTML shows: by their Content-ID (RFC 2392), else by their Content-Location (RFC 2557)."""

from __future__ import annotations

from collections.abc import Iterable

from msgcore.model.attachment import Attachment
from msgcore.model.html_fragment import location_as_shown, shown_content_ids, shown_locations
from msgcore.props.table import PidTagAttachContentLocation

__all__ = ["location_of", "shown_attachments"]


def shown_attachments(html: str, attachments: Iterable[Attachment]) -> frozenset[Attachment]:
    """Give those of the attachments that HTML shows; an attached message is none."""
    given = [(one, one.content_id, location_of(one)) for one in attachments if one.message is None]
    ids = shown_content_ids(html) if any(content_id for _, content_id, _ in given) else frozenset[str]()
    locations = shown_locations(html) if any(location for _, _, location in given) else frozenset[str]()
    return frozenset(one for one, content_id, location in given if content_id in ids or location in locations)


def location_of(attachment: Attachment) -> str | None:
    """Give the Content-Location as HTML names it; ``None`` when there is none."""
    return location_as_shown(attachment.get(PidTagAttachContentLocation, "")) or None
