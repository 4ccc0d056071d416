"""An MTA from its start to its end, as signals have it.

*Theory of operation.* The first process opens the organisation, puts in force what the configuration says of it, and
has a crew at work: itself, or workers of its own. From then on it waits: SIGHUP reads the configuration anew, and what
is wrong with that changes nothing; SIGTERM and SIGINT stop in order, also amid a reload, a second one at once. Whatever
way it ends, nothing is lost: what was accepted is in the queue, and what was in hand is under a lease.
"""

from __future__ import annotations

import logging

import attrs

from msgcore.errors import ConfigurationError, MsgcoreError, OperationCancelled
from msgcore.mta.configuration import Configuration, load_configuration
from msgcore.mta.directory import EX
from msgcore.mta.metrics.http import serve_pages
from msgcore.mta.operation.checking import check_certificates
from msgcore.mta.operation.children import Children
from msgcore.mta.operation.crew import Alone, Crew
from msgcore.mta.operation.health import StatusPages
from msgcore.mta.operation.logs import log_as
from msgcore.mta.operation.worker import open_by
from msgcore.mta.organization import Organization
from msgcore.mta.routing.connector import Connector
from msgcore.runtime.abc import Background, LoopRuntime
from msgcore.runtime.aio import AsyncioRuntime
from msgcore.runtime.held import HeldSockets
from msgcore.runtime.service_manager import tell_service_manager
from msgcore.runtime.signals import Signals

__all__ = ["Program"]

_log = logging.getLogger("msgcore.mta")

_RELOAD = "SIGHUP"
_BROKEN, _CLOSED, _RELOADED = "broken", "closed", "reloaded"


class Program:
    """An MTA that works by ``configuration`` on sockets that are ``held`` for it."""

    def __init__(self, configuration: Configuration, held: HeldSockets) -> None:
        self._configuration = configuration
        self._held = held
        self._ports = [port for _, port in held.places]
        self._runtime: LoopRuntime = AsyncioRuntime(held=held)
        count = configuration.workers.count
        self._crew: Crew = Alone(self._runtime) if count == 1 else Children(self._runtime, held, count)
        self._is_draining = False
        self._is_mixed = False
        """Whether not everybody works by the same configuration, as the last renewal broke off."""

    async def run(self) -> int:
        """Work until a signal ends it; 0 when it ended in order.

        Raises:
            MsgcoreError: it cannot begin.
        """
        with Signals(["SIGTERM", "SIGINT", _RELOAD]) as signals:
            organization = await open_by(
                self._configuration, self._runtime, create=self._configuration.organization.create
            )
            try:
                await self._begin(organization, self._configuration)
                return await self._work(organization, signals)
            finally:
                await organization.close()

    async def _begin(self, organization: Organization, configuration: Configuration) -> None:
        checked = check_certificates(configuration, self._runtime.now())
        for note in checked.notes:
            _log.warning("%s", note)
        if checked.errors:
            raise ConfigurationError("; ".join(checked.errors), file=configuration.file)
        await put_in_force(organization, configuration)

    async def _work(self, organization: Organization, signals: Signals) -> int:
        crew = self._crew
        pages = StatusPages(organization, crew, self._runtime.now, lambda: self._is_draining)
        try:
            await crew.start(self._configuration.at(self._ports))
            metrics = self._configuration.metrics
            listener = None if metrics is None else await serve_pages(self._runtime, metrics.endpoint, pages.page)
        except BaseException:
            await crew.close()
            raise
        self._runtime.in_background(self._watch(signals))
        tell_service_manager("READY")
        where = "" if listener is None else f"; metrics on port {listener.port}"
        _log.info("%s is at work on ports %s%s", self._configuration.node.host_name, self._ports, where)
        told = await self._reload_until_told(organization, signals)
        self._is_draining = True
        status = await self._drain(signals, told)
        if listener is not None and not status:
            await listener.close()
        return status

    async def _reload_until_told(self, organization: Organization, signals: Signals) -> str:
        """Reload as often as that is asked for, one behind the other, and give what else is told: it cuts a reload."""
        reload: Background | None = None
        again = False
        while True:
            told = await signals.next()
            if told == _RELOAD and reload is not None:
                again = True
            elif told == _RELOAD or (told == _RELOADED and again):
                again = False
                reload = self._runtime.in_background(self._reload(organization, signals))
            elif told == _RELOADED:
                reload = None
            else:
                if reload is not None:
                    reload.cancel()
                return told

    async def _watch(self, signals: Signals) -> None:
        try:
            await self._crew.wait()
        except Exception:
            _log.exception("the node broke down")
            signals.tell(_BROKEN)

    async def _drain(self, signals: Signals, told: str) -> int:
        _log.info("%s: ends what is at work", told)
        tell_service_manager("STOPPING")
        self._held.close()  # who connects now is turned away by those who still listen
        self._runtime.in_background(self._close(signals))
        while (then := await signals.next()) in {_RELOAD, _RELOADED, _BROKEN}:
            pass
        if then != _CLOSED:
            _log.warning("%s: ends at once", then)
            self._crew.kill()
            return 1
        _log.info("ended")
        return 1 if told == _BROKEN else 0

    async def _close(self, signals: Signals) -> None:
        try:
            await self._crew.close()
        except Exception:
            _log.exception("it did not end in order")
        signals.tell(_CLOSED)

    async def _reload(self, organization: Organization, signals: Signals) -> None:
        tell_service_manager("RELOADING")
        old = self._configuration
        try:
            newer = await self._runtime.in_thread(lambda: load_configuration(old.file))
            late = old.needs_restart(newer)
            if late:
                raise ConfigurationError(f"has changed where that needs a restart: {', '.join(late)}", file=old.file)
            await self._begin(organization, newer)
            if self._is_mixed or old.needs_new_nodes(newer) or old.logging != newer.logging:
                self._is_mixed = True
                await self._crew.renew(newer.at(self._ports))
                self._is_mixed = False
        except OperationCancelled:
            raise
        except MsgcoreError as error:
            _log.error("goes on as it was: %s", error)
        except Exception:  # a fault of ours in reading a file must not end what is at work
            _log.exception("goes on as it was")
        else:
            self._configuration = newer
            log_as(newer.logging)
            _log.info("%s: read anew", newer.file)
        if not self._is_draining:
            tell_service_manager("READY")
        signals.tell(_RELOADED)


async def put_in_force(organization: Organization, configuration: Configuration) -> None:
    """Give the organisation the routes and the reports of a configuration, where they are others than it has.

    Raises:
        UsageError: the table has errors, which are listed.
    """
    if configuration.routes is not None:
        known, given = await organization.routes(), configuration.routes
        built_in = [one for one in known.connectors if _is_built_in(one) and one not in given.connectors]
        if attrs.evolve(given, connectors=[*built_in, *given.connectors]) != known:
            epoch = await organization.set_routes(given)
            _log.info("routes: in force as epoch %d", epoch)
    reports = await organization.reports()
    wanted = configuration.reports or attrs.evolve(reports, host=configuration.node.host_name)
    if wanted != reports:
        await organization.set_reports(wanted)
        _log.info("reports: in force")


def _is_built_in(connector: Connector) -> bool:
    """Say whether it is that of the organisation's own mailboxes, which no table has of itself."""
    return connector.gateway == "mailbox" and [(one.address_type, one.pattern) for one in connector.spaces] == [
        (EX, "*")
    ]
