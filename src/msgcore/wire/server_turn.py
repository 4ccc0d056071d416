"""The turns of a session by the server's side, whatever the protocol, for code that has to stand around them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import attrs

from msgcore.runtime.abc import Stream

__all__ = ["GREETING", "ServerTurn"]

A_co = TypeVar("A_co", covariant=True)

GREETING = "greeting"


@attrs.frozen(eq=False)
class ServerTurn(Generic[A_co]):
    """What the client waits to be answered.

    ``stage`` is :data:`GREETING`, the verb in upper case, or what the protocol has besides; ``unread_octets`` lie
    behind it.
    """

    stage: str
    argument: str
    unread_octets: int
    carry_out: Callable[[], Awaitable[A_co]]
    """Do what is asked, at most once, and give the answer to it."""
    flush: Callable[[], Awaitable[None]]
    """Send the answers to the turns before this one."""
    stream: Stream
    """The connection as it is now: another one since TLS has started."""
