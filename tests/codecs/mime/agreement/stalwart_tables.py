"""Stalwart's tables of header fields: one value of a field with its expected meaning in each row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

from msgcore.codecs import mime
from msgcore.codecs.mime.syntax.dates import parse_date
from msgcore.codecs.mime.syntax.parameters import parse_parameters
from msgcore.codecs.mime.syntax.tolerated import ignore
from msgcore.codecs.mime.tree.entity import parse
from msgcore.codecs.mime.tree.header_block import HeaderBlock
from msgcore.props import PidTagMessageDeliveryTime
from tests.codecs.mime.agreement import stalwart_values as values
from tests.codecs.mime.agreement.comparison import Comparison, people, urls

__all__ = ["ORACLE", "compare"]

ORACLE = "stalwart, tables"


def compare(corpus: Path) -> Iterator[Comparison]:
    folder = corpus / "mime" / "stalwart-mail-parser"
    for table, compare_row in _TABLES.items():
        rows = cast("list[values.Json]", json.loads((folder / f"{table}.json").read_text("utf-8")))
        for number, row in enumerate(rows, 1):
            for kind, theirs, ours in compare_row(row["header"], row["expected"]):
                yield Comparison(ORACLE, kind, f"{table}.json", f"row {number}: {kind}", theirs, ours)


_Compared = Iterator[tuple[str, object, object]]


def _field(header: str) -> HeaderBlock:
    """Read the row as one field of a header: what stands behind its end is not part of it."""
    return parse(b"X:" + header.encode("utf-8", "surrogateescape")).header


def _text(header: str) -> str:
    return _field(header).text(b"x") or ""


def _raw(header: str) -> bytes:
    return _field(header).raw(b"x") or b""


def _address(header: str, expected: values.Json | None) -> _Compared:
    theirs, ours = values.people_of(expected), people(_raw(header))
    if any(":/" in address or "mailto:" in address for _, address in theirs):
        # The URLs of lists are a text for us.
        yield "texts", [address for _, address in theirs], urls(_text(header))
        return
    yield "addresses", [address for _, address in theirs], [address for _, address in ours]
    yield "names", [name for name, _ in theirs], [name for name, _ in ours]


def _content_type(header: str, expected: values.Json | None) -> _Compared:
    ours = parse_parameters(_raw(header), ignore)
    yield "content types", values.value(expected), ours.value
    yield "parameters", values.parameters(expected), dict(ours.parameters)


def _date(header: str, expected: values.Json | None) -> _Compared:
    yield "dates", values.moment(expected), parse_date(_text(header))


def _id(header: str, expected: str | list[str] | None) -> _Compared:
    # We keep ids with their angle brackets, and the octets of several as one text.
    theirs = [expected] if isinstance(expected, str) else expected or []
    yield "ids", theirs, [one for part in _text(header).split() if (one := part.strip("<>"))]


def _list(header: str, expected: list[str]) -> _Compared:
    # We give the text of a list; the commas are cut here.
    yield "texts", expected, [part for one in _text(header).split(",") if (part := one.strip())]


def _received(header: str, expected: values.Json) -> _Compared:
    # Of Received fields we read the date of the first, as the time of delivery.
    message = mime.read(b"Received: " + header.encode("utf-8", "surrogateescape"))
    yield "dates", values.moment(expected.get("date")), message.get(PidTagMessageDeliveryTime)


def _unstructured(header: str, expected: str | None) -> _Compared:
    yield "texts", expected or "", _text(header)


_TABLES: dict[str, Callable[..., _Compared]] = {
    "address": _address,
    "content_type": _content_type,
    "date": _date,
    "id": _id,
    "list": _list,
    "received": _received,
    "unstructured": _unstructured,
}
