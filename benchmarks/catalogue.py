"""Which benchmarks there are. Only the standard library is used here: a list needs no environment."""

from __future__ import annotations

from pathlib import Path

__all__ = ["BENCHMARKS", "summary"]

BENCHMARKS = (
    "way_through",
    "mime_read",
    "mime_write",
    "mime_hostile",
    "outlook_forms",
    "smtp_send",
    "pop3_fetch",
    "imap_fetch",
    "store",
    "tables",
    "tokenizers",
    "session",
    "plugin_calls",
    "route",
    "mta",
    "intake",
    "costs",
    "simulate",
    "growth",
)
"""The modules here that have ``measure``, in the order of docs/benchmarks.md."""


def summary(name: str) -> str:
    """Give the first line of a benchmark's docstring, without how it is called."""
    head = (Path(__file__).parent / f"{name}.py").read_text(encoding="utf-8").partition("\n")[0]
    return head.strip('"').partition(": python")[0]
