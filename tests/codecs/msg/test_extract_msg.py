"""extract-msg reads the corpus, and what we write of it, as we do; where not, the table says why."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterator
from typing import Any, cast

from msgcore.codecs import msg
from msgcore.codecs.msg.writer import compose
from msgcore.model.message import Message
from msgcore.props.table import PidTagBody, PidTagHtml
from tests.codecs.msg.msg_files import msg_files
from tests.codecs.objects.same_objects import object_of
from tests.requirements import unavailable

try:
    import extract_msg
except ImportError:
    unavailable("extract-msg is not installed")

logging.getLogger("extract_msg").setLevel(logging.CRITICAL)

Row = tuple[str, str, object, object]
"""File, field, what we say, what they say."""


def _text(value: object) -> object:
    return value.replace("\r\n", "\n").rstrip("\n\0 ") or None if isinstance(value, str) else value


def _fields(place: str, ours: Message, theirs: Any) -> Iterator[Row]:
    yield place, "subject", ours.subject or None, theirs.subject or None
    said = object_of(ours).properties
    if PidTagBody in said:
        yield place, "text", _text(ours.text), _text(theirs.body)
    if PidTagHtml in said:
        yield place, "html", said[PidTagHtml], theirs.htmlBody
    yield place, "class", ours.message_class, theirs.classType
    people = [(one.display_name, one.email_address, int(one.kind)) for one in ours.recipients]
    yield place, "recipients", people, [(one.name, one.email, int(one.type)) for one in theirs.recipients]
    yield place, "attachments", len(ours.attachments), len(theirs.attachments)
    for one, other in zip(ours.attachments, theirs.attachments, strict=False):
        yield place, "attachment.message", one.message is not None, not isinstance(other.data, bytes | None)
        if one.message is None:
            yield place, "attachment.filename", one.filename, other.getFilename()
            yield place, "attachment.data", one.data, other.data


def rows(place: str, octets: bytes) -> Iterator[Row]:
    open_file: Any = cast("Any", extract_msg).openMsg
    with open_file(octets) as file:
        waiting: list[tuple[str, Message, Any]] = [(place, msg.read(octets), file)]
        while waiting:
            where, ours, theirs = waiting.pop()
            yield from _fields(where, ours, theirs)
            pairs = zip(ours.attachments, theirs.attachments, strict=False)
            waiting += [(f"{where}/", a.message, b.data) for a, b in pairs if a.message and hasattr(b.data, "subject")]


@functools.cache
def all_rows(*, written: bool) -> tuple[Row, ...]:
    found: list[Row] = []
    for path in msg_files():
        octets = path.read_bytes()
        found += rows(path.stem, compose(msg.read(octets)) if written else octets)
    return tuple(found)


WRONG_CODE_PAGE = "it takes text of code page 932, which the locale tells, as windows-1252"
NUL_KEPT = "the text ends with a NUL in the file, which it keeps"
DISAGREEMENTS = {
    ("contactAnsi", "subject"): WRONG_CODE_PAGE,
    ("nonUnicodeCP932", "subject"): WRONG_CODE_PAGE,
    ("nonUnicodeCP932", "text"): WRONG_CODE_PAGE,
    ("newOutlook Microsoft Outlook test", "subject"): NUL_KEPT,
    ("newOutlook Microsoft Outlook test", "class"): NUL_KEPT,
    ("newOutlook Microsoft Outlook test", "recipients"): NUL_KEPT,
}


def disagreements(*, written: bool) -> set[tuple[str, str]]:
    return {(name, field) for name, field, ours, theirs in all_rows(written=written) if ours != theirs}


def test_extract_msg_disagrees_where_the_table_says_and_nowhere_else() -> None:
    assert disagreements(written=False) == DISAGREEMENTS.keys()
    assert len(all_rows(written=False)) > 480


def test_extract_msg_reads_all_that_is_written_as_we_do() -> None:
    """What is written is Unicode and without a NUL, so that nothing of the table remains."""
    assert disagreements(written=True) == set()
    assert len(all_rows(written=True)) > 480
