"""The checksum is the octets added up, whatever their number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msgcore.codecs.tnef.stream import checksum


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 4095, 4096, 4097, 8192, 100_000])
@pytest.mark.parametrize("octet", [0, 1, 127, 255])
def test_octets_add_up(size: int, octet: int) -> None:
    assert checksum(bytes([octet]) * size) == size * octet & 0xFFFF


@given(st.binary(max_size=300), st.integers(0, 40))
def test_any_octets_add_up(octets: bytes, times: int) -> None:
    whole = octets * times

    assert checksum(memoryview(whole)) == sum(whole) & 0xFFFF
