"""The turns of an SMTP session by the server's side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import attrs

from msgcore.base.status import Reply
from msgcore.wire.server_turn import GREETING, ServerTurn

__all__ = ["END_OF_DATA", "GREETING", "Around", "Turn"]

END_OF_DATA = "end of data"


@attrs.frozen(eq=False)
class Turn(ServerTurn[Reply]):
    """The greeting, a command, or the end of the client's data, whose stage is :data:`END_OF_DATA`.

    The octets of a BDAT have been read; to the last one the right reply is 354, which is never said: the end of data
    follows. In LMTP there is an end of data for each recipient, whose path is the argument.
    """


Around = Callable[[Turn], Awaitable[Reply | None]]
"""Called for every turn; decides whether it is carried out, and gives the reply, or ``None`` to say nothing.

A reply that says yes to what was not carried out changes nothing in the session.
"""
