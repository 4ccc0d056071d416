"""Stores by the names that people give them: a profile, a file or a URL. Needs no extra."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

import msgcore
from msgcore.blocking.store import MessageStore
from msgcore.errors import NotFound, UsageError
from msgcore.spi.url import DatabaseUrl

__all__ = ["STORE_START", "Login", "admin_of", "is_store", "new_store", "opened"]

STORE_START = b"SQLite format 3\0"
"""How a file of SQLite begins."""


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


def is_store(file: Path) -> bool:
    """Say whether a file begins as those of SQLite do."""
    with file.open("rb") as opened_file:
        return opened_file.read(len(STORE_START)) == STORE_START


def new_store(name: str, profiles: Path | None = None) -> str | None:
    """Give the URL of the file that opening a store by this name makes; ``None`` if it is there, or is no file."""
    if "://" not in name:
        is_new = name not in admin_of(profiles).names() and bool(Path(name).suffix) and not Path(name).exists()
        return _url_of(Path(name)) if is_new else None
    try:
        place = DatabaseUrl.parse(name.partition("?")[0], Path.cwd()).place
    except UsageError:
        return None  # another kind of store, or none
    return name if isinstance(place, Path) and not place.exists() else None


def _url_of(path: Path) -> str:
    return f"sqlite:///{path.absolute()}"


@contextmanager
def opened(name: str, login: Login, *, may_make: bool = False) -> Generator[MessageStore]:
    """Open a store by the name that a person gave it.

    Raises:
        NotFound: there is no such profile or file; ``may_make`` makes a file.
        UsageError: the file is no store.
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
        new = f"; a file that is to be made has a suffix, such as {name}.db" if may_make else ""
        raise NotFound(f"{name}: no profile and no file of this name; `msgcore profile list` shows the profiles{new}")
    if path.is_dir():
        raise UsageError(
            f"{name or '.'}: is a folder, and no store; `msgcore import` brings the mail of one into a store"
        )
    if path.is_file() and path.stat().st_size and not is_store(path):
        raise UsageError(f"{name}: is no store; `msgcore show {name}` shows a file that is a message")
    with msgcore.open_store(_url_of(path)) as store:
        yield store
