"""The properties of the people in the header: From, Sender, Reply-To and who gets the receipts.

From is the one who is represented and Sender the one who sent it ([MS-OXCMAIL] section 2.2.3.1); where one of the two
fields is missing the other stands for it. Entry ids are one-off entry ids.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from msgcore.base.one_off import OneOffEntryId, flat_entry_list
from msgcore.codecs.mime.mapping.property_reader import Read, Reader
from msgcore.codecs.mime.syntax.addresses import display_list
from msgcore.codecs.mime.tree.view import MimeView
from msgcore.model.address import SMTP, Address
from msgcore.model.people import FROM, FROM_IDS, RECEIPT, RECEIPT_IDS, SENDER, SENDER_IDS, Person, PersonIds
from msgcore.model.recipient import RecipientKind
from msgcore.props.table import (
    PidTagDisplayBcc,
    PidTagDisplayCc,
    PidTagDisplayTo,
    PidTagReplyRecipientEntries,
    PidTagReplyRecipientNames,
)
from msgcore.props.tags import Property

__all__ = ["PEOPLE"]

_RECEIPTS = b"disposition-notification-to"


def _name(address: Address) -> str | None:
    return address.display_name or address.email_address


def _type(address: Address) -> str | None:
    return address.address_type if address.is_resolved else None


def _email(address: Address) -> str | None:
    return address.email_address if address.is_resolved else None


def _smtp(address: Address) -> str | None:
    return address.email_address if address.address_type == SMTP else None


def _search_key(address: Address) -> bytes | None:
    return address.search_key if address.is_resolved else None


def _entry_id(address: Address) -> bytes | None:
    if not address.is_resolved:
        return None
    name = address.display_name or address.email_address
    return bytes(OneOffEntryId(name, address.address_type, address.email_address))


def _first(view: MimeView, names: tuple[bytes, ...]) -> Address | None:
    for name in names:
        addresses = view.addresses(name)
        if addresses:
            return addresses[0]
    return None


def _of(names: tuple[bytes, ...], part: Callable[[Address], object | None]) -> Read:
    """Read a part of the first address in the first field that has one."""

    def read(view: MimeView) -> object | None:
        address = _first(view, names)
        return None if address is None else part(address)

    return read


def _readers(tags: Person, ids: PersonIds, names: tuple[bytes, ...], **said: Any) -> tuple[Reader, ...]:
    return (
        *(Reader(tag, _of(names, part), **said) for tag, part in zip(tags, _PARTS, strict=True)),
        *(Reader(tag, _of(names, part)) for tag, part in zip(ids, (_search_key, _entry_id), strict=True)),
    )


_PARTS = (_name, _type, _email, _smtp)


def _receipts_go_elsewhere(view: MimeView) -> bool:
    """Whether the receipts go to somebody else than the one who asks for them, which is what is written by itself."""
    wanted = _first(view, (_RECEIPTS,))
    asking = _first(view, (b"from", b"sender"))
    return wanted is not None and (asking is None or wanted.typed != asking.typed)


def _reply_entries(view: MimeView) -> bytes | None:
    entries = [_entry_id(address) for address in view.addresses(b"reply-to")]
    return flat_entry_list([entry for entry in entries if entry is not None]) if any(entries) else None


def _reply_names(view: MimeView) -> str | None:
    return display_list(view.addresses(b"reply-to")) or None


def _names(kind: RecipientKind) -> Read:
    return lambda view: display_list([r.address for r in view.recipients() if r.kind is kind])


PEOPLE: tuple[Reader, ...] = (
    *_readers(FROM, FROM_IDS, (b"from", b"sender"), said_by=(b"from",)),
    *_readers(SENDER, SENDER_IDS, (b"sender", b"from"), said_by=(b"sender",)),
    *_readers(RECEIPT, RECEIPT_IDS, (_RECEIPTS,), said_when=_receipts_go_elsewhere),
    Reader(PidTagReplyRecipientEntries, _reply_entries),
    Reader(PidTagReplyRecipientNames, _reply_names),
    Reader(cast("Property[Any]", PidTagDisplayTo), _names(RecipientKind.TO)),
    Reader(cast("Property[Any]", PidTagDisplayCc), _names(RecipientKind.CC)),
    Reader(cast("Property[Any]", PidTagDisplayBcc), _names(RecipientKind.BCC)),
)
