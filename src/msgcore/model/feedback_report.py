"""Feedback reports as values (ARF: RFC 5965, RFC 6591, RFC 6692; RFC 7489 section 7.3)."""

from __future__ import annotations

from datetime import datetime

import attrs

from msgcore.model.headers import Header

__all__ = ["FeedbackReport"]


@attrs.frozen
class FeedbackReport:
    """What a mailbox provider tells a sender about one message: a complaint, or a failed authentication.

    ``feedback_type`` is in lower case (``abuse``, ``fraud``, ``virus``, ``other``, ``not-spam``, ``auth-failure``), and
    so are ``auth_failure`` (``dmarc``, ``spf``, …), ``delivery_result`` and ``identity_alignment``, which only the last
    kind has. Fields that no RFC names are in ``extensions``.
    """

    feedback_type: str
    user_agent: str = ""
    version: str = ""
    original_envelope_id: str = ""
    original_mail_from: str = ""
    original_rcpt_to: tuple[str, ...] = ()
    arrival_date: datetime | None = None
    reporting_mta: str = ""
    source_ip: str = ""
    source_port: int | None = None
    incidents: int = 1
    authentication_results: tuple[str, ...] = ()
    reported_domain: tuple[str, ...] = ()
    reported_uri: tuple[str, ...] = ()
    auth_failure: str = ""
    delivery_result: str = ""
    identity_alignment: tuple[str, ...] = ()
    dkim_domain: str = ""
    dkim_identity: str = ""
    dkim_selector: str = ""
    dkim_canonicalized_header: bytes = b""
    dkim_canonicalized_body: bytes = b""
    spf_dns: tuple[str, ...] = ()
    extensions: tuple[Header, ...] = ()
    original_message_id: str | None = None
    original_subject: str = ""
