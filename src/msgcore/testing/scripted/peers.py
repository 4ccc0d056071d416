"""The other end of a scripted connection; one object serves one connection."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from msgcore.runtime.abc import TlsFacts

__all__ = ["TLS", "Peer", "Secured", "SupportsCompare", "SupportsTls"]

TLS = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", is_verified=True)


class Peer(Protocol):
    """What reacts to octets with octets."""

    @property
    def is_closed(self) -> bool:
        """Whether it has ended the connection, after all that it has said."""
        ...

    def greet(self) -> bytes:
        """Give what it says before it has heard anything."""
        ...

    def react(self, octets: bytes) -> bytes:
        """Hear octets, ``b""`` when the client has ended the connection, and give what it says to them."""
        ...


@runtime_checkable
class SupportsTls(Protocol):
    """A peer that has something to do with TLS; others carry on behind a handshake as before it."""

    def start_tls(self) -> tuple[TlsFacts, bytes]:
        """Give what the handshake agrees on, and what is said behind it before anything is heard.

        ``is_verified=False`` is a certificate that nobody trusts: only opportunistic settings put up with it.
        """
        ...


@runtime_checkable
class SupportsCompare(Protocol):
    """A peer that knows what the client is going to do; both methods raise AssertionError when it does otherwise."""

    def compare(self, shown: bytes) -> None:
        """See what is written, as a transcript shows it; :meth:`Peer.react` hears it when all of it arrives."""
        ...

    def compare_wait(self) -> None:
        """See that the client waits while nothing is there for it to read."""
        ...


class Secured:
    """A peer that is ``secured`` behind the TLS handshake, and ``clear`` before it.

    Without ``clear`` TLS starts with the first octet, as on the port of ``smtps``.
    """

    def __init__(self, secured: Peer, clear: Peer | None = None, facts: TlsFacts = TLS) -> None:
        self._secured = secured
        self._facts = facts
        self._now: Peer | None = clear

    @property
    def is_closed(self) -> bool:
        return self._now is not None and self._now.is_closed

    def greet(self) -> bytes:
        return b"" if self._now is None else self._now.greet()

    def react(self, octets: bytes) -> bytes:
        return b"" if self._now is None else self._now.react(octets)

    def start_tls(self) -> tuple[TlsFacts, bytes]:
        if self._now is not None:
            self._now.react(b"")
        self._now = self._secured
        return self._facts, self._secured.greet()
