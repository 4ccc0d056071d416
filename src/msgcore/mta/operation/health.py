"""What is asked for by HTTP: metrics, and whether this MTA lives and is ready."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime

from msgcore.errors import MsgcoreError
from msgcore.mta.metrics.families import HOPS_DOWN, OLDEST_DUE_SECONDS, QUEUE_RECIPIENTS, WORKERS
from msgcore.mta.metrics.http import Page
from msgcore.mta.metrics.process import measure_process
from msgcore.mta.metrics.tally import Tally
from msgcore.mta.metrics.text import CONTENT_TYPE, write_metrics
from msgcore.mta.operation.crew import Crew, Muster
from msgcore.mta.organization import Organization

__all__ = ["StatusPages"]

_DATABASE_SECONDS = 3.0


class StatusPages:
    """``/metrics``, ``/health``, and of that ``/health/live`` and ``/health/ready`` alone."""

    def __init__(
        self, organization: Organization, crew: Crew, now: Callable[[], datetime], is_draining: Callable[[], bool]
    ) -> None:
        self._organization = organization
        self._crew = crew
        self._now = now
        self._is_draining = is_draining

    async def page(self, path: str) -> Page | None:
        """Give the page of a path; whatever is wrong, it says so."""
        match path:
            case "/metrics":
                return await self._metrics()
            case "/health/live":
                return _health(_not_live(await self._crew.muster()), [])
            case "/health/ready":
                muster = await self._crew.muster()
                return _health(await self._not_ready(muster), muster.starting)
            case "/health":
                muster = await self._crew.muster()
                return _health([*_not_live(muster), *await self._not_ready(muster)], muster.starting)
            case _:
                return None

    async def _not_ready(self, muster: Muster) -> list[str]:
        wrong = ["it is draining"] if self._is_draining() else []
        if not muster.at_work:
            wrong.append("no worker is at work")
        try:
            await self._organization.reports(timeout_seconds=_DATABASE_SECONDS)
        except MsgcoreError as error:
            wrong.append(f"the database does not answer: {error}")
        return wrong

    async def _metrics(self) -> Page:
        muster = await self._crew.muster()
        tally = muster.tally
        tally.put(WORKERS, "at work", value=muster.at_work)
        tally.put(WORKERS, "starting", value=len(muster.starting))
        tally.put(WORKERS, "silent", value=len(muster.silent))
        measure_process(tally, "main")
        with contextlib.suppress(MsgcoreError):  # what is known without the database is worth telling
            await self._measure_queue(tally)
        return Page(write_metrics(tally), content_type=CONTENT_TYPE)

    async def _measure_queue(self, tally: Tally) -> None:
        depth = await self._organization.queue_depth(timeout_seconds=_DATABASE_SECONDS)
        for state, count in depth.recipients.items():
            tally.put(QUEUE_RECIPIENTS, state.name.lower(), value=count)
        late = 0.0 if depth.oldest_due_at is None else (self._now() - depth.oldest_due_at).total_seconds()
        tally.put(OLDEST_DUE_SECONDS, value=max(0.0, late))
        for hop in await self._organization.hops_down(timeout_seconds=_DATABASE_SECONDS):
            tally.add(HOPS_DOWN, hop.connector)


def _not_live(muster: Muster) -> list[str]:
    return [f"the event loop of {name} does not turn" for name in muster.silent]


def _health(wrong: Sequence[str], starting: Sequence[str]) -> Page:
    if wrong:
        return Page("".join(f"{one}\n" for one in wrong), 503)
    return Page("".join(f"{one}\n" for one in ("ok", *(f"{name} is being started" for name in starting))))
