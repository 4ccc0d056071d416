"""Stalwart's JSON beside its messages: fields by kind, the tree, contents, bodies and attachments, messages inside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from msgcore.codecs.mime.syntax.dates import parse_date
from msgcore.codecs.mime.syntax.parameters import parse_parameters
from msgcore.codecs.mime.syntax.tolerated import ignore
from msgcore.codecs.mime.tree.bodies import text_of
from msgcore.codecs.mime.tree.contents import contents_of
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.codecs.mime.tree.header_block import HeaderBlock, RawField
from tests.codecs.mime.agreement import stalwart_values as values
from tests.codecs.mime.agreement.comparison import CRLF, Comparison, as_read, people, shape, urls

__all__ = ["ORACLE", "compare"]

ORACLE = "stalwart, messages"

_Compared = Iterator[tuple[str, str, object, object]]


def compare(corpus: Path) -> Iterator[Comparison]:
    folder = corpus / "mime" / "stalwart-mail-parser" / "eml"
    for path in sorted(folder.rglob("*.eml")):
        octets = path.read_bytes().replace(b"\r\n", b"\n")
        file = path.relative_to(folder).as_posix()
        for suffix, form, mark in ((".json", octets, ""), (".crlf.json", octets.replace(b"\n", b"\r\n"), CRLF)):
            expected = path.with_suffix(suffix)
            if expected.exists():
                for kind, field, theirs, ours in _message("", json.loads(expected.read_text("utf-8")), parse(form)):
                    yield Comparison(ORACLE, kind, file, field + mark, theirs, ours)


def _message(at: str, expected: values.Json, root: Entity) -> _Compared:
    parts: list[values.Json] = expected["parts"]
    theirs, ours = _shape(expected), shape(root)
    yield "trees", f"{at}tree", theirs, ours
    pairs = zip(parts, root.walk(into_messages=False), strict=False)
    # Of two different trees only the roots are a pair.
    for number, (part, entity) in enumerate(pairs if theirs == ours else [next(pairs)]):
        yield from _part(f"{at}part {number} ", part, entity)
    yield from _bodies(at, expected, root)


def _shape(message: values.Json, number: int = 0) -> str:
    body = message["parts"][number]["body"]
    if "Message" in body:
        return f"({_shape(body['Message'])})"
    if "Multipart" in body:
        return f"[{''.join(_shape(message, child) for child in body['Multipart'])}]"
    return "."


def _part(at: str, part: values.Json, entity: Entity) -> _Compared:
    fields = [field for field in entity.header.each_field() if field.name]
    theirs = [_name(header) for header in part["headers"]]
    yield "field names", f"{at}fields", theirs, [field.name.decode() for field in fields]
    for header, field in zip(part["headers"], fields, strict=False):
        if _name(header) == field.name.decode():
            yield from _field(f"{at}{_name(header)}", header["value"], entity.header, field)
    body: values.Json = part["body"]
    for kind in ("Text", "Html"):
        if kind in body:
            yield "texts of parts", f"{at}text", as_read(body[kind], entity), text_of(entity)
    for kind in ("Binary", "InlineBinary"):
        if kind in body:
            yield "octets of parts", f"{at}octets", _octets(body[kind]), entity.content
    if "Message" in body and entity.message is not None:
        yield from _message(f"{at}> ", body["Message"], entity.message)


def _name(header: values.Json) -> str:
    name = cast("str | dict[str, str]", header["name"])
    return name["other"].lower() if isinstance(name, dict) else name.replace("_", "-")


def _octets(given: str | list[int]) -> bytes:
    return given.encode("utf-8") if isinstance(given, str) else bytes(given)


def _field(at: str, expected: str | values.Json, header: HeaderBlock, field: RawField) -> _Compared:
    raw = header.value(field)
    if isinstance(expected, str):
        yield from _empty(at, field.name, header.decoded(raw))
        return
    kind, theirs = next(iter(expected.items()))
    match kind:
        case "Address" if field.name.startswith(b"list-") and field.name != b"list-id":
            # The URLs of lists are a text for us.
            yield "texts", at, [address for _, address in values.people_of(theirs)], urls(header.decoded(raw))
        case "Address":
            yield "addresses", at, values.people_of(theirs), people(raw)
        case "DateTime":
            yield "dates", at, values.moment(theirs), parse_date(header.decoded(raw))
        case "ContentType":
            ours = parse_parameters(raw, ignore)
            yield "content types", at, values.value(theirs), ours.value
            yield "parameters", f"{at} parameters", values.parameters(theirs), dict(ours.parameters)
        case "Received":
            # Of Received fields we read the date only.
            date = header.decoded(raw).rpartition(";")[2]
            yield "dates", at, values.moment(theirs["date"]), parse_date(date)
        case _:
            yield "texts", at, _plain(theirs), _plain(header.decoded(raw))


def _plain(text: str | list[str]) -> str:
    """Lists of ids are given apart, ids without their brackets, and some texts with their line ends."""
    joined = text if isinstance(text, str) else " ".join(text)
    return " ".join(part.removeprefix("<").removesuffix(">") for part in joined.split())


def _empty(at: str, name: bytes, text: str) -> _Compared:
    """What has no value for them is empty here, or is no date."""
    yield "texts", at, None, parse_date(text) if name == b"date" else text or None


def _bodies(at: str, expected: values.Json, root: Entity) -> _Compared:
    parts: list[values.Json] = expected["parts"]
    contents = contents_of(root)
    shown: list[int] = []
    for kind, ours in (("Text", contents.plain), ("Html", contents.html)):
        # Theirs lists all that a reader shows in a row; the texts behind the first are compared as parts.
        row: list[int] = expected[f"{kind.lower()}_body"]
        numbers = [number for number in row if kind in parts[number]["body"]]
        shown.extend(numbers[: len(contents.texts) or 1] if kind == "Text" else numbers[:1])
        text = cast("str", parts[numbers[0]]["body"][kind]) if numbers else None
        theirs = text if text is None else as_read(text, ours or root)
        yield "bodies", f"{at}{kind.lower()} body", theirs, None if ours is None else text_of(ours)
    # What stands in the row behind those is an attachment here.
    every: set[int] = {*expected["text_body"], *expected["html_body"], *expected["attachments"]}
    named = [_named_part(parts[number]) for number in sorted(every - set(shown))]
    yield "attachments", f"{at}attachments", named, [(one.media_type, one.filename) for one in contents.attachments]


def _named_part(part: values.Json) -> tuple[str, str | None]:
    """Give the content type and the file name of a part; without a type it is text, or what was found in it."""
    fields: dict[str, values.Json] = {}
    headers: list[values.Json] = part["headers"]
    for header in headers:
        value = cast("str | values.Json", header["value"])
        if isinstance(value, dict) and "ContentType" in value:
            fields.setdefault(_name(header), value["ContentType"])
    content_type, disposition = fields.get("content-type"), fields.get("content-disposition")
    name = values.parameters(disposition).get("filename") or values.parameters(content_type).get("name")
    default = "message/rfc822" if "Message" in part["body"] else "text/plain"
    return values.value(content_type) or default, name
