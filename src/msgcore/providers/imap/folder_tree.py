"""Folders out of what a server lists: pure.

Names of mailboxes are paths. The personal namespace's prefix is taken off (RFC 2342), levels that no mailbox is at are
put in, and INBOX is the same whatever its case (RFC 9051 section 5.1). What people see is unique among the folders in
one folder without case; two mailboxes that differ in less are told apart by a number behind the younger one's name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import attrs

from msgcore.base.ids import EntryId, ObjectKind
from msgcore.base.text import fold
from msgcore.providers.imap.ids import IPM_SUBTREE, ROOT, Identity, Numbers, numbers_of
from msgcore.providers.imap.special_folders import Candidate, roles_of
from msgcore.spi.store import SpecialFolder
from msgcore.wire.imap.responses import ListEntry, NamespaceEntry, StatusData

__all__ = ["NOT_IN_NAMES", "Folder", "Listed", "Listing", "Tree", "canonical", "grow"]

_INBOX = b"INBOX"
_TOP = NamespaceEntry(b"", "")
_TOP_NAME = "Top of Information Store"
_MOST_LEVELS = 100

NOT_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What no name that people see has: characters that move what is written, and halves of characters."""


@attrs.frozen
class Listed:
    """A mailbox as the server lists it; without ``status`` it cannot be selected, or nobody said its numbers."""

    entry: ListEntry
    status: StatusData | None = None


@attrs.frozen
class Listing:
    """All mailboxes, and where a user's own begin."""

    mailboxes: Sequence[Listed]
    personal: NamespaceEntry = _TOP


@attrs.frozen
class Folder:
    """A folder as it was listed.

    ``raw_name`` is what commands are given, ``None`` for the two that are no mailboxes (the root and the subtree).
    ``can_select`` is false for these and for levels of the hierarchy that hold no messages. ``uid_validity`` is 0 where
    the server does not say. ``delimiter`` is empty where no folder can be in it.
    """

    number: int
    entry_id: EntryId
    parent_id: EntryId | None
    raw_name: bytes | None
    name: str
    delimiter: str
    role: SpecialFolder | None
    tag: int
    uid_validity: int
    messages: int
    unseen: int
    can_select: bool
    identity: Identity


@attrs.frozen
class Tree:
    """All folders, each behind the one that it is in, and how to find them.

    ``prefix`` and ``delimiter`` are what the names of mailboxes right below ``IPM_SUBTREE`` begin with, and what
    parts them from those below.
    """

    folders: tuple[Folder, ...]
    prefix: bytes
    delimiter: str
    by_number: Mapping[int, Folder]
    by_tag: Mapping[int, Folder]
    inside: Mapping[int, tuple[Folder, ...]]
    """By a folder's number those right in it, by name without case."""

    def below(self, folder: Folder) -> list[Folder]:
        """List a folder and all that are in it, each behind the one that it is in."""
        found = [folder]
        for one in found:
            found += self.inside.get(one.number, ())
        return found


@attrs.define(eq=False)
class _Node:
    """A level of the hierarchy while the tree grows; ``path`` is its name as it is compared."""

    path: bytes
    raw_name: bytes
    name: str
    parent: _Node | None
    depth: int
    delimiter: str
    listed: Listed | None = None

    @property
    def status(self) -> StatusData | None:
        return None if self.listed is None else self.listed.status

    @property
    def can_select(self) -> bool:
        entry = None if self.listed is None else self.listed.entry
        return entry is not None and not entry.has("\\Noselect")

    @property
    def identity(self) -> Identity:
        status = self.status if self.can_select else None
        if status is None:
            return Identity(0, self.path)
        return Identity(status.uid_validity or 0, self.path, status.mailbox_id or "")

    @property
    def candidate(self) -> Candidate:
        attributes = () if self.listed is None else self.listed.entry.attributes
        is_inbox = self.path == _INBOX
        parent = self.parent
        is_on_top = parent is None or (parent.parent is None and (parent.path == _INBOX or not parent.can_select))
        return Candidate(self.identity, self.name, attributes, self.depth, is_inbox=is_inbox, is_on_top=is_on_top)


def canonical(raw_name: bytes, delimiter: str) -> bytes:
    """Give the name that a mailbox is compared by: with INBOX in capitals, and no delimiter at the end."""
    mark = delimiter.encode()
    raw_name = raw_name.rstrip(mark)
    first, found, rest = raw_name.partition(mark) if mark else (raw_name, b"", b"")
    return _INBOX + found + rest if first.upper() == _INBOX else raw_name


def grow(listing: Listing, uid: bytes, kept: Mapping[Identity, Numbers] | None = None) -> Tree:
    """Make the tree of all that is listed; ``uid`` is the store's, ``kept`` as :func:`.ids.numbers_of` has it."""
    nodes = _nodes(listing)
    numbers = numbers_of((node.identity for node in nodes), kept)
    roles = roles_of([node.candidate for node in nodes if node.can_select])
    inside = _inside(nodes)
    root = _virtual(uid, ROOT, None, "", SpecialFolder.ROOT, "")
    personal = listing.personal
    delimiter = personal.delimiter or next((node.delimiter for node in nodes), "")
    subtree = _virtual(uid, IPM_SUBTREE, root.entry_id, _TOP_NAME, SpecialFolder.IPM_SUBTREE, delimiter)
    folders = [root, subtree]
    places: list[tuple[Folder, bytes | None]] = [(subtree, None)]
    while places:
        parent, path = places.pop()
        for name, node in inside.get(path, ()):
            identity = node.identity
            folder = _folder(uid, node, numbers[identity], parent, name, roles.get(identity))
            folders.append(folder)
            places.append((folder, node.path))
    return _indexed(folders, personal.prefix, delimiter)


