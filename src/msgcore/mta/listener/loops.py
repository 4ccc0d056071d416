"""Whether a message goes round in a circle, by the trace that it brings (RFC 5321 section 6.3)."""

from __future__ import annotations

import re
from itertools import islice

__all__ = ["is_going_round"]

_FIELD = re.compile(rb"^received[ \t]*+:((?:[^\n]++|\n[ \t]|(?!))*+)", re.MULTILINE)
# What we write ourselves is shorter.
_LONGEST_OCTETS = 4_096


def is_going_round(header: bytes, host: str, max_received: int, max_passes: int) -> bool:
    """Say whether a message has come through too many hosts, or through ``host`` too often.

    Too often is more than ``max_passes`` times, or twice as one and the same message of ours. The header is in lower
    case.
    """
    # Nearly every message has few fields, and has not been here; both are seen without reading them.
    most = header.count(b"\nreceived") + header.startswith(b"received")
    own = host.lower().encode()
    if most <= max_received and header.count(own) < 2:
        return False
    fields = [found[1][:_LONGEST_OCTETS] for found in islice(_FIELD.finditer(header), max_received + 1)]
    by_us = re.compile(rb"\bby\s++" + re.escape(own) + rb"\s(?:[^;]*\sid\s++([^\s;]++))?")
    passes = [found[1] for field in fields if (found := by_us.search(field)) is not None]
    ids = [one for one in passes if one is not None]
    return len(fields) > max_received or len(passes) > max_passes or len(set(ids)) < len(ids)
