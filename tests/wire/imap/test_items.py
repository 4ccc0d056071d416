"""What FETCH may be asked for."""

from __future__ import annotations

import pytest

from msgcore.errors import UsageError
from msgcore.wire.imap.items import extension_of, header_fields, item_atoms, without_binary


def test_fields_of_a_header_are_one_item() -> None:
    assert header_fields(["Subject", "X-a"]) == "BODY.PEEK[HEADER.FIELDS (SUBJECT X-A)]"


@pytest.mark.parametrize(
    "names", [[], ["a b"], ["a)"], ["a]"], ["a:"], ["a\r\nb"], ["{3}"], ['"'], ["ä"], ["*"], ["%"]]
)
def test_a_field_has_a_name(names: list[str]) -> None:
    with pytest.raises(UsageError, match="is no name of a header field"):
        header_fields(names)


@pytest.mark.parametrize(
    "item",
    [
        "FLAGS",
        "RFC822.SIZE",
        "BODY[]",
        "BODY.PEEK[1.2.MIME]<0.10>",
        "BINARY.SIZE[1]",
        "PREVIEW (LAZY)",
        "X-GM-LABELS",
        header_fields(["Subject"]),
    ],
)
def test_items_are_written_as_they_are_behind_the_id(item: str) -> None:
    assert [atom.octets for atom in item_atoms([item, item.lower(), "UID"])] == [b"UID", item.encode()]


def test_an_item_of_an_extension_names_it() -> None:
    assert [extension_of(item) for item in ("binary.peek[1]", "PREVIEW (LAZY)", "BODY[]")] == [
        "BINARY",
        "PREVIEW",
        None,
    ]


def test_what_was_to_come_decoded_is_asked_for_encoded() -> None:
    items = ["FLAGS", "BINARY.PEEK[1]", "binary[2]", "BINARY.SIZE[1]", "BODY.PEEK[]"]

    assert without_binary(items) == ["FLAGS", "BODY.PEEK[1]", "BODY[2]", "BODY.PEEK[]"]
