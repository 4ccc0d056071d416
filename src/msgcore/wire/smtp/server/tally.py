"""What a client has cost so far in a session."""

from __future__ import annotations

import attrs

from msgcore.wire.smtp.server.settings import ServerSettings

__all__ = ["Tally"]


@attrs.define
class Tally:
    """``idle_commands`` are those since the last message that was taken which brought nothing forward."""

    commands: int = 0
    errors: int = 0
    idle_commands: int = 0
    refused_logins: int = 0

    def is_too_much(self, settings: ServerSettings) -> bool:
        return (
            self.commands > settings.max_commands
            or self.errors > settings.max_errors
            or self.idle_commands > settings.max_idle_commands
            or self.refused_logins > settings.max_refused_logins
        )
