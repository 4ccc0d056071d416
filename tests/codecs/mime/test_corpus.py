"""The corpus of real messages: read without an exception, written back as it was, the same tree when rebuilt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from msgcore.codecs import mime
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.tree.rebuild import rebuild
from msgcore.errors import CapabilityMissing
from msgcore.model import DeliveryReport, Message
from msgcore.props import PidTagBody
from tests.codecs.mime.corpus_files import each_corpus_message, messages_in
from tests.codecs.mime.test_round_trip import read_all, tree


@each_corpus_message()
def test_every_message_reads_without_an_exception(folder: Path) -> None:
    for path in messages_in(folder):
        read_all(mime.read(path.read_bytes()))


@each_corpus_message()
def test_an_unchanged_message_is_written_back_octet_for_octet(folder: Path) -> None:
    changed = [path.name for path in messages_in(folder) if mime.write(_touched(path)) != path.read_bytes()]

    assert changed == []


def _touched(path: Path) -> Message:
    """A message whose every part was looked at is still unchanged."""
    message = mime.read(path.read_bytes())
    read_all(message)
    return message


@each_corpus_message()
def test_a_tree_rebuilt_from_its_parts_is_the_same_tree(folder: Path) -> None:
    for path in messages_in(folder):
        root = parse(path.read_bytes())
        assert tree(parse(rebuild(root))) == tree(root), path.name


@each_corpus_message()
def test_a_changed_subject_leaves_the_other_fields_and_the_body_as_they_were(folder: Path) -> None:
    for path in messages_in(folder):
        octets = path.read_bytes()
        message = mime.read(octets)
        message.subject = "changed"
        before, after = parse(octets), parse(mime.write(message))
        assert after.body == before.body, path.name
        assert _fields(after, b"subject") == _fields(before, b"subject"), path.name


def _fields(root: Entity, without: bytes) -> list[bytes]:
    header = root.header
    return [
        header.octets[field.start : field.end].strip(b"\r\n")
        for field in header.each_field()
        if field.name not in {without, b""}
    ]


@each_corpus_message()
def test_the_wire_form_has_the_same_contents_or_is_refused(folder: Path) -> None:
    """Texts and attachments arrive as they were; a signed part that would have to be encoded is refused."""
    for path in messages_in(folder):
        octets = path.read_bytes()
        try:
            sent = mime.octets_for_wire(octets, allow_8bit=False, allow_utf8=False)
        except CapabilityMissing:
            continue
        assert sent.isascii() and b"\0" not in sent, path.name
        assert sent.count(b"\r\n") == sent.count(b"\n") == sent.count(b"\r"), path.name
        assert max(map(len, sent.split(b"\r\n"))) <= 998, path.name
        assert _told(mime.read(sent)) == _told(mime.read(octets)), path.name


def _told(message: Message) -> tuple[str, str, list[tuple[str | None, str]]]:
    names = [(attachment.filename, attachment.content_type) for attachment in message.attachments]
    return message.subject, (message.get(PidTagBody) or "").rstrip(), names


# Reports

_MADE_UP = 900  # sisimai's own codes, where a message has none
_EMPTY_STATUS = {
    "bsd/lhost-googleworkspace-01.eml",  # a delivery status without any field
    "bsd/lhost-postfix-64.eml",  # one without a recipient
    "bsd/rfc3464-28.eml",  # two messages in one file
}


def test_bounces_tell_the_number_of_recipients_that_sisimai_expects(corpus: Path) -> None:
    wrong = {
        name: (len(report.recipients), len(facts))
        for name, report, facts in _bounces(corpus)
        if len(report.recipients) != len(facts)
    }

    assert set(wrong) <= _EMPTY_STATUS, wrong


def test_bounces_tell_the_status_that_stands_in_them(corpus: Path) -> None:
    """Sisimai prefers a status from the diagnostic text where the Status field says 5.0.0; here the field counts."""
    compared = agreed = 0
    for _, report, facts in _bounces(corpus):
        for recipient, fact in zip(report.recipients, facts, strict=False):
            if int(fact["status"].split(".")[2]) < _MADE_UP:
                compared += 1
                agreed += str(recipient.status) == fact["status"]

    print(f"status: {agreed} of {compared} agree")
    assert (agreed, compared) >= (151, 157)


def _bounces(corpus: Path) -> list[tuple[str, DeliveryReport, list[dict[str, str]]]]:
    folder = corpus / "bounce" / "sisimai-a"
    expected = json.loads((folder / "expected.json").read_text("utf-8"))["files"]
    found: list[tuple[str, DeliveryReport, list[dict[str, str]]]] = []
    for name, entry in expected.items():
        report = mime.read_delivery_report(mime.read((folder / name).read_bytes()))
        if report is not None:
            found.append((name, report, entry["facts"]))
    return found


def test_what_is_no_bounce_gives_no_report(corpus: Path) -> None:
    reports = [
        path.name
        for path in messages_in(corpus / "bounce" / "sisimai-a" / "not")
        if mime.read_delivery_report(mime.read(path.read_bytes())) is not None
    ]

    assert reports == []


@pytest.mark.parametrize("folder", ["dos", "mac"])
def test_line_ends_do_not_change_what_a_bounce_tells(corpus: Path, folder: str) -> None:
    """The same message with CRLF and with CR alone."""
    base = corpus / "bounce" / "sisimai-a"
    for path in messages_in(base / folder):
        twin = base / "bsd" / path.name
        if twin.exists():
            assert _report(path) == _report(twin), path.name


def _report(path: Path) -> DeliveryReport | None:
    return mime.read_delivery_report(mime.read(path.read_bytes()))
