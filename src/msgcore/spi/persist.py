"""Writing down what has been done already."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgcore.errors import CommitUnknown, ConnectionLost, StoreBusy
from msgcore.runtime.abc import Runtime

__all__ = ["to_its_end", "written_down"]

T = TypeVar("T")

_PATIENCE_SECONDS = 120.0
_PAUSE_SECONDS = 0.2


async def to_its_end(runtime: Runtime, work: Callable[[], Awaitable[T]]) -> T:
    """Run what must not be left half done, and may be done twice.

    The caller's ``cancel()`` passes by. A task that is cancelled meanwhile does it again, and is cancelled after that.
    """
    interrupted: BaseException | None = None
    with runtime.shielded():
        while True:
            try:
                done = await work()
            except (Exception, KeyboardInterrupt, SystemExit, GeneratorExit):
                raise
            except BaseException as error:  # asyncio.CancelledError, which this floor does not name
                interrupted = error
            else:
                if interrupted is not None:
                    raise interrupted
                return done


async def written_down(runtime: Runtime, write: Callable[[], Awaitable[T]]) -> T:
    """Run a write that notes what cannot be undone, such as a message that has left, to its end.

    A store that is busy, or whose server is lost, is asked again for two minutes: a server that crashed, or whose
    standby takes over, is back by then.

    Raises:
        StoreBusy, ConnectionLost, CommitUnknown: that did not pass.
    """
    give_up = runtime.deadline(_PATIENCE_SECONDS)

    async def patiently() -> T:
        while True:
            try:
                return await write()
            except (StoreBusy, ConnectionLost, CommitUnknown):
                if give_up.is_past:
                    raise
                await runtime.sleep(_PAUSE_SECONDS)

    return await to_its_end(runtime, patiently)
