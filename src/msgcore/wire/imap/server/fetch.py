"""What FETCH asks of a message, and how that is written (RFC 9051 section 6.4.5, RFC 3516, RFC 7162, RFC 8474)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import attrs

from msgcore.errors import MalformedMessage
from msgcore.wire.imap.server.answer import bad, no
from msgcore.wire.imap.server.arguments import Arguments
from msgcore.wire.imap.server.handler import ServedMessage
from msgcore.wire.imap.server.write_data import (
    astring,
    flag_list,
    internal_date,
    literal,
    write_envelope,
    write_structure,
)

__all__ = ["FetchItem", "flags_item", "item_of", "take_items"]

_MACROS = {
    "FAST": ("FLAGS", "INTERNALDATE", "RFC822.SIZE"),
    "ALL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"),
    "FULL": ("FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"),
}
_NAME = re.compile(rb"[A-Za-z0-9.]+")
_SECTION = re.compile(
    rb"\[((?:[1-9]\d{0,8}(?:\.[1-9]\d{0,8}){0,200})?)\.?(HEADER\.FIELDS(?:\.NOT)?|HEADER|TEXT|MIME)?", re.IGNORECASE
)
_PARTIAL = re.compile(rb"<(\d{1,19})\.(\d{1,19})>")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n?)*")


@attrs.frozen
class FetchItem:
    """``write`` gives what is said of a message; one that ``sets_seen`` is only for reading it."""

    name: str
    write: Callable[[ServedMessage], bytes]
    sets_seen: bool = False
    needs: str = ""
    """The extension that it belongs to."""


def _simple(name: str, value: Callable[[ServedMessage], bytes], needs: str = "") -> FetchItem:
    octets = name.encode()
    return FetchItem(name, lambda message: b"%b %b" % (octets, value(message)), needs=needs)


_SIMPLE = {
    one.name: one
    for one in (
        _simple("UID", lambda message: b"%d" % message.uid),
        _simple("FLAGS", lambda message: flag_list(message.flags)),
        _simple("INTERNALDATE", lambda message: internal_date(message.internal_date)),
        _simple("RFC822.SIZE", lambda message: b"%d" % len(message.octets)),
        _simple("ENVELOPE", lambda message: write_envelope(message.envelope)),
        _simple("BODY", lambda message: write_structure(message.structure, is_extended=False)),
        _simple("BODYSTRUCTURE", lambda message: write_structure(message.structure, is_extended=True)),
        _simple("RFC822.HEADER", lambda message: literal(message.section((), "HEADER") or b"")),
        attrs.evolve(_simple("RFC822", lambda message: literal(message.octets)), sets_seen=True),
        attrs.evolve(
            _simple("RFC822.TEXT", lambda message: literal(message.section((), "TEXT") or b"")), sets_seen=True
        ),
        _simple("MODSEQ", lambda message: b"(%d)" % message.modseq, "CONDSTORE"),
        _simple("EMAILID", lambda message: b"(%b)" % message.email_id.encode(), "OBJECTID"),
        _simple("THREADID", lambda _: b"NIL", "OBJECTID"),
    )
}
flags_item = _SIMPLE["FLAGS"]


def item_of(name: str) -> FetchItem:
    return _SIMPLE[name]


def take_items(arguments: Arguments, offers: frozenset[str]) -> list[FetchItem]:
    """Take the items that are asked for, each once, in their order.

    Raises:
        Refusal: they are none, or belong to what is not offered.
    """
    found = _listed(arguments) if arguments.has(b"(") else _item_or_macro(arguments)
    missing = [one.needs for one in found if one.needs and one.needs not in offers]
    if missing:
        raise bad(f"{missing[0]} is not offered")
    return list({one.name: one for one in found}.values())


def _listed(arguments: Arguments) -> list[FetchItem]:
    found = [_item(arguments)]
    while not arguments.has(b")"):
        arguments.space()
        found.append(_item(arguments))
    return found


def _item_or_macro(arguments: Arguments) -> list[FetchItem]:
    for name, items in _MACROS.items():
        if arguments.has_word(name.encode()):
            return [_SIMPLE[item] for item in items]
    return [_item(arguments)]


def _item(arguments: Arguments) -> FetchItem:
    found = arguments.take_match(_NAME)
    name = "" if found is None else found[0].decode().upper()
    if arguments.is_next(b"["):
        return _section(name, arguments)
    if name not in _SIMPLE:
        raise bad("no such item")
    return _SIMPLE[name]


def _section(name: str, arguments: Arguments) -> FetchItem:
    kind = name.removesuffix(".PEEK")
    if kind not in {"BODY", "BINARY", "BINARY.SIZE"}:
        raise bad("no such item")
    found = arguments.take_match(_SECTION)
    assert found is not None, "a bracket is next"
    numbers = tuple(int(number) for number in found[1].split(b".") if number)
    what = (found[2] or b"").decode().upper()
    names = _field_names(arguments) if what.startswith("HEADER.FIELDS") else []
    if (what == "MIME" and not numbers) or (what and kind != "BODY"):
        raise bad("no such section")
    arguments.need(b"]")
    shown = ".".join([*map(str, numbers), *([what] if what else [])])
    fields = b" (%b)" % b" ".join(map(astring, names)) if names else b""
    written = b"%b[%b%b]" % (kind.encode(), shown.encode(), fields)
    if kind == "BINARY.SIZE":
        return FetchItem(
            written.decode("latin-1"), lambda m: b"%b %d" % (written, len(_decoded(m, numbers) or b"")), needs="BINARY"
        )
    value = _value_of(kind, numbers, what, names)
    return _cut(arguments, kind, written, value, sets_seen=name == kind)


def _cut(
    arguments: Arguments, kind: str, written: bytes, value: Callable[[ServedMessage], bytes | None], *, sets_seen: bool
) -> FetchItem:
    """Give an item of a section, or of a part of that if one is asked for."""
    partial = arguments.take_match(_PARTIAL)
    start, octets = (0, None) if partial is None else (int(partial[1]), int(partial[2]))
    if octets == 0:
        raise bad("a part has at least one octet")
    name = written if partial is None else b"%b<%d>" % (written, start)

    def write(message: ServedMessage) -> bytes:
        whole = value(message)
        if whole is None:
            return b"%b NIL" % name
        end = len(whole) if octets is None else start + octets
        piece = literal(whole[start:end])
        return b"%b %b%b" % (name, b"~" if kind == "BINARY" and b"\0" in piece else b"", piece)

    return FetchItem(name.decode("latin-1"), write, sets_seen, "BINARY" if kind == "BINARY" else "")


def _value_of(
    kind: str, numbers: tuple[int, ...], what: str, names: Sequence[bytes]
) -> Callable[[ServedMessage], bytes | None]:
    if kind == "BINARY":
        return lambda message: _decoded(message, numbers)
    if not names:
        return lambda message: message.section(numbers, what)
    wanted = frozenset(name.lower() for name in names)
    is_not = what.endswith("NOT")

    def fields(message: ServedMessage) -> bytes | None:
        header = message.section(numbers, "HEADER")
        return None if header is None else _fields(header, wanted, is_not=is_not)

    return fields


def _decoded(message: ServedMessage, numbers: tuple[int, ...]) -> bytes | None:
    try:
        return message.decoded(numbers)
    except MalformedMessage:
        raise no("this encoding is not known", "UNKNOWN-CTE") from None


def _field_names(arguments: Arguments) -> list[bytes]:
    arguments.need(b" (")
    found = [arguments.astring()]
    while not arguments.has(b")"):
        arguments.space()
        found.append(arguments.astring())
    return found


def _fields(header: bytes, wanted: frozenset[bytes], *, is_not: bool) -> bytes:
    found = [field[0] for field in _FIELD.finditer(header) if (field[1].lower() in wanted) is not is_not]
    return b"".join([*found, b"\r\n"])
