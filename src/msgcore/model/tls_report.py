"""SMTP TLS reports as values: the members of RFC 8460 section 4."""

from __future__ import annotations

from datetime import datetime

import attrs

__all__ = ["TlsFailureDetails", "TlsPolicyResult", "TlsReport"]


@attrs.frozen
class TlsFailureDetails:
    """Sessions that failed alike."""

    result_type: str
    failed_session_count: int
    sending_mta_ip: str = ""
    receiving_mx_hostname: str = ""
    receiving_mx_helo: str = ""
    receiving_ip: str = ""
    additional_information: str = ""
    failure_reason_code: str = ""


@attrs.frozen
class TlsPolicyResult:
    """How sessions under one policy went."""

    policy_type: str
    policy_domain: str
    total_successful_session_count: int
    total_failure_session_count: int
    policy_string: tuple[str, ...] = ()
    mx_host: tuple[str, ...] = ()
    failure_details: tuple[TlsFailureDetails, ...] = ()


@attrs.frozen
class TlsReport:
    """What one sender saw of a domain's TLS from ``start_datetime`` to ``end_datetime``."""

    organization_name: str
    report_id: str
    start_datetime: datetime | None
    end_datetime: datetime | None
    policies: tuple[TlsPolicyResult, ...]
    contact_info: str = ""
