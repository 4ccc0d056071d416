"""The paths in a profile: which values are or name some."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from msgcore.base.plain_files import expanded
from msgcore.errors import MsgcoreError
from msgcore.spi.registry import service
from msgcore.spi.settings import Setting, settings_of
from msgcore.spi.url import DatabaseUrl

__all__ = ["absolute", "path_of", "settings_in", "with_path"]

_SQLITE = re.compile(r"sqlite:///(.+)", re.DOTALL)


def settings_in(table: Mapping[str, object]) -> Mapping[str, Setting]:
    """List the settings of the service that a table names; of one that is not there, none."""
    name = table.get("service")
    if not isinstance(name, str):
        return {}
    try:
        return settings_of(service(name).config_type)
    except MsgcoreError:
        return {}  # who checks the table names the unknown service


def path_of(setting: Setting, value: object) -> Path | None:
    """Give the path that a value is or names, be it in a URL or in a reference to a secret."""
    if setting.hint is Path and isinstance(value, str | Path):
        return expanded(value)
    if not isinstance(value, str):
        return None
    if setting.hint is DatabaseUrl and (found := _SQLITE.fullmatch(value)):
        return Path(found[1])
    if setting.is_secret and value.startswith("file:"):
        return expanded(value.removeprefix("file:"))
    return None


def with_path(setting: Setting, path: Path) -> str:
    """Write a value that is or names a path."""
    if setting.hint is DatabaseUrl:
        return f"sqlite:///{path}"
    return f"file:{path}" if setting.is_secret else str(path)


def absolute(table: Mapping[str, object]) -> dict[str, object]:
    """Make the paths of one service absolute, from the current folder."""
    made = dict(table)
    for key, setting in settings_in(table).items():
        path = path_of(setting, table.get(key))
        if path is not None:
            made[key] = with_path(setting, Path.cwd() / path)
    return made
