"""Two jobs of reading, done with each library as its manual says.

Envelope: subject, From, To, date, Message-ID, and whether there are attachments. Everything: every header field, the
text and HTML bodies, and the content of every attachment.
"""

from __future__ import annotations

import base64
import email
import email.message
import email.policy
import importlib
import logging
from collections.abc import Callable, Mapping, Sequence
from email.header import decode_header, make_header
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from typing import Any

import attrs

from msgcore import Message
from msgcore.codecs import mime
from msgcore.props import PidTagBody, PidTagHasAttachments

__all__ = ["ENVELOPE", "EVERYTHING", "JOBS", "MSGCORE", "Envelope", "Everything", "Reader", "all_readers"]

Envelope = tuple[str, object, object, object, object, bool]
"""Subject, From, To, date, Message-ID, whether there are attachments."""

Everything = tuple[Sequence[object], list[str], list[bytes]]
"""Header fields, bodies, the content of the attachments."""

JOBS = ENVELOPE, EVERYTHING = "envelope", "everything"
MSGCORE = "msgcore"


@attrs.frozen
class Reader:
    """A library. A slow one is timed over fewer messages, beside msgcore over the same."""

    name: str
    envelope: Callable[[bytes], Envelope] | None
    everything: Callable[[bytes], Everything]
    is_slow: bool = False

    def job(self, name: str) -> Callable[[bytes], object] | None:
        return self.envelope if name == ENVELOPE else self.everything


def all_readers() -> tuple[list[Reader], dict[str, str]]:
    """Give msgcore and the libraries that are installed, and why each of the others is not here."""
    missing: dict[str, str] = {}

    def installed(name: str, how: str, make: Callable[[str], Reader]) -> list[Reader]:
        try:
            return [make(name)]
        except (ImportError, ValueError) as error:  # gi says ValueError for a namespace that is not there
            missing[name] = f"{error}; {how}"
            return []

    readers = [
        Reader(MSGCORE, _msgcore_envelope, _msgcore_everything),
        Reader("msgcore, text made of HTML", None, _msgcore_with_text),
        *installed("fast-mail-parser", "pip install fast-mail-parser", _fast_mail_parser),
        *installed("GMime", "apt-get install python3-gi gir1.2-gmime-3.0", _gmime),
        Reader("email compat32", _compat32_envelope, _compat32_everything, is_slow=True),
        Reader("email policy.default", _policy_envelope, _policy_everything, is_slow=True),
        *installed("mail-parser", "pip install mail-parser", _mail_parser),
    ]
    return readers, missing


# msgcore


def _msgcore_envelope(octets: bytes) -> Envelope:
    message = mime.read(octets)
    has_attachments = bool(message.get(PidTagHasAttachments))
    return message.subject, message.from_, message.to, message.date, message.message_id, has_attachments


def _msgcore_everything(octets: bytes) -> Everything:
    return _all_of(mime.read(octets), lambda message: message.said(PidTagBody))


def _msgcore_with_text(octets: bytes) -> Everything:
    return _all_of(mime.read(octets), lambda message: message.text)


def _all_of(message: Message, text_of: Callable[[Message], str | None]) -> Everything:
    fields, bodies, contents = [*message.headers], [text_of(message), message.html], list[bytes]()
    waiting = [*message.attachments]
    for attachment in waiting:
        inner = attachment.message
        contents.append(attachment.data)
        if inner is not None:
            fields += inner.headers
            bodies += [text_of(inner), inner.html]
            waiting += inner.attachments
    return fields, [body for body in bodies if body is not None], contents


# The standard library


def _compat32_envelope(octets: bytes) -> Envelope:
    message = email.message_from_bytes(octets)
    name, address = parseaddr(_decoded(message["From"] or ""))
    people = getaddresses([_decoded(value) for value in message.get_all("To", [])])
    date = parsedate_to_datetime(message["Date"]) if message["Date"] else None
    return _decoded(message["Subject"] or ""), (name, address), people, date, message["Message-ID"], _has_files(message)


def _compat32_everything(octets: bytes) -> Everything:
    message = email.message_from_bytes(octets)
    return _walked(message, [(name, _decoded(value)) for name, value in message.items()])


def _policy_envelope(octets: bytes) -> Envelope:
    message = email.message_from_bytes(octets, policy=email.policy.default)
    sender = message["From"].addresses if message["From"] else None
    people = message["To"].addresses if message["To"] else None
    date = message["Date"].datetime if message["Date"] else None
    return str(message["Subject"] or ""), sender, people, date, message["Message-ID"], _has_files(message)


