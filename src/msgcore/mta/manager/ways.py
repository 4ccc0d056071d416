"""The gateways of a table's connectors, made when they are first used, and what they say became of a message."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from inspect import iscoroutinefunction
from pathlib import Path

import attrs

from msgcore.base.text import Secret
from msgcore.errors import (
    Closed,
    ConnectionLost,
    CutShort,
    MsgcoreError,
    PluginBroken,
    ResolverFailed,
    ServiceBusy,
    SetupError,
    StarttlsInjection,
    TimedOut,
    TlsFailed,
    TlsRequired,
    UsageError,
)
from msgcore.model.outcome import Deferred, Outcome, Refused, Unknown
from msgcore.mta.gateways.making import make_gateway
from msgcore.mta.node_services import NodeServices
from msgcore.mta.routing.connector import Connector
from msgcore.runtime.abc import Runtime
from msgcore.spi.gateway import Gateway
from msgcore.spi.outcomes import MOST_CHARACTERS
from msgcore.spi.plugin import Plugin, answer_seconds_of

__all__ = ["Way", "Ways", "is_link_failure", "outcome_of_error"]

_SERVICE_NOT_AVAILABLE = 421
_NOT_SECURED = "4.7.5"
_NO_NAMES = "4.4.3"


@attrs.define(eq=False)
class Way:
    """A connector's gateway, and what it is asked only once."""

    connector: Connector
    plugin: Plugin
    takes_batches: bool
    answer_seconds: float
    _users: int = attrs.field(default=0, init=False)

    @property
    def is_used(self) -> bool:
        return self._users > 0

    @contextmanager
    def used(self) -> Generator[None]:
        """Keep the gateway open until the context ends, whatever table is in force by then."""
        self._users += 1
        try:
            yield
        finally:
            self._users -= 1

    def serves(self, connector: Connector) -> bool:
        """Say whether this is the gateway of a connector as it is now."""
        mine = self.connector
        return mine is connector or (mine.gateway, mine.options) == (connector.gateway, connector.options)


class Ways:
    """``built_in`` gateways go before those found by entry point."""

    def __init__(
        self,
        runtime: Runtime,
        built_in: Mapping[str, Gateway],
        folder: Path,
        secret: Callable[[str], Secret],
        services: NodeServices | None = None,
    ) -> None:
        self._runtime = runtime
        self._built_in = dict(built_in)
        self._folder = folder
        self._secret = secret
        self._services = services
        self._made: dict[str, list[Way]] = {}

    def way(self, connector: Connector) -> Way:
        """Give a connector's gateway; its options are the gateway's configuration.

        Raises:
            SetupError: the gateway is not installed, not set up, or broken.
        """
        made = self._made.setdefault(connector.name, [])
        for way in made:
            if way.serves(connector):
                return way
        plugin = self._make(connector)
        deliver_all = getattr(plugin.target, "deliver_all", None)
        answer_seconds = answer_seconds_of(plugin.name, plugin.target)
        made.append(Way(connector, plugin, iscoroutinefunction(deliver_all), answer_seconds))
        return made[-1]

    async def keep(self, connectors: Iterable[Connector]) -> None:
        """Close the gateways that none of these connectors has, and nobody uses."""
        wanted, gone = list(connectors), list[Way]()
        for name, made in self._made.items():
            for way in list(made):
                is_wanted = any(one.name == name and way.serves(one) for one in wanted)
                if not (is_wanted or way.is_used):
                    made.remove(way)
                    gone.append(way)
        for way in gone:  # while one closes, deliveries go on and ask for others
            await way.plugin.close_and_log()

    def _make(self, connector: Connector) -> Plugin:
        built_in = self._built_in.get(connector.gateway)
        if built_in is not None:
            return Plugin(f"gateway {connector.gateway}", built_in, self._runtime)
        try:
            return make_gateway(connector, self._runtime, self._folder, self._secret, self._services)
        except UsageError as error:
            raise SetupError(f"gateway {connector.gateway}: {error}") from error

    async def close(self) -> None:
        made, self._made = self._made, {}
        with self._runtime.shielded():
            async with self._runtime.group() as group:
                for way in (way for ways in made.values() for way in ways):
                    group.start(way.plugin.close())


def outcome_of_error(error: MsgcoreError) -> Outcome:
    """Say what is true of recipients of whom nothing else was said."""
    text = str(error)[:MOST_CHARACTERS]
    match error:
        case Closed():
            return Deferred(text=text, stage="gateway")
        case UsageError():
            return Refused(text=text, stage="gateway")
        case CutShort():
            return Unknown(text=text, stage="gateway")
        case TlsFailed() | TlsRequired() | StarttlsInjection():
            return Deferred(None, _NOT_SECURED, text, "gateway")
        case ResolverFailed():
            return Deferred(None, _NO_NAMES, text, "gateway")
        case _:
            # A set-up can be mended while the message waits, and whatever passes passes.
            return Deferred(text=text, stage="gateway")


def is_link_failure(said: MsgcoreError | Outcome) -> bool:
    """Say whether the way to the next hop is the reason: no names, nobody there, no session, no TLS, or 421."""
    if isinstance(said, Outcome):
        return isinstance(said, Deferred) and (said.code == _SERVICE_NOT_AVAILABLE or said.stage == "greeting")
    if isinstance(said, CutShort | PluginBroken):
        return False
    return isinstance(said, ConnectionLost | TimedOut | ServiceBusy | SetupError | ResolverFailed)
