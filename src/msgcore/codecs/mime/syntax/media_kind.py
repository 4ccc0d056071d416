"""What a media type by itself says of a part."""

from __future__ import annotations

import attrs

from msgcore.base.memo import Memo

__all__ = ["MediaKind", "media_kind"]

_BODIES = frozenset({"text/plain", "text/html"})
_NO_BODIES = frozenset({"text/calendar", "text/directory", "text/vcard", "text/x-vcard", "text/rfc822-headers"})
_MESSAGES = frozenset({"message/rfc822", "message/global"})


@attrs.frozen
class MediaKind:
    """``is_type``: it has one slash, as RFC 2045 section 5.1 wants it. ``is_body``: a part of it may be a body.

    ``is_other_text``: a whole message of it is its body, while a part of it is none.
    """

    is_type: bool
    is_multipart: bool
    is_message: bool
    is_body: bool
    is_other_text: bool


def media_kind(name: str) -> MediaKind:
    """Sort a media type that is written in lower case."""
    return _kinds[name] if len(name) <= _LONGEST_SHARED else _sorted(name)


def _sorted(name: str) -> MediaKind:
    is_multipart = name.startswith("multipart/")
    return MediaKind(
        is_type=name.count("/") == 1,
        is_multipart=is_multipart,
        is_message=name in _MESSAGES,
        is_body=name in _BODIES or is_multipart,  # one without parts reads as text
        is_other_text=name.startswith("text/") and name not in _NO_BODIES,
    )


_LONGEST_SHARED = 100
_kinds = Memo(_sorted, 256)
