"""The standard library's parser on the messages that break no rules: subject, people, date, text body, file names.

It reads the same octets here and now; nothing lies beside the messages. It stands in for notmuch, whose messages have
no expected values.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.headerregistry import AddressHeader, DateHeader
from email.message import EmailMessage
from pathlib import Path
from typing import cast

from msgcore.codecs import mime
from msgcore.codecs.mime.tree.bodies import text_of
from msgcore.codecs.mime.tree.contents import contents_of
from msgcore.codecs.mime.tree.entity import parse
from msgcore.props import PidTagClientSubmitTime
from tests.codecs.mime.agreement.comparison import Comparison, as_read, people
from tests.codecs.mime.corpus_files import corpus_messages

__all__ = ["ORACLE", "compare"]

ORACLE = "standard library"

_Read = Callable[[bytes], object]

_CLEAN = ("mime/stalwart-mail-parser/eml/rfc", "mime/notmuch", "mime/cpython-email")


def compare(corpus: Path) -> Iterator[Comparison]:
    for path in corpus_messages():
        file = path.relative_to(corpus).as_posix()
        if not file.startswith(_CLEAN):
            continue
        octets = path.read_bytes()
        for kind, field, theirs, ours in _FIELDS:
            try:
                expected = theirs(octets)
            except (LookupError, ValueError, AttributeError, TypeError, AssertionError):
                continue  # the library cannot read its own answer here
            yield Comparison(ORACLE, kind, file.removeprefix("mime/"), field, expected, ours(octets))


def _parsed(octets: bytes) -> EmailMessage:
    return email.message_from_bytes(octets, policy=email.policy.default)


def _their_text(octets: bytes) -> str | None:
    """Give the text; blank lines around it mean nothing."""
    part = _parsed(octets).get_body(("plain",))
    root = parse(octets)
    return None if part is None else as_read(str(part.get_content()), contents_of(root).plain or root).strip()


def _our_text(octets: bytes) -> str | None:
    plain = contents_of(parse(octets)).plain  # and no text behind it
    return None if plain is None else text_of(plain).strip()


def _their_names(octets: bytes) -> list[str]:
    return sorted(name for part in _parsed(octets).walk() if (name := part.get_filename()) is not None)


def _our_names(octets: bytes) -> list[str]:
    return sorted(name for entity in parse(octets).walk() if (name := entity.filename) is not None)


def _their_subject(octets: bytes) -> str:
    """Give the subject; white space around it and runs of it mean nothing."""
    return " ".join(str(_parsed(octets).get("Subject", "")).split())


def _our_subject(octets: bytes) -> str:
    return " ".join(mime.read(octets).subject.split())


def _their_people(name: str) -> _Read:
    """Give names and addresses; white space in a name means nothing, and a word alone is a name for us."""

    def read(octets: bytes) -> object:
        fields = cast("list[AddressHeader]", _parsed(octets).get_all(name, []))
        people = [one for field in fields for one in field.addresses]
        return [_person(" ".join(one.display_name.split()), one.addr_spec) for one in people]

    return read


def _person(name: str, address: str) -> tuple[str, str]:
    return (name, address) if name or "@" in address else (address, "")


def _our_people(name: bytes) -> _Read:
    return lambda octets: [person for raw in parse(octets).header.raw_all(name) for person in people(raw)]


def _their_date(octets: bytes) -> datetime | None:
    """Give the date; one without a zone is in UTC for us."""
    field = cast("DateHeader | None", _parsed(octets).get("Date"))
    moment = None if field is None else field.datetime
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _our_date(octets: bytes) -> datetime | None:
    return mime.read(octets).get(PidTagClientSubmitTime)


_FIELDS: tuple[tuple[str, str, _Read, _Read], ...] = (
    ("bodies", "text body", _their_text, _our_text),
    ("file names", "file names", _their_names, _our_names),
    ("texts", "subject", _their_subject, _our_subject),
    ("dates", "date", _their_date, _our_date),
    *(("addresses", name, _their_people(name), _our_people(name.encode())) for name in ("from", "to", "cc")),
)
