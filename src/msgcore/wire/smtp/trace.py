"""The trace of a message between the sites of an organisation, as the parameter ``XTRACE`` of MAIL.

It is the internal trace information of X.400 (X.411): the sites and nodes that a message has been at, so that it is not
routed there again. It belongs to the envelope, leaves nothing in the message, and is told to a server that offers it
(by agreement: RFC 5321 section 4.1.5), which believes the sites that it knows, and nobody else.

The value is names with commas between them, each as xtext (RFC 3461 section 4) in which commas are escaped, too.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgcore.wire.smtp.xtext import read_xtext, xtext

__all__ = ["read_trace", "trace_parameter"]

# Of a line for MAIL, which has a path besides; who has been at more places than that goes round anyway.
_MOST_OCTETS = 1_000


def trace_parameter(trace: Iterable[str]) -> bytes:
    """Write the parameter; of a trace that is too long, the newest part."""
    told: list[bytes] = []
    room = _MOST_OCTETS
    for name in reversed(tuple(trace)):
        written = xtext(name).replace(b",", b"+2C")
        room -= len(written) + 1
        if room < 0:
            break
        told.append(written)
    return b"XTRACE=" + b",".join(reversed(told)) if told else b""


def read_trace(value: str) -> tuple[str, ...]:
    """Read the value.

    Raises:
        ValueError: it is none.
    """
    if len(value) > _MOST_OCTETS:
        raise ValueError("too long")
    names = tuple(map(read_xtext, value.split(",")))
    if not all(map(str.isprintable, names)):
        raise ValueError("no names")
    return names
