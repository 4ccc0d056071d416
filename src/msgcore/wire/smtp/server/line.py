"""A client's connection as an SMTP server's session uses it."""

from __future__ import annotations

from msgcore.base.status import Reply
from msgcore.runtime.abc import Stream
from msgcore.wire.server_line import ServerLine
from msgcore.wire.smtp.reply import write_reply
from msgcore.wire.smtp.server.commands import Refusal
from msgcore.wire.smtp.server.settings import ServerSettings

__all__ = ["ClientLine"]


class ClientLine(ServerLine):
    """Replies are gathered and go out together before the next wait; 421 ends it."""

    def __init__(self, stream: Stream, settings: ServerSettings) -> None:
        super().__init__(stream, settings, write_seconds=settings.command_seconds)

    def refuse_unread(self, verb: str) -> None:
        """Refuse what has to wait for its reply, and end the session, when more has arrived already."""
        if self.unread_octets:
            self.is_over = True
            raise Refusal(554, "5.5.0", f"octets ahead of the reply to {verb}")

    def put(self, reply: Reply | None, *, utf8: bool = False) -> None:
        if reply is not None:
            self.put_octets(write_reply(reply, utf8=utf8))
            self.is_over = self.is_over or reply.code == 421
