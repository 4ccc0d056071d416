"""Feedback reports, read (ARF: RFC 5965, RFC 6591)."""

from __future__ import annotations

from msgcore.codecs.mime.reports.envelope_ids import read_envelope_id
from msgcore.codecs.mime.reports.feedback_text import feedback_in_words
from msgcore.codecs.mime.reports.original import header_of_original, id_and_subject
from msgcore.codecs.mime.reports.typed_fields import read_date, typed_value
from msgcore.codecs.mime.syntax.transfer import decode_base64
from msgcore.codecs.mime.syntax.words import without_comments
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.mime.tree.header_block import HeaderBlock
from msgcore.model.feedback_report import FeedbackReport

__all__ = ["feedback_report_of"]

_PART = "message/feedback-report"
_MOST_TEXTS = 1_000
_KNOWN = frozenset(
    {
        *("feedback-type", "user-agent", "version", "original-envelope-id", "original-mail-from", "original-rcpt-to"),
        *("arrival-date", "received-date", "reporting-mta", "source-ip", "source-port", "incidents"),
        *("authentication-results", "reported-domain", "reported-uri", "auth-failure", "delivery-result"),
        *("identity-alignment", "dkim-domain", "dkim-identity", "dkim-selector", "dkim-canonicalized-header"),
        *("dkim-canonicalized-body", "spf-dns"),
    }
)


def feedback_report_of(root: Entity) -> FeedbackReport | None:
    """Read the feedback report that a message is, or ``None``. Never raises."""
    part = next((entity for entity in root.walk(into_messages=False) if entity.media_type == _PART), None)
    return feedback_in_words(root) if part is None else _stated(root, part)


def _stated(root: Entity, part: Entity) -> FeedbackReport:
    octets = part.content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip()
    block = HeaderBlock(octets.partition(b"\n\n")[0])
    message_id, subject = id_and_subject(header_of_original(root))
    return FeedbackReport(
        feedback_type=_word(block, b"feedback-type"),
        user_agent=block.text(b"user-agent") or "",
        version=block.text(b"version") or "",
        original_envelope_id=read_envelope_id(block.text(b"original-envelope-id") or ""),
        original_mail_from=_path(block.text(b"original-mail-from") or ""),
        original_rcpt_to=tuple([_path(text) for text in _texts(block, b"original-rcpt-to")]),
        # Received-Date is its name in the drafts of the RFC.
        arrival_date=read_date(block, b"arrival-date") or read_date(block, b"received-date"),
        reporting_mta=typed_value(block.text(b"reporting-mta") or "")[1],
        source_ip=block.text(b"source-ip") or "",
        source_port=_number(block.text(b"source-port")),
        incidents=_number(block.text(b"incidents")) or 1,
        authentication_results=_texts(block, b"authentication-results"),
        reported_domain=_texts(block, b"reported-domain"),
        reported_uri=_texts(block, b"reported-uri"),
        auth_failure=_word(block, b"auth-failure"),
        delivery_result=_word(block, b"delivery-result"),
        identity_alignment=tuple(_word(block, b"identity-alignment").replace(",", " ").split()),
        dkim_domain=block.text(b"dkim-domain") or "",
        dkim_identity=block.text(b"dkim-identity") or "",
        dkim_selector=block.text(b"dkim-selector") or "",
        dkim_canonicalized_header=_octets(block, b"dkim-canonicalized-header"),
        dkim_canonicalized_body=_octets(block, b"dkim-canonicalized-body"),
        spf_dns=_texts(block, b"spf-dns"),
        extensions=tuple([field for field in block.headers() if field.name.lower() not in _KNOWN]),
        original_message_id=message_id,
        original_subject=subject,
    )


def _word(block: HeaderBlock, name: bytes) -> str:
    return without_comments(block.text(name) or "").strip().lower()


def _texts(block: HeaderBlock, name: bytes) -> tuple[str, ...]:
    texts = [block.decoded(raw) for raw in block.raw_all(name)[:_MOST_TEXTS]]
    return tuple([text for text in texts if text])


def _path(text: str) -> str:
    """Take the angle brackets of a path away."""
    text = text.strip()
    return text[1:-1] if text.startswith("<") and text.endswith(">") else text


def _number(text: str | None) -> int | None:
    digits = (text or "").strip()
    return int(digits) if digits.isdecimal() and len(digits) <= 9 else None


def _octets(block: HeaderBlock, name: bytes) -> bytes:
    return decode_base64(block.raw(name) or b"")
