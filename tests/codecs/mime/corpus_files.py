"""The messages of the corpus; its other files (expected results, licences, archives) are left out."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from tests import shared

_NO_MESSAGES = frozenset({".xml", ".json", ".out", ".bin", ".md", ".gz", ".zip", ".mbox"})
_LICENCES = ("LICENSE", "NOTICE", "COPYING", "README", "MIT.txt", "Apache-2.0.txt")


@functools.cache
def corpus_messages() -> tuple[Path, ...]:
    """Every file that holds one message (an mbox counts as one: its separator is tolerated)."""
    corpus = shared.corpus()
    found = [path for kind in ("mime", "bounce", "mbox") for path in _files(corpus / kind)]
    found.extend(sorted((corpus / "report").rglob("*.eml")))
    return tuple(found)


def _files(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in _NO_MESSAGES and not path.name.startswith(_LICENCES)
    ]


def each_corpus_message() -> pytest.MarkDecorator:
    """Parametrise a test by folder: one test a folder keeps the report readable and a failure names the file."""
    folders = sorted({path.parent for path in corpus_messages()})
    root = shared.corpus()
    return pytest.mark.parametrize("folder", folders, ids=[str(folder.relative_to(root)) for folder in folders])


def messages_in(folder: Path) -> list[Path]:
    return [path for path in corpus_messages() if path.parent == folder]
