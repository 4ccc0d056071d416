"""What families of which the corpus has no example say."""

from __future__ import annotations

import pytest

from msgcore.codecs.mime.reports.bounces import read_bounce
from msgcore.codecs.mime.tree.entity import parse
from msgcore.model.report import DeliveryReport
from tests.codecs.mime.reports.bounces.samples import SAMPLES, Sample

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.server)


def read(octets: bytes) -> DeliveryReport:
    report = read_bounce(parse(octets))
    assert report is not None
    return report


def told(report: DeliveryReport) -> tuple[tuple[str, str, str, str], ...]:
    return tuple(
        (one.address.email_address, one.action.value, str(one.status), one.diagnostic) for one in report.recipients
    )


@each_sample
def test_a_notice_says_who_did_not_get_the_message_and_why(sample: Sample) -> None:
    assert told(read(sample.octets)) == sample.recipients


@each_sample
def test_the_original_behind_a_notice_is_found(sample: Sample) -> None:
    has_original = "\nMessage-Id: <1@a.test>\nSubject: Hi" in sample.text

    report = read(sample.octets)

    assert (report.original_message_id, report.original_subject) == (
        ("<1@a.test>", "Hi") if has_original else (None, "")
    )


@each_sample
def test_a_notice_that_somebody_quotes_is_no_bounce(sample: Sample) -> None:
    quoted = "".join(f"> {line}\n" for line in sample.text.splitlines())
    letter = f"From: ann@a.test\nTo: bob@b.test\nSubject: Fwd: {sample.subject}\n\nWhat is this?\n\n{quoted}"

    assert read_bounce(parse(letter.encode())) is None


@each_sample
def test_a_notice_that_somebody_pastes_is_no_bounce(sample: Sample) -> None:
    letter = f"From: ann@a.test\nTo: bob@b.test\nSubject: {sample.subject}\n\n{sample.text}"

    assert read_bounce(parse(letter.encode())) is None


@each_sample
def test_a_notice_that_a_mailing_list_passes_on_is_no_bounce(sample: Sample) -> None:
    assert read_bounce(parse(b"List-Id: <l.a.test>\n" + sample.octets)) is None