def _virtual(
    uid: bytes, number: int, parent_id: EntryId | None, name: str, role: SpecialFolder, delimiter: str
) -> Folder:
    entry_id = EntryId(uid, ObjectKind.FOLDER, number)
    return Folder(number, entry_id, parent_id, None, name, delimiter, role, 0, 0, 0, 0, False, Identity(0, b""))


def _folder(uid: bytes, node: _Node, numbers: Numbers, parent: Folder, name: str, role: SpecialFolder | None) -> Folder:
    status = node.status if node.can_select else None
    return Folder(
        numbers.folder,
        EntryId(uid, ObjectKind.FOLDER, numbers.folder),
        parent.entry_id,
        node.raw_name,
        name,
        node.delimiter,
        role,
        numbers.tag,
        node.identity.uid_validity,
        0 if status is None else status.messages or 0,
        0 if status is None else status.unseen or 0,
        node.can_select,
        node.identity,
    )


def _indexed(folders: Sequence[Folder], prefix: bytes, delimiter: str) -> Tree:
    inside: defaultdict[int, list[Folder]] = defaultdict(list)
    for folder in folders:
        if folder.parent_id is not None:
            inside[folder.parent_id.number].append(folder)
    return Tree(
        tuple(folders),
        prefix,
        delimiter,
        {folder.number: folder for folder in folders},
        {folder.tag: folder for folder in folders if folder.can_select},
        {number: tuple(those) for number, those in inside.items()},
    )


def _nodes(listing: Listing) -> list[_Node]:
    """Make a node for every level of the hierarchy, each behind its parent.

    What does not exist is listed because it is subscribed to, or for what lies below, which is listed, too.
    """
    nodes: dict[bytes, _Node] = {}
    for listed in sorted(listing.mailboxes, key=lambda one: one.entry.raw_name):
        if not listed.entry.has("\\NonExistent"):
            _add(nodes, listed, listing.personal)
    return list(nodes.values())


def _add(nodes: dict[bytes, _Node], listed: Listed, personal: NamespaceEntry) -> None:
    entry = listed.entry
    mark = entry.delimiter.encode()
    raw_name = entry.raw_name.rstrip(mark)
    path = canonical(entry.raw_name, entry.delimiter)
    prefix = _compared(personal)
    if not path or (path + mark == prefix and path != _INBOX):
        return  # where the user's own begin, not one of them
    begin = len(prefix) if prefix and path.startswith(prefix) else 0
    ends = _ends(path, mark, begin)
    names = _decoded(entry, len(ends), prefix_levels=prefix.count(mark) if begin and mark else 0)
    parent: _Node | None = None
    for level, (end, name) in enumerate(zip(ends, names, strict=True), 1):
        node = nodes.get(path[:end])
        if node is None:
            # INBOX may be spelt in its own way where it is listed, which is as long.
            node = nodes[path[:end]] = _Node(path[:end], raw_name[:end], name, parent, level, entry.delimiter)
        parent = node
    if parent is not None and (parent.listed is None or not parent.can_select):
        parent.listed, parent.raw_name, parent.name = listed, raw_name, names[-1]


def _compared(personal: NamespaceEntry) -> bytes:
    """Give the prefix of a user's own mailboxes as names are compared, with the delimiter at its end."""
    prefix = canonical(personal.prefix, personal.delimiter)
    return prefix + personal.delimiter.encode() if prefix else b""


def _ends(path: bytes, mark: bytes, begin: int) -> list[int]:
    """Say where each level of a path ends; past so many levels the rest is one."""
    ends: list[int] = []
    at = path.find(mark, begin) if mark else -1
    while at >= 0 and len(ends) < _MOST_LEVELS - 1:
        ends.append(at)
        at = path.find(mark, at + len(mark))
    return [*ends, len(path)]


def _decoded(entry: ListEntry, levels: int, prefix_levels: int) -> list[str]:
    """Give the names of the levels for people."""
    if not entry.delimiter:
        return [entry.name]
    whole = entry.name.rstrip(entry.delimiter)
    names = whole.split(entry.delimiter, prefix_levels + levels - 1)[prefix_levels:]
    # A name whose decoded form has other levels than its raw one is shown as a whole, and those above as nothing.
    return names if len(names) == levels else [*[""] * (levels - 1), whole]


def _inside(nodes: Iterable[_Node]) -> dict[bytes | None, list[tuple[str, _Node]]]:
    """Give the nodes in each node, by path, with the names that people see, in their order."""
    siblings: defaultdict[bytes | None, list[_Node]] = defaultdict(list)
    for node in sorted(nodes, key=lambda one: one.identity.age):
        siblings[None if node.parent is None else node.parent.path].append(node)
    return {path: sorted(_named(those), key=lambda one: fold(one[0])) for path, those in siblings.items()}


def _named(siblings: Iterable[_Node]) -> Iterable[tuple[str, _Node]]:
    """Give each of the nodes in one node, in the order of age, a name that no other has without case."""
    taken: set[str] = set()
    counts: defaultdict[str, int] = defaultdict(lambda: 1)
    for node in siblings:
        plain = name = NOT_IN_NAMES.sub("\ufffd", node.name) if node.name.strip() else "(no name)"
        while fold(name) in taken:
            counts[fold(plain)] += 1
            name = f"{plain} ({counts[fold(plain)]})"
        taken.add(fold(name))
        yield name, node
