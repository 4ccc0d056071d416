"""Reading a configuration: what is wrong is told with file, line and key.

*Theory of operation.* Each section is made of an attrs class by :func:`~msgcore.spi.config.build_config`, whose errors
name the key; only then the line is looked for (:mod:`~msgcore.base.toml_lines`). Where a room has settings of
its own, its class is the section, or its keys stand beside those of the section.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import attrs

from msgcore.base.plain_files import open_file_or_pipe
from msgcore.base.text import Secret
from msgcore.base.toml_faults import line_of_fault
from msgcore.base.toml_lines import Place, line_of, path_of, place_of
from msgcore.errors import ConfigError, ConfigurationError, PluginBroken, SecretMissing, UsageError
from msgcore.mta.configuration.configuration import Configuration, Listen
from msgcore.mta.configuration.sections import (
    ListenSection,
    LoggingSection,
    MetricsSection,
    NodeSection,
    OrganizationSection,
    RoutesSection,
    WorkersSection,
)
from msgcore.mta.listener import IntakeLimits, ListenerSettings, from_networks
from msgcore.mta.listener.content import NamedContentCheck
from msgcore.mta.manager.settings import ManagerSettings
from msgcore.mta.nexthop.settings import OutboundSettings
from msgcore.mta.node import ListenOn
from msgcore.mta.reports.settings import ReportSettings
from msgcore.mta.routing.route import RouteTable
from msgcore.mta.routing.toml_table import load_routes, place_in_routes
from msgcore.mta.trust.settings import DkimKey, TrustSettings
from msgcore.runtime.dns import DnsSettings
from msgcore.spi.config import build_config
from msgcore.spi.registry import content_check
from msgcore.spi.secrets import resolve_secret
from msgcore.spi.settings import settings_of

__all__ = ["SECTIONS", "load_configuration", "read_configuration"]

T = TypeVar("T")
Table = Mapping[str, object]

_MOST_OCTETS = 16 * 1024 * 1024
# Those that are the settings of a room as they are, and the arguments of a node under the same name.
_ROOMS: Mapping[str, type[attrs.AttrsInstance]] = {
    "names": DnsSettings,
    "outbound": OutboundSettings,
    "trust": TrustSettings,
}
SECTIONS = ("organization", "node", "listen", *_ROOMS, "reports", "routes", "metrics", "workers", "logging")


def load_configuration(file: Path | str) -> Configuration:
    """Read a file (UTF-8 TOML), and the table of routes that it may name.

    Raises:
        ConfigurationError: it cannot be read, or something in it is wrong; with line and key.
        UsageError: the file of routes is wrong; the message begins with file and line.
    """
    path = Path(file).absolute()
    try:
        with open_file_or_pipe(path) as opened:
            octets = opened.read(_MOST_OCTETS + 1)
        if len(octets) > _MOST_OCTETS:
            raise ConfigurationError(f"is larger than {_MOST_OCTETS:,} octets", file=path)
        text = octets.decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}", file=path) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigurationError("is not UTF-8", file=path, line=line) from error
    return read_configuration(text, path)


def read_configuration(text: str, file: Path, *, with_routes: bool = True) -> Configuration:
    """Read the text of a file; relative paths are taken from its folder, and secrets fetched.

    Raises:
        ConfigurationError, UsageError: as :func:`load_configuration` does.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # of numbers that are too long it says no more than that
        raise ConfigurationError(f"is no TOML: {error}", file=file, line=line_of_fault(error, text)) from error
    reader = _Reader(text, file, data)
    try:
        return reader.read(with_routes=with_routes)
    except _Wrong as wrong:
        line = line_of(wrong.place, text)
        raise ConfigurationError(wrong.problem, file=file, line=line, key=path_of(wrong.place)) from wrong.__cause__


class _Wrong(Exception):
    """Something is wrong at a place of the document."""

    def __init__(self, place: Place, problem: str) -> None:
        super().__init__(problem)
        self.place = place
        self.problem = problem


