"""Who sees mail before it is stored."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from msgcore.spi.guarded_hook import GuardedHook
from msgcore.spi.guarded_store import GuardedStore

__all__ = ["OPEN_GATE", "Gate"]


@attrs.frozen
class Gate:
    """The hooks that mail passes, in their order, and the queue whose submissions a report may be about.

    ``closed`` says why nothing comes in: a hook that could not be opened.
    """

    hooks: Sequence[GuardedHook] = ()
    queue: GuardedStore | None = None
    closed: str = ""


OPEN_GATE = Gate()
