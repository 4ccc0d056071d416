"""The turns of a POP3 session by the server's side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import attrs

from msgcore.wire.pop3.server.answer import Answer
from msgcore.wire.server_turn import GREETING, ServerTurn

__all__ = ["GREETING", "Around", "Turn"]


@attrs.frozen(eq=False)
class Turn(ServerTurn[Answer]):
    """The greeting, or a command; what follows an AUTH is part of its turn.

    ``user`` is who has logged in, empty before that.
    """

    user: str


Around = Callable[[Turn], Awaitable[Answer | None]]
"""Called for every turn; decides whether it is carried out, and gives the answer, or ``None`` to say nothing.

An answer that says yes to what was not carried out changes nothing in the session.
"""
