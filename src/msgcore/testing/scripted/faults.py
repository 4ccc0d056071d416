"""What goes wrong on a scripted connection, and how octets are cut into reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import attrs

__all__ = ["Cut", "Faults", "by_line", "by_octet", "drip", "whole"]

Cut = Callable[[bytes], Iterable[bytes]]
"""How what the peer says at once is cut into what single reads give."""


def whole(octets: bytes) -> Iterator[bytes]:
    """Give in one read what the peer says at once."""
    yield octets


def by_line(octets: bytes) -> Iterator[bytes]:
    """Give one line a read."""
    yield from octets.splitlines(keepends=True)


def by_octet(octets: bytes) -> Iterator[bytes]:
    """Give one octet a read."""
    yield from (bytes([octet]) for octet in octets)


def drip(octets_a_read: int) -> Cut:
    """Give at most so many octets a read; with ``Faults.delay_seconds`` it is a peer that drips."""

    def cut(octets: bytes) -> Iterator[bytes]:
        yield from (octets[start : start + octets_a_read] for start in range(0, len(octets), octets_a_read))

    return cut


@attrs.frozen
class Faults:
    """What goes wrong on one connection.

    ``breaks_after_sent`` octets reach the peer, ``breaks_after_heard`` come from it; the next one is lost, and breaks
    the connection; what has come by then can still be read. A break is told to the writer only when ``tells_writer``: a
    system that has taken the octets does not know better. ``delay_seconds`` pass, on the runtime's clock, before each
    read.
    """

    breaks_after_sent: int | None = None
    breaks_after_heard: int | None = None
    tells_writer: bool = True
    cut: Cut = whole
    delay_seconds: float = 0.0
