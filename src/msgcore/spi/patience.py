"""How long a plug-in asks to be left alone."""

from __future__ import annotations

from msgcore.errors import MsgcoreError, ServiceBusy

__all__ = ["seconds_asked_for"]

_MOST_SECONDS = 1e9
"""A wait that never ends in practice, and that clocks can still count."""


def seconds_asked_for(error: MsgcoreError) -> float | None:
    """Give the ``retry_after_seconds`` of a service that is busy; ``None`` where it says nothing, or no such number.

    A plug-in may have put anything there, such as the text of a header field.
    """
    given: object = error.retry_after_seconds if isinstance(error, ServiceBusy) else None
    if not isinstance(given, int | float) or not given >= 0:  # as nan is not
        return None
    return float(min(given, _MOST_SECONDS))
