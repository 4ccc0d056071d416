"""Finding services, gateways and content checks by name: by call, or by entry point (``msgcore.services``, …)."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

import attrs

from msgcore.base.nearest import there_are
from msgcore.errors import MsgcoreError, PluginBroken, UsageError
from msgcore.spi.installed import by_name, only_one
from msgcore.spi.service import ServiceClass

__all__ = [
    "content_check",
    "content_check_names",
    "gateway",
    "gateway_names",
    "register_content_check",
    "register_gateway",
    "register_service",
    "service",
    "service_names",
]

_SERVICES = "msgcore.services"
_GATEWAYS = "msgcore.gateways"
_CONTENT_CHECKS = "msgcore.content_checks"

_registered: dict[tuple[str, str], Any] = {}


def register_service(name: str, service_class: type[object]) -> None:
    """Make a service known under ``name`` in this process; it goes before an entry point of the same name.

    Raises:
        PluginBroken: the class has no ``config_type``, or that is no attrs class.
    """
    _registered[_SERVICES, name] = _checked(service_class, f"service {name!r}")


def register_gateway(name: str, gateway_class: type[object]) -> None:
    """Make a gateway known under ``name`` in this process; as :func:`register_service`."""
    _registered[_GATEWAYS, name] = _checked(gateway_class, f"gateway {name!r}")


def register_content_check(name: str, check_class: type[object]) -> None:
    """Make a content check of listeners known under ``name`` in this process; as :func:`register_service`."""
    _registered[_CONTENT_CHECKS, name] = _checked(check_class, f"content check {name!r}")


def _checked(plugin: Any, what: str) -> Any:
    config_type: object = getattr(plugin, "config_type", None)
    if not isinstance(config_type, type) or not attrs.has(config_type):
        raise PluginBroken(f"{what} ({plugin!r}): needs a config_type that is an attrs class")
    return plugin


def service(name: str) -> ServiceClass:
    """Find a message service.

    Raises:
        UsageError: nobody has it; the message lists what there is.
        PluginBroken: its module cannot be imported, or several installed distributions give the name.
    """
    return cast(ServiceClass, _find(_SERVICES, name))


def gateway(name: str, *, built_in: Iterable[str] = ()) -> Any:
    """Find a gateway class; raises as :func:`service` does, and lists what is ``built_in`` where it is needed, too."""
    return _find(_GATEWAYS, name, built_in)


def content_check(name: str) -> Any:
    """Find the class of a content check; raises as :func:`service` does."""
    return _find(_CONTENT_CHECKS, name)


def service_names() -> tuple[str, ...]:
    """List the services that are installed or registered."""
    return _names(_SERVICES)


def gateway_names() -> tuple[str, ...]:
    """List the gateways that are installed or registered."""
    return _names(_GATEWAYS)


def content_check_names() -> tuple[str, ...]:
    """List the content checks that are installed or registered."""
    return _names(_CONTENT_CHECKS)


def _names(group: str) -> tuple[str, ...]:
    registered = (name for known_group, name in _registered if known_group == group)
    return tuple(sorted({*registered, *_entry_points(group)}))


def _find(group: str, name: str, built_in: Iterable[str] = ()) -> Any:
    known = _registered.get((group, name))
    if known is not None:
        return known
    named = _entry_points(group).get(name)
    if named is not None:
        return _load(only_one(named))
    kind = group.rpartition(".")[2].removesuffix("s").replace("_", " ")
    raise UsageError(f"{name!r} is no {kind} that is installed; {there_are(name, sorted({*_names(group), *built_in}))}")


def _load(point: EntryPoint) -> Any:
    what = f"{point.group} {point.name!r} ({point.value})"
    try:
        return _checked(point.load(), what)
    except MsgcoreError:
        raise
    except Exception as error:
        raise PluginBroken(f"{what}: {type(error).__name__}: {error}") from error


@functools.cache
def _entry_points(group: str) -> dict[str, list[EntryPoint]]:
    return by_name(entry_points(group=group))
