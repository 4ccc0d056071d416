"""Configurations: from plain values (TOML, keyword arguments) to a service's attrs class.

Field types: ``str``, ``int``, ``float``, ``bool``, ``Path``, ``Secret``, ``ServiceUrl``, ``DatabaseUrl``,
``tuple[str, ...]``, and each of them or ``None``. The metadata of a ``ServiceUrl`` field may hold its ``protocols``.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import attrs

from msgcore.base.text import Secret
from msgcore.errors import NotSupported, UsageError
from msgcore.spi.url import DatabaseUrl, ServiceUrl

__all__ = ["ConfigError", "build_config"]


class ConfigError(UsageError):
    """A value is wrong; ``key`` names it, empty when several do not go together."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}" if key else problem)
        self.key = key
        self.problem = problem


def build_config(
    config_type: type[Any],
    values: Mapping[str, object],
    *,
    folder: Path,
    secret: Callable[[str], Secret],
) -> Any:
    """Make a ``config_type`` of plain values; paths are taken relative to ``folder``, secrets given by ``secret``.

    Raises:
        ConfigError: a key is unknown or missing, or a value is of the wrong kind.
    """
    hints = typing.get_type_hints(config_type)
    fields = {field.name: field for field in attrs.fields(config_type)}
    for key in values:
        if key not in fields:
            raise ConfigError(key, f"no such key; there are {', '.join(fields)}")
    arguments: dict[str, object] = {}
    for name, field in fields.items():
        if name in values:
            arguments[name] = _convert(name, values[name], hints[name], field.metadata, folder, secret)
        elif field.default is attrs.NOTHING:
            raise ConfigError(name, "has to be given")
    try:
        return config_type(**arguments)
    except (ConfigError, NotSupported):
        raise
    except UsageError as error:
        raise ConfigError("", str(error)) from error


def _convert(
    key: str,
    value: object,
    hint: Any,
    metadata: Mapping[Any, Any],
    folder: Path,
    secret: Callable[[str], Secret],
) -> object:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        if value is None:
            return None
        hint = next(one for one in typing.get_args(hint) if one is not type(None))
    if hint is Secret:
        return value if isinstance(value, Secret) else _parsed(key, lambda: secret(_need(key, value, str)))
    if hint is ServiceUrl and not isinstance(value, ServiceUrl):
        protocols = metadata.get("protocols", ("smtp",))
        return _parsed(key, lambda: ServiceUrl.parse(_need(key, value, str), protocols))
    if hint is DatabaseUrl and not isinstance(value, DatabaseUrl):
        return _parsed(key, lambda: DatabaseUrl.parse(_need(key, value, str), folder))
    if hint is Path:
        path = value if isinstance(value, Path) else Path(_need(key, value, str))
        if "\0" in str(path):
            raise ConfigError(key, "a path holds no NUL")
        try:
            return folder / path.expanduser()
        except RuntimeError as error:
            raise ConfigError(key, str(error)) from error
    if typing.get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise ConfigError(key, f"need a list, got {type(value).__name__}")
        return tuple(_need(key, one, str) for one in cast("list[object]", value))
    if hint is float:
        return float(_need(key, value, float, int))
    return _need(key, value, hint)


def _parsed(key: str, parse: Callable[[], object]) -> object:
    try:
        return parse()
    except (ConfigError, NotSupported):
        raise
    except UsageError as error:
        raise ConfigError(key, str(error)) from error


def _need(key: str, value: object, *kinds: type[Any]) -> Any:
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise ConfigError(key, f"need {kinds[0].__name__}, got {type(value).__name__}")
    return value
