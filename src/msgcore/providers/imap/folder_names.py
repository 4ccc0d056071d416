"""What a folder at an IMAP server may be called."""

from __future__ import annotations

import re

from msgcore.base.text import fold
from msgcore.errors import CommandRefused, UsageError
from msgcore.providers.imap.folder_tree import NOT_IN_NAMES, Folder, Tree

__all__ = ["check_free", "check_name", "folder_of_name", "raw_name_in", "taken_for_no_name"]

# RFC 5530 has a code for it, CANNOT; what servers say without one.
_NO_NAME = re.compile(r"\bname\b|\bcharacter|too long|\binvalid\b|\billegal\b|\bsyntax\b", re.IGNORECASE)

# Servers hang up at a command that is too long for them; RFC 7162 section 4 has them take 8,192 octets.
_MOST_OCTETS = 2_000


def check_name(name: str, delimiter: str) -> str:
    """Give a name back that a folder may have.

    Raises:
        UsageError: it is blank or too long, holds control characters, or what parts the levels of the hierarchy at
            this server.
    """
    if not name.strip() or NOT_IN_NAMES.search(name):
        raise UsageError(f"{name!r:.200} is no name for a folder")
    if len(name.encode()) > _MOST_OCTETS:
        raise UsageError(f"a folder's name of {len(name):,} characters is too long")
    if delimiter and delimiter in name:
        raise UsageError(f"{name!r} is no name for a folder: at this server {delimiter!r} parts a folder from its own")
    return name


def taken_for_no_name(error: CommandRefused) -> bool:
    """Say whether a server refuses a mailbox because of its name, and not who asks, or when."""
    code = str(error.reply.code).partition(" ")[0].upper()
    return code == "CANNOT" or (not code and _NO_NAME.search(error.reply.text) is not None)


def folder_of_name(tree: Tree, parent: Folder, name: str) -> Folder | None:
    """Find the folder of a name in another one, without case."""
    wanted = fold(name)
    return next((one for one in tree.inside.get(parent.number, ()) if fold(one.name) == wanted), None)


def check_free(tree: Tree, parent: Folder, name: str, *, besides: Folder | None = None) -> None:
    """Go on if a folder in ``parent`` can be called so.

    Raises:
        UsageError: another folder there has the name.
    """
    known = folder_of_name(tree, parent, name)
    if known is not None and (besides is None or known.number != besides.number):
        raise UsageError(f"there is a folder {known.name!r} already")


def raw_name_in(tree: Tree, parent: Folder, encoded: bytes) -> bytes:
    """Give the whole name of a mailbox in a folder; ``encoded`` is the last level as the server writes it.

    Raises:
        UsageError: no folder can be in ``parent``.
    """
    if parent.raw_name is None:
        if parent.parent_id is None:
            raise UsageError("folders are made below the subtree, not beside it")
        return tree.prefix + encoded
    if not parent.delimiter:
        raise UsageError(f"no folder can be in {parent.name!r}: this server has no hierarchy")
    raw_name = parent.raw_name + parent.delimiter.encode() + encoded
    if tree.prefix and raw_name.upper().startswith(tree.prefix.upper()) and parent.raw_name.upper() == b"INBOX":
        raise UsageError(f"no folder can be in {parent.name!r}: at this server all are in it, and shown beside it")
    return raw_name
