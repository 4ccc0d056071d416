"""What the glossary names in msgcore is there."""

from __future__ import annotations

import importlib
import re

import pytest

import msgcore
from tests.shared import REPOSITORY

ROW = re.compile(r"^\| [^|]+ \| ([^|]+) \|", re.MULTILINE)
NAME = re.compile(r"`((?:msgcore|Session|Folder|MessageStore|Organization)(?:\.\w+)+)")


def found(name: str) -> object:
    first, *rest = name.split(".")
    target: object = msgcore if first == "msgcore" else getattr(msgcore, first)
    path = first
    for part in rest:
        path = f"{path}.{part}"
        target = getattr(target, part, None) or importlib.import_module(path)
    return target


def test_every_name_of_msgcore_is_there() -> None:
    page = (REPOSITORY / "docs/glossary.md").read_text(encoding="utf-8")
    names = {name for column in ROW.findall(page) for name in NAME.findall(column)}
    assert len(names) > 50
    for name in sorted(names):
        try:
            found(name)
        except (AttributeError, ImportError):
            pytest.fail(f"{name} is not there")
