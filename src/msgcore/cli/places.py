"""Where commands look: a store that is named by profile, file or URL; its folders; and a message of it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer

import msgcore
from msgcore.blocking.folder import Folder
from msgcore.blocking.store import MessageStore
from msgcore.errors import NotFound, UsageError
from msgcore.spi.store import SpecialFolder

__all__ = [
    "CaFile", "CleartextLogin", "FolderPath", "Login", "Password", "Profiles", "StoreName", "User",
    "admin_of", "entry_id_of", "folder_at", "opened", "short_id",
]  # fmt: skip

StoreName = Annotated[
    str,
    typer.Argument(metavar="STORE", help="A profile, a file such as mail.db, or a URL such as imaps://mail.a.test."),
]
FolderPath = Annotated[
    str, typer.Option("--folder", metavar="PATH", help="The folder, such as inbox, sent or Projects/2026.")
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


@attrs.frozen
class Login:
    """How a store that is named by URL is logged on to."""

    user: str | None = None
    password: str | None = None
    ca_file: Path | None = None
    allow_cleartext_login: bool = False
    profiles: Path | None = None

    def options(self) -> dict[str, Any]:
        """Give the options of ``open_store`` and ``send``: what was said, and nothing else."""
        given = {
            "user": self.user,
            "password": self.password,
            "ca_file": self.ca_file,
            "allow_cleartext_login": self.allow_cleartext_login or None,
        }
        return {key: value for key, value in given.items() if value is not None}


def admin_of(profiles: Path | None) -> msgcore.ProfileAdmin:
    return msgcore.ProfileAdmin() if profiles is None else msgcore.ProfileAdmin(profiles)


@contextmanager
def opened(name: str, login: Login, *, may_make: bool = False) -> Generator[MessageStore]:
    """Open a store by the name that a person gave it.

    Raises:
        NotFound: there is no such profile or file; ``may_make`` makes a file.
        MsgcoreError: it cannot be opened.
    """
    if "://" in name:
        with msgcore.open_store(name, **login.options()) as store:
            yield store
        return
    if name in admin_of(login.profiles).names():
        with msgcore.logon(name, admin=admin_of(login.profiles)) as session:
            yield session.default_store
        return
    path = Path(name)
    if not path.exists() and not (may_make and path.suffix):
        raise NotFound(f"{name}: no profile and no file of this name; `msgcore profile list` shows the profiles")
    with msgcore.open_store(f"sqlite:///{path.absolute()}") as store:
        yield store


def folder_at(store: MessageStore, path: str, *, create: bool = False) -> Folder:
    """Open a folder by its path, which begins with the name of a special folder or of one below the root.

    Raises:
        NotFound: there is none.
    """
    first, *rest = [part for part in path.split("/") if part]
    special = _BY_NAME.get(first.casefold())
    folder = _special(store, special) if special is not None else _below(store.root, first, create=create)
    for name in rest:
        folder = _below(folder, name, create=create)
    return folder


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
