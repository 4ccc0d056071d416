"""Dovecot's scripts beside its mailboxes: what an IMAP server answers about the structure of a message.

Read are the answers with an ENVELOPE, a BODY structure, or the octets of a section (RFC 3501 section 6.4.5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from msgcore.codecs import mime
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.model import Address, Message, RecipientKind
from tests.codecs.mime.agreement.comparison import Comparison

__all__ = ["ORACLE", "compare"]

ORACLE = "dovecot imaptest"

Value = str | bytes | None | list["Value"]
_Compared = Iterator[tuple[str, object, object]]

# For them the blank line before a separator is part of the message.
_SEPARATOR = re.compile(rb"^From [^\n]*\n", re.MULTILINE)
_ANSWER = re.compile(rb"^\* (\d+) fetch (?=\()", re.IGNORECASE | re.MULTILINE)
_TOKEN = re.compile(
    rb'\s*(?:([()])|"((?:[^"\\]|\\.)*)"|~?\{\{\{\n(.*?)\n\}\}\}|([^\s()\[]+(?:\[[^\]]*\])?[^\s()]*))', re.DOTALL
)
_SECTION = re.compile(r"(BODY|BINARY)\[((?:\d+\.?)*)(HEADER|TEXT|MIME)?\]")


def compare(corpus: Path) -> Iterator[Comparison]:
    folder = corpus / "mbox" / "dovecot-imaptest"
    for mbox in sorted(folder.glob("*.mbox")):
        path = mbox.with_suffix("")
        script = path.read_bytes() if path.exists() else b""
        messages = _SEPARATOR.split(mbox.read_bytes())[1:]
        for answer in _ANSWER.finditer(script):
            if int(answer[1]) > len(messages):
                continue  # one that the script itself puts there
            octets = messages[int(answer[1]) - 1]
            items = cast("list[Value]", _read(script, answer.end()))
            for name, value in zip(items[::2], items[1::2], strict=False):
                for kind, theirs, ours in _item(str(name).upper(), value, octets):
                    field = f"message {answer[1].decode()} {str(name).lower()} {kind}"
                    yield Comparison(ORACLE, kind, mbox.name, field, theirs, ours)


def _read(script: bytes, position: int) -> Value:
    """Read one value: a string, NIL, octets of a literal, or a list."""
    stack: list[list[Value]] = [[]]
    while not stack[0]:
        token = _TOKEN.match(script, position)
        assert token is not None, script[position : position + 80]
        position = token.end()
        edge, quoted, literal, atom = token.groups()
        if edge == b"(":
            stack.append([])
        elif edge == b")":
            inner = stack.pop()
            stack[-1].append(inner)
        elif literal is not None:
            stack[-1].append(literal)
        elif quoted is not None:
            stack[-1].append(quoted.decode())
        else:
            stack[-1].append(None if atom.upper() == b"NIL" else atom.decode())
    return stack[0][0]


def _item(name: str, value: Value, octets: bytes) -> _Compared:
    if name == "ENVELOPE" and isinstance(value, list):
        yield from _envelope(value, mime.read(octets))
    elif name == "BODY" and isinstance(value, list):
        yield "structures", _folded(value), _folded(_structure(parse(octets.replace(b"\n", b"\r\n"))))
    section = _SECTION.fullmatch(name)
    if section is not None and isinstance(value, bytes):
        # Line ends are those of the mailbox for us, those of the script for them.
        yield "sections", _lines(value), _lines(_section(parse(octets), section))


def _lines(octets: bytes) -> bytes:
    return octets.replace(b"\r\n", b"\n")


def _envelope(value: list[Value], message: Message) -> _Compared:
    date, subject, *people, in_reply_to, message_id = value
    yield "texts", [date, subject or ""], [message.headers.get("Date"), message.subject]
    # Where there is no Sender or Reply-To the server puts From.
    from_ = [message.from_] if message.from_ is not None else []
    sender = [message.sender] if message.sender is not None else []
    recipients = {kind: [one.address for one in message.recipients if one.kind is kind] for kind in RecipientKind}
    to, cc, bcc = (recipients[kind] for kind in (RecipientKind.TO, RecipientKind.CC, RecipientKind.BCC))
    ours = [from_, sender, list(message.reply_to) or from_, to, cc, bcc]
    for theirs, addresses in zip(people, ours, strict=True):
        yield "addresses", _people(theirs), [(_name(one), one.email_address) for one in addresses]
    yield "texts", [in_reply_to, message_id], [message.headers.get(name) for name in ("In-Reply-To", "Message-ID")]


def _name(address: Address) -> str:
    """Give the name; where none is given the address stands for it."""
    return "" if address.display_name == address.email_address else address.display_name


def _people(value: Value) -> list[tuple[str, str]]:
    """Open groups, whose ends have no host, and drop routes, as ours are."""
    people = cast("list[list[str | None]]", value or [])
    return [(name or "", f"{local}@{host}") for name, _, local, host in people if host is not None]


def _structure(entity: Entity) -> Value:
    """Write the parts below a multipart as RFC 3501 section 7.4.2 has it."""
    kind, _, subtype = entity.media_type.partition("/")
    if entity.is_multipart:
        return [*map(_structure, entity.children), subtype]
    pairs: list[Value] = [one for pair in entity.content_type.parameters.items() for one in pair]
    size, lines = len(entity.body), entity.body.count(b"\r\n")
    return [kind, subtype, pairs, None, None, entity.transfer_encoding or "7bit", str(size), str(lines)]


def _folded(value: Value) -> Value:
    """Names have no case."""
    return list(map(_folded, value)) if isinstance(value, list) else value.lower() if value else value


def _section(root: Entity, section: re.Match[str]) -> bytes:
    part, is_message = root, True
    for number in filter(None, section[2].split(".")):
        inner = part if is_message else part.message or part
        part, is_message = (inner.children[int(number) - 1] if inner.is_multipart else inner), False
    message = part if is_message else part.message or part
    match section[3]:
        case "HEADER":
            return message.raw_header
        case "TEXT":
            return message.body
        case "MIME":
            return part.raw_header
        case _ if is_message:
            return part.octets
        case _:
            return part.content if section[1] == "BINARY" else part.body
