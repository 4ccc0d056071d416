"""A dry run of a profile: would its services work? Nothing is sent, retrieved, made or changed."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

import attrs

from msgcore.base.nearest import there_are
from msgcore.base.text import one_line
from msgcore.base.times import Deadline
from msgcore.errors import (
    AuthenticationRefused,
    ConnectionLost,
    MsgcoreError,
    NameNotResolved,
    OperationCancelled,
    PluginBroken,
    ProfileError,
    ServiceBusy,
    StoreBusy,
    TimedOut,
    TlsFailed,
    TlsRequired,
)
from msgcore.profile.admin import ProfileAdmin
from msgcore.profile.profile import Profile, ServiceEntry
from msgcore.runtime.abc import Runtime
from msgcore.session.offers import Offer, missing_from, offer_of
from msgcore.session.services import providers_of
from msgcore.spi.guarded_retrieval import GuardedRetriever
from msgcore.spi.guarded_store import GuardedStore
from msgcore.spi.plugin import Plugin
from msgcore.spi.retrieval import RetrievingProvider
from msgcore.spi.secrets import SecretSource
from msgcore.spi.service import SupportsValidation
from msgcore.spi.settings import settings_of
from msgcore.spi.store import StoreProvider
from msgcore.spi.transport import TransportProvider
from msgcore.spi.url import DatabaseUrl, ServiceUrl

__all__ = [
    "VALIDATION_TIMEOUT_SECONDS",
    "ProfileReport",
    "ServiceFault",
    "ServiceReport",
    "ValidationStage",
    "validate_profile",
]

VALIDATION_TIMEOUT_SECONDS = 30.0

_FIXES: Sequence[tuple[type[MsgcoreError], str]] = (
    (AuthenticationRefused, "check user and password (or token), and that the server lets the account log in this way"),
    (NameNotResolved, "check the host in the URL, and that this machine can look up names"),
    (TlsFailed, "check scheme and port, and ca_file for a private authority; python -m msgcore probe URL shows more"),
    (TlsRequired, "use the scheme and port that start with TLS, or ask who runs the server"),
    (ServiceBusy, "try again later"),
    (StoreBusy, "try again later"),
    (ConnectionLost, "check host and port, and that nothing on the way blocks them; python -m msgcore probe URL"),
    (TimedOut, "check host and port, and that nothing on the way blocks them; python -m msgcore probe URL"),
    (PluginBroken, "ask who wrote the plug-in"),
)


# Of a folder that is not there, say, the error tells all.
_OF_SERVERS = (NameNotResolved, TlsFailed, TlsRequired, ConnectionLost, TimedOut)


class ValidationStage(enum.Enum):
    """How far a service got: what the profile says of it was looked at, without network; then it was logged on."""

    CONFIGURATION = "configuration"
    LOGON = "logon"


_CONFIGURATION = ValidationStage.CONFIGURATION


@attrs.frozen
class ServiceFault:
    """Why a service would not work. ``part`` is what of it would not, empty for all; ``fix`` is empty where the error
    itself says what to do.
    """

    stage: ValidationStage
    part: str
    error: MsgcoreError
    fix: str

    def __str__(self) -> str:
        where = ", ".join(filter(None, (self.stage.value, self.part)))
        fix = f"; {self.fix}" if self.fix else ""
        return f"{where}: {one_line(str(self.error))} ({type(self.error).__name__}){fix}"


@attrs.frozen
class ServiceReport:
    """How one service fared."""

    name: str
    service: str
    faults: tuple[ServiceFault, ...] = ()

    @property
    def is_ok(self) -> bool:
        return not self.faults

    def __str__(self) -> str:
        title = f"{self.name} ({self.service}): {'works' if self.is_ok else 'would not work'}"
        return "\n".join([title, *(f"  {fault}" for fault in self.faults)])


@attrs.frozen
class ProfileReport:
    """How the services of a profile fared, in its order, and what is wrong with the profile as such (``faults``)."""

    name: str
    services: tuple[ServiceReport, ...]
    faults: tuple[ProfileError, ...] = ()

    @property
    def is_ok(self) -> bool:
        return not self.faults and all(one.is_ok for one in self.services)

    def __str__(self) -> str:
        return "\n".join(_page(self))


def _page(report: ProfileReport) -> Iterator[str]:
    yield f"profile {report.name!r}: {'works' if report.is_ok else 'has faults'}"
    for fault in report.faults:
        yield f"  {fault}"
    for service in report.services:
        yield "\n".join(f"  {line}" for line in str(service).splitlines())


async def validate_profile(
    profile: str | Profile | None,
    runtime: Runtime,
    *,
    admin: ProfileAdmin | None = None,
    secrets: Mapping[str, SecretSource] | None = None,
    timeout_seconds: float = VALIDATION_TIMEOUT_SECONDS,
) -> ProfileReport:
    """Say of each service of a profile (``None``: the default one) whether it would work, and if not, why.

    First what the profile says of it, and its secrets; then, all side by side and each within ``timeout_seconds``, it
    is logged on as a session would, at every server that it names; then, whether together they are what a session
    needs. Nothing is sent or retrieved, and nothing is made or changed; a maildrop is open for a moment.

    Raises:
        ProfileError: the profile is missing, open to others, or no TOML of ``[[services]]`` tables.
    """
    faults: tuple[ProfileError, ...] = ()
    deadline = runtime.deadline(timeout_seconds)
    if isinstance(profile, Profile):
        found = profile
    else:
        administration = admin or ProfileAdmin()
        found, faults = await runtime.in_thread(lambda: administration.examine(profile), deadline)
    if secrets is not None:
        found = found.with_secrets(secrets)
    named = [entry.name for entry in found.services]
    told: dict[int, tuple[ServiceFault, ...]] = {}
    offers: dict[int, Offer] = {}

    async def validate(number: int, entry: ServiceEntry) -> None:
        told[number], offer = await _looked_at(entry, named, runtime, deadline)
        if offer is not None:
            offers[number] = offer

    async with runtime.group() as group:
        for number, entry in enumerate(found.services):
            group.start(validate(number, entry))
    of_services = [entry.service_class for entry in found.services]
    own = tuple(fault for fault in faults if not any(fault is one for one in of_services))
    missing, missing_of_all = missing_from(found, offers)
    reports = [
        ServiceReport(
            entry.name,
            entry.service,
            (*told[number], *(_fault(_CONFIGURATION, "", one) for one in missing.get(number, ()))),
        )
        for number, entry in enumerate(found.services)
    ]
    return ProfileReport(found.name, tuple(reports), (*own, *missing_of_all))


async def _looked_at(
    entry: ServiceEntry, named: Sequence[str], runtime: Runtime, deadline: Deadline
) -> tuple[tuple[ServiceFault, ...], Offer | None]:
    """Give the faults of a service, and what it offers if it could say."""
    target = entry.values.get("deliver_to")
    if isinstance(target, str) and target not in named:
        problem = f"no service is called {target!r}; {there_are(target, named)}"
        return (_fault(_CONFIGURATION, "", ProfileError(problem, key="deliver_to")),), None
    try:
        config = await runtime.in_thread(entry.config, deadline)
        plugin = Plugin.make(entry.name, entry.found(), config, runtime)
    except OperationCancelled:
        raise
    except MsgcoreError as error:
        return (_fault(_CONFIGURATION, "", error),), None
    hints = {one.hint for one in settings_of(cast("type[object]", type(config))).values()}
    trial = _Trial(plugin, deadline, has_server=not hints.isdisjoint({ServiceUrl, DatabaseUrl}))
    try:
        await trial.run()
    finally:
        await trial.close()
    return tuple(sorted(trial.faults, key=lambda fault: fault.part)), trial.offer


def _fault(stage: ValidationStage, part: str, error: MsgcoreError, *, has_server: bool = True) -> ServiceFault:
    fix = next((fix for kind, fix in _FIXES if isinstance(error, kind)), "")
    return ServiceFault(stage, part, error, fix if has_server or not isinstance(error, _OF_SERVERS) else "")


class _Trial:
    """One service, logged on to see whether that goes well."""

    def __init__(self, plugin: Plugin, deadline: Deadline, *, has_server: bool) -> None:
        self.faults: list[ServiceFault] = []
        self.offer: Offer | None = None
        self._plugin = plugin
        self._has_server = has_server
        self._deadline = deadline

    async def run(self) -> None:
        plugin = self._plugin
        says_itself = isinstance(plugin.target, SupportsValidation)
        if says_itself:
            await self._try("", lambda: self._validate(plugin.target))
        elif await self._try("", lambda: plugin.logon(self._deadline)):
            await self._try("", self._validate_providers)
        if self.faults:
            return
        if says_itself:  # it is not logged on: that it cannot give its providers then is no fault
            with suppress(MsgcoreError):
                await self._look()
        else:
            await self._try("", self._look)

    async def close(self) -> None:
        await self._try("close", self._plugin.close)

    async def _look(self) -> None:
        """See what it offers, which may be nothing before its logon."""
        providers = providers_of(self._plugin)
        if providers:
            self.offer = self._plugin.attribute(lambda: offer_of(providers))

    async def _validate_providers(self) -> None:
        """Validate all side by side, so that one that hangs leaves the others their time."""
        async with self._plugin.runtime.group() as group:
            for provider in providers_of(self._plugin):
                group.start(self._validated(provider))

    async def _validated(self, provider: object) -> None:
        await self._try("", lambda: self._validate(provider))

    async def _validate(self, provider: object) -> None:
        if self._is(provider, SupportsValidation):
            await self._try(self._part(provider), lambda: self._validate_state(provider))
        elif self._is(provider, RetrievingProvider):
            await self._try("retrieval", lambda: self._open_maildrop(provider))
        elif self._is(provider, StoreProvider):
            await self._try("store", lambda: self._open_store(provider))

    async def _validate_state(self, target: Any) -> None:
        await self._plugin.call(target.validate_state, self._deadline, deadline=self._deadline)

    async def _open_maildrop(self, provider: Any) -> None:
        maildrop = await GuardedRetriever(self._plugin, provider).open_maildrop(self._deadline)
        await maildrop.close(self._deadline)

    async def _open_store(self, provider: Any) -> None:
        await GuardedStore(self._plugin, provider).special_folders(self._deadline)

    def _part(self, provider: object) -> str:
        return "transport" if self._is(provider, TransportProvider) else ""

    def _is(self, provider: object, contract: type) -> bool:
        """Say whether it has what a contract names; what a property raises then belongs to the plug-in."""
        return self._plugin.attribute(lambda: isinstance(provider, contract))

    async def _try(self, part: str, work: Callable[[], Awaitable[None]]) -> bool:
        """Do a part of it, and note what went wrong."""
        try:
            await work()
        except OperationCancelled:
            raise
        except MsgcoreError as error:
            self.faults.append(_fault(ValidationStage.LOGON, part, error, has_server=self._has_server))
            return False
        return True
