"""What is known of a parser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from msgcore.errors import MsgcoreError

__all__ = ["CASES", "Parser", "lines", "parser"]

CASES = Path(__file__).parent / "cases"
"""What once did harm: a folder for each parser, by its name."""


@attrs.frozen
class Parser:
    """``read`` takes any octets, and raises nothing but ``raises``.

    ``seeds`` are made when they are asked for. Files of the corpus that fit ``corpus``, a pattern below its folder, are
    seeds, too, where the corpus is at hand.
    """

    read: Callable[[bytes], object]
    raises: tuple[type[MsgcoreError], ...]
    seeds: Callable[[], Sequence[bytes]]
    corpus: str = ""


def parser(
    read: Callable[[bytes], object],
    *seeds: bytes | Callable[[], bytes],
    raises: type[MsgcoreError] | tuple[type[MsgcoreError], ...] = (),
    corpus: str = "",
) -> Parser:
    def made() -> Sequence[bytes]:
        return [seed if isinstance(seed, bytes) else seed() for seed in seeds]

    return Parser(read, raises if isinstance(raises, tuple) else (raises,), made, corpus)


def lines(text: str) -> bytes:
    """Give text as it goes over the wire; each character is an octet."""
    return text.encode("latin-1").replace(b"\n", b"\r\n")
