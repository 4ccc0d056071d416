"""Route tables as plain data: what TOML and JSON can hold.

.. code-block:: toml

    [[connectors]]
    name = "internet"
    gateway = "smtp"
    options = { relay = "smtp+starttls://out.a.test" }
    spaces = [{ type = "SMTP", pattern = "*", cost = 10 }]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypedDict, TypeVar, cast

import attrs

from msgcore.base.nearest import there_are
from msgcore.errors import UsageError
from msgcore.mta.routing.connector import Connector, ContentProfile, option_advice
from msgcore.mta.routing.schedule import Schedule
from msgcore.mta.routing.selection import Policy
from msgcore.mta.routing.spaces import AddressSpace

__all__ = ["TableFields", "read_table", "write_table"]

T = TypeVar("T")


class TableFields(TypedDict):
    """What a table is made of."""

    connectors: list[Connector]
    policy: Policy
    site: str
    locations: Sequence[str]


def read_table(data: Mapping[str, object]) -> TableFields:
    """Read the fields of a table from what :func:`write_table` gives.

    Raises:
        UsageError: a key is missing, unknown or wrong; the message names it.
    """
    keys = _Keys(data, "")
    tables = keys.tables("connectors")
    policy, site, locations = keys.take("policy", str, "cost"), keys.take("site", str, ""), keys.texts("locations")
    keys.end()
    return {
        "connectors": [
            _connector(_table(item, f"connectors[{n}]"), f"connectors[{n}]") for n, item in enumerate(tables)
        ],
        "policy": cast("Policy", policy),  # the table refuses any other
        "site": site,
        "locations": locations or (),
    }


def _connector(data: Mapping[str, object], path: str) -> Connector:
    keys = _Keys(data, path)
    spaces = [_space(table, f"{path}.spaces[{n}]") for n, table in enumerate(keys.tables("spaces"))]
    options = keys.table("options") or {}
    schedule = keys.table("schedule")
    priorities = keys.sequence("priorities", (-9, 9))
    make = partial(
        Connector,
        keys.take("name", str),
        keys.take("gateway", str),
        spaces,
        {key: _option(value, f"{path}.options.{key}") for key, value in options.items()},
        keys.take("is_enabled", bool, True),
        keys.optional("max_size_octets", int),
        keys.texts("only_from"),
        keys.take("weight", int, 1),
        never_from=keys.texts("never_from"),
        message_classes=keys.texts("message_classes"),
        priorities=[_checked(number, int, f"{path}.priorities[{n}]") for n, number in enumerate(priorities)],
        capabilities=keys.optional_texts("capabilities"),
        needs_verdicts=keys.texts("needs_verdicts"),
        refuses_verdicts=keys.texts("refuses_verdicts"),
        leads_to=keys.take("leads_to", str, ""),
        site=keys.take("site", str, ""),
        schedule=None if schedule is None else _schedule(schedule, f"{path}.schedule"),
        max_tries=keys.optional("max_tries", int),
        retry_shortest_seconds=keys.seconds("retry_shortest_seconds"),
        retry_longest_seconds=keys.seconds("retry_longest_seconds"),
        max_recipients=keys.optional("max_recipients", int),
        max_sessions=keys.optional("max_sessions", int),
        content=cast("ContentProfile", keys.take("content", str, "as it is")),  # the connector refuses any other
    )
    keys.end()
    return _made(make, path)


def _space(data: Mapping[str, object], path: str) -> AddressSpace:
    keys = _Keys(data, path)
    make = partial(
        AddressSpace,
        keys.take("type", str),
        keys.take("pattern", str),
        keys.take("cost", int, 1),
        scope=keys.texts("scope"),
        fallthrough=keys.take("fallthrough", bool, False),
    )
    keys.end()
    return _made(make, path)


def _schedule(data: Mapping[str, object], path: str) -> Schedule:
    keys = _Keys(data, path)
    make = partial(Schedule, keys.texts("windows"), keys.take("time_zone", str, "UTC"))
    keys.end()
    return _made(make, path)


def _made(make: Callable[[], T], path: str) -> T:
    try:
        return make()
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


class _Keys:
    """The keys of one table; each is taken once, and none may be left."""

    def __init__(self, data: Mapping[str, object], path: str) -> None:
        self._given = tuple(data)
        self._left = dict(data)
        self._known: list[str] = []
        self._path = path

    def _name(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _pop(self, key: str, default: object) -> object:
        self._known.append(key)
        value = self._left.pop(key, default)
        if value is None:
            beside = f" beside {', '.join(self._given)}" if self._given else ""
            raise UsageError(f"{self._name(key)}: is missing{beside}")
        return value

    def take(self, key: str, kind: type[T], default: T | None = None) -> T:
        value = self._pop(key, default)
        return _checked(value, kind, self._name(key))

    def optional(self, key: str, kind: type[T]) -> T | None:
        self._known.append(key)
        return self.take(key, kind) if key in self._left else None

    def seconds(self, key: str) -> float | None:
        """Take a number, with or without a fraction."""
        return self.optional(key, int if isinstance(self._left.get(key), int) else float)

    def table(self, key: str) -> Mapping[str, object] | None:
        self._known.append(key)
        return _table(self._left.pop(key), self._name(key)) if key in self._left else None

    def tables(self, key: str) -> list[Mapping[str, object]]:
        return [_table(item, f"{self._name(key)}[{n}]") for n, item in enumerate(self.sequence(key))]

    def texts(self, key: str) -> list[str]:
        return [_checked(item, str, f"{self._name(key)}[{n}]") for n, item in enumerate(self.sequence(key, ()))]

    def optional_texts(self, key: str) -> list[str] | None:
        texts = self.texts(key)
        return texts if key in self._given else None

    def sequence(self, key: str, default: Sequence[object] | None = None) -> Sequence[object]:
        value = self._pop(key, default)
        if not isinstance(value, list | tuple):
            raise UsageError(f"{self._name(key)}: need an array, got {value!r}")
        return cast("Sequence[object]", value)

    def end(self) -> None:
        for key in sorted(self._left):
            raise UsageError(f"{self._name(key)}: there is no such key; {there_are(key, sorted(set(self._known)))}")


def _table(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{path}: need a table, got {value!r}")
    return cast("Mapping[str, object]", value)


def _checked(value: object, kind: type[T], path: str) -> T:
    # True is an int to Python, and no number to anybody else.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise UsageError(f"{path}: need {kind.__name__}, got {value!r}")
    return value


def _option(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{path}: need text, got {value!r}{option_advice(value)}")
    return value


def write_table(
    connectors: Sequence[Connector], policy: Policy, site: str, locations: Sequence[str]
) -> dict[str, object]:
    """Give a table as plain data; what has its default is left out."""
    data: dict[str, object] = {}
    if policy != "cost":
        data["policy"] = policy
    if site:
        data["site"] = site
    if locations:
        data["locations"] = list(locations)
    data["connectors"] = [_written(connector) for connector in connectors]
    return data


def _written(connector: Connector) -> dict[str, object]:
    data = {
        field.name: _plain(getattr(connector, field.name))
        for field in attrs.fields(Connector)
        if field.init and field.name not in ("options", "spaces") and getattr(connector, field.name) != field.default
    }
    if connector.options:
        data["options"] = dict(connector.options)
    data["spaces"] = [_written_space(space) for space in connector.spaces]
    return data


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(cast("tuple[object, ...]", value))
    if isinstance(value, frozenset):
        return sorted(cast("frozenset[str]", value))
    if isinstance(value, Schedule):
        zone: dict[str, object] = {} if value.time_zone == "UTC" else {"time_zone": value.time_zone}
        return {"windows": list(value.windows), **zone}
    return value


def _written_space(space: AddressSpace) -> dict[str, object]:
    data: dict[str, object] = {"type": space.address_type, "pattern": space.pattern, "cost": space.cost}
    if space.scope:
        data["scope"] = list(space.scope)
    if space.fallthrough:
        data["fallthrough"] = True
    return data
