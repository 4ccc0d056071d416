"""What a server says, as typed values (RFC 9051 section 7, and the extensions that each class names)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from msgcore.base.status import StatusResponse
from msgcore.wire.imap.structure import BodyPart, Envelope
from msgcore.wire.imap.uid_set import UidSet

__all__ = [
    "Acl",
    "Bye",
    "CapabilityData",
    "Code",
    "Continuation",
    "Enabled",
    "Exists",
    "Expunge",
    "Fetch",
    "FlagsData",
    "IdData",
    "ListEntry",
    "LiteralPiece",
    "Metadata",
    "MyRights",
    "Namespace",
    "NamespaceEntry",
    "Quota",
    "QuotaRoot",
    "Recent",
    "Response",
    "SearchResult",
    "Status",
    "StatusData",
    "ThreadData",
    "ThreadNode",
    "UnknownData",
    "Value",
    "Vanished",
]

Value = None | bytes | tuple["Value", ...]
"""Data as it was sent: NIL, an atom or string of whatever form, or a list."""


def _nothing() -> dict[str, Any]:
    return {}  # a call of dict[str, Any] takes four times as long


@attrs.frozen
class Code:
    """A response code in brackets: its name in upper case, and what follows, as it was sent and as data."""

    name: str
    text: bytes = b""
    values: tuple[Value, ...] = ()


@attrs.frozen
class Status:
    """OK, NO, BAD, PREAUTH or BYE: of a command when it has a ``tag``, else of nothing in particular."""

    tag: bytes
    word: str
    text: str = ""
    code: Code | None = None

    @property
    def is_ok(self) -> bool:
        return self.word == "OK"

    @property
    def response(self) -> StatusResponse:
        """The same as errors show it."""
        code = "" if self.code is None else " ".join([self.code.name, self.code.text.decode("latin-1")]).strip()
        return StatusResponse(self.word, self.text, code)


@attrs.frozen
class Bye:
    """The server ends the session, and says why."""

    text: str = ""
    code: Code | None = None


@attrs.frozen
class Continuation:
    """``+``: the server waits for more. ``text`` is a challenge in base64, or for people."""

    text: bytes = b""


@attrs.frozen
class CapabilityData:
    """The names in upper case, each once."""

    names: tuple[str, ...]


@attrs.frozen
class Enabled:
    names: tuple[str, ...]


@attrs.frozen
class Exists:
    count: int


@attrs.frozen
class Recent:
    count: int


@attrs.frozen
class Expunge:
    """The message of this number is gone; those behind it have moved up."""

    number: int


@attrs.frozen
class Vanished:
    """Messages that are gone, by unique id (RFC 7162 section 3.2.10); ``is_earlier`` ones went before this session."""

    uids: UidSet
    is_earlier: bool = False


@attrs.frozen
class FlagsData:
    flags: tuple[str, ...]


@attrs.define  # frozen ones take four times as long to make; it is a value all the same
class Fetch:
    """What is said of one message. ``None`` is what was not said.

    ``sections`` are bodies by what was asked for, in upper case and without PEEK, such as ``BODY[]``, ``BODY[HEADER]``,
    ``BODY[1.2]<0>``, ``BINARY[1]``, or ``RFC822``: ``None`` for NIL. ``structure`` is of BODYSTRUCTURE, or of BODY.
    ``email_id`` and ``thread_id`` are of OBJECTID, else Gmail's. ``other`` are items that no field here is for, and
    those whose value is NIL.
    ``defects`` say which items could not be understood; these are in ``other`` as they were sent.
    """

    number: int
    uid: int | None = None
    flags: tuple[str, ...] | None = None
    size_octets: int | None = None
    internal_date: datetime | None = None
    modseq: int | None = None
    envelope: Envelope | None = None
    structure: BodyPart | None = None
    sections: Mapping[str, bytes | None] = attrs.field(factory=_nothing, repr=False)
    email_id: str | None = None
    thread_id: str | None = None
    labels: tuple[str, ...] | None = None
    preview: str | None = None
    save_date: datetime | None = None
    other: Mapping[str, Value] = attrs.field(factory=_nothing)
    defects: tuple[str, ...] = ()


@attrs.frozen
class LiteralPiece:
    """A part of the section that is streamed, ahead of the ``Fetch`` that it belongs to."""

    octets: bytes = attrs.field(repr=False)
    is_last: bool = False


@attrs.frozen
class ListEntry:
    """A mailbox, or a level of the hierarchy without one.

    ``raw_name`` is what SELECT is given: as it was sent, modified UTF-7 or UTF-8. ``name`` is for people.
    ``delimiter`` is empty where there is no hierarchy. ``attributes`` are as sent; compare them without case.
    ``is_subscription``: it came by LSUB.
    """

    raw_name: bytes
    name: str
    delimiter: str
    attributes: tuple[str, ...]
    child_info: tuple[str, ...] = ()
    old_name: bytes | None = None
    is_subscription: bool = False

    def has(self, attribute: str) -> bool:
        """Whether it has this attribute, such as ``\\Noselect``."""
        return attribute.lower() in {one.lower() for one in self.attributes}


@attrs.frozen
class StatusData:
    """The numbers of a mailbox that is not selected; ``None`` is what was not said."""

    raw_name: bytes
    messages: int | None = None
    unseen: int | None = None
    uid_next: int | None = None
    uid_validity: int | None = None
    highest_modseq: int | None = None
    size_octets: int | None = None
    deleted: int | None = None
    deleted_storage_octets: int | None = None
    recent: int | None = None
    append_limit: int | None = None
    mailbox_id: str | None = None
    other: Mapping[str, Value] = attrs.field(factory=dict[str, Value])


@attrs.frozen
class SearchResult:
    """What SEARCH, ESEARCH or SORT found.

    ``numbers`` are in the order of the answer where it gave them one by one (SEARCH, SORT), ``ids`` where it gave
    ranges (ESEARCH ALL). ``tag`` is empty where the answer did not say to which command.
    """

    tag: bytes = b""
    is_uid: bool = False
    numbers: tuple[int, ...] | None = None
    ids: UidSet | None = None
    count: int | None = None
    least: int | None = None
    most: int | None = None
    modseq: int | None = None
    partial: UidSet | None = None
    """What PARTIAL gave (RFC 9394); empty for NIL."""

    @property
    def found(self) -> UidSet:
        """All that was found, rising, whichever way it was said."""
        return UidSet.union(self.ids or UidSet()) if self.numbers is None else UidSet.of(self.numbers)


@attrs.frozen
class ThreadNode:
    """A message and the answers to it; ``number`` is ``None`` for a message that is not there."""

    number: int | None
    children: tuple[ThreadNode, ...] = ()


@attrs.frozen
class ThreadData:
    threads: tuple[ThreadNode, ...]


@attrs.frozen
class NamespaceEntry:
    prefix: bytes
    delimiter: str


@attrs.frozen
class Namespace:
    """RFC 9051 section 7.3.4: where a user's own mailboxes are, those of others, and those that are shared."""

    personal: tuple[NamespaceEntry, ...] = ()
    others: tuple[NamespaceEntry, ...] = ()
    shared: tuple[NamespaceEntry, ...] = ()


