"""Internet messages: RFC 5322 and MIME, read lazily and written."""

from msgcore.base.findings import Finding as Finding
from msgcore.base.findings import Strictness as Strictness
from msgcore.base.octets import Limits as Limits
from msgcore.codecs.mime.reader import check as check
from msgcore.codecs.mime.reader import read as read
from msgcore.codecs.mime.report import read_delivery_report as read_delivery_report
from msgcore.codecs.mime.report import write_delivery_report as write_delivery_report
from msgcore.codecs.mime.wire import normalise_line_ends as normalise_line_ends
from msgcore.codecs.mime.wire import octets_for_wire as octets_for_wire
from msgcore.codecs.mime.wire import write_for_wire as write_for_wire
from msgcore.codecs.mime.writer import write as write
from msgcore.codecs.mime.writer import write_chunks as write_chunks
