"""Python's search for garbage, in a process that is there to serve."""

from __future__ import annotations

import gc

__all__ = ["keep_for_good"]

_MORE_OBJECTS = 10_000


def keep_for_good() -> None:
    """Leave all that is there by now out of the search: modules, functions, classes, which stay to the end.

    Every few thousand mails Python looks at all objects for garbage, some 60,000 of a node's, and everybody waits for
    40 ms; without those that stay it takes one or two. What is garbage later of what is there now, and refers to
    itself, stays as well: so this is for a process that begins its work, and once.

    Then it looks only when 10,000 more objects are there than the last time, and not 700, which the sessions of a
    hundred clients come to every 20 mails: nearly all of those go by themselves.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MORE_OBJECTS)
