"""What a configuration says, read and checked as far as it can be without looking elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from msgcore.mta.configuration.sections import (
    ListenSection,
    LoggingSection,
    MetricsSection,
    NodeSection,
    OrganizationSection,
    WorkersSection,
)
from msgcore.mta.manager.settings import ManagerSettings
from msgcore.mta.node import ListenOn
from msgcore.mta.reports.settings import ReportSettings
from msgcore.mta.routing.route import RouteTable
from msgcore.runtime.abc import Endpoint

__all__ = ["Configuration", "Listen"]


@attrs.frozen
class Listen:
    """A place where mail comes in: as it is written, and as a node takes it."""

    section: ListenSection
    on: ListenOn = attrs.field(eq=False)  # the section says it all, but for what follows
    rest: tuple[tuple[str, object], ...] = ()
    """The values that are the listener's own."""

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self.on.host, self.on.port, "smtp" if self.on.settings is None else self.on.settings.service)


@attrs.frozen
class Configuration:
    """One file. ``routes`` and ``reports`` are those that are to be put in force, if it says any."""

    file: Path
    organization: OrganizationSection
    node: NodeSection
    manager: ManagerSettings
    listen: tuple[Listen, ...] = ()
    reports: ReportSettings | None = None
    routes: RouteTable | None = None
    metrics: MetricsSection | None = None
    workers: WorkersSection = attrs.field(factory=WorkersSection)
    logging: LoggingSection = attrs.field(factory=LoggingSection)
    text: str = attrs.field(default="", repr=False, eq=False)
    rooms: Mapping[str, Any] = attrs.field(factory=dict[str, Any], kw_only=True, hash=False)
    """Settings that a node takes under these names."""

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Where it listens for mail."""
        return tuple(one.endpoint for one in self.listen)

    def at(self, ports: Sequence[int]) -> Configuration:
        """Give it with the ports on which it listens, in their order: of one that was given as 0 the one it got."""
        pairs = zip(self.listen, ports, strict=True)
        listen = tuple(attrs.evolve(one, on=attrs.evolve(one.on, port=port)) for one, port in pairs)
        return attrs.evolve(self, listen=listen)

    def needs_restart(self, newer: Configuration) -> Sequence[str]:
        """Name the sections of a newer one that are of no effect before the next start."""
        changed = [
            name for name in ("organization", "metrics", "workers") if getattr(self, name) != getattr(newer, name)
        ]
        if self.endpoints != newer.endpoints:
            changed.append("listen (host and port)")
        return changed

    def needs_new_nodes(self, newer: Configuration) -> bool:
        """Say whether a newer one changes what a node is made of."""
        return any(
            getattr(self, name) != getattr(newer, name) for name in ("node", "manager", "listen", "reports", "rooms")
        )
