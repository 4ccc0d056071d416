"""Hostile text of addresses ends within CPU time in proportion to it: what a TXT record names is read so, too."""

from __future__ import annotations

import contextlib
import time

import pytest

from msgcore.errors import InvalidAddress
from msgcore.model.address import parse_addresses

_SECONDS = 2.0


_TEXTS = {
    "types begun": "b" + " [a:" * 16_000,
    "types begun and an end": "b" + "@[a:" * 16_000 + "x]",
    "types and more": "b[a:x] " * 8_000,
    "commas": "FAX:" + "," * 60_000,
    "capitals": "FAX:1," + "A" * 60_000,
    "capitals and hyphens": "FAX:1," + "A-" * 30_000,
}


@pytest.mark.parametrize("text", _TEXTS.values(), ids=_TEXTS.keys())
def test_hostile_addresses_are_read_in_time(text: str) -> None:
    began = time.process_time()
    with contextlib.suppress(InvalidAddress):
        parse_addresses(text)

    assert time.process_time() - began < _SECONDS
