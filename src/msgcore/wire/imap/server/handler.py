"""What an IMAP server has to be told: whose account it is, which mailboxes it has, and what lies in them."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar

import attrs

from msgcore.errors import MsgcoreError
from msgcore.wire.imap.responses import Namespace
from msgcore.wire.imap.server.answer import refusal_of
from msgcore.wire.imap.structure import BodyPart, Envelope

__all__ = [
    "AppendedLetter",
    "Handler",
    "ServedAccount",
    "ServedEntry",
    "ServedMailbox",
    "ServedMessage",
    "Taken",
    "asked",
]

T = TypeVar("T")


class ServedMessage(Protocol):
    """One message as it is now; another value of the same ``uid`` replaces it when its flags change."""

    @property
    def uid(self) -> int: ...

    @property
    def flags(self) -> frozenset[str]: ...

    @property
    def internal_date(self) -> datetime: ...

    @property
    def modseq(self) -> int: ...

    @property
    def email_id(self) -> str: ...

    @property
    def octets(self) -> bytes: ...

    @property
    def envelope(self) -> Envelope: ...

    @property
    def structure(self) -> BodyPart: ...

    @property
    def sent(self) -> date | None:
        """The day of the Date field, in its own zone."""
        ...

    def section(self, numbers: tuple[int, ...], what: str) -> bytes | None:
        """Give a part's octets as they are, or ``None``: ``what`` is empty for its body, HEADER, TEXT or MIME."""
        ...

    def decoded(self, numbers: tuple[int, ...]) -> bytes | None:
        """Give a part's body without its transfer encoding (RFC 3516).

        Raises:
            MalformedMessage: the encoding is not known.
        """
        ...

    def fields(self, name: str) -> Sequence[str]:
        """Give what searches look at in the header fields of this name: their values, decoded."""
        ...

    @property
    def header_text(self) -> str:
        """The whole header, decoded."""
        ...

    @property
    def body_text(self) -> str:
        """The text of all parts, decoded."""
        ...


class ServedMailbox(Protocol):
    """A mailbox that a session has open; others may change it at any time."""

    @property
    def raw_name(self) -> bytes: ...

    @property
    def is_read_only(self) -> bool: ...

    @property
    def uid_validity(self) -> int: ...

    @property
    def uid_next(self) -> int: ...

    @property
    def highest_modseq(self) -> int: ...

    @property
    def mailbox_id(self) -> str: ...

    @property
    def permanent_flags(self) -> Sequence[str]: ...

    def messages(self) -> Mapping[int, ServedMessage]:
        """Give what lies in it now, by rising unique id; the mapping does not change."""
        ...

    def vanished_since(self, modseq: int) -> Sequence[int]:
        """Give the unique ids of what is gone since then, rising (RFC 7162)."""
        ...

    async def store(self, uids: Sequence[int], how: str, flags: frozenset[str]) -> None:
        """Set flags: ``how`` is FLAGS, +FLAGS or -FLAGS."""
        ...

    async def expunge(self, uids: Sequence[int]) -> None: ...

    async def copy(self, uids: Sequence[int], raw_name: bytes, *, is_move: bool) -> Taken:
        """Put copies into another mailbox, all or none; the unique ids that they get correspond to these."""
        ...


@attrs.frozen
class ServedEntry:
    """A mailbox in a list: ``attributes`` such as ``\\Noselect`` or ``\\Sent``; its children show by the names."""

    raw_name: bytes
    attributes: tuple[str, ...] = ()
    is_subscribed: bool = False
    exists: bool = True


@attrs.frozen
class AppendedLetter:
    octets: bytes = attrs.field(repr=False)
    flags: frozenset[str] = frozenset()
    internal_date: datetime | None = None


@attrs.frozen
class Taken:
    """Which unique ids messages got, in their order."""

    uid_validity: int
    uids: tuple[int, ...]


class ServedAccount(Protocol):
    """One user's mailboxes. Errors of msgcore's are told to the client; of a ``CommandRefused`` it hears the reply."""

    @property
    def delimiter(self) -> str: ...

    @property
    def namespace(self) -> Namespace: ...

    def entries(self) -> Sequence[ServedEntry]:
        """Give all mailboxes, and the subscriptions of those that are gone."""
        ...

    async def open(self, raw_name: bytes) -> ServedMailbox: ...

    async def create(self, raw_name: bytes, special_use: str) -> str:
        """Make a mailbox, and give its id."""
        ...

    async def delete(self, raw_name: bytes) -> None: ...

    async def rename(self, raw_name: bytes, new_raw_name: bytes) -> None: ...

    async def subscribe(self, raw_name: bytes, *, is_subscribed: bool) -> None: ...

    async def append(self, raw_name: bytes, letters: Sequence[AppendedLetter]) -> Taken:
        """Put all of these messages into a mailbox, or none."""
        ...

    async def close(self) -> None:
        """The session is over; this is called once."""
        ...


class Handler(Protocol):
    """Who has the accounts. One object may serve all sessions."""

    async def open_account(self, user: str) -> ServedAccount:
        """Open the account of a user who has proved who it is.

        Raises:
            AuthenticationRefused: this user has none.
            CommandRefused: the client hears this in place of a yes.
        """
        ...


async def asked(answer: Awaitable[T]) -> T:
    """Wait for what a handler was asked, and turn its errors into what the client hears.

    Raises:
        Refusal: an error of msgcore's.
    """
    try:
        return await answer
    except MsgcoreError as error:
        raise refusal_of(error) from error
