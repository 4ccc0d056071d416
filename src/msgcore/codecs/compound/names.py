"""Names of storages and streams, and their order ([MS-CFB] sections 2.6.1 and 2.6.4)."""

from __future__ import annotations

import codecs
import functools
import re

import attrs

__all__ = ["LONGEST_NAME", "capitals", "encoded", "read_name", "sort_key"]

LONGEST_NAME = 31
"""In UTF-16 code units."""
_FORBIDDEN = re.compile(r"[/\\:!]")


def capitals(name: str) -> str:
    """Fold a name as names are compared: each code unit to its simple capital, which leaves surrogates as they are."""
    return name.upper() if name.isascii() else "".join(map(_capital, name))


def _capital(character: str) -> str:
    capital = character.upper()
    # What has several capitals (ß) or lies outside the first plane is compared as it is.
    return capital if character < "\U00010000" and len(capital) == 1 and capital < "\U00010000" else character


def sort_key(name: str) -> bytes:
    """Give what orders siblings: the shorter name first, then by the code units of the capitals."""
    units = capitals(name).encode("utf-16-be", "surrogatepass")
    return len(units).to_bytes(8, "big") + units


def encoded(name: str) -> bytes:
    return name.encode("utf-16-le", "surrogatepass")


@attrs.frozen
class ReadName:
    """A name as it is spelled, as it is compared, and what is wrong with it, if anything."""

    spelled: str
    capitals: str
    problem: str


@functools.lru_cache(maxsize=4096)  # messages have the same names over and over
def read_name(octets: bytes, length: int) -> ReadName:
    """Read a name of ``length`` octets with its NUL; one whose length is wrong ends at the first NUL.

    Surrogates that stand alone stay as they are.
    """
    is_right = not length & 1 and 2 < length <= len(octets)
    text = codecs.utf_16_le_decode(octets[: length - 2 if is_right else 2 * LONGEST_NAME], "surrogatepass", True)[0]
    name, nul, _ = text.partition("\0")
    problem = ""
    if not is_right or nul:
        problem = f"a name of {length} octets that does not end there"
    elif _FORBIDDEN.search(name):
        problem = f"{name!r} has a character that names may not have"
    return ReadName(name, capitals(name), problem)
