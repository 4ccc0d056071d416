"""The page of errors has every error, below the heading of its kin, and no other."""

from __future__ import annotations

import inspect
import re

from msgcore import errors
from tests.shared import REPOSITORY

ROW = re.compile(r"^\| `(\w+)`", re.MULTILINE)


CLASSES = {name for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)}


def page() -> str:
    return (REPOSITORY / "docs/errors.md").read_text(encoding="utf-8")


def test_every_error_is_public() -> None:
    assert sorted(errors.__all__) == sorted(CLASSES)


def test_every_error_is_on_the_page_once() -> None:
    rows = ROW.findall(page())
    in_headings = {"MsgcoreError", "SetupError", "TryAgain", "NotAccepted"}
    assert sorted(rows) == sorted(CLASSES - in_headings)


def test_errors_stand_below_the_heading_of_their_kin() -> None:
    sections = re.split(r"^(?=## )", page(), flags=re.MULTILINE)[1:]
    strays = [
        (row, base)
        for section in sections
        for base in re.findall(r"^## .*: `(\w+)`", section)
        for row in ROW.findall(section)
        if not issubclass(getattr(errors, row), getattr(errors, base))
    ]
    assert strays == []


def test_what_is_named_as_pythons_own_class_is_a_base() -> None:
    named = re.findall(r"^\| `(\w+)` \(`(\w+)`\)", page(), re.MULTILINE)
    assert [pair for pair in named if pair[1] not in {base.__name__ for base in getattr(errors, pair[0]).__mro__}] == []
    assert named
