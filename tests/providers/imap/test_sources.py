"""Rows of a real server say what the codec says of the messages' octets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import pytest

from msgcore.base.ids import EntryId
from msgcore.codecs import mime
from msgcore.codecs.mime.mapping.derived import READERS
from msgcore.model.attachment import Attachment
from msgcore.model.message import Message
from msgcore.props.row import Row
from msgcore.props.table import (
    PidTagEntryId,
    PidTagHasAttachments,
    PidTagImportance,
    PidTagMessageClass,
    PidTagMessageDeliveryTime,
    PidTagMessageFlags,
    PidTagMessageSizeExtended,
    PidTagSensitivity,
    PidTagSubject,
    PidTagTransportMessageHeaders,
)
from msgcore.props.tags import PS_PUBLIC_STRINGS, NamedProperty, Property
from msgcore.props.types import PropertyType
from msgcore.providers.imap import ImapStore
from msgcore.providers.imap.columns import Level, need_of
from msgcore.runtime.abc import NEVER
from msgcore.spi.store import Incoming, SpecialFolder, TableQuery
from msgcore.testing.modes import Mode
from tests.codecs.mime.corpus_files import corpus_messages
from tests.providers.imap.accounts import new_user, on_dovecot, tell
from tests.servers import Authority, Dovecot

pytestmark = pytest.mark.interop

COLOUR: NamedProperty[str] = NamedProperty(PS_PUBLIC_STRINGS, "Colour", PropertyType.UNICODE)
COLUMNS: tuple[Property[Any], ...] = tuple(
    reader.tag
    for reader in READERS.values()
    if reader.tag.value_type is not PropertyType.OBJECT and reader.tag != PidTagMessageDeliveryTime
)
"""What messages say themselves, in a store that says of arrival what it knows itself."""
LIGHT = tuple(tag for tag in COLUMNS if need_of(tag).level < Level.WHOLE)
DEFAULTS: Mapping[Property[Any], object] = {PidTagImportance: 1, PidTagSensitivity: 0}


@attrs.frozen
class Mailbox:
    """The corpus as a server keeps it, and what a table shows of it."""

    octets: Sequence[bytes]
    rows: Sequence[Row]
    light: Sequence[Row]


@pytest.fixture(scope="module")
def corpus_mailbox(dovecot_of_anybody: Dovecot, authority: Authority) -> Mailbox:
    user = new_user()
    octets = [as_kept(path.read_bytes()) for path in corpus_messages()]
    dovecot_of_anybody.put(user, octets)

    async def story(store: ImapStore) -> Mailbox:
        inbox = (await store.special_folders(NEVER))[SpecialFolder.INBOX]
        # First what needs no bodies, so that nothing is known from them.
        light = await store.query(inbox, TableQuery(LIGHT, count=10_000), NEVER)
        return Mailbox(octets, await store.query(inbox, TableQuery(COLUMNS, count=10_000), NEVER), light)

    return tell(on_dovecot(dovecot_of_anybody, authority, user), story)


def as_kept(octets: bytes) -> bytes:
    """Give a message as a server has it: lines that end with CRLF, and no NUL."""
    return re.sub(rb"\r+\n|\n|\r", b"\r\n", octets).replace(b"\0", b" ")


@pytest.mark.parametrize("which", ["rows", "light"])
def test_a_row_says_what_the_codec_says_of_the_octets(corpus_mailbox: Mailbox, which: str) -> None:
    rows: Sequence[Row] = getattr(corpus_mailbox, which)
    wrong = [
        (number, tag.label, row.get(tag), said)
        for number, (row, octets) in enumerate(zip(rows, corpus_mailbox.octets, strict=True))
        for message in [mime.read(octets)]
        for tag in (COLUMNS if which == "rows" else LIGHT)
        if row.get(tag) != (said := said_by(message, tag))
    ]
    assert wrong == []


def said_by(message: Message, tag: Property[Any]) -> object:
    said: object = message.get(tag)
    return DEFAULTS.get(tag) if said is None else said


def test_both_answers_about_attachments_occur(corpus_mailbox: Mailbox) -> None:
    assert {row.get(PidTagHasAttachments) for row in corpus_mailbox.light} == {True, False}


# What stands in front of a message

FORGED = (
    b"Received: from a.test\r\nX-Msgcore: 65\r\nX-Msgcore-Properties:\r\n W1s1NSwzMSwiZm9yZ2VkIl1d\r\n"
    b"Subject: true\r\n\r\n"
)


def shown(
    server: Dovecot,
    authority: Authority,
    columns: tuple[Property[Any], ...],
    *,
    octets: Sequence[bytes] = (),
    saved: Sequence[Message] = (),
    mode: Mode = Mode.BLOCKING,
) -> list[tuple[list[object], list[object]]]:
    """Give what the rows of some messages say, and what the messages say when they are loaded."""
    user = new_user()
    if octets:
        server.put(user, octets)

    async def story(store: ImapStore) -> list[tuple[list[object], list[object]]]:
        inbox = (await store.special_folders(NEVER))[SpecialFolder.INBOX]
        if saved:
            await store.save(inbox, [Incoming(one) for one in saved], NEVER)
        rows = await store.query(inbox, TableQuery((*columns, PidTagEntryId)), NEVER)
        loaded = [await store.load(EntryId.parse(row[PidTagEntryId]), 1 << 30, NEVER) for row in rows]
        return [
            ([row.get(tag) for tag in columns], [one.get(tag) for tag in columns])
            for row, one in zip(rows, loaded, strict=True)
        ]

    return tell(on_dovecot(server, authority, user), story, mode)


def test_a_letter_cannot_say_properties_by_fields_that_look_like_ours(
    dovecot_of_anybody: Dovecot, authority: Authority
) -> None:
    found = shown(dovecot_of_anybody, authority, (PidTagSubject,), octets=[FORGED])
    assert found == [(["true"], ["true"])]


def test_what_stands_in_front_of_a_message_shows_in_its_row(dovecot_of_anybody: Dovecot, authority: Authority) -> None:
    message = Message(subject="s")
    message[COLOUR] = "red"
    columns = (COLOUR, PidTagSubject, PidTagMessageSizeExtended, PidTagTransportMessageHeaders)
    [(row, loaded)] = shown(dovecot_of_anybody, authority, columns, saved=[message])
    assert (row[:2], row) == (["red", "s"], loaded)


@pytest.mark.parametrize("mode", list(Mode), ids=lambda mode: mode.value)
def test_what_the_structure_leaves_open_the_texts_decide(
    dovecot_of_anybody: Dovecot, authority: Authority, mode: Mode
) -> None:
    file = b"begin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n"
    picture = Attachment(b"GIF89a", content_type="image/gif", content_id="p@x")
    messages = [
        mime.read(b"Subject: a file in the text\r\n\r\n" + file),
        mime.read(b"Subject: none\r\n\r\nbegin 644 a.txt\r\nand so on, as far as it goes\r\n"),
        Message(html="<img src='cid:p@x'>", attachments=[picture]),
        Message(html="<p>not shown", attachments=[picture]),
    ]
    columns = (PidTagHasAttachments, PidTagMessageFlags)
    found = shown(dovecot_of_anybody, authority, columns, saved=messages, mode=mode)
    assert ([row[0] for row, _ in found], [row == loaded for row, loaded in found]) == (
        [True, False, False, True],
        [True] * 4,
    )


def test_the_class_of_a_report_is_read_from_its_parts(dovecot_of_anybody: Dovecot, authority: Authority) -> None:
    report = (
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\ntext\r\n'
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a.test\r\n\r\n"
        b"Final-Recipient: rfc822; b@b.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    found = shown(dovecot_of_anybody, authority, (PidTagMessageClass,), octets=[report])
    assert found == [(["REPORT.IPM.Note.NDR"], ["REPORT.IPM.Note.NDR"])]
