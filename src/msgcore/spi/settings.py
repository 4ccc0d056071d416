"""What the fields of a configuration say of themselves: for whoever writes a profile, a URL, or documentation."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal
from weakref import WeakKeyDictionary

import attrs

from msgcore.base.text import Secret
from msgcore.errors import PluginBroken

__all__ = ["Setting", "element_of", "setting", "settings_of"]

_KEY = "msgcore"
_OTHER_ORIGINS = frozenset({Mapping, Callable, Literal})


@attrs.frozen
class _Says:
    text: str
    protocols: tuple[str, ...]
    in_url: bool


def setting(text: str, *, protocols: tuple[str, ...] = ("smtp",), in_url: bool = False) -> Mapping[str, object]:
    """Make the metadata of a field, as in ``attrs.field(metadata=setting("what the phone shows"))``.

    ``text`` tells people what it is for. ``protocols`` are those that a ``ServiceUrl`` may name. ``in_url`` lets the
    field stand in the query of the service's URL, too, as ``?key=value``: never for what makes a connection less safe.
    """
    return {_KEY: _Says(text, protocols, in_url)}


@attrs.frozen
class Setting:
    """One field of a configuration; ``default`` is meaningless when it ``is_required``.

    ``takes_callable``: in Python it may be a function that gives the value, too. What ``may_be_none`` and is no text
    may be written ``none`` or ``never``.
    """

    name: str
    kind: str
    text: str
    is_required: bool
    default: object
    is_secret: bool
    is_list: bool
    protocols: tuple[str, ...]
    in_url: bool
    takes_callable: bool
    may_be_none: bool
    hint: Any = attrs.field(repr=False, eq=False)


# Every logon asks for them, twice for each service.
_known: WeakKeyDictionary[type[Any], Mapping[str, Setting]] = WeakKeyDictionary()


def settings_of(config_type: type[Any]) -> Mapping[str, Setting]:
    """List the fields of a configuration by name.

    Raises:
        PluginBroken: it is no attrs class, or an annotation in it names nothing, or no type of a setting.
    """
    known = _known.get(config_type)
    if known is not None:
        return known
    try:
        hints = typing.get_type_hints(config_type)
        found = {field.name: _setting(field, hints[field.name]) for field in attrs.fields(config_type) if field.init}
    except Exception as error:
        name = f"{config_type.__module__}.{config_type.__qualname__}"
        raise PluginBroken(f"{name}: no configuration: {type(error).__name__}: {error}") from error
    _known[config_type] = types.MappingProxyType(found)
    return _known[config_type]


def element_of(setting: Setting, hint: Any, name: str) -> Setting:
    """Give the setting of one thing in a list or mapping."""
    return attrs.evolve(
        setting,
        name=name,
        hint=hint,
        kind=getattr(hint, "__name__", str(hint)),
        is_required=True,
        may_be_none=False,
        is_secret=hint is Secret,
        is_list=typing.get_origin(hint) in {tuple, frozenset},
    )


def _setting(field: attrs.Attribute[Any], hint: Any) -> Setting:
    says = field.metadata.get(_KEY, _Says("", ("smtp",), False))
    takes_callable = may_be_none = False
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        may_be_none = type(None) in typing.get_args(hint)
        takes_callable = any(typing.get_origin(one) is Callable for one in typing.get_args(hint))
        hint = next(one for one in typing.get_args(hint) if one is not type(None))
    origin = typing.get_origin(hint)
    is_list = origin in {tuple, frozenset}
    if not is_list and origin not in _OTHER_ORIGINS and not isinstance(hint, type):
        raise TypeError(f"{field.name}: no setting is a {hint}; a list is a tuple[str, ...], a table a Mapping")
    is_required = field.default is attrs.NOTHING
    default = None if is_required or isinstance(field.default, attrs.Factory) else field.default  # type: ignore[arg-type]  # attrs types Factory as a function
    kind = "list of str" if is_list else getattr(hint, "__name__", str(hint))
    return Setting(
        field.alias or field.name,
        kind,
        says.text,
        is_required,
        default,
        hint is Secret,
        is_list,
        says.protocols,
        says.in_url and hint is not Secret,
        takes_callable,
        may_be_none,
        hint,
    )
