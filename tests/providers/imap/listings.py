"""What servers list, for the tests of folders."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from msgcore.providers.imap.folder_tree import Folder, Listed, Listing, Tree, grow
from msgcore.providers.imap.ids import ROOT
from msgcore.wire.imap.names import decode_name
from msgcore.wire.imap.responses import ListEntry, NamespaceEntry, StatusData

__all__ = ["UID", "listed", "listings", "paths", "there", "tree_of"]

UID = bytes(range(16))


def listed(
    name: str | bytes,
    *attributes: str,
    delimiter: str = "/",
    validity: int | None = 1,
    messages: int = 0,
    unseen: int = 0,
    mailbox_id: str | None = None,
) -> Listed:
    """Give a mailbox as a server lists it, with its numbers unless it holds no messages."""
    raw_name = name.encode() if isinstance(name, str) else name
    entry = ListEntry(raw_name, decode_name(raw_name), delimiter, attributes)
    if {"\\Noselect", "\\NonExistent"} & set(attributes):
        return Listed(entry)
    status = StatusData(raw_name, messages=messages, unseen=unseen, uid_validity=validity, mailbox_id=mailbox_id)
    return Listed(entry, status)


def tree_of(*mailboxes: Listed, prefix: bytes = b"", delimiter: str = "/") -> Tree:
    return grow(Listing(mailboxes, NamespaceEntry(prefix, delimiter)), UID)


def paths(tree: Tree) -> list[str]:
    """Write every mailbox's folder with those that it is in, without the root and the subtree, in the tree's order."""
    return [_path(tree, one) for one in tree.folders if one.raw_name is not None]


def there(tree: Tree, path: str) -> Folder:
    """Find a folder by its path."""
    return next(one for one in tree.folders if one.raw_name is not None and _path(tree, one) == path)


def _path(tree: Tree, folder: Folder) -> str:
    names = [folder.name]
    while folder.parent_id is not None and folder.parent_id.number != ROOT:
        folder = tree.by_number[folder.parent_id.number]
        names.append(folder.name)
    return " > ".join(reversed(names[:-1]))


_LEVELS = ["INBOX", "inbox", "Sent", "Trash", "a", "A", "b", "", " ", "&AOk-", "&bad", "Entw&APw-rfe", "x\ty", "\xe9"]
_ATTRIBUTES = ["\\Noselect", "\\NonExistent", "\\Sent", "\\Trash", "\\Drafts", "\\Junk", "\\HasNoChildren"]


def listings() -> SearchStrategy[Sequence[Listed]]:
    """Draw what a server may list: with gaps, doubles, odd names and wrong attributes."""
    names = st.lists(st.sampled_from(_LEVELS), min_size=1, max_size=4).map("/".join).map(str.encode)
    attributes = st.lists(st.sampled_from(_ATTRIBUTES), max_size=2)
    validities = st.sampled_from([None, 0, 1, 2, 2**32 - 1])
    return st.lists(st.builds(_listed, names, attributes, validities), max_size=12)


def _listed(name: bytes, attributes: list[str], validity: int | None) -> Listed:
    return listed(name, *attributes, validity=validity)
