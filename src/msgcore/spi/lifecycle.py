"""Starting and stopping services, so that none stays open that nobody uses."""

from __future__ import annotations

from typing import Any

from msgcore.base.times import Deadline
from msgcore.errors import MsgcoreError, PluginBroken
from msgcore.runtime.abc import Runtime
from msgcore.spi.call import call, name_of
from msgcore.spi.service import ServiceClass, SupportsClose, SupportsLogon

__all__ = ["start_service", "stop_service"]


async def start_service(service_class: ServiceClass, config: Any, runtime: Runtime, deadline: Deadline) -> object:
    """Call a service's constructor and log it on; when that is cut short or fails, it is closed.

    Raises:
        MsgcoreError: what the service raised; ``PluginBroken`` for what is no error of msgcore.
    """
    try:
        service = service_class(config, runtime)
    except MsgcoreError:
        raise
    except Exception as error:
        raise PluginBroken(f"{name_of(service_class)}: {type(error).__name__}: {error}") from error
    if isinstance(service, SupportsLogon):
        try:
            await call(runtime, service.logon, deadline, deadline=deadline)
        except BaseException:
            await stop_service(service, runtime)
            raise
    return service


async def stop_service(service: object, runtime: Runtime) -> None:
    """Close a service that can be closed, also in a call that was cancelled.

    Raises:
        MsgcoreError: what its ``close`` raised.
    """
    if isinstance(service, SupportsClose):
        with runtime.shielded():
            await call(runtime, service.close)
