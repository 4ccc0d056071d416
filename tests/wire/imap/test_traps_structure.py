"""BODYSTRUCTURE as servers get it wrong: a part that makes no sense is opaque, and those around it stand."""

from __future__ import annotations

import pytest

from msgcore.wire.imap.structure import BodyPart, Envelope
from tests.wire.imap.reading import fetched

TEXT = b'("text" "plain" NIL NIL NIL "7bit" 4 1)'
PLAIN = BodyPart("1", "text", "plain", size_octets=4, lines=1)


def structure(sent: bytes) -> tuple[BodyPart | None, bool]:
    """Read a structure; say whether there were defects."""
    found = fetched(b"BODYSTRUCTURE " + sent)
    return found.structure, bool(found.defects)


@pytest.mark.parametrize(
    ("sent", "part"),
    [
        (TEXT, PLAIN),
        (b"(text plain NIL NIL NIL 7bit 4 1)", PLAIN),
        (b'("text" "plain" () NIL NIL "7bit" 4 1)', PLAIN),
        (b'("TEXT" "PLAIN" NIL NIL NIL "7BIT " 4 1)', PLAIN),
        (b'({4}\r\ntext "plain" NIL NIL NIL "7bit" 4 1)', PLAIN),
        (b'("text" "plain" NIL NIL NIL "7bit" 4 1 NIL NIL NIL NIL (x (y)) 5)', PLAIN),
        (
            b'("text" "plain" ("CHARSET" "x" "name" NIL) "<i>" "d" "base64" 4 1 "md5" ("INLINE" ("filename" "f")) '
            b'("en" "de") "loc")',
            BodyPart(
                "1",
                "text",
                "plain",
                {"charset": b"x", "name": b""},
                b"<i>",
                b"d",
                "base64",
                4,
                1,
                b"md5",
                "inline",
                {"filename": b"f"},
                (b"en", b"de"),
                b"loc",
            ),
        ),
        (
            b'("image" "png" NIL NIL NIL "base64" 4 NIL "inline" "en")',
            BodyPart("1", "image", "png", encoding="base64", size_octets=4, disposition="inline", languages=(b"en",)),
        ),
        (
            b'("image" "png" NIL NIL NIL "base64" 4 NIL (("filename" "f")))',
            BodyPart("1", "image", "png", encoding="base64", size_octets=4, disposition_parameters={"filename": b"f"}),
        ),
        (
            b'("image" "png" NIL NIL NIL "base64" 4 NIL (NIL NIL))',
            BodyPart("1", "image", "png", encoding="base64", size_octets=4),
        ),
        (
            b'("message" "rfc822" NIL NIL NIL "base64" 40)',
            BodyPart("1", "message", "rfc822", encoding="base64", size_octets=40),
        ),
        (
            b'("message" "rfc822" NIL NIL NIL "base64" 40 NIL ("attachment" NIL) NIL NIL)',
            BodyPart("1", "message", "rfc822", encoding="base64", size_octets=40, disposition="attachment"),
        ),
        (
            b"(" + TEXT + TEXT + b' "mixed")',
            BodyPart("", "multipart", "mixed", parts=(PLAIN, BodyPart("2", "text", "plain", size_octets=4, lines=1))),
        ),
        (
            b"(" + TEXT + b" " + TEXT + b' "mixed" ("boundary" "b") NIL NIL NIL "x" (1 2))',
            BodyPart(
                "",
                "multipart",
                "mixed",
                {"boundary": b"b"},
                parts=(PLAIN, BodyPart("2", "text", "plain", size_octets=4, lines=1)),
            ),
        ),
        (
            b"(" + TEXT + b' "mixed" NIL "a description")',
            BodyPart("", "multipart", "mixed", parts=(PLAIN,)),
        ),
        (
            b'("message" "rfc822" NIL NIL NIL "7bit" 40 (NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL) ' + TEXT + b" 3)",
            BodyPart(
                "1",
                "message",
                "rfc822",
                size_octets=40,
                lines=3,
                envelope=Envelope(subject=b"s"),
                parts=(BodyPart("1.1", "text", "plain", size_octets=4, lines=1),),
            ),
        ),
        (
            b"("
            + TEXT
            + b'("message" "rfc822" NIL NIL NIL "7bit" 40 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ('
            + TEXT
            + b' "mixed") 3) "mixed")',
            BodyPart(
                "",
                "multipart",
                "mixed",
                parts=(
                    PLAIN,
                    BodyPart(
                        "2",
                        "message",
                        "rfc822",
                        size_octets=40,
                        lines=3,
                        envelope=Envelope(),
                        parts=(
                            BodyPart(
                                "2",
                                "multipart",
                                "mixed",
                                parts=(BodyPart("2.1", "text", "plain", size_octets=4, lines=1),),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    ],
)
def test_a_structure_is_read(sent: bytes, part: BodyPart) -> None:
    assert structure(sent) == (part, False)


@pytest.mark.parametrize(
    ("sent", "part"),
    [
        # Exchange, for a part that it cannot read
        (b'(NIL NIL NIL NIL NIL "7BIT" 0 NIL)', BodyPart("1", size_octets=0)),
        (b'(NIL NIL NIL NIL NIL "7BIT" 0 NIL NIL NIL NIL)', BodyPart("1", size_octets=0)),
        # Gmail and Yandex, for a multipart without parts
        (
            b'("ALTERNATIVE" ("BOUNDARY" "x") NIL NIL)',
            BodyPart("", "multipart", "alternative", {"boundary": b"x"}),
        ),
        (b'("MIXED" NIL NIL NIL)', BodyPart("", "multipart", "mixed")),
        (b'(NIL "mixed" ("boundary" "x") NIL NIL NIL)', BodyPart("", "multipart", "mixed", {"boundary": b"x"})),
        (
            b"(" + TEXT + b'("ALTERNATIVE" ("BOUNDARY" "x") NIL NIL) "MIXED")',
            BodyPart(
                "", "multipart", "mixed", parts=(PLAIN, BodyPart("2", "multipart", "alternative", {"boundary": b"x"}))
            ),
        ),
        # a type without a subtype, and the other way round
        (
            b'("text" ("charset" "x") NIL NIL "7bit" 4 1)',
            BodyPart("1", "text", "plain", {"charset": b"x"}, size_octets=4, lines=1),
        ),
        (
            b'("X-ZIP" ("name" "x") NIL NIL "base64" 4)',
            BodyPart("1", "application", "x-zip", {"name": b"x"}, encoding="base64", size_octets=4),
        ),
        (b'("text" NIL NIL NIL NIL "7bit" NIL NIL)', BodyPart("1", "text", "plain")),
        (b'("text" "plain" NIL NIL NIL "7bit" -1 -1)', BodyPart("1", "text", "plain")),
        (b'("text" "plain" NIL NIL NIL NIL 4 x)', BodyPart("1", "text", "plain", size_octets=4)),
        (b'("text" "plain")', BodyPart("1", "text", "plain")),
        (
            b'("text" "plain" ("a" "b" "c") NIL NIL "7bit" 4 1)',
            BodyPart("1", "text", "plain", {"a": b"b"}, size_octets=4, lines=1),
        ),
        (b'("text" "plain" "x" NIL NIL "7bit" 4 1)', PLAIN),
        (b'("text" "plain" NIL ("i") NIL "7bit" 4 1)', PLAIN),
        (
            b"(" + TEXT + b'() "mixed")',
            BodyPart("", "multipart", "mixed", parts=(PLAIN, BodyPart("2", is_opaque=True))),
        ),
    ],
)
def test_a_structure_that_is_wrong_is_given_as_far_as_it_goes_with_a_defect(sent: bytes, part: BodyPart) -> None:
    assert structure(sent) == (part, True)


def test_a_structure_that_is_too_deep_ends_in_an_opaque_part() -> None:
    found, has_defects = structure(b"(" * 100_000 + b")" * 100_000)
    depth = 0
    while found is not None and found.parts:
        found, depth = found.parts[0], depth + 1

    assert (found is not None and found.is_opaque, depth, has_defects) == (True, 100, True)


def test_5000_multiparts_in_one_another_are_opaque_where_they_are_too_deep_and_the_rest_of_the_message_stands() -> None:
    sent = b"(" * 5000 + TEXT + b' "mixed")' * 5000

    found = fetched(b"BODYSTRUCTURE " + sent + b" UID 5")

    assert (found.uid, bool(found.defects)) == (5, True)


def test_5000_multiparts_beside_one_another_are_all_given() -> None:
    part, has_defects = structure(b"(" + (b"(" + TEXT + b' "mixed")') * 5000 + b' "mixed")')

    assert (part and len(part.parts), has_defects) == (5000, False)
