"""One way of a session to retrieve mail."""

from __future__ import annotations

from collections.abc import Callable

from msgcore.base.times import Deadline
from msgcore.errors import TimedOut
from msgcore.runtime.abc import Runtime
from msgcore.spi.guarded_retrieval import GuardedRetriever
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.retrieval import RetrievalPolicy
from msgcore.spooler.incoming import Gate, OnProgress, RetrievalReport, Task, retrieve

__all__ = ["Retriever"]


class Retriever:
    """A retriever of a session. One call at a time opens its maildrop: most servers let nobody in beside it.

    ``tell`` is called when it begins and when it ends. ``changes`` counts what was done to its journal by this session:
    what was read of it before is old then.
    """

    def __init__(self, runtime: Runtime, guarded: GuardedRetriever, tell: Callable[[], None]) -> None:
        self.changes = 0
        self.is_at_work = False
        self._tell = tell
        self._runtime = runtime
        self._guarded = guarded
        self._turn = runtime.lock()

    @property
    def name(self) -> str:
        return self._guarded.name

    @name.setter
    def name(self, name: str) -> None:
        self._guarded.name = name

    @property
    def account(self) -> str:
        return self._guarded.account

    @property
    def policy(self) -> RetrievalPolicy:
        return self._guarded.policy

    async def retrieve(
        self,
        store: GuardedStore,
        deadline: Deadline,
        task: Task,
        gate: Gate,
        on_progress: OnProgress | None = None,
    ) -> RetrievalReport:
        """Do a task, after those that other calls have begun; raises as :func:`retrieve` does, and ``TimedOut``."""
        try:
            await self._turn.acquire(deadline)
        except TimedOut as error:
            raise TimedOut(f"{self.name}: another call is retrieving from it") from error
        self._show(is_at_work=True)
        try:
            return await retrieve(
                self._runtime, store, self._guarded, deadline, task=task, on_progress=on_progress, gate=gate
            )
        finally:
            self.changes += 1
            self._turn.release()
            self._show(is_at_work=False)

    def _show(self, *, is_at_work: bool) -> None:
        self.is_at_work = is_at_work
        self._tell()

    async def wait_until_idle(self, deadline: Deadline) -> None:
        """Wait until no call is retrieving."""
        await self._turn.acquire(deadline)
        self._turn.release()
