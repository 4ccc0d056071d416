"""Configurations: a service's attrs class, declared once, made of TOML, of keyword arguments, or of a URL.

Field types: ``str``, ``int``, ``float``, ``bool``, ``Path``, ``Secret``, ``ServiceUrl``, ``DatabaseUrl``, ``Address``,
``timedelta`` (``"4h"``), enumerations and ``Literal`` (by value), attrs classes (as tables), tuples, frozensets and
mappings of them, and each of them or ``None``; in a URL only the plain ones and ``tuple[str, ...]``.
:func:`~msgcore.spi.settings.setting` says more of a field.
"""

from __future__ import annotations

import contextlib
import json
import math
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar, cast
from urllib.parse import parse_qsl

import attrs

from msgcore.base.nearest import there_are
from msgcore.base.plain_files import expanded
from msgcore.base.text import Secret, SecretGiver
from msgcore.base.times import parse_duration
from msgcore.errors import (
    ConfigError,
    MissingExtra,
    MsgcoreError,
    NotSupported,
    PluginBroken,
    SecretMissing,
    UsageError,
)
from msgcore.model.address import Address, parse_address
from msgcore.spi.secrets import SecretSource, called_secret
from msgcore.spi.settings import Setting, element_of, settings_of
from msgcore.spi.url import DatabaseUrl, ServiceUrl, refuse_password, shown_url

__all__ = ["build_config", "option_values", "url_values"]

T = TypeVar("T")


def build_config(
    config_type: type[Any],
    values: Mapping[str, object],
    *,
    folder: Path,
    secret: Callable[[str], SecretSource],
    given: Mapping[str, object] = MappingProxyType({}),
    others: Iterable[str] = (),
) -> Any:
    """Make a ``config_type`` of plain values; paths are taken relative to ``folder``, secrets given by ``secret``.

    Where ``secret`` gives a function, it is called where a field needs the secret itself. ``given`` are arguments that
    are none of the values' business; ``others`` are keys beside these values, which an unknown one may be meant for.

    Raises:
        ConfigError: a key is unknown or missing, or a value is of the wrong kind.
        SecretMissing: ``secret`` raised it; it names the key.
        PluginBroken: the class cannot be made of any values.
    """
    settings = {name: setting for name, setting in settings_of(config_type).items() if name not in given}
    for key in values:
        if key not in settings:
            raise ConfigError(key, f"no such key; {there_are(key, (*others, *settings))}")
    arguments = dict(given)
    for name, setting in settings.items():
        if name in values:
            arguments[name] = _convert(setting, values[name], folder, secret)
        elif setting.is_required:
            raise ConfigError(name, "has to be given")
    try:
        return config_type(**arguments)
    except (ConfigError, NotSupported):
        raise
    except ValueError as error:  # what UsageError is, too
        raise ConfigError("", str(error)) from error
    except MsgcoreError:
        raise
    except Exception as error:
        name = f"{config_type.__module__}.{config_type.__qualname__}"
        raise PluginBroken(f"{name}: {type(error).__name__}: {error}") from error


def url_values(config_type: type[Any], url: str) -> dict[str, object]:
    """Read the values that a URL gives: itself as ``url``, and those of its query.

    Raises:
        UsageError: the configuration has no ``url``, the query holds what may not stand there, or the URL a password.
    """
    settings = settings_of(config_type)
    if "url" not in settings:
        raise UsageError(f"{shown_url(url)!r}: this service is not opened by URL; give it a place in a profile")
    refuse_password(url)
    base, _, query = url.partition("?")
    known = [setting.name for setting in settings.values() if setting.in_url]
    if not query or not known:
        return {"url": url}
    values: dict[str, object] = {"url": base}
    for key, text in parse_qsl(query, keep_blank_values=True):
        if key not in known:
            raise ConfigError(key, f"may not stand in a URL; there may {', '.join(known)}")
        if settings[key].is_list:
            values[key] = (*cast("tuple[str, ...]", values.get(key, ())), text)
        elif key in values:
            raise ConfigError(key, "stands twice in the URL")
        else:
            values[key] = _of_text(settings[key], text)
    return values


def option_values(config_type: type[Any], options: Mapping[str, str]) -> dict[str, object]:
    """Read values that are given as text, as a connector's options are.

    A list has blanks between its texts; where these hold blanks, it is written as JSON, ``["/bin/x", "two words"]``.

    Raises:
        ConfigError: a text is no number, no ``true`` or ``false``, where the field is one.
    """
    settings = settings_of(config_type)
    return {
        key: _list_of_text(text)
        if key in settings and settings[key].is_list
        else _of_text(settings[key], text)
        if key in settings
        else text
        for key, text in options.items()
    }


def _list_of_text(text: str) -> list[str]:
    if text.startswith("["):
        with contextlib.suppress(ValueError):
            found: object = json.loads(text)
            if isinstance(found, list) and all(isinstance(one, str) for one in cast("list[object]", found)):
                return cast("list[str]", found)
    return text.split()


def _of_text(setting: Setting, text: str) -> object:
    if setting.hint is bool:
        if text not in {"true", "false"}:
            raise ConfigError(setting.name, f"need true or false, got {text!r}")
        return text == "true"
    if setting.hint in {int, float}:
        try:
            return setting.hint(text)
        except ValueError as error:
            raise ConfigError(setting.name, f"need {setting.kind}, got {text!r}") from error
    return text


# What is a text in a file anyway: "none" means itself.
_WRITTEN_AS_TEXT = frozenset({str, Path, Secret, ServiceUrl, DatabaseUrl, Address})


