"""How much a server may say before a client hangs up."""

from __future__ import annotations

import attrs

__all__ = ["Limits", "ReaderLimits"]


@attrs.frozen
class ReaderLimits:
    """Bounds of one response, in octets, literals and levels of parentheses.

    A line is what stands between two literals. Past ``max_depth`` a list is kept as octets; past any other limit the
    connection ends. A literal that is streamed may be of any size.
    """

    max_line_octets: int = 16 * 1024 * 1024
    max_literal_octets: int = 256 * 1024 * 1024
    max_response_octets: int = 512 * 1024 * 1024
    max_literals: int = 10_000
    max_depth: int = 100


@attrs.frozen
class Limits:
    """What is kept: of the answers to the commands in flight, and of what nobody asked for."""

    kept_responses: int = 2_000_000
    kept_octets: int = 256 * 1024 * 1024
    unasked_responses: int = 100_000
    unasked_octets: int = 16 * 1024 * 1024
    go_aheads: int = 100
    """How many ``+`` for which nobody waits are put up with."""
