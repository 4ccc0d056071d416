"""Verdicts: what was found of a message that came in, as words that queue, routes and reports know."""

from __future__ import annotations

__all__ = ["FROM_OUTSIDE", "UNKNOWN_SENDER"]

FROM_OUTSIDE = "origin=outside"
"""Who brought the message neither logged in nor may relay: nobody of ours answers for it."""

UNKNOWN_SENDER = "sender=unknown"
"""Nothing shows that the message comes from its return path: a report that went there would hit anybody."""
