"""Failure reports that Exim's DMARC writes in words, with no part for programs."""

from __future__ import annotations

import re

from msgcore.codecs.mime.reports.original import id_and_subject
from msgcore.codecs.mime.syntax.charsets import guess
from msgcore.codecs.mime.syntax.dates import parse_date
from msgcore.codecs.mime.tree.entity import Entity
from msgcore.codecs.mime.tree.header_block import HeaderBlock
from msgcore.model.feedback_report import FeedbackReport

__all__ = ["feedback_in_words"]

_OPENING = "A message claiming to be from you has failed the published DMARC policy for your domain."
_COPY = "------ This is a copy of the headers that were received before the error was detected."
_LINE = re.compile(r"^ {2}([A-Z][A-Za-z ]{1,40}): ([^\n]{0,500})$", re.MULTILINE)
_MOST_OCTETS = 64 * 1024


def feedback_in_words(root: Entity) -> FeedbackReport | None:
    """Read a report by its opening and its labels; ``None`` for every other message."""
    if root.media_type != "multipart/report":
        return None
    part = next((child for child in root.children if child.media_type == "text/plain"), None)
    if part is None:
        return None
    text = guess(part.content[:_MOST_OCTETS]).replace("\r\n", "\n").replace("\r", "\n").lstrip()
    if not text.startswith(_OPENING):
        return None
    told, _, copy = text.partition(_COPY)
    told_of = {label.lower(): value.strip() for label, value in _LINE.findall(told)}
    original = HeaderBlock(copy.lstrip("\n").partition("\n\n")[0].encode("utf-8"))
    aligned = [name for name in ("dkim", "spf") if told_of.get(f"{name} alignment", "").lower() == "yes"]
    domain = told_of.get("sender domain")
    message_id, subject = id_and_subject(original)
    return FeedbackReport(
        feedback_type="auth-failure",
        arrival_date=parse_date(told_of.get("received date", "")),
        source_ip=told_of.get("sender ip address", ""),
        authentication_results=tuple([original.decoded(raw) for raw in original.raw_all(b"authentication-results")]),
        reported_domain=(domain,) if domain else (),
        auth_failure="dmarc",
        identity_alignment=tuple(aligned),
        original_message_id=message_id,
        original_subject=subject,
    )
