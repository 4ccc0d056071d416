"""Profiles: a named list of message services, read from a TOML file and checked before anything is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import attrs

from msgcore.base.text import Secret
from msgcore.errors import MsgcoreError, NotSupported, PluginBroken, ProfileError
from msgcore.profile.toml import LocatedTables, read_profile_text
from msgcore.spi.config import ConfigError, build_config
from msgcore.spi.registry import service
from msgcore.spi.secrets import check_reference, resolve_secret
from msgcore.spi.service import ServiceClass

__all__ = ["Profile", "ServiceEntry", "check_services", "read_profile"]

_MAX_OCTETS = 1024 * 1024
_OWN_KEYS = ("service", "name", "default_store")


@attrs.frozen
class ServiceEntry:
    """One service of a profile, checked: its name, its values, and whether it was named the default store.

    ``service_class`` is an error where there is none: then the profile's other services can be used all the same.
    """

    service: str
    name: str
    service_class: ServiceClass | MsgcoreError = attrs.field(repr=False)
    values: Mapping[str, object] = attrs.field(repr=False)
    folder: Path = attrs.field(repr=False)
    is_default_store: bool = False

    def found(self) -> ServiceClass:
        """Give the service's class.

        Raises:
            ProfileError: it is not installed, or cannot be loaded.
            NotSupported: it is not in this version.
        """
        if isinstance(self.service_class, MsgcoreError):
            raise self.service_class
        return self.service_class

    def config(self) -> Any:
        """Make the service's configuration, with its secrets, which are fetched now. Blocks.

        Raises:
            SetupError: a secret that it refers to is missing, or the service is.
            NotSupported: the service or a secret lies where this version does not look.
        """
        return build_config(
            self.found().config_type,
            self.values,
            folder=self.folder,
            secret=lambda reference: resolve_secret(reference, self.folder),
        )


@attrs.frozen
class Profile:
    """What a session logs on to."""

    name: str
    services: tuple[ServiceEntry, ...]
    file: Path | None = None


def read_profile(file: Path) -> Profile:
    """Read and check a profile.

    A service that is not installed is left to fail at logon, where the others go on.

    Raises:
        ProfileError: the file is missing or open to others, is no TOML, has an unknown key, or a bad value; with file,
            line and key.
    """
    located = read_profile_text(_read_private(file), file)
    given = located.data.get("services", [])
    unknown = next((key for key in located.data if key != "services"), None)
    if unknown is not None:
        line = located.key_lines.get((None, unknown))
        raise ProfileError("no such key; a profile has [[services]] tables", file=file, line=line, key=unknown)
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in cast("list[object]", given)):
        raise ProfileError("need [[services]] tables", file=file, line=1, key="services")
    tables = cast("list[Mapping[str, object]]", given)
    return Profile(file.stem, _entries(tables, file, located), file)


def check_services(tables: Sequence[Mapping[str, object]], folder: Path) -> None:
    """Check service tables as :func:`read_profile` does; every service has to be there.

    Raises:
        ProfileError: a service is not installed.
        NotSupported: a service is not in this version.
    """
    for entry in _entries(tables, folder / "profile.toml", None):
        entry.found()


def _entries(
    tables: Sequence[Mapping[str, object]], file: Path, located: LocatedTables | None
) -> tuple[ServiceEntry, ...]:
    entries = tuple(_entry(number, table, file, located) for number, table in enumerate(tables))
    names = [entry.name for entry in entries]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise _problem(number, "name", f"{name!r} is taken; give each service a name of its own", file, located)
    defaults = [number for number, entry in enumerate(entries) if entry.is_default_store]
    if len(defaults) > 1:
        raise _problem(defaults[1], "default_store", "there is one default store already", file, located)
    return entries


def _entry(
    number: int,
    table: Mapping[str, object],
    file: Path,
    located: LocatedTables | None,
) -> ServiceEntry:
    kind = table.get("service")
    if not isinstance(kind, str):
        raise _problem(number, "service", "every service table names its service", file, located)
    service_class = _service(kind, number, file, located)
    values = {key: value for key, value in table.items() if key not in _OWN_KEYS}
    try:
        if not isinstance(service_class, MsgcoreError):
            build_config(service_class.config_type, values, folder=file.parent, secret=_unseen)
    except ConfigError as error:
        raise _problem(number, error.key, error.problem, file, located) from error
    except (PluginBroken, NotSupported) as error:
        service_class = error
    is_default = table.get("default_store", False)
    if not isinstance(is_default, bool):
        raise _problem(number, "default_store", "need true or false", file, located)
    name = table.get("name", kind)
    if not isinstance(name, str) or not name:
        raise _problem(number, "name", "need a text", file, located)
    return ServiceEntry(kind, name, service_class, values, file.parent, is_default)


def _service(kind: str, number: int, file: Path, located: LocatedTables | None) -> ServiceClass | MsgcoreError:
    try:
        return service(kind)
    except NotSupported as error:
        return error
    except MsgcoreError as error:
        problem = _problem(number, "service", str(error), file, located)
        problem.__cause__ = error
        return problem


def _unseen(reference: str) -> Secret:
    """Stand in for a secret that is only fetched at logon; what is no reference is refused now."""
    check_reference(reference)
    return Secret("not-fetched-yet")


def _problem(number: int, key: str, problem: str, file: Path, located: LocatedTables | None) -> ProfileError:
    if located is None:
        return ProfileError(f"services[{number}]: {problem}", key=key or None)
    table_line = located.service_lines[number] if number < len(located.service_lines) else None
    return ProfileError(problem, file=file, line=located.key_lines.get((number, key), table_line), key=key or None)


def _read_private(file: Path) -> str:
    """Read a file that only its owner can; the check is made on the open file, so that nobody changes it between."""
    try:
        with file.open("rb") as opened:
            facts = os.fstat(opened.fileno())
            if os.name == "posix":
                if facts.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                    mode = stat.S_IMODE(facts.st_mode)
                    raise ProfileError(f"is open to others (mode {mode:04o}); chmod 600 it", file=file)
                if facts.st_uid not in {os.geteuid(), 0}:
                    raise ProfileError("belongs to another user", file=file)
            octets = opened.read(_MAX_OCTETS + 1)
    except FileNotFoundError as error:
        raise ProfileError("there is no such profile", file=file) from error
    except OSError as error:
        raise ProfileError(f"cannot be read: {error.strerror}", file=file) from error
    if len(octets) > _MAX_OCTETS:
        raise ProfileError(f"is larger than {_MAX_OCTETS} octets", file=file)
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise ProfileError(f"is not UTF-8 at octet {error.start}", file=file) from error
