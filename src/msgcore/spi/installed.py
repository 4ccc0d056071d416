"""Which installed distribution gives a plug-in its name: msgcore's own names are its own, and no two may give one."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from importlib.metadata import EntryPoint

from msgcore.errors import PluginBroken

__all__ = ["by_name", "only_one"]

_OWN = "msgcore"

_log = logging.getLogger("msgcore.plugins")


def by_name(points: Iterable[EntryPoint]) -> dict[str, list[EntryPoint]]:
    """Sort the entry points of a group by name; those that take a name of msgcore's own are left out, with a warning.

    Else any package that is installed for something else could be handed the passwords of an ``smtps:`` URL.
    """
    found: dict[str, list[EntryPoint]] = {}
    for point in points:
        found.setdefault(point.name, []).append(point)
    return {name: _rightful(named) for name, named in found.items()}


def _rightful(named: list[EntryPoint]) -> list[EntryPoint]:
    own = [point for point in named if _distribution(point) == _OWN]
    for point in named if own else ():
        if point not in own:
            _log.warning(
                "%s of the distribution %s is left out: %s %r is msgcore's own name",
                point.value, _distribution(point), point.group, point.name,
            )  # fmt: skip
    return own or named


def only_one(named: list[EntryPoint]) -> EntryPoint:
    """Give the entry point that has a name.

    Raises:
        PluginBroken: several distributions give the name.
    """
    first, *others = named
    if others:
        givers = ", ".join(sorted(f"{_distribution(point)} ({point.value})" for point in named))
        raise PluginBroken(
            f"{first.group} {first.name!r}: several installed distributions give this name, and nothing says which one "
            f"is meant: {givers}; uninstall all but one"
        )
    return first


def _distribution(point: EntryPoint) -> str:
    return "unknown" if point.dist is None else point.dist.name
