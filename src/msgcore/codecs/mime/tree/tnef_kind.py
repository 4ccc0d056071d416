"""Which parts may hold TNEF, by what their headers say."""

from __future__ import annotations

from msgcore.codecs.mime.tree.entity import Entity

__all__ = ["may_hold_tnef"]

_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_FILE_NAME = "winmail.dat"


def may_hold_tnef(part: Entity) -> bool:
    """Say whether a part is called TNEF, by its type or as servers name the file ([MS-OXCMAIL] section 2.1.3.4)."""
    kind = part.media_type
    if kind != "application/octet-stream":
        return kind in _TYPES
    return (part.filename or "").lower() == _FILE_NAME
