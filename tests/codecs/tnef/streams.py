"""TNEF streams made by hand, and those of the corpus."""

from __future__ import annotations

import functools
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from msgcore.codecs.tnef.attributes import SIGNATURE, Attribute
from tests import shared

__all__ = ["attribute", "each_file", "expected", "property_list", "stream", "tnef_files", "unicode_property"]


def attribute(number: int, content: bytes, level: int = 1, checksum: int | None = None) -> bytes:
    """Write an attribute, with another checksum than its own if one is given."""
    added = sum(content) & 0xFFFF if checksum is None else checksum
    return struct.pack("<BII", level, number, len(content)) + content + struct.pack("<H", added)


def stream(*attributes: bytes, code_page: int = 1252) -> bytes:
    head = (
        attribute(Attribute.TNEF_VERSION, struct.pack("<I", 0x00010000)),
        attribute(Attribute.OEM_CODEPAGE, struct.pack("<II", code_page, 0)),
    )
    return b"".join((SIGNATURE, b"\1\0", *head, *attributes))


def property_list(*properties: bytes, count: int | None = None) -> bytes:
    return struct.pack("<I", len(properties) if count is None else count) + b"".join(properties)


def unicode_property(number: int, text: str) -> bytes:
    octets = text.encode("utf-16-le") + b"\0\0"
    return struct.pack("<HHII", 0x001F, number, 1, len(octets)) + octets + bytes(-len(octets) % 4)


@functools.cache
def tnef_files() -> tuple[Path, ...]:
    return tuple(sorted((shared.corpus() / "tnef").rglob("*.tnef")))


def expected() -> Mapping[str, Mapping[str, Any]]:
    """What another library's own tests assert of these files, by file name."""
    (path,) = (shared.corpus() / "tnef").rglob("expected.json")
    found: Mapping[str, Mapping[str, Any]] = json.loads(path.read_text())["files"]
    return found


each_file = pytest.mark.parametrize("path", tnef_files(), ids=lambda path: path.stem)
