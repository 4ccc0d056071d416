"""Where commands look: the options that name a store; its folders; and a message of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from msgcore.blocking.folder import Folder
from msgcore.blocking.store import MessageStore
from msgcore.errors import UsageError
from msgcore.spi.store import SpecialFolder

__all__ = [
    "CaFile", "CleartextLogin", "FolderPath", "Password", "Profiles", "StoreName", "User",
    "entry_id_of", "folder_at", "names_of", "short_id",
]  # fmt: skip

StoreName = Annotated[
    str,
    typer.Argument(metavar="STORE", help="A profile, a file such as mail.db, or a URL such as imaps://mail.a.test."),
]
FolderPath = Annotated[
    str,
    typer.Option(
        "--folder", metavar="PATH", help="The folder, such as inbox, sent or Projects/2026; / has all others."
    ),
]
User = Annotated[str | None, typer.Option(metavar="NAME", help="Who logs in, where a URL is given.")]
Password = Annotated[
    str | None, typer.Option(metavar="REFERENCE", help="Where the password is: env:NAME, file:PATH or keyring:…")
]
CaFile = Annotated[Path | None, typer.Option(metavar="PEM", help="Trust this authority in place of the system's.")]
CleartextLogin = Annotated[
    bool, typer.Option("--allow-cleartext-login", help="Log in without TLS, too: the password can be overheard then.")
]
Profiles = Annotated[Path | None, typer.Option(metavar="DIR", help="Where profiles are; by default the user's own.")]

_PROVIDER_OCTETS = 20
_BY_NAME = {
    "inbox": SpecialFolder.INBOX, "outbox": SpecialFolder.OUTBOX, "sent": SpecialFolder.SENT_ITEMS,
    "deleted": SpecialFolder.DELETED_ITEMS, "drafts": SpecialFolder.DRAFTS, "junk": SpecialFolder.JUNK_EMAIL,
    "contacts": SpecialFolder.CONTACTS,
}  # fmt: skip


def folder_at(store: MessageStore, path: str, *, create: bool = False) -> Folder:
    """Open a folder by its path, which begins with the name of a special folder or of one below the root, ``/``.

    Raises:
        NotFound: there is none.
        UsageError: the path names nothing.
    """
    if not (names := names_of(path)):
        return store.root
    first, *rest = names
    special = _BY_NAME.get(first.casefold())
    folder = _special(store, special) if special is not None else _below(store.root, first, create=create)
    for name in rest:
        folder = _below(folder, name, create=create)
    return folder


def names_of(path: str) -> list[str]:
    """Give the names that a folder's path has; ``/`` has none.

    Raises:
        UsageError: it has none.
    """
    names = [part for part in path.split("/") if part]
    if not names and path != "/":
        raise UsageError(f"--folder {path!r}: need a folder, such as inbox or Projects/2026")
    return names


def _special(store: MessageStore, role: SpecialFolder) -> Folder:
    folder: Folder = getattr(store, role.value)
    return folder


def _below(folder: Folder, name: str, *, create: bool) -> Folder:
    return folder.create_folder(name) if create else folder.open_folder(name)


def short_id(entry_id: bytes) -> str:
    """Write an entry id for people: what it is within its store."""
    return entry_id[_PROVIDER_OCTETS:].hex()


def entry_id_of(store: MessageStore, text: str) -> bytes:
    """Read an entry id, whole or as :func:`short_id` writes it.

    Raises:
        UsageError: it is none.
    """
    try:
        octets = bytes.fromhex(text)
    except ValueError:
        raise UsageError(f"{text!r}: need an id, as `msgcore list` shows it") from None
    return octets if octets[4:_PROVIDER_OCTETS] == store.uid else bytes(4) + store.uid + octets
