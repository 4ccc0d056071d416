"""Hooks that an application passes in code."""

from __future__ import annotations

from msgcore.errors import UsageError
from msgcore.runtime.abc import Runtime
from msgcore.spi.guarded_hook import GuardedHook
from msgcore.spi.hooks import InboundHook, OutboundHook
from msgcore.spi.plugin import Plugin

__all__ = ["passed_hook"]


def passed_hook(hook: object, runtime: Runtime) -> GuardedHook:
    """Make a hook of an object, under the name of its class. Its life is its owner's: it is not closed at logoff.

    Raises:
        UsageError: it is none.
    """
    if not isinstance(hook, OutboundHook | InboundHook) or isinstance(hook, type):
        raise UsageError(f"hooks: need objects with process_outbound or process_inbound, got {hook!r:.100}")
    return GuardedHook(Plugin(type(hook).__name__, hook, runtime), hook)
