"""What every part of a guarded store stands on: a call, and a look at what it gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from msgcore.base.times import Deadline
from msgcore.errors import NotSupported, PluginBroken
from msgcore.spi.answer import Answer
from msgcore.spi.capability import Capability, capabilities_of
from msgcore.spi.plugin import Plugin
from msgcore.spi.store import StoreProvider

__all__ = ["GuardedCalls"]

T = TypeVar("T")

_CHANGING = frozenset(
    {
        Capability.CREATE,
        Capability.MODIFY,
        Capability.READ_FLAGS,
        Capability.MOVE,
        Capability.DELETE,
        Capability.FOLDERS,
    }
)


class GuardedCalls:
    """Calls of one store of a plug-in."""

    def __init__(self, plugin: Plugin, provider: StoreProvider) -> None:
        """Read what the store says of itself.

        Raises:
            PluginBroken: that is nonsense.
        """
        self._plugin = plugin
        self._provider: Any = provider
        self.capabilities = plugin.attribute(lambda: capabilities_of(provider))
        self.uid = plugin.attribute(lambda: provider.uid)
        self.display_name = plugin.attribute(lambda: provider.display_name)
        if not isinstance(cast(object, self.uid), bytes) or len(self.uid) != 16:
            raise PluginBroken(f"{plugin.name}: uid is {self.uid!r}; need 16 octets")

    def can(self, ability: Capability) -> bool:
        return ability in self.capabilities

    async def _one(self, kind: type[T], method: Callable[..., Answer[T]], *arguments: object, deadline: Deadline) -> T:
        given = await self._plugin.call(method, *arguments, deadline, deadline=deadline)
        if not isinstance(given, kind):
            raise self._plugin.nonsense(method, given, kind.__name__)
        return given

    async def _several(
        self,
        kind: type[T],
        method: Callable[..., Answer[Sequence[T]]],
        *arguments: object,
        deadline: Deadline,
        most: int | None = None,
        exactly: int | None = None,
    ) -> Sequence[T]:
        given = await self._plugin.call(method, *arguments, deadline, deadline=deadline)
        found = self._plugin.sequence(kind, method, given)
        if exactly not in {None, len(found)} or (most is not None and len(found) > most):
            raise self._plugin.nonsense(method, found, f"{most if exactly is None else exactly} of {kind.__name__}")
        return found

    async def _nothing(self, method: Callable[..., Answer[None]], *arguments: object, deadline: Deadline) -> None:
        await self._plugin.call(method, *arguments, deadline, deadline=deadline)

    def _able(self, ability: Capability) -> Any:
        if ability not in self.capabilities:
            is_read_only = ability in _CHANGING and _CHANGING.isdisjoint(self.capabilities)
            why = ": it is read-only" if is_read_only else ""
            raise NotSupported(f"{self.display_name}: this store has not the ability {ability.value!r}{why}")
        return self._provider

    async def _number(self, method: Callable[..., Answer[int]], *arguments: object, deadline: Deadline) -> int:
        """Ask for how many or how much."""
        found = await self._one(int, method, *arguments, deadline=deadline)
        if isinstance(found, bool) or found < 0:
            raise self._plugin.nonsense(method, found, "a number from 0 on")
        return found
