"""A worker: the node of one process, made by a configuration, and made anew when that changes."""

from __future__ import annotations

import logging

from msgcore.errors import MsgcoreError, TimedOut
from msgcore.mta.configuration import Configuration
from msgcore.mta.metrics.counting import Counting
from msgcore.mta.metrics.process import measure_process
from msgcore.mta.metrics.tally import Tally
from msgcore.mta.node import Node
from msgcore.mta.node_events import NodeEvent
from msgcore.mta.operation.mail_log import log_mail
from msgcore.mta.organization import Organization, organization_service
from msgcore.runtime.abc import NEVER, Background, LoopRuntime
from msgcore.runtime.garbage import keep_for_good

__all__ = ["START_SECONDS", "Worker", "open_by"]

_log = logging.getLogger("msgcore.mta")

START_SECONDS = 60.0
_LOOK_SECONDS = 1.0


async def open_by(configuration: Configuration, runtime: LoopRuntime, *, create: bool) -> Organization:
    """Open a configuration's organisation.

    Raises:
        NotFound: there is none, and it is not to be made.
        StoreError, SetupError, TryAgain: its database cannot be used.
    """
    section, deadline = configuration.organization, runtime.deadline(START_SECONDS)
    return await organization_service().open_organization(
        section.url, access=section.access, create=create, runtime=runtime, deadline=deadline
    )


class Worker:
    """Has one node at work, from :meth:`start` to :meth:`close`; ``name`` is its process's, among the metrics."""

    def __init__(self, runtime: LoopRuntime, name: str) -> None:
        self._runtime = runtime
        self._name = name
        self._counting = Counting(runtime)
        self._organization: Organization | None = None
        self._node: Node | None = None
        self._leaving: list[Background] = []
        self._logs_mail = True

    async def start(self, configuration: Configuration) -> None:
        """Go to work; returns once clients can connect.

        Raises:
            MsgcoreError: the organisation cannot be opened, or a port is taken.
        """
        self._organization = await open_by(configuration, self._runtime, create=False)
        self._node = await self._started(self._organization, configuration)
        keep_for_good()  # the process is this worker's

    async def renew(self, configuration: Configuration) -> None:
        """Go on by another configuration of the same organisation and places; what the old node has, it ends.

        Raises:
            MsgcoreError: the new node cannot begin, and the old one goes on.
        """
        assert self._organization is not None
        old, self._node = self._node, await self._started(self._organization, configuration)
        if old is not None:
            try:
                await old.stop_accepting()
            finally:  # also when the renewal is cut
                self._leaving.append(self._runtime.in_background(_leave(old)))

    async def _started(self, organization: Organization, configuration: Configuration) -> Node:
        self._logs_mail = configuration.logging.mail
        node = organization.working(
            [one.on for one in configuration.listen],
            settings=configuration.manager,
            watch=self._watch,
            grace_seconds=configuration.node.grace_seconds,
            **configuration.rooms,
        )
        await node.start(timeout_seconds=START_SECONDS)
        return node

    def _watch(self, event: NodeEvent) -> None:
        self._counting(event)
        if self._logs_mail:
            log_mail(event)

    async def wait(self) -> None:
        """Wait for as long as it is at work; raise what breaks its node down."""
        while self._node is not None:
            try:
                await self._node.wait(timeout_seconds=_LOOK_SECONDS)  # it may be another one by then
            except TimedOut:
                continue

    async def close(self) -> None:
        """Stop in order."""
        node, self._node = self._node, None
        if node is not None:
            await node.close()
        for leaving in self._leaving:
            await leaving.wait(NEVER)
        if self._organization is not None:
            await self._organization.close()

    def count(self) -> Tally:
        """Give what it has counted, and what its process uses."""
        measure_process(self._counting.tally, self._name)
        return self._counting.tally


async def _leave(node: Node) -> None:
    try:
        await node.close()
    except MsgcoreError:
        _log.exception("a node that was replaced did not end in order")
