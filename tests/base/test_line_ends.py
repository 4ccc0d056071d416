"""Line ends of text in octets."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from msgcore.base.line_ends import has_only_crlf

_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_PIECE_OCTETS = 256 * 1024

texts = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"x"]), max_size=8).map(b"".join)


@given(texts, st.integers(0, 8))
def test_a_bare_line_end_is_seen_wherever_it_stands(text: bytes, back: int) -> None:
    """Long octets are looked at in pieces, and a pair may stand where two meet."""
    is_sound = _BARE.search(text) is None

    assert has_only_crlf(text) == is_sound
    assert has_only_crlf(bytearray(text)) == is_sound
    assert has_only_crlf(b"x" * (_PIECE_OCTETS - back) + text) == is_sound
