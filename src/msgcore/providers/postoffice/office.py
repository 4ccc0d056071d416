"""A post office on a share: its name, and its mailboxes.

``post-office/facts.json`` is what makes a folder a post office: it comes last when one is made. A mailbox is a folder
below ``mailboxes``, under a name made of its own without case; it appears by one rename, and goes by one.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import attrs

from msgcore.base.ids import new_uid
from msgcore.base.text import fold, refuse_line_ends
from msgcore.errors import ConnectionLost, NotFound, StoreCorrupt, StoreError, UsageError
from msgcore.model.address import Address
from msgcore.providers.postoffice.folders import special_path, write_special_folders
from msgcore.providers.postoffice.names import check_name, file_name_of, new_name
from msgcore.providers.postoffice.share import (
    bring_to_disk,
    make_folder,
    names_in,
    publish_folder,
    read_file,
    remove,
    rename,
    share_errors,
    write_file,
)
from msgcore.spi.store import SpecialFolder

__all__ = ["MS", "MailboxOnShare", "Office", "create_office", "open_office"]

_log = logging.getLogger("msgcore.providers.postoffice")

MS = "MS"
"""The address type: ``NETWORK/POSTOFFICE/MAILBOX``."""

_VERSION = 1
_MARK = "post-office"
_PARTS = ("tmp", "plans", "keys", "contents", "submissions")


@attrs.frozen
class MailboxOnShare:
    """A mailbox, and its folder on the share; ``uid`` is that of its store."""

    name: str
    display_name: str
    uid: bytes
    place: Path


@attrs.frozen
class Office:
    """A post office that is open. Every method raises as :func:`.share_errors` does."""

    path: Path
    network: str
    name: str

    @property
    def mark(self) -> Path:
        """What is there as long as the share is."""
        return self.path / _MARK

    def address(self, mailbox: MailboxOnShare) -> Address:
        return Address(MS, f"{self.network}/{self.name}/{mailbox.name}", mailbox.display_name)

    def name_in(self, address: Address) -> str | None:
        """Give the mailbox that an address names, whether it is there or not; ``None``: it is elsewhere."""
        parts = address.email_address.split("/") if address.address_type == MS else []
        if len(parts) != 3 or (fold(parts[0]), fold(parts[1])) != (fold(self.network), fold(self.name)):
            return None
        return parts[2]

    def mailboxes(self) -> list[MailboxOnShare]:
        """List the mailboxes by name; one that is damaged, or closed to us, is logged and hides no other."""
        found, hidden = self.seen_and_hidden()
        for error in hidden:
            _log.warning("%s", error)
        return found

    def seen_and_hidden(self) -> tuple[list[MailboxOnShare], list[StoreError]]:
        """List the mailboxes by name, and what is wrong with those that cannot be read."""
        with share_errors(self.path, self.mark):
            names = names_in(self._mailboxes)
        found: list[MailboxOnShare] = []
        hidden: list[StoreError] = []
        for name in names:
            try:
                with share_errors(self.path, self.mark):
                    mailbox = self._read(self._mailboxes / name)
            except StoreError as error:
                hidden.append(error)
                continue
            if mailbox is not None:
                found.append(mailbox)
        return sorted(found, key=lambda one: fold(one.name)), hidden

    def changed_ns(self) -> int:
        """Say when a mailbox came or went last, by the share's clock."""
        with share_errors(self.path, self.mark):
            return self._mailboxes.stat().st_mtime_ns

    def mailbox(self, name: str) -> MailboxOnShare | None:
        """Give the mailbox of that name, in whatever case.

        Raises:
            StoreCorrupt: it does not say what mailbox it is.
        """
        with share_errors(self.path, self.mark):
            found = self._read(self._mailboxes / file_name_of(name)) if name.strip() else None
            if found is None and not os.path.lexists(self.mark):
                raise ConnectionLost(f"{self.path}: is not there: is its share?")
            return found

    def add_mailbox(self, name: str, display_name: str, *, exist_ok: bool) -> MailboxOnShare:
        """Make a mailbox with its special folders.

        Raises:
            UsageError: the name is none, or it is taken and ``exist_ok`` is false.
            StoreCorrupt: there is one that does not say what it is.
        """
        check_name(name, "mailbox")
        refuse_line_ends(display_name, "display name")
        draft, place = self.path / "tmp" / new_name(), self._mailboxes / file_name_of(name)
        made = MailboxOnShare(name, display_name or name, new_uid(), place)
        with share_errors(self.path, self.mark):
            try:
                if not os.path.lexists(place):
                    self._write(draft, made)
                    publish_folder(draft, place)
                    bring_to_disk(self._mailboxes)
            except BaseException:
                remove(draft)
                raise
        found = self.mailbox(name)
        if found is None:
            raise StoreError(f"{place}: was removed at this moment")
        if found.uid != made.uid and not exist_ok:
            raise UsageError(f"post office {self.network}/{self.name} has a mailbox {found.name!r} already")
        return found

    def remove_mailbox(self, name: str) -> None:
        """Remove a mailbox with all its mail.

        Raises:
            NotFound: there is none.
        """
        gone = self.path / "tmp" / new_name()
        with share_errors(self.path, self.mark):
            if not name.strip() or not rename(self._mailboxes / file_name_of(name), gone):
                raise NotFound(f"post office {self.network}/{self.name} has no mailbox {name!r}")
            bring_to_disk(self._mailboxes)
            remove(gone)

    @property
    def _mailboxes(self) -> Path:
        return self.path / "mailboxes"

    def _write(self, draft: Path, mailbox: MailboxOnShare) -> None:
        draft.mkdir()
        for part in _PARTS:
            (draft / part).mkdir()
        folders = write_special_folders(draft)
        said = {"name": mailbox.name, "display_name": mailbox.display_name, "uid": mailbox.uid.hex()}
        write_file(draft / "mailbox.json", json.dumps(said).encode())
        bring_to_disk(*folders, draft)

    def _read(self, place: Path) -> MailboxOnShare | None:
        path = place / "mailbox.json"
        said = _said(path)
        if said is None and special_path(place, SpecialFolder.ROOT).is_dir():
            said = _said(path)  # it may have appeared just now
            if said is None and special_path(place, SpecialFolder.ROOT).is_dir():
                raise StoreCorrupt(f"{path}: is missing")
        if said is None:
            return None
        try:
            name, display_name, uid = said["name"], said["display_name"], bytes.fromhex(said["uid"])
            if not isinstance(name, str) or not isinstance(display_name, str) or len(uid) != 16:
                raise ValueError("its facts are none")
        except (ValueError, TypeError, LookupError) as error:
            raise StoreCorrupt(f"{place}: does not say what mailbox it is: {error}") from error
        return MailboxOnShare(name, display_name, uid, place)


