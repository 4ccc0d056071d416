"""The message class of a MIME message ([MS-OXCMAIL] section 2.2.3.7 and on)."""

from __future__ import annotations

from msgcore.codecs.mime.entity import Entity
from msgcore.codecs.mime.status_fields import actions_of, status_part
from msgcore.model.report import report_class

__all__ = ["message_class_of"]

_READ = ("displayed", "dispatched", "processed")
_SMIME = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})


def message_class_of(root: Entity) -> str:
    """Derive the class from the form of the message and from what a report reports."""
    kind = root.media_type
    if kind == "multipart/report":
        return _class_of_report(root)
    if kind == "multipart/signed":
        return "IPM.Note.SMIME.MultipartSigned"
    return "IPM.Note.SMIME" if kind in _SMIME else "IPM.Note"


def _class_of_report(root: Entity) -> str:
    match (root.content_type.get("report-type") or "").lower():
        case "delivery-status" | "global-delivery-status":
            part = status_part(root)
            return report_class(() if part is None else actions_of(part))
        case "disposition-notification" | "global-disposition-notification":
            return "REPORT.IPM.Note.IPNRN" if _was_read(root) else "REPORT.IPM.Note.IPNNRN"
        case _:
            return "IPM.Note"


def _was_read(root: Entity) -> bool:
    """Read ``Disposition: manual-action/MDN-sent-manually; displayed`` (RFC 8098 section 3.2.6)."""
    for child in root.children:
        if child.media_type in {"message/disposition-notification", "message/global-disposition-notification"}:
            for line in child.content.lower().replace(b"\r", b"\n").split(b"\n"):
                if line.startswith(b"disposition:"):
                    return any(word.encode() in line.rpartition(b";")[2] for word in _READ)
    return True
