"""MIME trees are as they say, for msgcore's reader and for the standard library's; damaged ones are damaged."""

from __future__ import annotations

import email
import email.message
import re
from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given

from msgcore.codecs import mime
from msgcore.codecs.mime.tree.entity import Entity, parse
from msgcore.testing import strategies
from msgcore.testing.strategies import MimeEntity, MimeTree
from msgcore.testing.strategies.mime_leaves import CHARSETS
from tests.testing.samples import sample, smallest

# What strategies draw is seen in many draws only.
pytestmark = pytest.mark.soak

CODECS = {charset: codec for charset, codec, _ in CHARSETS}


def found(entity: Entity) -> MimeEntity:
    """What msgcore's reader finds, as the strategy says it."""
    children = tuple(found(child) for child in entity.children)
    text = content = None
    if entity.media_type.startswith("text/"):
        octets = entity.content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        text = octets.decode(CODECS[entity.content_type.get("charset") or "us-ascii"])
    elif not children:
        content = entity.content
    return MimeEntity(entity.media_type, text, content, entity.filename, children)


@pytest.fixture(scope="module")
def trees() -> list[MimeTree]:
    return sample(strategies.mime_trees(), 800)


@given(strategies.mime_trees())
def test_a_tree_is_read_as_it_says(tree: MimeTree) -> None:
    assert found(parse(tree.octets)) == tree.root


Shape = tuple[str, tuple["Shape", ...]]


def shape(entity: MimeEntity) -> Shape:
    return entity.media_type, tuple(shape(child) for child in entity.children)


def shape_of_stdlib(message: email.message.Message) -> Shape:
    """The shape that the standard library finds; it looks into every message/*, which only rfc822 is meant for."""
    kind, payload = message.get_content_type(), cast(object, message.get_payload())
    is_leaf = not isinstance(payload, list) or kind == "message/x-own"
    parts = [] if is_leaf else cast("list[email.message.Message]", payload)
    return kind, tuple(shape_of_stdlib(part) for part in parts)


@given(strategies.mime_trees())
def test_the_standard_library_finds_the_same_structure(tree: MimeTree) -> None:
    assert shape_of_stdlib(email.message_from_bytes(tree.octets)) == shape(tree.root)


@given(strategies.mime_trees(line_ends=(b"\r\n",)))
def test_a_tree_in_crlf_breaks_no_rule(tree: MimeTree) -> None:
    assert mime.check(tree.octets) == ()


@given(strategies.mime_trees())
def test_a_tree_has_one_kind_of_line_end(tree: MimeTree) -> None:
    assert set(re.findall(rb"\r\n|\r|\n", tree.octets)) == {tree.line_end}


def test_every_line_end_appears(trees: list[MimeTree]) -> None:
    assert {tree.line_end for tree in trees} == {b"\r\n", b"\n", b"\r"}


def levels(entity: MimeEntity) -> int:
    return max((1 + levels(child) for child in entity.children), default=0)


@pytest.mark.parametrize("depth", [0, 1, 3, 5])
def test_trees_are_as_deep_as_was_asked_for_and_no_deeper(depth: int) -> None:
    assert max(levels(tree.root) for tree in sample(strategies.mime_trees(depth))) == depth


TYPES = ["multipart/mixed", "multipart/alternative", "multipart/digest", "message/rfc822", "text/html", "image/png"]


@pytest.mark.parametrize("media_type", TYPES)
def test_every_type_appears(trees: list[MimeTree], media_type: str) -> None:
    assert any(entity.media_type == media_type for tree in trees for entity in tree.root.walk())


@pytest.fixture(scope="module")
def leaves() -> list[MimeTree]:
    return sample(strategies.mime_trees(0), 2_000)


@pytest.mark.parametrize("charset", CODECS)
def test_every_charset_appears_with_letters_of_its_own(leaves: list[MimeTree], charset: str) -> None:
    texts = [tree.root.text for tree in leaves if tree.root.text and charset.encode() in tree.octets.lower()]

    assert texts and (charset == "us-ascii" or not "".join(texts).isascii())


