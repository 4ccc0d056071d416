"""The turns of an IMAP session by the server's side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import attrs

from msgcore.wire.imap.server.answer import Answer
from msgcore.wire.server_turn import GREETING, ServerTurn

__all__ = ["GREETING", "IDLING", "Around", "Turn"]

IDLING = "idling"
"""The stage of what an idling client is told: its turn's answer has only data."""


@attrs.frozen(eq=False)
class Turn(ServerTurn[Answer]):
    """The greeting, or a command; what follows an AUTHENTICATE or IDLE is part of its turn.

    ``stage`` of a command by unique ids begins with ``UID``. ``argument`` has ``{n}`` for a literal. ``user`` is who
    has logged in, empty before that; ``mailbox`` what was selected when the command came.
    """

    tag: bytes
    octets: bytes = attrs.field(repr=False)
    """The arguments as they came, with their literals in place."""
    carry_out_with: Callable[[bytes], Awaitable[Answer]]
    """Carry the command out with other arguments, in place of ``carry_out``."""
    user: str
    mailbox: bytes | None


Around = Callable[[Turn], Awaitable[Answer | None]]
"""Called for every turn; decides whether it is carried out, and gives the answer, or ``None`` to say nothing.

An answer that says yes to what was not carried out changes nothing in the session.
"""
