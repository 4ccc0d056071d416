"""Profiles: a named list of message services, read from a TOML file and checked before anything is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import attrs

from msgcore.base.nearest import there_are
from msgcore.base.text import Secret
from msgcore.errors import (
    ConfigError,
    MsgcoreError,
    NotSupported,
    PluginBroken,
    ProfileError,
    SecretMissing,
    UsageError,
)
from msgcore.profile.files import read_private
from msgcore.profile.spooling import SpoolerSettings
from msgcore.profile.toml import Located, read_profile_text
from msgcore.spi.config import build_config
from msgcore.spi.registry import service
from msgcore.spi.secrets import SecretSource, check_reference, find_secret
from msgcore.spi.service import ServiceClass

__all__ = ["Profile", "ServiceEntry", "check_profile", "check_services", "examine_profile", "read_profile", "tables_of"]

_TOP_KEYS = ("services", "transport_order", "spooler")
_FLAGS = ("default_store", "primary_identity", "hook")
_OWN_KEYS = ("service", "name", *_FLAGS)


@attrs.frozen
class ServiceEntry:
    """One service of a profile, checked: its name, its values, and whether it was named the default store, the primary
    identity, or a hook, which no mail goes past even when the service is not there to say so.

    ``service_class`` is an error where there is none: then the profile's other services can be used all the same.
    """

    service: str
    name: str
    service_class: ServiceClass | MsgcoreError = attrs.field(repr=False)
    values: Mapping[str, object] = attrs.field(repr=False)
    folder: Path = attrs.field(repr=False)
    is_default_store: bool = False
    is_primary_identity: bool = False
    is_hook: bool = False
    secrets: Mapping[str, SecretSource] = attrs.field(factory=dict[str, SecretSource], repr=False)
    """What the program gives for ``callable:NAME``, by that name."""

    def found(self) -> ServiceClass:
        """Give the service's class.

        Raises:
            ProfileError: it is not installed, or cannot be loaded.
            NotSupported: it cannot do what its settings say.
        """
        if isinstance(self.service_class, MsgcoreError):
            raise self.service_class
        return self.service_class

    def config(self) -> Any:
        """Make the service's configuration, with its secrets, which are fetched now. Blocks.

        Raises:
            SecretMissing: a secret that it refers to is not there; the message names service, key and what to do.
            MissingExtra: a secret lies in a keyring, and the extra is not installed.
            ProfileError, NotSupported, PluginBroken: the service is not there.
        """
        try:
            return build_config(
                self.found().config_type,
                self.values,
                folder=self.folder,
                secret=lambda reference: find_secret(reference, self.folder, self.secrets),
            )
        except SecretMissing as error:
            raise SecretMissing(error.reference, error.problem, key=error.key, service=self.name) from error.__cause__


@attrs.frozen
class Profile:
    """What a session logs on to.

    ``transport_order`` names services; their transports go before those of all others. ``spooler`` says how long mail
    is tried.
    """

    name: str
    services: tuple[ServiceEntry, ...]
    file: Path | None = None
    transport_order: tuple[str, ...] = ()
    spooler: SpoolerSettings = attrs.field(factory=SpoolerSettings)

    @classmethod
    def of(
        cls,
        name: str,
        services: Iterable[Mapping[str, object]],
        *,
        transport_order: Sequence[str] = (),
        spooler: Mapping[str, object] | None = None,
    ) -> Profile:
        """Make a profile in memory, without a file.

        Beside what a file holds, a value may be a ``Path``, a ``Secret``, or a function that gives a password or token.
        Relative paths are taken from the current folder.

        Raises:
            ProfileError: a service or key is unknown or a value is bad.
            UsageError: ``services`` are no list of tables.
            NotSupported: a service cannot do what its settings say.
        """
        given = tables_of(services)
        order = transport_order if isinstance(transport_order, str) else list(transport_order)
        data: dict[str, object] = {"services": given, "transport_order": order}
        if spooler is not None:
            data["spooler"] = spooler
        profile = check_services(check_profile(data, Path.cwd() / "profile.toml"))
        return attrs.evolve(profile, name=name, file=None)

    def with_secrets(self, secrets: Mapping[str, SecretSource]) -> Profile:
        """Give the same profile with what stands for ``callable:NAME`` in it."""
        return attrs.evolve(self, services=tuple(attrs.evolve(one, secrets=secrets) for one in self.services))

    def transport_rank(self, service_name: str) -> int:
        """Say where the transports of a service stand in the transport order; the rest is as services are listed."""
        order = self.transport_order
        return order.index(service_name) if service_name in order else len(order)


def tables_of(services: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """Copy the tables of services that a caller gives.

    Raises:
        UsageError: it is one table, or something in it is none.
    """
    given = list(cast("Iterable[object]", services))
    if not all(isinstance(one, Mapping) for one in given):  # of one table these are its keys
        raise UsageError("services: need a list of tables, one for each service: [{'service': …}]")
    return [dict(cast("Mapping[str, object]", table)) for table in given]


def read_profile(file: Path) -> Profile:
    """Read and check a profile.

    A service that is not installed is left to fail at logon, where the others go on.

    Raises:
        ProfileError: the file is missing or open to others, is no TOML, has an unknown key, or a bad value; with file,
            line and key.
    """
    profile, faults = examine_profile(file)
    if faults:
        raise faults[0]
    return profile


def examine_profile(file: Path) -> tuple[Profile, tuple[ProfileError, ...]]:
    """Read a profile with all its faults; a service that has one raises it when it is asked for its class.

    Raises:
        ProfileError: the file is missing or open to others, or is no TOML of ``[[services]]`` tables.
    """
    return _Check(file, read_profile_text(read_private(file), file)).profile()


def check_profile(data: Located | Mapping[str, object], file: Path) -> Profile:
    """Check what is to become the profile of ``file`` as :func:`read_profile` does.

    Raises:
        ProfileError: something is wrong.
    """
    profile, faults = _Check(file, data).profile()
    if faults:
        raise faults[0]
    return profile


def check_services(profile: Profile) -> Profile:
    """Give a profile back when every service of it is there.

    Raises:
        ProfileError: a service is not installed.
        NotSupported: a service cannot do what its settings say.
    """
    for entry in profile.services:
        entry.found()
    return profile


class _Check:
    """One look at what a profile says, and where it says it if it stands in a file."""

    def __init__(self, file: Path, given: Located | Mapping[str, object]) -> None:
        self._file = file
        self._located = given if isinstance(given, Located) else None
        self._data = given.data if isinstance(given, Located) else given
        self._faults: list[ProfileError] = []

    def profile(self) -> tuple[Profile, tuple[ProfileError, ...]]:
        for key in self._data:
            if key not in _TOP_KEYS:
                problem = "no such key; a profile has [[services]] tables, and above them transport_order and spooler"
                self._fault(None, key, problem)
        given = self._data.get("services", [])
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in cast("list[object]", given)):
            line = None if self._located is None else self._located.line_of(None, "services") or 1
            raise ProfileError("need [[services]] tables", file=self._file, line=line, key="services")
        tables = cast("list[Mapping[str, object]]", given)
        entries = [self._entry(number, table) for number, table in enumerate(tables)]
        for number, entry in enumerate(entries):
            before = entries[:number]
            if any(one.name == entry.name for one in before):
                self._fault(number, "name", f"{entry.name!r} is taken; give each service a name of its own")
            if entry.is_default_store and any(one.is_default_store for one in before):
                self._fault(number, "default_store", "there is one default store already")
            if entry.is_primary_identity and any(one.is_primary_identity for one in before):
                self._fault(number, "primary_identity", "there is one primary identity already")
        order = self._order([entry.name for entry in entries])
        return Profile(self._file.stem, tuple(entries), self._file, order, self._spooler()), tuple(self._faults)

    def _spooler(self) -> SpoolerSettings:
        given = self._data.get("spooler", {})
        if not isinstance(given, Mapping):
            self._fault(None, "spooler", 'need a table, such as { lifetime = "5d" }')
            return SpoolerSettings()
        values = cast("Mapping[str, object]", given)
        try:
            made: SpoolerSettings = build_config(SpoolerSettings, values, folder=self._file.parent, secret=_unseen)
        except ConfigError as error:
            self._fault(None, "spooler", ": ".join(filter(None, (error.key, error.problem))), error)
            return SpoolerSettings()
        return made

    def _order(self, names: Sequence[str]) -> tuple[str, ...]:
        given = self._data.get("transport_order", [])
        if not isinstance(given, list) or not all(isinstance(one, str) for one in cast("list[object]", given)):
            self._fault(None, "transport_order", "need a list of names of services")
            return ()
        order = cast("list[str]", given)
        for number, name in enumerate(order):
            if name not in names:
                self._fault(None, "transport_order", f"no service is called {name!r}; {there_are(name, names)}")
            elif name in order[:number]:
                self._fault(None, "transport_order", f"names {name!r} twice")
        return tuple(order)

    def _entry(self, number: int, table: Mapping[str, object]) -> ServiceEntry:
        faults = len(self._faults)
        kind = table.get("service")
        service_class: ServiceClass | MsgcoreError
        if isinstance(kind, str):
            service_class = self._service(kind, number)
        else:
            kind = "?"
            service_class = self._fault(number, "service", "every service table names its service")
        values = {key: value for key, value in table.items() if key not in _OWN_KEYS}
        try:
            if not isinstance(service_class, MsgcoreError):
                build_config(service_class.config_type, values, folder=self._file.parent, secret=_unseen)
        except ConfigError as error:
            self._fault(number, error.key, error.problem, error)
        except (PluginBroken, NotSupported) as error:
            service_class = error
        flags = {flag: table.get(flag, False) for flag in _FLAGS}
        for flag, value in flags.items():
            if not isinstance(value, bool):
                self._fault(number, flag, "need true or false")
        name = table.get("name", kind)
        if not isinstance(name, str) or not name:
            self._fault(number, "name", "need a text")
            name = kind
        if len(self._faults) > faults:
            service_class = self._faults[faults]
        return ServiceEntry(
            kind,
            name,
            service_class,
            values,
            self._file.parent,
            flags["default_store"] is True,
            flags["primary_identity"] is True,
            flags["hook"] is True,
        )

    def _service(self, kind: str, number: int) -> ServiceClass | MsgcoreError:
        try:
            return service(kind)
        except MsgcoreError as error:
            problem = self._problem(number, "service", str(error))
            problem.__cause__ = error
            return problem

    def _fault(self, number: int | None, key: str, problem: str, cause: BaseException | None = None) -> ProfileError:
        fault = self._problem(number, key, problem)
        fault.__cause__ = cause
        self._faults.append(fault)
        return fault

    def _problem(self, number: int | None, key: str, problem: str) -> ProfileError:
        if self._located is not None:
            line = self._located.line_of(number, key)
            return ProfileError(problem, file=self._file, line=line, key=key or None)
        place = "" if number is None else f"services[{number}]: "
        return ProfileError(f"{place}{problem}", key=key or None)


def _unseen(reference: str) -> Secret:
    """Stand in for a secret that is only fetched at logon; what is no reference is refused now."""
    check_reference(reference)
    return Secret("not-fetched-yet")