@attrs.frozen
class IdData:
    """Who the server says that it is (RFC 2971); names in lower case."""

    fields: Mapping[str, str]


@attrs.frozen
class Quota:
    """RFC 9208: by the resource's name in upper case, what is used and what is allowed; STORAGE is in KiB."""

    root: bytes
    resources: Mapping[str, tuple[int, int]]


@attrs.frozen
class QuotaRoot:
    raw_name: bytes
    roots: tuple[bytes, ...]


@attrs.frozen
class Acl:
    """RFC 4314: who may do what."""

    raw_name: bytes
    rights: Mapping[str, str]


@attrs.frozen
class MyRights:
    raw_name: bytes
    rights: str


@attrs.frozen
class Metadata:
    """RFC 5464: annotations of a mailbox, or of the server for an empty name. ``None``: there is none."""

    raw_name: bytes
    entries: Mapping[str, bytes | None]


@attrs.frozen
class UnknownData:
    """Something else, skipped in balance; or what could not be understood, and then ``defect`` says why."""

    octets: bytes = attrs.field(repr=False)
    defect: str = ""


Response = (
    Status
    | Bye
    | Continuation
    | CapabilityData
    | Enabled
    | Exists
    | Recent
    | Expunge
    | Vanished
    | FlagsData
    | Fetch
    | LiteralPiece
    | ListEntry
    | StatusData
    | SearchResult
    | ThreadData
    | Namespace
    | IdData
    | Quota
    | QuotaRoot
    | Acl
    | MyRights
    | Metadata
    | UnknownData
)
