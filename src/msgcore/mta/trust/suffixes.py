"""Organizational domains (RFC 7489 section 3.2), by the list of public suffixes that authheaders brings.

A library of its own for the list, publicsuffix2, takes all domains of a top-level domain that is not listed for one.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

from msgcore.errors import MissingExtra
from msgcore.wire.domain import ascii_domain

__all__ = ["load_suffixes", "organizational_domain"]


def load_suffixes() -> None:
    """Read the list, which takes a moment.

    Raises:
        MissingExtra: the extra ``auth-results`` is not installed.
    """
    _rules()


@functools.cache
def _rules() -> frozenset[str]:
    text = _list().read_text(encoding="utf-8")
    lines = (line.split(maxsplit=1)[0] for line in text.splitlines() if line.strip() and not line.startswith("//"))
    return frozenset(map(ascii_domain, lines))


def _list() -> Path:
    """Find the list without loading the library, which would load much else."""
    spec = importlib.util.find_spec("authheaders")
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / "public_suffix_list.txt"
        if path.is_file():
            return path
    raise MissingExtra("auth-results", "DMARC")


@functools.lru_cache(maxsize=4_096)
def organizational_domain(domain: str) -> str:
    """Give the domain that somebody registered, of one in A-labels; of a public suffix itself that suffix."""
    labels = domain.split(".")
    return ".".join(labels[-(_suffix_labels(labels) + 1) :])


def _suffix_labels(labels: list[str]) -> int:
    """Say how many labels the public suffix has (https://publicsuffix.org/list/: the longest rule; else one)."""
    rules = _rules()
    for start in range(len(labels)):
        name, above = ".".join(labels[start:]), ".".join(labels[start + 1 :])
        if f"!{name}" in rules:
            return len(labels) - start - 1
        if name in rules or f"*.{above}" in rules:
            return len(labels) - start
    return 1
