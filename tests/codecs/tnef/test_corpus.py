"""Real TNEF streams: read, agreed upon with others, written again and alike in every property."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from msgcore.codecs import msg, tnef
from msgcore.codecs.compound import Storage, is_compound, read_compound
from msgcore.codecs.objects.source import ObjectSource
from msgcore.codecs.tnef.tnef_object import TnefObject
from msgcore.codecs.tnef.writer import compose
from msgcore.model.compare import Difference, compare
from msgcore.model.message import Message
from msgcore.props.table import PidTagDisplayName, PidTagRtfCompressed
from tests.codecs.objects.same_objects import differences
from tests.codecs.tnef.streams import each_file, expected, tnef_files

# What breaks the rules in these files, by the rules' names.
FINDINGS = {
    "IPM-DistList": {"tnef-checksum"},
    "duplicate_filename": {"tnef-checksum"},
    "garbage-at-end": {"tnef-junk"},
    "minimal_attachment": {"tnef-attribute-unknown", "tnef-junk"},
    "unicode-mapi-attr": {"property-repeated"},
    "unicode-mapi-attr-name": {"property-repeated"},
}
# Where we say otherwise than the expected values, and why.
NO_NAME = {"minimal_attachment": "the other library makes up a name (unknown.dat) for a file that has none"}


def test_the_corpus_is_there() -> None:
    assert len(tnef_files()) == 20


def opened(path: Path) -> TnefObject:
    source = tnef.read(path.read_bytes()).source
    assert isinstance(source, ObjectSource)
    assert isinstance(source.content, TnefObject)
    return source.content


@each_file
def test_departures_are_named(path: Path) -> None:
    assert {finding.rule for finding in tnef.check(path.read_bytes())} == FINDINGS.get(path.stem, set())


def facts_of(path: Path) -> Mapping[str, object]:
    return expected()[path.name]


each_known_file = pytest.mark.parametrize(
    "path", [path for path in tnef_files() if path.name in expected()], ids=lambda path: path.stem
)


@each_known_file
def test_the_attributes_come_in_their_order(path: Path) -> None:
    wanted = facts_of(path)["object_ids_in_order"]
    found = [one.attribute & 0xFFFF for one in opened(path).attributes]

    assert wanted is None or found == wanted


@each_known_file
def test_the_key_is_read_as_it_stands(path: Path) -> None:
    wanted = facts_of(path)["legacy_key"]

    assert wanted is None or int.from_bytes(path.read_bytes()[4:6], "little") == wanted


@each_known_file
def test_attachments_have_the_names_that_others_find(path: Path) -> None:
    wanted = facts_of(path)["attachment_long_filenames"]
    message = tnef.read(path.read_bytes())
    found = [one.filename or one.get(PidTagDisplayName) for one in message.attachments]

    if path.stem in NO_NAME:
        assert found == [None]
    else:
        assert wanted is None or found == wanted


@each_known_file
def test_the_body_that_others_find_is_there(path: Path) -> None:
    wanted = facts_of(path)["body_present"]
    message = tnef.read(path.read_bytes())
    found = {"body": message.text, "htmlbody": message.html, "rtfbody": message.get(PidTagRtfCompressed)}

    assert wanted is None or found[str(wanted)]


@each_file
def test_a_real_stream_written_anew_has_the_same_properties(path: Path) -> None:
    message = tnef.read(path.read_bytes())
    octets = b"".join(compose(message))
    again = tnef.read(octets)

    assert compare(again, message) == ()
    assert differences(message, again) == {}
    assert tnef.check(octets) == ()
    assert b"".join(compose(again)) == octets


@each_file
def test_a_real_stream_has_the_same_properties_by_way_of_a_msg_file(path: Path) -> None:
    message = tnef.read(path.read_bytes())
    again = tnef.read(tnef.write(msg.read(msg.write(message))))

    assert [one for one in compare(again, message) if not _is_same_object(one)] == []


def _is_same_object(one: Difference) -> bool:
    """Whether two compound files hold the same: a .msg file has the storage in it, not the file."""
    octets = one.left, one.right
    if not all(isinstance(each, bytes) and is_compound(each) for each in octets):
        return False
    left, right = (dict(_streams(read_compound(each))) for each in octets if isinstance(each, bytes))
    return left == right


def _streams(root: Storage) -> Iterator[tuple[tuple[str, ...], bytes]]:
    waiting: list[tuple[tuple[str, ...], Storage]] = [((), root)]
    for path, storage in waiting:
        yield from (((*path, name), stream.octets()) for name, stream in storage.streams().items())
        waiting += [((*path, name), child) for name, child in storage.storages().items()]


@each_file
def test_a_real_stream_that_did_not_change_is_written_octet_for_octet(path: Path) -> None:
    octets = path.read_bytes()

    assert tnef.write(tnef.read(octets)) == octets


@pytest.mark.parametrize(
    ("name", "attached"),
    [
        ("IPM-DistList", ["XXXXnews"]),
        ("one-file", [("AUTHORS", 244)]),
        ("two-files", [("AUTHORS", 244), ("README", 893)]),
        ("data-before-name", [("AUTOEXEC.BAT", 0), ("CONFIG.SYS", 0), ("boot.ini", 289)]),
        ("umlaut", [("TBZ PARIV GmbH.jpg", 44764), ("image003.jpg", 1001), ("UmlautAnhang-äüö.txt", 14)]),
    ],
)
def test_what_is_attached_is_there(name: str, attached: list[object]) -> None:
    (path,) = (path for path in tnef_files() if path.stem == name)
    found = tnef.read(path.read_bytes()).attachments

    assert [
        (one.filename, len(one.data)) if one.message is None else _subject(one.message) for one in found
    ] == attached


def _subject(message: Message) -> str:
    return message.subject
