"""Octets in pieces, as a network or a file gives them."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

__all__ = ["cuts_of", "places_in"]


def places_in(octets: bytes) -> SearchStrategy[int]:
    """Any place to cut at: from 0, before the first octet, to ``len(octets)``, behind the last."""
    return st.integers(0, len(octets))


def cuts_of(octets: bytes) -> SearchStrategy[list[bytes]]:
    """The same octets in any number of chunks, from one to one for each octet; it shrinks towards one chunk.

    No chunk is empty, because an empty one is how many streams say that they have ended; so no octets give no chunk.
    """
    size = len(octets)
    if size < 2:
        return st.just([octets] if octets else [])
    some_places = st.lists(st.integers(1, size - 1), unique=True).map(sorted)
    even_places = st.integers(1, size).map(lambda length: list(range(length, size, length)))
    return (some_places | even_places).map(lambda places: _chunks(octets, places))


def _chunks(octets: bytes, places: list[int]) -> list[bytes]:
    return [octets[start:end] for start, end in zip([0, *places], [*places, len(octets)], strict=True)]
