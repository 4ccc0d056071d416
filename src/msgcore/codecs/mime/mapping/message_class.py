"""The message class of a MIME message ([MS-OXCMAIL] section 2.2.3.7 and on)."""

from __future__ import annotations

from msgcore.codecs.mime.mapping.content_class import SMIME_TYPES, class_of_content
from msgcore.codecs.mime.reports.disposition import disposition_of, disposition_part
from msgcore.codecs.mime.reports.status_fields import actions_of, status_part
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.model.read_report import DispositionType, read_report_class
from msgcore.model.report import report_class

__all__ = ["message_class_of"]


def message_class_of(root: Entity) -> str:
    """Derive the class from the form of the message and from what a report reports."""
    kind = root.media_type
    if kind == "multipart/report":
        return _class_of_report(root)
    if kind == "multipart/signed":
        return "IPM.Note.SMIME.MultipartSigned"
    if kind in SMIME_TYPES:
        return "IPM.Note.SMIME"
    return class_of_content(root) or "IPM.Note"


def _class_of_report(root: Entity) -> str:
    """Go by the report-type (RFC 6522 section 3), and where it is missing by the parts."""
    kind = (root.content_type.get("report-type") or "").lower().removeprefix("global-")
    if kind in {"delivery-status", ""}:
        status = status_part(root)
        if status is not None or kind:
            return report_class(() if status is None else actions_of(status))
    if kind in {"disposition-notification", ""}:
        disposition = disposition_part(root)
        if disposition is not None or kind:
            return read_report_class(DispositionType.UNKNOWN if disposition is None else disposition_of(disposition))
    return "IPM.Note"
