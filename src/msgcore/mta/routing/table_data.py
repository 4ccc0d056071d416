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
from typing import TypeVar, cast

from msgcore.errors import UsageError
from msgcore.mta.routing.connector import Connector
from msgcore.mta.routing.spaces import AddressSpace

__all__ = ["read_connectors", "write_connectors"]

T = TypeVar("T")


def read_connectors(data: Mapping[str, object]) -> list[Connector]:
    """Make connectors from what :func:`write_connectors` gives.

    Raises:
        UsageError: a key is missing, unknown or wrong; the message names it.
    """
    table = _Keys(data, "")
    tables = table.sequence("connectors")
    table.end()
    return [_connector(_table(item, f"connectors[{n}]"), f"connectors[{n}]") for n, item in enumerate(tables)]


def _connector(data: Mapping[str, object], path: str) -> Connector:
    keys = _Keys(data, path)
    spaces = [
        _space(_table(item, f"{path}.spaces[{n}]"), f"{path}.spaces[{n}]")
        for n, item in enumerate(keys.sequence("spaces"))
    ]
    options = _table(keys.take("options", dict, {}), f"{path}.options")
    maximum = keys.take("max_size_octets", int, -1)
    only_from = [_text(item, f"{path}.only_from[{n}]") for n, item in enumerate(keys.sequence("only_from", ()))]
    name, gateway = keys.take("name", str), keys.take("gateway", str)
    is_enabled, weight = keys.take("is_enabled", bool, True), keys.take("weight", int, 1)
    keys.end()
    return _made(
        lambda: Connector(
            name,
            gateway,
            spaces,
            {key: _text(value, f"{path}.options.{key}") for key, value in options.items()},
            is_enabled,
            None if "max_size_octets" not in data else maximum,
            only_from,
            weight,
        ),
        path,
    )


def _space(data: Mapping[str, object], path: str) -> AddressSpace:
    keys = _Keys(data, path)
    address_type, pattern, cost = keys.take("type", str), keys.take("pattern", str), keys.take("cost", int, 1)
    keys.end()
    return _made(lambda: AddressSpace(address_type, pattern, cost), path)


def _made(make: Callable[[], T], path: str) -> T:
    try:
        return make()
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


class _Keys:
    """The keys of one table; each is taken once, and none may be left."""

    def __init__(self, data: Mapping[str, object], path: str) -> None:
        self._left = dict(data)
        self._path = path

    def _name(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def take(self, key: str, kind: type[T], default: T | None = None) -> T:
        value = self._left.pop(key, default)
        if value is None:
            raise UsageError(f"{self._name(key)}: is missing")
        # True is an int to Python, and no number to anybody else.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise UsageError(f"{self._name(key)}: need {kind.__name__}, got {value!r}")
        return value

    def sequence(self, key: str, default: Sequence[object] | None = None) -> Sequence[object]:
        value = self._left.pop(key, default)
        if value is None:
            raise UsageError(f"{self._name(key)}: is missing")
        if not isinstance(value, list | tuple):
            raise UsageError(f"{self._name(key)}: need an array, got {value!r}")
        return cast("Sequence[object]", value)

    def end(self) -> None:
        for key in sorted(self._left):
            raise UsageError(f"{self._name(key)}: there is no such key")


def _table(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{path}: need a table, got {value!r}")
    return cast("Mapping[str, object]", value)


def _text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{path}: need str, got {value!r}")
    return value


def write_connectors(connectors: Sequence[Connector]) -> dict[str, object]:
    """Give connectors as plain data; what has its default is left out."""
    return {"connectors": [_written(connector) for connector in connectors]}


def _written(connector: Connector) -> dict[str, object]:
    data: dict[str, object] = {"name": connector.name, "gateway": connector.gateway}
    if connector.options:
        data["options"] = dict(connector.options)
    if not connector.is_enabled:
        data["is_enabled"] = False
    if connector.max_size_octets is not None:
        data["max_size_octets"] = connector.max_size_octets
    if connector.only_from:
        data["only_from"] = list(connector.only_from)
    if connector.weight != 1:
        data["weight"] = connector.weight
    data["spaces"] = [
        {"type": space.address_type, "pattern": space.pattern, "cost": space.cost} for space in connector.spaces
    ]
    return data
