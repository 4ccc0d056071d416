"""The generated property table against the fact tables."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from msgcore.errors import UsageError
from msgcore.props import NamedProperty, PidTagSubject, PropertyTag, all_properties, by_id, lookup

PTYP = {
    "PtypNull": 0x0001,
    "PtypInteger16": 0x0002,
    "PtypInteger32": 0x0003,
    "PtypFloating64": 0x0005,
    "PtypBoolean": 0x000B,
    "PtypObject": 0x000D,
    "PtypInteger64": 0x0014,
    "PtypString": 0x001F,
    "PtypTime": 0x0040,
    "PtypGuid": 0x0048,
    "PtypServerId": 0x00FB,
    "PtypRestriction": 0x00FD,
    "PtypRuleAction": 0x00FE,
    "PtypBinary": 0x0102,
    "PtypMultipleInteger32": 0x1003,
    "PtypMultipleString": 0x101F,
    "PtypMultipleTime": 0x1040,
    "PtypMultipleGuid": 0x1048,
    "PtypMultipleBinary": 0x1102,
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_tagged_property_is_reachable_by_each_of_its_names(shared_data: Path) -> None:
    wrong: list[str] = []
    for row in rows(shared_data / "property_tags.csv"):
        for name in filter(None, (row["canonical_name"], row["tag_name"])):
            found = lookup(name)
            expected = (int(row["id"], 16), PTYP[row["type"]], row["area"])
            if not isinstance(found, PropertyTag) or (found.id, int(found.type), found.area) != expected:
                wrong.append(f"{name}: {found!r}, expected {expected}")
    assert wrong == []


def test_every_named_property_is_reachable(shared_data: Path) -> None:
    wrong: list[str] = []
    for row in rows(shared_data / "named_properties.csv"):
        found = lookup(row["canonical_name"])
        identity: int | str = row["lid_or_name"]
        if str(identity).startswith("0x"):
            identity = int(str(identity), 16)
        elif row["set_name"] == "PS_INTERNET_HEADERS":
            identity = str(identity).lower()
        facts = isinstance(found, NamedProperty) and (
            str(found.property_set) == row["property_set_guid"]
            and found.lid_or_name == identity
            and int(found.type) == PTYP[row["type"]]
        )
        if not facts:
            wrong.append(row["canonical_name"])
    assert wrong == []


def test_every_alias_leads_to_a_property_of_its_id(shared_data: Path) -> None:
    """An alias that is another property's own name stays that property's."""
    names = {row["tag_name"] for row in rows(shared_data / "property_tags.csv")}
    wrong = [
        row["alias"]
        for row in rows(shared_data / "property_tag_aliases.csv")
        if row["alias"] not in names and getattr(lookup(row["alias"]), "id", None) != int(row["id"], 16)
    ]
    assert wrong == []


def test_string_names_take_the_suffix_of_their_width() -> None:
    assert lookup("PR_SUBJECT_W") is PidTagSubject
    assert lookup("PR_SUBJECT_A") is PidTagSubject


def test_an_unknown_name_is_a_typed_error() -> None:
    with pytest.raises(UsageError, match="PidTagNonsense"):
        lookup("PidTagNonsense")


def test_an_id_that_is_used_again_gives_every_property() -> None:
    """0x6801 is a voice mail's duration and an offline address book's sequence."""
    names = {tag.name for tag in by_id(0x6801)}
    assert {"PidTagVoiceMessageDuration", "PidTagOfflineAddressBookSequence"} <= names
    assert len(all_properties()) > 2_000