WAYS: dict[str, Callable[[bytes], object]] = {
    "base64": lambda octets: b"\nContent-Transfer-Encoding: base64\n" in octets,
    "quoted-printable": lambda octets: b"\nContent-Transfer-Encoding: quoted-printable\n" in octets,
    "8 bits": lambda octets: not octets.isascii(),
    "a quoted boundary": lambda octets: b'boundary="' in octets,
    "a boundary as a token": lambda octets: b"boundary=b" in octets,
    "a folded field": lambda octets: b";\n boundary" in octets,
    "a preamble": lambda octets: b"\n\ntext\n\n--" in octets,
    "an epilogue": lambda octets: b"--\ntext\n" in octets,
    "an extended file name": lambda octets: b"filename*=utf-8''" in octets,
    "a file name in pieces": lambda octets: b"filename*1=" in octets,
    "a part without a header": lambda octets: re.search(rb"\n--b[ \t]*\n\n", octets),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_writing_appears(trees: list[MimeTree], way: str) -> None:
    assert any(WAYS[way](tree.octets.replace(tree.line_end, b"\n")) for tree in trees)


def test_a_multipart_shrinks_to_one_empty_part() -> None:
    tree = smallest(strategies.mime_trees(), lambda tree: tree.root.media_type == "multipart/mixed")

    assert (shape(tree.root), len(tree.octets) < 130) == (("multipart/mixed", (("text/plain", ()),)), True)


# Damage


@given(strategies.damaged_mime())
def test_damaged_mime_is_read_to_the_last_part_without_an_exception(octets: bytes) -> None:
    mime.check(octets)
    waiting = [mime.read(octets)]
    while waiting:
        message = waiting.pop()
        waiting.extend(a.message for a in message.attachments if a.message is not None)
        bodies = (message.text, message.html, message.recipients, message.headers)

        assert (len(bodies), [type(a.data) for a in message.attachments]) == (4, [bytes] * len(message.attachments))


@given(strategies.damaged_mime())
def test_damaged_mime_is_written_back_octet_for_octet(octets: bytes) -> None:
    assert mime.write(mime.read(octets)) == octets


RULES = [
    "base64-after-padding",
    "base64-alphabet",
    "base64-truncated",
    "boundary-missing",
    "boundary-not-found",
    "boundary-unterminated",
    "charset-unknown",
    "content-type-malformed",
    "header-blank-line",
    "header-eight-bit",
    "header-junk",
    "header-repeated",
    "line-end-cr",
    "line-end-lf",
    "mbox-separator",
    "nul",
    "parameter-repeated",
    "quoted-printable-escape",
    "text-eight-bit",
    "transfer-encoding-of-multipart",
    "transfer-encoding-unknown",
]


@pytest.fixture(scope="module")
def damaged() -> list[bytes]:
    return sample(strategies.damaged_mime(), 1_000)


@pytest.fixture(scope="module")
def rules_broken(damaged: list[bytes]) -> set[str]:
    return {finding.rule for octets in damaged for finding in mime.check(octets)}


@pytest.mark.parametrize("rule", RULES)
def test_every_kind_of_damage_appears(rules_broken: set[str], rule: str) -> None:
    assert rule in rules_broken


def test_line_ends_of_several_kinds_in_one_message_appear(damaged: list[bytes]) -> None:
    assert 3 in {len(set(re.findall(rb"\r\n|\r|\n", octets))) for octets in damaged}


def test_damaged_mime_shrinks_to_little() -> None:
    octets = smallest(
        strategies.damaged_mime(), lambda octets: any(f.rule == "boundary-unterminated" for f in mime.check(octets))
    )

    assert len(octets) < 200, octets


def test_mail_may_be_any_octets() -> None:
    mail = sample(strategies.mail_octets(), 150)

    assert b"" in mail and any(octets and not octets.isascii() and b"\n" not in octets for octets in mail)
