"""Whose addresses they are: many of them found with few statements, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import attrs

from msgcore.base.text import fold
from msgcore.model.address import Address
from msgcore.mta.directory import EX, without_tag
from msgcore.providers.internal.dialect import chunks
from msgcore.providers.organization.entries import Entry, entries_by_id, key_of, read_delimiter
from msgcore.runtime import Connection

__all__ = ["Found", "find_all"]

_Key = tuple[str, bytes]

_MAILBOXES = (
    "select address_key, mailbox.name, mailbox.display_name, directory_entry.id from mailbox_address"
    " join mailbox on mailbox.id = mailbox_address.mailbox_id"
    " left join directory_entry on directory_entry.mailbox_id = mailbox.id"
    " where address_type = ? and address_key in "
)
_ENTRIES = "select address_key, entry_id from directory_address where address_type = ? and address_key in "
_NAMES = "select name_key, name, display_name from mailbox where name_key in "
_LIST_NAMES = "select name_key, id from directory_entry where name_key in "


@attrs.frozen
class Found:
    """A mailbox by its name and display name, a list or redirect, or both: a mailbox that is redirected."""

    mailbox: tuple[str, str] | None
    entry: Entry | None


@attrs.frozen
class _Hit:
    mailbox: tuple[str, str] | None = None
    entry_id: int | None = None


def find_all(
    connection: Connection, addresses: Sequence[Address], recipients: str, *, with_members: bool = True
) -> list[Found | None]:
    """Find whose each address is, exactly as it is or, if it is nobody's so, without its tag.

    ``recipients`` is what the organisation's distinguished names begin with. Lists and redirects may be wanted without
    those behind them.
    """
    keys = [(one.address_type, key_of(one)) for one in addresses]
    hits = _hits(connection, keys, fold(recipients))
    delimiter = read_delimiter(connection)
    bases: dict[_Key, _Key] = {}
    for address, key in zip(addresses, keys, strict=True):
        base = without_tag(address, delimiter) if key not in hits else None
        if base is not None:
            bases[key] = base.address_type, key_of(base)
    if bases:
        of_bases = _hits(connection, list(bases.values()), "")
        hits.update((key, of_bases[base]) for key, base in bases.items() if base in of_bases)
    ids = {hit.entry_id for hit in hits.values() if hit.entry_id is not None}
    entries = entries_by_id(connection, sorted(ids), with_members=with_members)
    found = {
        key: Found(hit.mailbox, None if hit.entry_id is None else entries[hit.entry_id]) for key, hit in hits.items()
    }
    return [found.get(key) for key in keys]


def _hits(connection: Connection, wanted: Sequence[_Key], recipients: str) -> dict[_Key, _Hit]:
    by_type: dict[str, dict[bytes, None]] = defaultdict(dict)
    for address_type, key in wanted:
        by_type[address_type][key] = None
    hits: dict[_Key, _Hit] = {}
    for address_type, keys in by_type.items():
        if address_type != EX:
            _of_addresses(connection, address_type, list(keys), hits)
    names: dict[bytes, set[bytes]] = defaultdict(set)
    for key in by_type.get(EX, ()):
        name = fold(key.decode("utf-8", "surrogatepass"))
        if name.startswith(recipients):
            names[name.removeprefix(recipients).encode("utf-8", "surrogatepass")].add(key)
    _of_names(connection, names, hits)
    return hits


def _of_addresses(connection: Connection, address_type: str, keys: Sequence[bytes], hits: dict[_Key, _Hit]) -> None:
    for some in chunks(keys):
        marks = f"({', '.join('?' * len(some))})"
        for key, name, display_name, entry_id in connection.rows(_MAILBOXES + marks, (address_type, *some)):
            hits[address_type, key] = _Hit((name, display_name), entry_id)
        for key, entry_id in connection.rows(_ENTRIES + marks, (address_type, *some)):
            hits[address_type, key] = _Hit(None, entry_id)


def _of_names(connection: Connection, names: Mapping[bytes, Iterable[bytes]], hits: dict[_Key, _Hit]) -> None:
    """Find what distinguished names name: a mailbox itself, whatever redirect it has, or a list."""
    for some in chunks(list(names)):
        marks = f"({', '.join('?' * len(some))})"
        for found, name, display_name in connection.rows(_NAMES + marks, some):
            hits.update(((EX, key), _Hit((name, display_name))) for key in names[found])
        for found, entry_id in connection.rows(_LIST_NAMES + marks, some):
            hits.update(((EX, key), _Hit(None, entry_id)) for key in names[found])
