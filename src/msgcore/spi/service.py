"""Message services: what a profile lists.

A service is a class with a ``config_type`` (an attrs class; its fields are the service's configuration) and a
constructor ``(config, runtime)`` that does no I/O. It is a transport or a store itself, or gives several providers
by ``providers()``. ``logon(deadline)`` and ``close()`` are optional; both may be plain ``def`` or ``async def``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from msgcore.base.times import Deadline
from msgcore.runtime.abc import Runtime
from msgcore.spi.answer import Answer

__all__ = ["ServiceClass", "SupportsClose", "SupportsLogon", "SupportsProviders", "SupportsValidation"]


class ServiceClass(Protocol):
    """The class that an entry point of the group ``msgcore.services`` names."""

    @property
    def config_type(self) -> type[Any]: ...

    def __call__(self, config: Any, runtime: Runtime) -> object: ...


@runtime_checkable
class SupportsProviders(Protocol):
    """A service of several providers, such as a store and a transport of one system."""

    def providers(self) -> Sequence[object]: ...


@runtime_checkable
class SupportsLogon(Protocol):
    """A service that opens files or connections when a session starts."""

    def logon(self, deadline: Deadline) -> Answer[None]: ...


@runtime_checkable
class SupportsValidation(Protocol):
    """A service or provider that can say whether it would work, and changes nothing by that: MAPI's ValidateState.

    Of a service it is called instead of ``logon``, and sees to all its providers.
    """

    def validate_state(self, deadline: Deadline) -> Answer[None]: ...


@runtime_checkable
class SupportsClose(Protocol):
    """A service or provider that holds something open."""

    def close(self) -> Answer[None]: ...
