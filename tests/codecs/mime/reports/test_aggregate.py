"""DMARC aggregate reports: those of the corpus, broken ones, hostile ones."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as StandardTree

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs import mime
from msgcore.errors import LimitExceeded, MalformedMessage
from msgcore.model.aggregate_report import (
    AggregateRecord,
    AggregateReport,
    DkimAuthResult,
    PolicyOverrideReason,
    PolicyPublished,
    SpfAuthResult,
)

FOLDER = "report/parsedmarc"
# Not well-formed, and what is told about it.
BROKEN = {
    "invalid_utf_8.xml": ("charset-malformed",),
    "invalid_xml.xml": ("xml-bracket", "xml-bracket"),
    "ikea.com!example.de!1538690400!1538776800.xml": ("xml-unclosed",),
}
RFC_9990 = AggregateReport(
    org_name="example.net",
    report_id="dmarcbis-test-report-001",
    begin=datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
    end=datetime(2023, 11, 15, 22, 13, 19, tzinfo=UTC),
    policy_published=PolicyPublished(
        domain="example.com",
        adkim="s",
        aspf="s",
        p="reject",
        sp="quarantine",
        np="reject",
        fo="1",
        testing="y",
        discovery_method="treewalk",
    ),
    records=(
        AggregateRecord(
            source_ip="198.51.100.1",
            count=5,
            disposition="none",
            dkim="pass",
            spf="pass",
            envelope_from="example.com",
            header_from="example.com",
            dkim_results=(DkimAuthResult("example.com", "pass", "selector1"),),
            spf_results=(SpfAuthResult("example.com", "pass", "mfrom"),),
        ),
        AggregateRecord(
            source_ip="203.0.113.10",
            count=2,
            disposition="reject",
            dkim="fail",
            spf="fail",
            reasons=(PolicyOverrideReason("other", "sender not authorized"),),
            envelope_from="spoofed.example.com",
            header_from="example.com",
            spf_results=(SpfAuthResult("spoofed.example.com", "fail", "mfrom"),),
        ),
    ),
    email="postmaster@example.net",
    version="2.0",
)
SMALL = (
    b"<feedback><report_metadata><org_name>a.test</org_name><report_id>1</report_id></report_metadata>"
    b"<record><row><source_ip>192.0.2.1</source_ip><count>2</count></row></record></feedback>"
)


def documents(corpus: Path) -> list[Path]:
    folders = ("aggregate", "aggregate_invalid", "extract_report")
    paths = (path for folder in folders for path in (corpus / FOLDER / folder).iterdir())
    return sorted(path for path in paths if path.suffix in {".xml", ".gz", ".zip"})


def zipped(*files: tuple[str, bytes]) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return octets.getvalue()


# The corpus


def test_every_document_of_the_corpus_reads(corpus: Path) -> None:
    reports = [mime.read_aggregate_report(path.read_bytes()) for path in documents(corpus)]

    assert (len(reports), [report for report in reports if not report.records]) == (21, [])


def test_findings_are_told_about_those_that_are_broken_alone(corpus: Path) -> None:
    told = {path.name: mime.read_aggregate_report(path.read_bytes()).findings for path in documents(corpus)}

    assert {name: tuple(one.rule for one in findings) for name, findings in told.items() if findings} == BROKEN


def test_what_is_well_formed_reads_as_a_strict_parser_reads_it(corpus: Path) -> None:
    wrong: list[str] = []
    for path in documents(corpus):
        if path.suffix == ".xml" and path.name not in BROKEN:
            told = mime.read_aggregate_report(path.read_bytes())
            wrong += [path.name] if _facts(told) != _facts_by_a_strict_parser(path.read_bytes()) else []

    assert wrong == []


def _facts(report: AggregateReport) -> tuple[object, ...]:
    return (
        report.org_name,
        report.report_id,
        report.begin,
        report.policy_published.p,
        tuple((one.source_ip, one.count, one.dkim, one.spf, one.header_from) for one in report.records),
        tuple(one.domain for record in report.records for one in record.dkim_results),
        tuple((one.domain, one.result) for record in report.records for one in record.spf_results),
    )


def _facts_by_a_strict_parser(octets: bytes) -> tuple[object, ...]:
    root = StandardTree.fromstring(octets.replace(b'xmlns="urn:ietf:params:xml:ns:dmarc-2.0"', b""))

    def text(element: StandardTree.Element, path: str) -> str:
        return (element.findtext(path) or "").strip()

    records = root.findall("record")
    return (
        text(root, "report_metadata/org_name"),
        text(root, "report_metadata/report_id"),
        datetime.fromtimestamp(int(text(root, "report_metadata/date_range/begin")), UTC),
        text(root, "policy_published/p"),
        tuple(
            (
                text(record, "row/source_ip"),
                int(text(record, "row/count")),
                text(record, "row/policy_evaluated/dkim").lower(),
                text(record, "row/policy_evaluated/spf").lower(),
                text(record, "identifiers/header_from"),
            )
            for record in records
        ),
        tuple(text(one, "domain") for record in records for one in record.findall("auth_results/dkim")),
        tuple(
            (text(one, "domain"), text(one, "result").lower())
            for record in records
            for one in record.findall("auth_results/spf")
        ),
    )


def test_a_report_of_the_new_version_has_all_its_values(corpus: Path) -> None:
    path = corpus / FOLDER / "aggregate/rfc9990-example.net!example.com!1700000000!1700086399.xml"

    assert mime.read_aggregate_report(path.read_bytes()) == RFC_9990


def test_a_broken_report_has_the_values_that_a_person_reads_in_it(corpus: Path) -> None:
    report = mime.read_aggregate_report((corpus / FOLDER / "aggregate/invalid_xml.xml").read_bytes())

    assert (report.email, report.records[0].header_from) == ("<bad-xml@bad-xml.net>", "bad<xml.net")


def test_words_in_capitals_are_the_same_words(corpus: Path) -> None:
    path = corpus / FOLDER / "aggregate_invalid/report_with_upper_cased_pass.xml"
    (record,) = mime.read_aggregate_report(path.read_bytes()).records

    assert (record.disposition, record.dkim, record.dkim_results[0].result) == ("none", "pass", "pass")


def test_a_reason_that_says_nothing_is_none(corpus: Path) -> None:
    report = mime.read_aggregate_report((corpus / FOLDER / "aggregate/empty_reason.xml").read_bytes())

    assert report.records[0].reasons == ()


def test_gzip_and_zip_hold_the_same_report(corpus: Path) -> None:
    folder = corpus / FOLDER / "extract_report"
    plain, *packed = [
        mime.read_aggregate_report((folder / f"nice-input.xml{suffix}").read_bytes()) for suffix in ("", ".gz", ".zip")
    ]

    assert packed == [plain, plain]


@pytest.mark.parametrize(
    ("name", "org_name", "domain"),
    [
        (
            "Report domain- borschow.com Submitter- google.com Report-ID- 949348866075514174.eml",
            "google.com",
            "borschow.com",
        ),
        ("mimecast-weird-gzip.eml", "Mimecast", "ab.id.au"),
        ("twilight.eml", "google.com", "twlnet.com"),
    ],
)
def test_the_report_in_a_message_is_found(corpus: Path, name: str, org_name: str, domain: str) -> None:
    report = mime.read_report(mime.read((corpus / FOLDER / "aggregate" / name).read_bytes()))

    assert isinstance(report, AggregateReport)
    assert (report.org_name, report.policy_published.domain) == (org_name, domain)


# What is no report, or a hostile one


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"<report/>",
        b"<feedback><from>ann</from></feedback>",
        b"\x1f\x8b and no gzip",
        b"PK\x03\x04 and no zip",
        zipped(),
        zipped(("folder/", b"")),
        zipped(("a.txt", b"Hi")),
        b'<!DOCTYPE feedback [<!ENTITY a "b">]>' + SMALL,
        b'<!ENTITY a SYSTEM "file:///etc/passwd">' + SMALL,
    ],
)
def test_what_is_no_report_is_refused(octets: bytes) -> None:
    with pytest.raises(MalformedMessage):
        mime.read_aggregate_report(octets)


def pack(kind: str, octets: bytes) -> bytes:
    if kind == "zip":
        return zipped(("a.xml", octets))
    return gzip.compress(octets, 1) if kind == "gzip" else octets


@pytest.mark.parametrize("kind", ["gzip", "zip", "xml"])
def test_a_report_that_unpacks_to_too_much_is_refused(kind: str) -> None:
    packed = pack(kind, SMALL + b" " * 34_000_000)

    with pytest.raises(LimitExceeded):
        mime.read_aggregate_report(packed)


def test_elements_nested_too_deep_are_refused() -> None:
    with pytest.raises(LimitExceeded):
        mime.read_aggregate_report(b"<feedback>" * 60)


def test_a_gzip_that_is_cut_short_gives_the_records_that_are_there() -> None:
    packed = gzip.compress(SMALL, compresslevel=0)

    assert mime.read_aggregate_report(packed[:-30]).records[0].source_ip == "192.0.2.1"


@pytest.mark.parametrize(
    "document",
    [
        b"\xef\xbb\xbf" + SMALL,
        b"\xff\xfe" + SMALL.decode().encode("utf-16-le"),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>\n' + SMALL,
        b"<!-- <feedback> --> " + SMALL,
        SMALL.replace(b"a.test", b"<![CDATA[a.test]]>"),
        SMALL.replace(b"a.test", b"a&#46;t&#x65;st"),
        SMALL.replace(b"<feedback", b'<dmarc:feedback xmlns:dmarc="x"').replace(b"</f", b"</dmarc:f"),
        SMALL.replace(b"<row>", b"<row><empty/><empty a='b' />"),
        SMALL.replace(b"</feedback>", b""),
        SMALL.upper().replace(b"A.TEST", b"a.test"),
    ],
)
def test_the_form_of_the_document_does_not_matter(document: bytes) -> None:
    report = mime.read_aggregate_report(document)

    assert attrs.evolve(report, findings=()) == mime.read_aggregate_report(SMALL)


@pytest.mark.parametrize("count", [b"none", b"-1", b"9" * 5_000])
def test_a_count_that_is_none_is_zero(count: bytes) -> None:
    assert mime.read_aggregate_report(SMALL.replace(b">2<", b">" + count + b"<")).records[0].count == 0


def test_a_report_that_is_refused_is_none_in_a_message() -> None:
    octets = b"Content-Type: text/xml\n\n<!DOCTYPE feedback>" + SMALL

    assert mime.read_report(mime.read(octets)) is None


@given(st.lists(st.sampled_from([SMALL, b"<feedback>", b"<", b">", b"</record>", b"<!--", b"]]>", b"&#0;", b"\xff"])))
def test_no_document_raises_what_is_not_told(pieces: list[bytes]) -> None:
    report = mime.read_aggregate_report(SMALL + b"".join(pieces))

    assert report.org_name == "a.test"