class _Reader:
    def __init__(self, text: str, file: Path, data: Table) -> None:
        self._text = text
        self._file = file
        self._folder = file.parent
        self._data = data

    def read(self, *, with_routes: bool) -> Configuration:
        for name in self._data:
            if name not in SECTIONS:
                raise _Wrong((name,), f"no such section; there are {', '.join(SECTIONS)}")
        organization = self._section("organization", OrganizationSection)
        node, manager = self._node()
        return Configuration(
            self._file,
            organization,
            node,
            manager,
            self._listen(node),
            self._reports(node) if "reports" in self._data else None,
            self._routes() if with_routes and "routes" in self._data else None,
            self._section("metrics", MetricsSection) if "metrics" in self._data else None,
            self._section("workers", WorkersSection),
            self._section("logging", LoggingSection),
            self._text,
            rooms=self._rooms(),
        )

    def _section(self, name: str, config_type: type[T]) -> T:
        return self._build(config_type, self._table((name,), self._data.get(name, {})), (name,))

    def _node(self) -> tuple[NodeSection, ManagerSettings]:
        own, rest = _parted(NodeSection, self._table(("node",), self._data.get("node", {})))
        reports = {"reports": ReportSettings()}  # those of the organisation take their place
        manager = self._build(ManagerSettings, rest, ("node",), given=reports, others=settings_of(NodeSection))
        return self._build(NodeSection, own, ("node",)), manager

    def _listen(self, node: NodeSection) -> tuple[Listen, ...]:
        items = self._data.get("listen", [])
        if not isinstance(items, list):
            raise _Wrong(("listen",), "need [[listen]], once for each place")
        found = [self._listen_at(("listen", n), one, node) for n, one in enumerate(cast("list[object]", items))]
        seen: set[tuple[str, int]] = set()
        for number, one in enumerate(found):
            place = one.on.host, one.on.port
            if one.on.port and place in seen:
                raise _Wrong(("listen", number, "port"), f"{one.endpoint} is listened at already")
            seen.add(place)
        return tuple(found)

    def _listen_at(self, place: Place, item: object, node: NodeSection) -> Listen:
        own, rest = _parted(ListenSection, self._table(place, item))
        section = self._build(ListenSection, own, place)
        rest = dict(rest)
        limits = self._table((*place, "limits"), rest.pop("limits", {}))
        checks = self._content_checks((*place, "content_checks"), rest.pop("content_checks", []))
        arguments = {
            "content_checks": checks,
            **section.arguments(node.host_name),
            "limits": self._build(
                IntakeLimits, limits, (*place, "limits"), given={"exempt": from_networks(*section.exempt)}
            ),
        }
        others = (*settings_of(ListenSection), "limits", "content_checks")
        settings = self._build(ListenerSettings, rest, place, given=arguments, others=others)
        written = (
            *((key, getattr(settings, key)) for key in sorted(rest)),
            *((f"limits.{key}", getattr(settings.limits, key)) for key in sorted(limits)),
            ("content_checks", checks),
        )
        return Listen(section, ListenOn(section.host, section.port, settings), written)

    def _content_checks(self, place: Place, items: object) -> tuple[NamedContentCheck, ...]:
        if not isinstance(items, list):
            raise _Wrong(place, "need a list of tables, such as [{ check = 'NAME' }]")
        return tuple(
            self._content_check((*place, number), one) for number, one in enumerate(cast("list[object]", items))
        )

    def _content_check(self, place: Place, item: object) -> NamedContentCheck:
        values = dict(self._table(place, item))
        name = values.pop("check", None)
        if not isinstance(name, str):
            raise _Wrong((*place, "check"), "need the name of a content check")
        try:
            check_class = content_check(name)
            config: object = self._build(check_class.config_type, values, place, others=("check",))
        except (UsageError, PluginBroken) as error:
            raise _Wrong((*place, "check"), str(error)) from error
        return NamedContentCheck(name, check_class, config)

    def _rooms(self) -> dict[str, Any]:
        rooms = {name: self._section(name, kind) for name, kind in _ROOMS.items() if name in self._data}
        trust = rooms.get("trust")
        if isinstance(trust, TrustSettings):  # a key is taken from the file's folder, as everything else is
            keys = [self._with_secret(key, ("trust", "keys", number, "key")) for number, key in enumerate(trust.keys)]
            rooms["trust"] = attrs.evolve(trust, keys=keys)
        return rooms

    def _with_secret(self, key: DkimKey, place: Place) -> DkimKey:
        if isinstance(key.key, Secret):
            return key
        try:
            return attrs.evolve(key, key=resolve_secret(key.key, self._folder))
        except SecretMissing as error:
            raise _Wrong(place, f"{error.reference}: {error.problem}") from error

    def _reports(self, node: NodeSection) -> ReportSettings:
        values = {"host": node.host_name, **self._table(("reports",), self._data["reports"])}
        return self._build(ReportSettings, values, ("reports",))

    def _routes(self) -> RouteTable:
        values = self._table(("routes",), self._data["routes"])
        if "file" in values:
            return load_routes(self._build(RoutesSection, values, ("routes",)).file)
        try:
            return RouteTable.from_data(values)
        except UsageError as error:
            place = place_in_routes(str(error), values)
            raise _Wrong(("routes", *place), str(error).removeprefix(f"{path_of(place)}: ")) from error

    def _table(self, place: Place, value: object) -> Table:
        if not isinstance(value, dict):
            raise _Wrong(place, f"need a table, got {type(value).__name__}")
        return cast(Table, value)

    def _build(
        self,
        config_type: type[T],
        values: Table,
        place: Place,
        *,
        given: Mapping[str, object] | None = None,
        others: Iterable[str] = (),
    ) -> T:
        try:
            built: T = build_config(
                config_type,
                values,
                folder=self._folder,
                secret=lambda reference: resolve_secret(reference, self._folder),
                given=given or {},
                others=others,
            )
        except ConfigError as error:
            raise _Wrong((*place, *place_of(error.key)), error.problem) from error
        except SecretMissing as error:
            steps = () if error.key is None else (error.key,)
            raise _Wrong((*place, *steps), f"{error.reference}: {error.problem}") from error
        return built


def _parted(own_type: type[attrs.AttrsInstance], values: Table) -> tuple[Table, Table]:
    """Part the values of a section from those beside them."""
    own = settings_of(own_type)
    return (
        {key: value for key, value in values.items() if key in own},
        {key: value for key, value in values.items() if key not in own},
    )
