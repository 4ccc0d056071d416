"""The parts of a subject ([MS-OXCMSG] sections 2.2.1.9 and 2.2.1.10)."""

from __future__ import annotations

__all__ = ["split_subject"]


def split_subject(subject: str) -> tuple[str, str]:
    """Split off the prefix: up to three letters, a colon and a space; it is empty where there is none."""
    prefix, colon, rest = subject.partition(": ")
    if colon and 1 <= len(prefix) <= 3 and prefix.isalpha():
        return f"{prefix}: ", rest
    return "", subject
