"""Internet messages: RFC 5322 and MIME, read lazily and written."""

from msgcore.base.findings import Finding as Finding
from msgcore.base.findings import Strictness as Strictness
from msgcore.base.octets import Limits as Limits
from msgcore.codecs.mime.automatic import is_automatic as is_automatic
from msgcore.codecs.mime.reader import check as check
from msgcore.codecs.mime.reader import read as read
from msgcore.codecs.mime.reports.aggregate import read_aggregate_report as read_aggregate_report
from msgcore.codecs.mime.reports.delivery_writing import write_delivery_report as write_delivery_report
from msgcore.codecs.mime.reports.disposition_writing import write_read_report as write_read_report
from msgcore.codecs.mime.reports.entrance import Report as Report
from msgcore.codecs.mime.reports.entrance import read_delivery_report as read_delivery_report
from msgcore.codecs.mime.reports.entrance import read_feedback_report as read_feedback_report
from msgcore.codecs.mime.reports.entrance import read_read_report as read_read_report
from msgcore.codecs.mime.reports.entrance import read_report as read_report
from msgcore.codecs.mime.reports.receipts import ReceiptDecision as ReceiptDecision
from msgcore.codecs.mime.reports.receipts import receipt_decision as receipt_decision
from msgcore.codecs.mime.reports.receipts import receipt_recipients as receipt_recipients
from msgcore.codecs.mime.reports.tls import read_tls_report as read_tls_report
from msgcore.codecs.mime.signatures import is_signed as is_signed
from msgcore.codecs.mime.signatures import without_signatures as without_signatures
from msgcore.codecs.mime.tnef_part.need import needs_tnef as needs_tnef
from msgcore.codecs.mime.tnef_part.need import takes_rich_form as takes_rich_form
from msgcore.codecs.mime.wire import normalise_line_ends as normalise_line_ends
from msgcore.codecs.mime.wire import octets_for_program as octets_for_program
from msgcore.codecs.mime.wire import octets_for_wire as octets_for_wire
from msgcore.codecs.mime.wire import usual_wire_form as usual_wire_form
from msgcore.codecs.mime.wire import wire_writer as wire_writer
from msgcore.codecs.mime.wire import write_for_wire as write_for_wire
from msgcore.codecs.mime.writer import size_when_written as size_when_written
from msgcore.codecs.mime.writer import write as write
from msgcore.codecs.mime.writer import write_chunks as write_chunks

__all__ = [
    "Finding",
    "Limits",
    "ReceiptDecision",
    "Report",
    "Strictness",
    "check",
    "is_automatic",
    "is_signed",
    "needs_tnef",
    "normalise_line_ends",
    "octets_for_program",
    "octets_for_wire",
    "read",
    "read_aggregate_report",
    "read_delivery_report",
    "read_feedback_report",
    "read_read_report",
    "read_report",
    "read_tls_report",
    "receipt_decision",
    "receipt_recipients",
    "size_when_written",
    "takes_rich_form",
    "usual_wire_form",
    "wire_writer",
    "without_signatures",
    "write",
    "write_chunks",
    "write_delivery_report",
    "write_for_wire",
    "write_read_report",
]
