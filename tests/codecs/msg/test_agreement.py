"""What another reader says of the corpus (hiraoka's JSON, msg-extractor's text), and where ours says something else."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from msgcore.codecs import msg, rtf
from msgcore.codecs.objects.people import recipient_of_row
from msgcore.model.message import Message
from msgcore.props import table
from msgcore.props.bag import PropBag
from msgcore.props.tags import Property
from tests import shared
from tests.codecs.msg.msg_files import msg_files
from tests.codecs.objects.same_objects import object_of

THEIRS = shared.corpus() / "msg" / "hiraoka-msgreader"


@attrs.frozen
class Disagreement:
    """Fields of a file of which the two say different things, and why."""

    file: str
    fields: frozenset[str]
    why: str


DISAGREEMENTS = (
    Disagreement(
        "contactAnsi",
        frozenset(
            {
                *("subject", "conversationTopic", "normalizedSubject", "name", "generation", "givenName", "surname"),
                *("country", "middleName", "email1DisplayName", "fileUnder", "fax2EmailAddress"),
                *("fax2OriginalDisplayName", "workAddressCountry"),
            }
        ),
        "the text is in code page 932, as the message's locale (1041) says; theirs takes it as windows-1252",
    ),
)

_MESSAGE: Mapping[str, Property[Any]] = {
    "messageClass": table.PidTagMessageClass,
    "subject": table.PidTagSubject,
    "conversationTopic": table.PidTagConversationTopic,
    "normalizedSubject": table.PidTagNormalizedSubject,
    "headers": table.PidTagTransportMessageHeaders,
    "body": table.PidTagBody,
    "senderName": table.PidTagSenderName,
    "senderAddressType": table.PidTagSenderAddressType,
    "senderEmail": table.PidTagSenderEmailAddress,
    "messageId": table.PidTagInternetMessageId,
    "messageFlags": table.PidTagMessageFlags,
    "internetCodepage": table.PidTagInternetCodepage,
    "messageCodepage": table.PidTagMessageCodepage,
    "messageLocaleId": table.PidTagMessageLocaleId,
    "clientSubmitTime": table.PidTagClientSubmitTime,
    "messageDeliveryTime": table.PidTagMessageDeliveryTime,
    "creationTime": table.PidTagCreationTime,
    "lastModificationTime": table.PidTagLastModificationTime,
    "lastModifierName": table.PidTagLastModifierName,
    "name": table.PidTagDisplayName,
    "generation": table.PidTagGeneration,
    "givenName": table.PidTagGivenName,
    "surname": table.PidTagSurname,
    "middleName": table.PidTagMiddleName,
    "displayNamePrefix": table.PidTagDisplayNamePrefix,
    "title": table.PidTagTitle,
    "companyName": table.PidTagCompanyName,
    "departmentName": table.PidTagDepartmentName,
    "businessTelephoneNumber": table.PidTagBusinessTelephoneNumber,
    "homeTelephoneNumber": table.PidTagHomeTelephoneNumber,
    "mobileTelephoneNumber": table.PidTagMobileTelephoneNumber,
    "businessFaxNumber": table.PidTagBusinessFaxNumber,
    "businessHomePage": table.PidTagBusinessHomePage,
    "location": table.PidTagLocation,
    "country": table.PidTagCountry,
    "addressCity": table.PidTagLocality,
    "stateOrProvince": table.PidTagStateOrProvince,
    "streetAddress": table.PidTagStreetAddress,
    "postalAddress": table.PidTagPostalAddress,
    "postalCode": table.PidTagPostalCode,
    "addressCountryCode": table.PidLidAddressCountryCode,
    "department": table.PidLidDepartment,
    "contactHtml": table.PidLidHtml,
    "email1DisplayName": table.PidLidEmail1DisplayName,
    "email1EmailAddress": table.PidLidEmail1EmailAddress,
    "email1OriginalDisplayName": table.PidLidEmail1OriginalDisplayName,
    "fax1AddrType": table.PidLidFax1AddressType,
    "fax1EmailAddress": table.PidLidFax1EmailAddress,
    "fax1OriginalDisplayName": table.PidLidFax1OriginalDisplayName,
    "fax2AddrType": table.PidLidFax2AddressType,
    "fax2EmailAddress": table.PidLidFax2EmailAddress,
    "fax2OriginalDisplayName": table.PidLidFax2OriginalDisplayName,
    "fax3AddrType": table.PidLidFax3AddressType,
    "fax3EmailAddress": table.PidLidFax3EmailAddress,
    "fax3OriginalDisplayName": table.PidLidFax3OriginalDisplayName,
    "fileUnder": table.PidLidFileUnder,
    "instMsg": table.PidLidInstantMessagingAddress,
    "workAddress": table.PidLidWorkAddress,
    "workAddressCity": table.PidLidWorkAddressCity,
    "workAddressCountry": table.PidLidWorkAddressCountry,
    "workAddressCountryCode": table.PidLidWorkAddressCountryCode,
    "workAddressPostalCode": table.PidLidWorkAddressPostalCode,
    "workAddressState": table.PidLidWorkAddressState,
    "workAddressStreet": table.PidLidWorkAddressStreet,
    "yomiCompanyName": table.PidLidYomiCompanyName,
    "yomiFirstName": table.PidLidYomiFirstName,
    "yomiLastName": table.PidLidYomiLastName,
    "apptStartWhole": table.PidLidAppointmentStartWhole,
    "apptEndWhole": table.PidLidAppointmentEndWhole,
    "apptLocation": table.PidLidLocation,
    "clipStart": table.PidLidClipStart,
    "clipEnd": table.PidLidClipEnd,
    "globalAppointmentID": table.PidLidGlobalObjectId,
    "timeZoneDesc": table.PidLidTimeZoneDescription,
    "inetAcctName": table.PidLidInternetAccountName,
    "votingResponse": table.PidLidVerbResponse,
}
_ATTACHMENT: Mapping[str, Property[Any]] = {
    "name": table.PidTagDisplayName,
    "fileName": table.PidTagAttachLongFilename,
    "fileNameShort": table.PidTagAttachFilename,
    "extension": table.PidTagAttachExtension,
    "attachMimeTag": table.PidTagAttachMimeTag,
    "attachmentHidden": table.PidTagAttachmentHidden,
    "pidContentId": table.PidTagAttachContentId,
    "creationTime": table.PidTagCreationTime,
    "lastModificationTime": table.PidTagLastModificationTime,
}
_RECIPIENT: Mapping[str, Callable[[PropBag], object]] = {
    "name": lambda row: row.get(table.PidTagDisplayName),
    "addressType": lambda row: row.get(table.PidTagAddressType),
    "email": lambda row: row.get(table.PidTagEmailAddress),
    "smtpAddress": lambda row: row.get(table.PidTagSmtpAddress),
    "recipType": lambda row: recipient_of_row(row).kind.name.lower(),
}
_TIMES = frozenset({"creationTime", "lastModificationTime", "clientSubmitTime", "messageDeliveryTime"})
_OTHER_TIMES = frozenset({"apptStartWhole", "apptEndWhole", "clipStart", "clipEnd"})

Row = tuple[str, str, object, object]
"""File, field, what we say, what they say."""


def _same(field: str, ours: object, theirs: object) -> bool:
    if field in _TIMES | _OTHER_TIMES and isinstance(theirs, str):
        return str(ours)[:19] == str(parsedate_to_datetime(theirs))[:19]
    if isinstance(ours, bytes) and isinstance(theirs, str):
        return ours.hex().upper() == theirs.upper()
    if isinstance(ours, int) and isinstance(theirs, int):
        return ours & 0xFFFFFFFF == theirs & 0xFFFFFFFF
    return ours == theirs


def _fields(place: str, bag: PropBag, theirs: Mapping[str, Any], known: Mapping[str, Property[Any]]) -> Iterator[Row]:
    for field, value in theirs.items():
        if field in known:
            yield place, field, bag.get(known[field]), value


def rows(name: str, message: Message, theirs: Mapping[str, Any]) -> Iterator[Row]:
    """Give all that both say of a message and those in it."""
    waiting = [(name, message, theirs)]
    while waiting:
        place, one, said = waiting.pop()
        content = object_of(one)
        yield from _fields(place, content.properties, said, _MESSAGE)
        yield place, "recipients", len(content.rows()), len(said["recipients"])
        for row, recipient in zip(content.rows(), said["recipients"], strict=False):
            for field, read in _RECIPIENT.items():
                yield place, f"recipient.{field}", read(row), recipient.get(field)
        yield place, "attachments", len(content.attachments()), len(said["attachments"])
        for attachment, other in zip(content.attachments(), said["attachments"], strict=False):
            for _, field, ours, value in _fields(place, attachment.properties, other, _ATTACHMENT):
                yield place, f"attachment.{field}", ours, value
            yield place, "attachment.innerMsgContent", attachment.message is not None, "innerMsgContent" in other
            if attachment.message is not None and "innerMsgContentFields" in other:
                waiting.append((f"{place}/", attachment.message, other["innerMsgContentFields"]))
            elif "contentLength" in other:
                yield place, "attachment.contentLength", len(attachment.data), other["contentLength"]


@functools.cache
def all_rows() -> tuple[Row, ...]:
    found: list[Row] = []
    for path in msg_files():
        expected = path.with_suffix(".json")
        if expected.exists():
            found += rows(path.stem, msg.read(path.read_bytes()), json.loads(expected.read_text(encoding="utf-8")))
    return tuple(found)


def disagreements() -> tuple[Row, ...]:
    return tuple(row for row in all_rows() if not _same(row[1].rpartition(".")[2], row[2], row[3]))


def test_ours_and_theirs_disagree_where_the_table_says_and_nowhere_else() -> None:
    found = {(name, field) for name, field, _, _ in disagreements()}

    assert found == {(one.file, field) for one in DISAGREEMENTS for field in one.fields}
    assert len(all_rows()) > 1_600


@pytest.mark.parametrize("one", DISAGREEMENTS, ids=lambda one: one.file)
def test_theirs_is_ours_in_the_wrong_code_page(one: Disagreement) -> None:
    for name, _, ours, theirs in disagreements():
        if name == one.file:
            assert isinstance(theirs, str)
            octets = b"".join(c.encode("latin-1") if ord(c) < 256 else c.encode("cp1252") for c in theirs)
            assert octets.decode("cp932") == ours


@pytest.mark.parametrize("path", sorted(THEIRS.glob("*.rtf")), ids=lambda path: path.stem)
def test_rtf_is_unpacked_as_theirs(path: Path) -> None:
    message = msg.read(path.with_suffix(".msg").read_bytes())

    assert rtf.decompress(message[table.PidTagRtfCompressed]).rstrip(b"\0") == path.read_bytes().rstrip(b"\0")


EXTRACTED = {"unicode": "2013-11-18_0026 Test for TIF files", "strangeDate": "2016-02-23_0657 MSG Test File"}


@pytest.mark.parametrize(("name", "folder"), EXTRACTED.items(), ids=EXTRACTED)
def test_msg_extractor_writes_the_same_text(name: str, folder: str) -> None:
    """It writes ``None`` for an address that it has not, and more empty lines."""
    message = msg.read((shared.corpus() / "msg" / "msg-extractor" / f"{name}.msg").read_bytes())
    expected = shared.corpus() / "msg" / "msg-extractor" / "expected-outputs" / folder
    head, _, body = (expected / "message.text").read_text(encoding="utf-8").partition("-----------------")
    said = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)

    assert said["Subject"] == message.subject
    assert said["To"].startswith(message[table.PidTagDisplayTo])
    assert said["CC"].startswith(message[table.PidTagDisplayCc])
    assert _words(body) == _words(message.text or "")
    files = {one.name: one.read_bytes() for one in expected.iterdir() if one.name != "message.text"}
    assert {one.filename: one.data for one in message.attachments} == files


def _words(text: str) -> list[str]:
    return text.split()
