"""Mime4j's trees beside its messages: the form of the tree, each field, each body as it stands and decoded.

A tree is XML, but of octets: it has no declaration, and its texts hold what the message holds, also what no XML may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgcore.codecs.mime.tree.entity import Entity, parse
from tests.codecs.mime.agreement.comparison import Comparison, shape

__all__ = ["ORACLE", "compare"]

ORACLE = "mime4j"

_TAG = re.compile(rb'<(/?)([a-z-]+)(?: name="([^"]*)")?(/?)>')
_ESCAPES = {b"&lt;": b"<", b"&gt;": b">", b"&quot;": b'"', b"&apos;": b"'", b"&amp;": b"&"}
_LEAVES = frozenset({b"body", b"text-body", b"binary-body"})
_ENTITIES = frozenset({b"message", b"body-part"})

_Compared = Iterator[tuple[str, str, object, object]]


class _Node:
    def __init__(self, tag: bytes, name: str = "") -> None:
        self.tag = tag
        self.name = name
        self.text = b""
        self.children: list[_Node] = []

    def every(self, *tags: bytes) -> list[_Node]:
        return [child for child in self.children if child.tag in tags]


def compare(corpus: Path) -> Iterator[Comparison]:
    folder = corpus / "mime" / "james-mime4j"
    for path in sorted(folder.rglob("*.msg")):
        file = path.relative_to(folder).as_posix()
        for suffix in (".xml", "_decoded.xml"):
            tree = path.with_name(path.stem + suffix)
            if tree.exists():
                for kind, field, theirs, ours in _compare(tree, parse(path.read_bytes())):
                    yield Comparison(ORACLE, kind, file, field, theirs, ours)


def _compare(tree: Path, root: Entity) -> _Compared:
    top = _read(tree.read_bytes())
    form = "decoded " if tree.stem.endswith("_decoded") else ""
    yield "trees", f"{form}tree", _shape(top), shape(root)
    entities = _entities(top)
    ours = list(root.walk())
    # Of two different trees only the roots are a pair.
    count = len(ours) if _shape(top) == shape(root) else 1
    for number, (theirs, entity) in enumerate(zip(entities[:count], ours, strict=False)):
        at = f"{form}part {number} "
        if not form:
            yield from _compare_fields(at, _fields(theirs), _our_fields(entity))
        for leaf in theirs.every(*_LEAVES):
            if leaf.tag == b"body":
                yield "bodies", f"{at}body", leaf.text, entity.body
            else:
                content = tree.with_name(leaf.name).read_bytes()
                ours_ = entity.content
                if leaf.tag == b"text-body" and entity.transfer_encoding == "quoted-printable":
                    # They make every line end CRLF; ours stay as they are.
                    content, ours_ = content.replace(b"\r\n", b"\n"), ours_.replace(b"\r\n", b"\n")
                yield "contents", f"{at}content", content, ours_


def _compare_fields(at: str, theirs: list[bytes], ours: list[bytes]) -> _Compared:
    yield "field counts", f"{at}fields", len(theirs), len(ours)
    if len(theirs) == len(ours):
        for number, (one, other) in enumerate(zip(theirs, ours, strict=True)):
            yield "fields", f"{at}field {number}", one, other


def _read(octets: bytes) -> _Node:
    stack = [_Node(b"")]
    position = 0
    for tag in _TAG.finditer(octets):
        stack[-1].text += octets[position : tag.start()]
        position = tag.end()
        if tag[1]:
            node = stack.pop()
            # Each element begins on a line of its own; the end of that line is not part of it.
            node.text = _unescaped(node.text.removeprefix(b"\r\n"))
        else:
            node = _Node(tag[2], (tag[3] or b"").decode())
            stack[-1].children.append(node)
            if not tag[4]:
                stack.append(node)
    return stack[0].children[0]


def _unescaped(text: bytes) -> bytes:
    for escape, octet in _ESCAPES.items():
        text = text.replace(escape, octet)
    return text


def _entities(node: _Node) -> list[_Node]:
    """Give an entity and all below it in the order in which they stand."""
    found = [node]
    for inner in (node, *node.every(b"multipart")):
        for child in inner.every(*_ENTITIES):
            found.extend(_entities(child))
    return found


def _shape(node: _Node) -> str:
    if multiparts := node.every(b"multipart"):
        return f"[{''.join(_shape(part) for part in multiparts[0].every(b'body-part'))}]"
    if messages := node.every(b"message"):
        return f"({_shape(messages[0])})"
    return "."


def _fields(node: _Node) -> list[bytes]:
    return [one.text.rstrip(b"\r\n") for header in node.every(b"header") for one in header.every(b"field")]


def _our_fields(entity: Entity) -> list[bytes]:
    header = entity.header
    return [header.octets[one.start : one.end].rstrip(b"\r\n") for one in header.each_field() if one.name]
