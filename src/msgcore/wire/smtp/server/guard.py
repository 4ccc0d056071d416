"""Who sees what a client costs over all its sessions, beside what a handler decides."""

from __future__ import annotations

from typing import Protocol

from msgcore.base.status import Reply

__all__ = ["Guard"]


class Guard(Protocol):
    """Watches one session. A reply of 421 that it gives ends the session; ``None`` lets it go on."""

    async def greet(self) -> Reply | None:
        """Give the reply in place of the greeting; it may hold that back for a while."""
        ...

    def arrived(self, octets: int) -> bool:
        """Take note of octets of a message that are kept until it is whole; say whether the session may go on."""
        ...

    def over(self) -> None:
        """Take note that no message is under way any more: it has been answered, or is given up."""
        ...

    def refused(self) -> Reply | None:
        """Take note of a command that the session refused; what is given follows its reply."""
        ...

    def before_login(self) -> Reply | None:
        """Give the reply that refuses a login before anything is checked."""
        ...

    def may_log_in(self, claimed: str) -> bool:
        """Say whether a login could be taken at all; asked in the middle of one, once who it is may be known."""
        ...

    async def after_login(self, claimed: str, *, is_proved: bool) -> Reply | None:
        """Take note of a login that was checked, and give the reply in place of the usual one; it may be held back.

        ``claimed`` is who the client said it is, empty where that is not known.
        """
        ...