def _said(path: Path) -> Mapping[str, Any] | None:
    try:
        octets = read_file(path)
    except NotADirectoryError:
        return None
    if octets is None:
        return None
    try:
        said: object = json.loads(octets)
        if not isinstance(said, dict):
            raise TypeError("no object")
    except (ValueError, TypeError, RecursionError) as error:
        raise StoreCorrupt(f"{path}: is damaged: {error}") from error
    return cast("Mapping[str, Any]", said)


def open_office(path: Path) -> Office:
    """Open a post office.

    Raises:
        NotFound: the folder is there, and is no post office.
        ConnectionLost: the folder is not there.
        StoreError, StoreCorrupt: it cannot be read, is damaged, or is of another version of msgcore.
    """
    with share_errors(path, path):
        said = _said(path / _MARK / "facts.json")
    if said is None:
        if not os.path.lexists(path):
            raise ConnectionLost(f"{path}: is not there: is its share?")
        raise NotFound(f"{path}: is no post office; open_post_office(..., create=True) makes it one")
    version, network, name = said.get("version"), said.get("network"), said.get("name")
    if version != _VERSION:
        raise StoreError(f"{path}: is a post office of version {version!r}; this msgcore knows {_VERSION}")
    if not isinstance(network, str) or not isinstance(name, str):
        raise StoreCorrupt(f"{path}: does not say what post office it is")
    return Office(path, network, name)


def create_office(path: Path, network: str, name: str) -> Office:
    """Make a folder a post office, or open the one that it is.

    Raises:
        UsageError: the folder has something else in it, is another post office, or a name is none.
        StoreError, StoreFull, ConnectionLost: it cannot be made there.
    """
    check_name(network, "network")
    check_name(name, "post office")
    with suppress(NotFound, ConnectionLost):
        return _same(open_office(path), network, name)
    with share_errors(path, path.parent):
        path.mkdir(parents=True, exist_ok=True)
        if any(one not in {"tmp", "mailboxes", _MARK} for one in names_in(path)):
            raise UsageError(f"{path}: has other files in it; a post office needs a folder of its own")
        for part in ("tmp", "mailboxes"):
            make_folder(path / part)
        draft = path / "tmp" / new_name()
        draft.mkdir()
        said = {"version": _VERSION, "network": network, "name": name}
        write_file(draft / "facts.json", json.dumps(said).encode())
        bring_to_disk(draft)
        publish_folder(draft, path / _MARK)
        bring_to_disk(path, path.parent)
    return _same(open_office(path), network, name)


def _same(office: Office, network: str, name: str) -> Office:
    if (fold(office.network), fold(office.name)) != (fold(network), fold(name)):
        raise UsageError(f"{office.path}: is post office {office.network}/{office.name}, not {network}/{name}")
    return office
