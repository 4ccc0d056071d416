"""Texts: what a header field and what a body can hold."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

__all__ = ["body_texts", "header_texts", "long_header_texts"]


def header_texts(max_size: int = 60) -> SearchStrategy[str]:
    """Any text that may become a header field: all characters but CR, LF, NUL and halves of surrogate pairs."""
    return st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=max_size)


def long_header_texts() -> SearchStrategy[str]:
    """What :func:`header_texts` gives, and texts that have to be folded: full of specials, or without a space."""
    return st.one_of(
        header_texts(),
        st.text(st.sampled_from('a \t=?_"<>,;:@()[]\\éあ😀.'), max_size=300),
        st.integers(0, 2_000).map(lambda size: "x" * size),
        st.integers(0, 400).map(lambda size: "å " * size),
    )


def body_texts() -> SearchStrategy[str]:
    """Any text for a body, with CR, LF, CRLF and NUL; not CR CR LF, on which no two programs agree."""
    texts = st.text(max_size=200) | st.text(st.sampled_from("a.=- \t\r\n\0<å"), max_size=200)
    return texts.filter(lambda text: "\r\r\n" not in text)
