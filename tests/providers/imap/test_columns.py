"""What properties need of a message: enough, and no more fields than a few."""

from __future__ import annotations

from typing import Any

import pytest

from msgcore.codecs.mime.mapping.derived import READERS
from msgcore.codecs.mime.source import MimeSource
from msgcore.codecs.mime.tree.entity import parse
from msgcore.props.table import (
    PidTagBody,
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagMessageDeliveryTime,
    PidTagMessageSize,
    PidTagRead,
    PidTagSentRepresentingName,
    PidTagSubject,
)
from msgcore.props.tags import Property, header_property
from msgcore.props.types import PropertyType
from msgcore.providers.imap.columns import Level, Need, need_of, needs_of
from tests.codecs.mime.corpus_files import corpus_messages

FRONT = "X-MSGCORE X-MSGCORE-DELIVERY X-MSGCORE-PROPERTIES X-MSGCORE-OCTETS"
OF_FIELDS = [
    reader.tag
    for reader in READERS.values()
    if need_of(reader.tag).level is Level.HEADER
    and need_of(reader.tag).fields
    and reader.tag.value_type is not PropertyType.OBJECT
]


def with_only(octets: bytes, fields: frozenset[str]) -> bytes:
    """Give a message's header with these fields only, as a server gives them."""
    header = parse(octets).header
    kept = [one for one in header.each_field() if one.name.decode("latin-1").upper() in fields]
    return b"".join(header.octets[one.start : one.end] for one in kept) + b"\r\n"


def test_a_property_is_read_from_the_fields_that_it_needs_as_from_the_whole_message() -> None:
    wrong: list[tuple[str, str]] = []
    for path in corpus_messages():
        octets = path.read_bytes()
        whole = MimeSource(parse(octets))
        of_fields: dict[frozenset[str] | None, MimeSource] = {}
        for tag in OF_FIELDS:
            fields = need_of(tag).fields or frozenset[str]()
            if fields not in of_fields:
                of_fields[fields] = MimeSource(parse(with_only(octets, fields)))
            if of_fields[fields].value(tag) != whole.value(tag):
                wrong.append((path.name, tag.label))
    assert wrong == []


@pytest.mark.parametrize(
    ("tags", "items"),
    [
        ([PidTagEntryId], ()),
        ([PidTagRead, PidTagEntryId], ("FLAGS",)),
        ([PidTagMessageDeliveryTime], ("INTERNALDATE", "RFC822.SIZE")),
        ([PidTagMessageSize], ("INTERNALDATE", "RFC822.SIZE", f"BODY.PEEK[HEADER.FIELDS ({FRONT})]")),
        (
            [PidTagSubject, PidTagSentRepresentingName],
            ("INTERNALDATE", "RFC822.SIZE", f"BODY.PEEK[HEADER.FIELDS ({FRONT} FROM SENDER SUBJECT)]"),
        ),
        ([header_property("X-Own")], ("INTERNALDATE", "RFC822.SIZE", f"BODY.PEEK[HEADER.FIELDS ({FRONT} X-OWN)]")),
        ([header_property("å")], ("INTERNALDATE", "RFC822.SIZE", "BODY.PEEK[HEADER]")),
    ],
    ids=str,
)
def test_no_more_is_fetched_than_is_asked_for(tags: list[Property[Any]], items: tuple[str, ...]) -> None:
    assert needs_of(tuple(tags)).items == items


def test_many_fields_are_the_whole_header() -> None:
    asked = tuple(header_property(f"X-Own-{number}") for number in range(50))
    assert needs_of(asked).items[-1] == "BODY.PEEK[HEADER]"


@pytest.mark.parametrize(
    ("tag", "level"), [(PidTagHasAttachments, Level.STRUCTURE), (PidTagBody, Level.WHOLE)], ids=["attachments", "body"]
)
def test_what_the_header_does_not_say_needs_more(tag: Property[Any], level: Level) -> None:
    assert need_of(tag).level is level


def test_needs_join() -> None:
    joined = Need(Level.ARRIVAL, frozenset({"A"})) | Need(Level.HEADER, frozenset({"B"}), has_flags=True)
    assert joined == Need(Level.HEADER, frozenset({"A", "B"}), has_flags=True)
