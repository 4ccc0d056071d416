"""The far end of a transport or gateway in a test: what stands behind it, and says what it was given."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

import attrs

__all__ = ["ABILITIES", "AbleFarEnd", "FarEnd", "Held", "Taken"]


@attrs.frozen
class Taken:
    """One message that a far end took: for whom, as ``address`` gave them, and a text that has the body's words."""

    addresses: tuple[str, ...]
    text: str


class Held(Protocol):
    """Tells that somebody is being held; a ``threading.Event`` is one."""

    def wait(self, timeout: float) -> bool:
        """Wait until somebody is, at most for ``timeout`` seconds, and say whether it is so."""
        ...


class FarEnd(Protocol):
    """A server on this machine, or memory: what every far end has.

    It is made without arguments, for one test, and works inside its context. Its methods may block, and are called
    from any thread, but never on an event loop.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> object: ...

    def address(self, name: str) -> str:
        """Give the address of somebody here, always the same for a name: ``bob@b.test``, ``SMS:+4670…``."""
        ...

    def taken(self) -> Sequence[Taken]:
        """Say what it has taken so far; what was answered with yes is in it."""
        ...

    def attempts(self, address: str) -> int:
        """Count how often it was asked to take a message for this address, whatever it said."""
        ...


class AbleFarEnd(FarEnd, Protocol):
    """All that a far end may be able to do. Each is optional: having the method tells the suite to test with it."""

    def refuse(self, address: str) -> None:
        """Refuse this address for good, from now on; the others are taken."""
        ...

    def defer(self, address: str) -> None:
        """Take nothing for this address, from now on, but say that it may be tried again later."""
        ...

    def hold(self) -> AbstractContextManager[Held]:
        """Let whoever sends wait for the answer, within the context; leaving it lets them go."""
        ...

    def lose(self) -> None:
        """Take each message, from now on, and break the connection in place of the answer."""
        ...

    def down(self) -> AbstractContextManager[object]:
        """Be out of reach within the context, as a closed port is; after it all is as before."""
        ...

    def down_after(self, messages: int) -> None:
        """Be out of reach once so many more messages have been taken and their answers given."""
        ...

    def refuse_credentials(self) -> None:
        """Find the credentials of the configuration wrong, from now on."""
        ...

    def octets(self) -> Sequence[bytes]:
        """Give the messages taken so far as they came, header fields and all; the far end may put more in front."""
        ...

    @property
    def is_idempotent(self) -> bool:
        """Whether it knows a transfer id again, and takes a message once however often it is sent."""
        ...


ABILITIES = frozenset(
    {"refuse", "defer", "hold", "lose", "down", "down_after", "refuse_credentials", "octets", "is_idempotent"}
)
