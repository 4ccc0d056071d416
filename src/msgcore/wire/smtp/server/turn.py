"""The turns of a session by the server's side, for code that has to stand around them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import attrs

from msgcore.base.status import Reply
from msgcore.runtime.abc import Stream

__all__ = ["END_OF_DATA", "GREETING", "Around", "Turn"]

GREETING = "greeting"
END_OF_DATA = "end of data"


@attrs.frozen(eq=False)
class Turn:
    """What the client waits to be answered: the greeting, a command, or the end of its data.

    ``stage`` is :data:`GREETING`, the verb in upper case, or :data:`END_OF_DATA`; ``unread_octets`` lie behind it. The
    octets of a BDAT have been read; to the last one the right reply is 354, which is never said: the end of data
    follows. In LMTP there is an end of data for each recipient, whose path is the argument.
    """

    stage: str
    argument: str
    unread_octets: int
    carry_out: Callable[[], Awaitable[Reply]]
    """Do what is asked, at most once, and give the reply to it."""
    flush: Callable[[], Awaitable[None]]
    """Send the replies to the turns before this one."""
    stream: Stream
    """The connection as it is now: another one since TLS has started."""


Around = Callable[[Turn], Awaitable[Reply | None]]
"""Called for every turn; decides whether it is carried out, and gives the reply, or ``None`` to say nothing.

A reply that says yes to what was not carried out changes nothing in the session.
"""
