"""SMTP TLS reports: those of the corpus, broken ones, hostile ones."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.errors import LimitExceeded, MalformedMessage
from msgcore.model.tls_report import TlsFailureDetails, TlsPolicyResult, TlsReport

FOLDER = "report/parsedmarc/smtp_tls"
RFC_8460 = TlsReport(
    organization_name="Company-X",
    report_id="5065427c-23d3-47ca-b6e0-946ea0e8c4be",
    start_datetime=datetime(2016, 4, 1, tzinfo=UTC),
    end_datetime=datetime(2016, 4, 1, 23, 59, 59, tzinfo=UTC),
    policies=(
        TlsPolicyResult(
            policy_type="sts",
            policy_domain="company-y.example",
            total_successful_session_count=5326,
            total_failure_session_count=303,
            policy_string=("version: STSv1", "mode: testing", "mx: *.mail.company-y.example", "max_age: 86400"),
            mx_host=("*.mail.company-y.example",),
            failure_details=(
                TlsFailureDetails(
                    result_type="certificate-expired",
                    failed_session_count=100,
                    sending_mta_ip="2001:db8:abcd:0012::1",
                    receiving_mx_hostname="mx1.mail.company-y.example",
                ),
                TlsFailureDetails(
                    result_type="starttls-not-supported",
                    failed_session_count=200,
                    sending_mta_ip="2001:db8:abcd:0013::1",
                    receiving_mx_hostname="mx2.mail.company-y.example",
                    receiving_ip="203.0.113.56",
                    additional_information=(
                        "https://reports.company-x.example/report_info?id=5065427c-23d3#StarttlsNotSupported"
                    ),
                ),
                TlsFailureDetails(
                    result_type="validation-failure",
                    failed_session_count=3,
                    sending_mta_ip="198.51.100.62",
                    receiving_mx_hostname="mx-backup.mail.company-y.example",
                    receiving_ip="203.0.113.58",
                    failure_reason_code="X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED",
                ),
            ),
        ),
    ),
    contact_info="sts-reporting@company-x.example",
)
SMALL: dict[str, object] = {"organization-name": "a.test", "report-id": "1", "policies": [{}]}


def test_the_report_of_the_rfc_has_all_its_values(corpus: Path) -> None:
    assert mime.read_tls_report((corpus / FOLDER / "rfc8460.json").read_bytes()) == RFC_8460


@pytest.mark.parametrize(
    ("name", "organization", "sessions", "reasons"),
    [
        (
            "mail.ru.json",
            "Mail.ru",
            (0, 1),
            ("bad https response code: 404", "bad https response code: 500"),
        ),
        ("smtp_tls.json", "Example Inc.", (0, 3), ("", "")),
        ("rfc8460.json", "Company-X", (5326, 303), ("", "", "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED")),
    ],
)
def test_a_report_of_the_corpus_tells_what_stands_in_it(
    corpus: Path, name: str, organization: str, sessions: tuple[int, int], reasons: tuple[str, ...]
) -> None:
    report = mime.read_tls_report((corpus / FOLDER / name).read_bytes())
    (policy,) = report.policies

    assert (
        report.organization_name,
        (policy.total_successful_session_count, policy.total_failure_session_count),
        tuple(details.failure_reason_code for details in policy.failure_details),
    ) == (organization, sessions, reasons)


def test_the_report_in_a_message_is_found(corpus: Path) -> None:
    octets = (corpus / FOLDER / "google.com_smtp_tls_report.eml").read_bytes()

    assert mime.read_report(mime.read(octets)) == TlsReport(
        organization_name="Google Inc.",
        report_id="2024-09-03T00:00:00Z_cardinalhealth.ca",
        start_datetime=datetime(2024, 9, 3, tzinfo=UTC),
        end_datetime=datetime(2024, 9, 3, 23, 59, 59, tzinfo=UTC),
        policies=(TlsPolicyResult("no-policy-found", "cardinalhealth.ca", 48, 0),),
        contact_info="smtp-tls-reporting@google.com",
    )


def test_a_report_in_gzip_is_the_same_report(corpus: Path) -> None:
    octets = (corpus / FOLDER / "rfc8460.json").read_bytes()

    assert mime.read_tls_report(gzip.compress(octets)) == RFC_8460


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"[]",
        b"{}",
        b'{"policies": 1, "report-id": "1"}',
        b'{"policies": []}',
        b"[" * 200_000,
        b'{"report-id": "1", "policies": [' + b"9" * 10_000 + b"]}",
        b'{"report-id": "1", "policies": []',
    ],
)
def test_what_is_no_report_is_refused(octets: bytes) -> None:
    with pytest.raises(MalformedMessage):
        mime.read_tls_report(octets)


def test_a_report_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(LimitExceeded):
        mime.read_tls_report(gzip.compress(b" " * 5_000_000))


@pytest.mark.parametrize(
    ("member", "value"),
    [("organization-name", 1), ("date-range", []), ("contact-info", {}), ("policies", [1, None])],
)
def test_a_member_of_another_kind_is_as_if_missing(member: str, value: object) -> None:
    without = {name: given for name, given in SMALL.items() if name != member}
    expected: dict[str, object] = {"policies": [], **without} if member == "policies" else without

    assert mime.read_tls_report(json.dumps({**SMALL, member: value}).encode()) == mime.read_tls_report(
        json.dumps(expected).encode()
    )


_members = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["policy", "summary", "failure-details", "mx-host", "policy-type"]), inner)
    ),
    max_leaves=8,
)


@given(_members)
def test_no_kind_of_member_makes_the_reader_raise(member: object) -> None:
    report = mime.read_tls_report(json.dumps({"policies": [member], "date-range": member}).encode())

    assert report.start_datetime is None
