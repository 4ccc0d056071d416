"""Real .msg files: the streams that olefile reads, and a copy that says the same."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from msgcore.base.findings import Strictness
from msgcore.codecs.compound import copy_of, is_compound, read_compound, write_compound
from tests import shared
from tests.codecs.compound.trees import contents_of, streams_by_olefile


@functools.cache
def msg_files() -> tuple[Path, ...]:
    return tuple(sorted((shared.corpus() / "msg").rglob("*.msg")))


@pytest.mark.parametrize("path", msg_files(), ids=lambda path: path.name)
def test_a_real_file_is_read_as_olefile_reads_it_and_copied(path: Path) -> None:
    octets = path.read_bytes()
    assert is_compound(octets)
    root = read_compound(octets, strictness=Strictness.STRICT)
    contents = contents_of(root)

    assert {name: of for name, of in contents.items() if isinstance(of, bytes)} == streams_by_olefile(octets)
    assert contents_of(read_compound(write_compound(copy_of(root)))) == contents
