"""Links and paths in the pages lead to files that are there; their build sees links between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.shared import REPOSITORY

LINK = re.compile(r"\]\((?![a-z]+:)([^)#\s]+)")
PATH = re.compile(r"`((?:benchmarks|changelog\.d|docs|examples|src|tests|tools)/[^`\s<>*]*)`")
PLUG_IN = REPOSITORY / "examples/msgcore-sms"
"""The page about plug-ins speaks of the files of this one."""


def pages() -> Iterator[Path]:
    for pattern in ("*.md", "docs/*.md", "docs/reference/*.md", "changelog.d/README.md"):
        yield from REPOSITORY.glob(pattern)


def lost_in(page: Path) -> Iterator[str]:
    text = page.read_text(encoding="utf-8")
    yield from (link for link in LINK.findall(text) if not (page.parent / link).exists())
    yield from (path for path in PATH.findall(text) if not any((at / path).exists() for at in (REPOSITORY, PLUG_IN)))


def test_links_and_paths_lead_to_files() -> None:
    assert [(page.name, lost) for page in pages() for lost in lost_in(page)] == []
