"""Envelopes and body structures (RFC 9051 sections 2.3.5 and 2.3.6), as servers give them: octets, not decoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

__all__ = ["BodyPart", "Envelope", "ImapAddress"]


@attrs.define(unsafe_hash=True)  # frozen ones take three times as long to make; it is a value all the same
class ImapAddress:
    """One address; NIL is ``None``. Without ``host`` it begins a group, whose name is ``mailbox``, or ends it."""

    name: bytes | None
    mailbox: bytes | None
    host: bytes | None
    route: bytes | None = None


_ReadAddresses = Callable[[bytes], tuple[ImapAddress, ...]]


@attrs.define(unsafe_hash=True)  # as above
class Envelope:
    """The fields of the header that a server has parsed; encoded words are as they were.

    Before anybody asks for addresses one may have only their lists as they were sent, and who reads these.
    """

    date: bytes | None = None
    subject: bytes | None = None
    from_: tuple[ImapAddress, ...] = ()
    sender: tuple[ImapAddress, ...] = ()
    reply_to: tuple[ImapAddress, ...] = ()
    to: tuple[ImapAddress, ...] = ()
    cc: tuple[ImapAddress, ...] = ()
    bcc: tuple[ImapAddress, ...] = ()
    in_reply_to: bytes | None = None
    message_id: bytes | None = None
    _lists: Sequence[bytes] = attrs.field(default=(), init=False, eq=False, repr=False)
    _read: _ReadAddresses | None = attrs.field(default=None, init=False, eq=False, repr=False)

    @classmethod
    def unread(
        cls,
        date: bytes | None,
        subject: bytes | None,
        in_reply_to: bytes | None,
        message_id: bytes | None,
        lists: Sequence[bytes],
        read: _ReadAddresses,
    ) -> Envelope:
        """Make one of six lists of addresses as they were sent, each of which ``read`` reads when it is asked for."""
        made = cls.__new__(cls)
        made.date = date
        made.subject = subject
        made.in_reply_to = in_reply_to
        made.message_id = message_id
        made._lists = lists
        made._read = read
        return made

    if not TYPE_CHECKING:  # Called where a field has no value yet.

        def __getattr__(self, name: str) -> object:
            place = _LISTS.get(name)
            if place is None:
                raise AttributeError(name)
            found = self._read(self._lists[place])
            setattr(self, name, found)
            return found


_LISTS = {name: place for place, name in enumerate(("from_", "sender", "reply_to", "to", "cc", "bcc"))}


@attrs.frozen
class BodyPart:
    """A part of a message, and the parts in it.

    ``section`` is what BODY[…] is given for it: ``""`` for a whole multipart, ``"1"`` for a message of a single part,
    ``"2.1"`` and so on. ``media_type`` and ``subtype`` are in lower case. ``size_octets`` is of the encoded body, -1
    where the server does not say. A ``message/rfc822`` part has ``envelope`` and, as its only part, what it holds.
    ``is_opaque``: the server's description could not be understood, or was too deep.
    """

    section: str
    media_type: str = "application"
    subtype: str = "octet-stream"
    parameters: Mapping[str, bytes] = attrs.field(factory=dict[str, bytes])
    content_id: bytes | None = None
    description: bytes | None = None
    encoding: str = "7bit"
    size_octets: int = -1
    lines: int | None = None
    md5: bytes | None = None
    disposition: str = ""
    disposition_parameters: Mapping[str, bytes] = attrs.field(factory=dict[str, bytes])
    languages: tuple[bytes, ...] = ()
    location: bytes | None = None
    envelope: Envelope | None = None
    parts: tuple[BodyPart, ...] = ()
    is_opaque: bool = False

    @property
    def content_type(self) -> str:
        return f"{self.media_type}/{self.subtype}"

    @property
    def is_multipart(self) -> bool:
        return self.media_type == "multipart"
