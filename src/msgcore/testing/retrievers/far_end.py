"""The far end of a retriever in a test: the maildrop that stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

from msgcore.testing.far_ends import Held

__all__ = ["ABILITIES", "AbleMaildropFarEnd", "MaildropFarEnd"]


class MaildropFarEnd(Protocol):
    """A maildrop at a server on this machine, or in memory: what every one has.

    It is made without arguments, for one test, is empty at first, and works inside its context. Its methods may block,
    and are called from any thread, but never on an event loop.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> object: ...

    def put(self, *messages: bytes) -> None:
        """Put messages there, behind those that are there. Lines end with CRLF, the last one perhaps not at all."""
        ...

    def waiting(self) -> Sequence[bytes]:
        """Give the messages that are there, as they were put, those that were put first first."""
        ...


class AbleMaildropFarEnd(MaildropFarEnd, Protocol):
    """All that it may be able to do. Each is optional: having the method tells the suite to test with it."""

    def take_away(self, place: int) -> None:
        """Let the message at a place, from 0 on, be gone for whoever asks for it; it may still be listed."""
        ...

    def hold(self) -> AbstractContextManager[Held]:
        """Let whoever asks wait for the answer, within the context; leaving it lets them go."""
        ...

    def lose(self) -> None:
        """Break the connection of every session that is open; new ones are good."""
        ...

    def down(self) -> AbstractContextManager[object]:
        """Be out of reach within the context, as a closed port is; after it all is as before."""
        ...

    def lock(self) -> AbstractContextManager[object]:
        """Let another have the maildrop open within the context, so that nobody else may open it."""
        ...

    def refuse_credentials(self) -> None:
        """Find the credentials of the configuration wrong, from now on."""
        ...


ABILITIES = frozenset({"take_away", "hold", "lose", "down", "lock", "refuse_credentials"})
