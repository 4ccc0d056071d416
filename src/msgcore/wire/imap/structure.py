"""Envelopes and body structures (RFC 9051 sections 2.3.5 and 2.3.6), as servers give them: octets, not decoded."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from msgcore.wire.imap.address_list import ImapAddress, read_addresses

__all__ = ["BodyPart", "Envelope", "ImapAddress"]


_List = bytes | tuple[ImapAddress, ...]


def _read(addresses: _List) -> tuple[ImapAddress, ...]:
    return read_addresses(addresses) if isinstance(addresses, bytes) else addresses


@attrs.define(unsafe_hash=True)  # a value, as addresses are
class Envelope:
    """The fields of the header that a server has parsed; encoded words are as they were.

    A list of addresses may be given as :func:`~msgcore.wire.imap.address_list.read_addresses` takes it: it is read when
    somebody asks for it.
    """

    date: bytes | None = None
    subject: bytes | None = None
    _from: _List = attrs.field(default=(), alias="from_", eq=_read)
    _sender: _List = attrs.field(default=(), alias="sender", eq=_read)
    _reply_to: _List = attrs.field(default=(), alias="reply_to", eq=_read)
    _to: _List = attrs.field(default=(), alias="to", eq=_read)
    _cc: _List = attrs.field(default=(), alias="cc", eq=_read)
    _bcc: _List = attrs.field(default=(), alias="bcc", eq=_read)
    in_reply_to: bytes | None = None
    message_id: bytes | None = None

    @property
    def from_(self) -> tuple[ImapAddress, ...]:
        if isinstance(self._from, bytes):
            self._from = read_addresses(self._from)
        return self._from

    @property
    def sender(self) -> tuple[ImapAddress, ...]:
        if isinstance(self._sender, bytes):
            self._sender = read_addresses(self._sender)
        return self._sender

    @property
    def reply_to(self) -> tuple[ImapAddress, ...]:
        if isinstance(self._reply_to, bytes):
            self._reply_to = read_addresses(self._reply_to)
        return self._reply_to

    @property
    def to(self) -> tuple[ImapAddress, ...]:
        if isinstance(self._to, bytes):
            self._to = read_addresses(self._to)
        return self._to

    @property
    def cc(self) -> tuple[ImapAddress, ...]:
        if isinstance(self._cc, bytes):
            self._cc = read_addresses(self._cc)
        return self._cc

    @property
    def bcc(self) -> tuple[ImapAddress, ...]:
        if isinstance(self._bcc, bytes):
            self._bcc = read_addresses(self._bcc)
        return self._bcc


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
