"""What an IMAP server says it can do (RFC 9051 section 7.2.2)."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from msgcore.wire.imap.command import ANY_LITERAL, LITERAL_MINUS_OCTETS, NO_LITERAL

__all__ = ["Capabilities"]

# What IMAP4rev2 has built in (RFC 9051 appendix E): a server that speaks it need not name these.
_REV2 = frozenset(
    {
        "BINARY",
        "ENABLE",
        "ESEARCH",
        "IDLE",
        "LIST-EXTENDED",
        "LIST-STATUS",
        "LITERAL-",
        "MOVE",
        "NAMESPACE",
        "SASL-IR",
        "SEARCHRES",
        "SPECIAL-USE",
        "STATUS=SIZE",
        "UIDPLUS",
        "UNSELECT",
    }
)


@attrs.frozen
class Capabilities:
    """The capabilities of a server, in upper case.

    ``is_told`` is false where the server has not said any yet. ``without`` are those that it says it has and that do
    not work there, or that the caller does not want: they are masked, whatever it says later.
    """

    names: frozenset[str] = frozenset()
    is_told: bool = False
    without: frozenset[str] = frozenset()

    def told(self, names: Iterable[str]) -> Capabilities:
        """Take up a new list, in place of the one before."""
        return attrs.evolve(self, names=frozenset(name.upper() for name in names), is_told=True)

    def masked(self, without: Iterable[str]) -> Capabilities:
        """Leave out some more."""
        return attrs.evolve(self, without=self.without | frozenset(without))

    def has(self, name: str) -> bool:
        """Whether the server has this, by name or because IMAP4rev2 has it; ``name`` is in upper case.

        QRESYNC includes CONDSTORE.
        """
        if name in self.without:
            return False
        if name in self.names or (name in _REV2 and self.is_rev2_only):
            return True
        return name == "CONDSTORE" and self.has("QRESYNC")

    def values(self, name: str) -> tuple[str, ...]:
        """Give what stands behind ``name=``, such as the mechanisms of AUTH, sorted."""
        start = f"{name}="
        found = (one for one in self.names if one.startswith(start) and one not in self.without)
        return tuple(sorted(one.removeprefix(start) for one in found))

    @property
    def is_rev2_only(self) -> bool:
        """Whether it speaks IMAP4rev2 unasked; who speaks both does so when it is enabled, and names what it has."""
        return "IMAP4REV2" in self.names and "IMAP4REV1" not in self.names

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The SASL mechanisms."""
        return self.values("AUTH")

    @property
    def append_limit(self) -> int | None:
        """The largest message that is taken, in octets, where it is the same for all mailboxes (RFC 7889)."""
        return _number(self.values("APPENDLIMIT"))

    @property
    def free_literal_octets(self) -> int:
        """Up to which size a literal need not wait for the server's go-ahead (RFC 7888)."""
        if self.has("LITERAL+"):
            return ANY_LITERAL
        return LITERAL_MINUS_OCTETS if self.has("LITERAL-") else NO_LITERAL

    @property
    def message_limit(self) -> int | None:
        """Of how many messages a command may be at most (RFC 9738)."""
        return _number(self.values("MESSAGELIMIT"))

    @property
    def thread_algorithms(self) -> tuple[str, ...]:
        return self.values("THREAD")

    @property
    def is_gmail(self) -> bool:
        return self.has("X-GM-EXT-1")


def _number(values: tuple[str, ...]) -> int | None:
    numbers = [int(one) for one in values if one.isascii() and one.isdecimal() and len(one) < 20]
    return min(numbers, default=None)
