"""What a POP3 server has to be told: whose maildrop it is, and what lies in it."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Protocol, TypeVar

from msgcore.errors import MsgcoreError
from msgcore.wire.pop3.server.answer import refusal_of

__all__ = ["Handler", "ServedMaildrop", "asked"]

T = TypeVar("T")


class ServedMaildrop(Protocol):
    """A maildrop that one session has for itself. Its messages are numbered from 1, and stay as they were at its start.

    An error of msgcore's is told to the client; of a ``CommandRefused`` it hears the reply.
    """

    @property
    def sizes(self) -> Sequence[int]:
        """How many octets each message has."""
        ...

    @property
    def unique_ids(self) -> Sequence[bytes] | None:
        """What each message is called for good, in 1 to 70 octets from 21 to 7E hex; ``None``: UIDL is not served."""
        ...

    async def octets(self, number: int) -> bytes:
        """Give a message, whose lines end with CR LF; one is asked for at a time, and let go once it is sent."""
        ...

    async def commit(self, numbers: Sequence[int]) -> None:
        """Delete these messages, and nothing else: the client has said QUIT. It hears yes when this returns."""
        ...

    async def close(self) -> None:
        """Let others open the maildrop. This is called once, however the session ends, and ahead of its last answer."""
        ...


class Handler(Protocol):
    """Who has the maildrops. One object may serve all sessions."""

    async def open_maildrop(self, user: str) -> ServedMaildrop:
        """Open the maildrop of a user who has proved who it is.

        Raises:
            MaildropInUse: somebody has it open.
            LoginTooSoon: the user has to wait until the next login.
            AuthenticationRefused: this user has none, and never will.
            MsgcoreError: it cannot be opened now.
        """
        ...


async def asked(answer: Awaitable[T]) -> T:
    """Wait for what a handler or a maildrop was asked, and turn its errors into what the client hears.

    Raises:
        Refusal: an error of msgcore's.
    """
    try:
        return await answer
    except MsgcoreError as error:
        raise refusal_of(error) from error