def _convert(setting: Setting, value: object, folder: Path, secret: Callable[[str], SecretSource]) -> object:
    key, hint = setting.name, setting.hint
    if value is None and not setting.is_required and setting.default is None:
        return None
    if setting.takes_callable and callable(value):
        return value
    if hint is Secret:
        return value if isinstance(value, Secret) else _secret(setting, value, secret)
    if hint is ServiceUrl and not isinstance(value, ServiceUrl):
        return _parsed(key, lambda: ServiceUrl.parse(_need(key, value, str), setting.protocols))
    if hint is DatabaseUrl and not isinstance(value, DatabaseUrl):
        return _parsed(key, lambda: DatabaseUrl.parse(_need(key, value, str), folder))
    if hint is Path:
        return _path(key, value, folder)
    if setting.is_list:
        return _list(setting, value, folder, secret)
    if hint is float:
        return _number(key, _need(key, value, float, int))
    if setting.may_be_none and hint not in _WRITTEN_AS_TEXT and value in ("none", "never"):
        return None
    if hint is timedelta and not isinstance(value, timedelta):
        return _time_span(key, value)
    if hint is Address and not isinstance(value, Address):
        return _address(key, value)
    if isinstance(value, Mapping):
        return _table(setting, cast("Mapping[str, object]", value), folder, secret)
    if typing.get_origin(hint) is Mapping:
        raise ConfigError(key, f"need a table, got {type(value).__name__}")
    if attrs.has(hint) and not isinstance(value, hint):
        raise ConfigError(key, f"need a table of {', '.join(settings_of(hint))}, got {type(value).__name__}")
    if typing.get_origin(hint) is Literal:
        return _one_of(key, value, {one: one for one in typing.get_args(hint)})
    members: Mapping[str, Enum] | None = getattr(hint, "__members__", None)
    if members is not None and not isinstance(value, hint):
        return _one_of(key, value, {one.value: one for one in members.values()})
    return _need(key, value, hint)


def _list(setting: Setting, value: object, folder: Path, secret: Callable[[str], SecretSource]) -> object:
    kind, items = typing.get_origin(setting.hint), typing.get_args(setting.hint)
    if not isinstance(value, list | tuple | set | frozenset):
        raise ConfigError(setting.name, f"need a list, got {type(value).__name__}")
    given = list(cast("Iterable[object]", value))
    if all(isinstance(one, str) for one in given) and items[0] is str:
        return kind(given)
    hint = items[0] if items else str
    return kind(
        _convert(element_of(setting, hint, f"{setting.name}[{number}]"), one, folder, secret)
        for number, one in enumerate(given)
    )


def _table(
    setting: Setting, value: Mapping[str, object], folder: Path, secret: Callable[[str], SecretSource]
) -> object:
    key, hint = setting.name, setting.hint
    if attrs.has(hint):
        try:
            return build_config(hint, value, folder=folder, secret=secret)
        except ConfigError as error:
            raise ConfigError(f"{key}.{error.key}" if error.key else key, error.problem) from error
    if typing.get_origin(hint) is Mapping:
        inner = typing.get_args(hint)[1]
        return {
            name: _convert(element_of(setting, inner, f"{key}.{name}"), one, folder, secret)
            for name, one in value.items()
        }
    return _need(key, value, hint)


def _one_of(key: str, value: object, known: Mapping[Any, object]) -> object:
    try:
        return known[value]
    except (KeyError, TypeError):
        texts = ", ".join(str(one) for one in known)
        raise ConfigError(key, f"{value!r} is none of {texts}") from None


def _secret(setting: Setting, value: object, secret: Callable[[str], SecretSource]) -> SecretSource:
    """Get the secret that a reference names; in Python a function may be given instead of one."""
    key = setting.name

    def find() -> SecretSource:
        found: object = value if callable(value) else secret(_need(key, value, str))
        if isinstance(found, Secret) or setting.takes_callable:
            return cast(SecretSource, found)
        return called_secret(value if isinstance(value, str) else key, cast(SecretGiver, found))

    try:
        return _parsed(key, find)
    except SecretMissing as error:
        raise SecretMissing(error.reference, error.problem, key=key) from error.__cause__


def _time_span(key: str, value: object) -> timedelta:
    if not isinstance(value, str):
        raise ConfigError(key, f'need a time span such as "90s", "30m", "4h" or "5d", got {type(value).__name__}')
    return _parsed(key, lambda: parse_duration(value))


def _address(key: str, value: object) -> Address:
    address = _parsed(key, lambda: parse_address(_need(key, value, str)))
    if not address.is_resolved:
        raise ConfigError(key, f"{value!r} is only a name; need an address, such as ann@a.test")
    return address


def _path(key: str, value: object, folder: Path) -> Path:
    path = value if isinstance(value, Path) else _need(key, value, str)
    if "\0" in str(path):
        raise ConfigError(key, "a path holds no NUL")
    try:
        return folder / expanded(path)
    except RuntimeError as error:
        raise ConfigError(key, str(error)) from error


def _parsed(key: str, parse: Callable[[], T]) -> T:
    try:
        return parse()
    except (ConfigError, NotSupported, MissingExtra):
        raise
    except UsageError as error:
        raise ConfigError(key, str(error)) from error


def _number(key: str, value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.nan
    if math.isnan(number):
        raise ConfigError(key, "need a number")
    return number


def _need(key: str, value: object, *kinds: type[Any]) -> Any:
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise ConfigError(key, f"need {kinds[0].__name__}, got {type(value).__name__}")
    return value
