"""Taking hold of an archive that another program may have locked: waiting for it, and letting go of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import attrs

from msgcore.base.times import Deadline
from msgcore.runtime.abc import Runtime

__all__ = ["Hold"]

_POLL_SECONDS = 0.1


class _Held(Protocol):
    def close(self) -> None: ...


H = TypeVar("H", bound=_Held)


@attrs.define
class Hold(Generic[H]):
    """One hold of the archive at ``path``, which ``take`` gives, or ``None`` while another program has it."""

    path: Path
    take: Callable[[], H | None]
    _held: H | None = None

    async def wait(self, runtime: Runtime, deadline: Deadline) -> H:
        """Wait until the archive is free.

        Raises:
            TimedOut: another program has locked it until the deadline.
        """
        held = await runtime.in_thread(self._try, deadline)
        while held is None:
            await runtime.sleep(min(_POLL_SECONDS, deadline.remaining_seconds()))
            deadline.check(f"{self.path}: another program has locked it")
            held = await runtime.in_thread(self._try, deadline)
        return held

    def _try(self) -> H | None:
        # Noted here, so that a hold is let go of though the call that waited for it was cancelled.
        self._held = self.take()
        return self._held

    def close(self) -> None:
        """Let go of it; of what was not held nothing is closed."""
        if self._held is not None:
            self._held.close()