def _policy_everything(octets: bytes) -> Everything:
    message = email.message_from_bytes(octets, policy=email.policy.default)
    return _walked(message, [(name, str(value)) for name, value in message.items()])


def _decoded(value: object) -> str:
    text = str(value)
    return str(make_header(decode_header(text))) if "=?" in text else text


def _has_files(message: email.message.Message) -> bool:
    return any(_is_file(part) for part in message.walk())


def _is_file(part: email.message.Message) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _walked(message: email.message.Message, fields: list[tuple[str, str]]) -> Everything:
    bodies, contents = list[str](), list[bytes]()
    for part in message.walk():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_content_maintype() == "text" and not _is_file(part):
            bodies.append(content.decode(part.get_content_charset("utf-8"), "replace"))
        else:
            contents.append(content)
    return fields, bodies, contents


# Peers


def _fast_mail_parser(name: str) -> Reader:
    parse = importlib.import_module("fast_mail_parser").parse_email

    def envelope(octets: bytes) -> Envelope:
        mail = parse(octets, mode="metadata")
        message_id = mail.headers.get("Message-ID") or mail.headers.get("Message-Id")
        return mail.subject, mail.from_, mail.to, mail.date_parsed, message_id, bool(mail.attachments)

    def everything(octets: bytes) -> Everything:
        mail = parse(octets)
        contents = [one.content for one in mail.attachments]
        return [*mail.headers.items()], [*mail.text_plain, *mail.text_html], contents

    return Reader(name, envelope, everything)


def _mail_parser(name: str) -> Reader:
    parse = importlib.import_module("mailparser").parse_from_bytes
    logging.getLogger("mailparser").addHandler(logging.NullHandler())

    def envelope(octets: bytes) -> Envelope:
        mail = parse(octets)
        return mail.subject, mail.from_, mail.to, mail.date, mail.message_id, bool(mail.attachments)

    def everything(octets: bytes) -> Everything:
        mail = parse(octets)
        contents = [_payload(one) for one in mail.attachments]
        return [*mail.headers.items()], [*mail.text_plain, *mail.text_html], contents

    return Reader(name, envelope, everything, is_slow=True)


def _payload(attachment: Mapping[str, str]) -> bytes:
    payload = attachment["payload"]
    return base64.b64decode(payload) if attachment["binary"] else payload.encode("utf-8", "surrogateescape")


def _gmime(name: str) -> Reader:
    gi = importlib.import_module("gi")
    gi.require_version("GMime", "3.0")
    gmime = importlib.import_module("gi.repository.GMime")
    gmime.init()

    def parsed(octets: bytes) -> Any:
        return gmime.Parser.new_with_stream(gmime.StreamMem.new_with_buffer(octets)).construct_message(None)

    def leaves(message: Any) -> list[Any]:
        found: list[Any] = []

        def keep(_: object, part: object) -> None:
            found.append(part)

        message.foreach(keep)
        return [part for part in found if isinstance(part, gmime.Part)]

    def is_file(part: Any) -> bool:
        return part.is_attachment() or not isinstance(part, gmime.TextPart)

    def content(part: Any) -> bytes:
        stream = gmime.StreamMem.new()
        part.get_content().write_to_stream(stream)
        return bytes(stream.get_byte_array())

    def people(addresses: Any) -> list[tuple[object, object]]:
        found = map(addresses.get_address, range(addresses.length()))
        return [(one.get_name(), one.get_addr()) for one in found if isinstance(one, gmime.InternetAddressMailbox)]

    def envelope(octets: bytes) -> Envelope:
        message = parsed(octets)
        sender, to = people(message.get_from()), people(message.get_to())
        has_files = any(map(is_file, leaves(message)))
        return message.get_subject() or "", sender, to, message.get_date(), message.get_message_id(), has_files

    def everything(octets: bytes) -> Everything:
        message = parsed(octets)
        block, parts = message.get_header_list(), leaves(message)
        fields = [(one.get_name(), one.get_value()) for one in map(block.get_header_at, range(block.get_count()))]
        bodies = [part.get_text() for part in parts if not is_file(part)]
        return fields, bodies, [content(part) for part in parts if is_file(part)]

    return Reader(name, envelope, everything)
