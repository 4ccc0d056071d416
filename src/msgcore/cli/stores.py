"""Commands about what is in a store: list, search, show, import, export."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from msgcore.blocking.folder import Folder
from msgcore.blocking.item import Item
from msgcore.blocking.store import MessageStore
from msgcore.cli.messages import AsJson, print_message, read_file
from msgcore.cli.opening import Login, is_store, opened
from msgcore.cli.out import print_json, print_table, progress_bar, say
from msgcore.cli.places import (
    CaFile,
    CleartextLogin,
    FolderPath,
    Password,
    Profiles,
    StoreName,
    User,
    entry_id_of,
    folder_at,
    names_of,
    short_id,
)
from msgcore.cli.reading import is_stdin
from msgcore.cli.upkeep import delete_mail
from msgcore.errors import NotFound, UsageError
from msgcore.transfer import (
    ArchiveWriter,
    EmlWriter,
    ExportOptions,
    ImportOptions,
    MaildirWriter,
    MboxWriter,
    Skipped,
    open_archive,
)

__all__ = ["add_store_commands"]

_COLUMNS = ("id", "received", "from", "subject", "size", "is_read", "has_attachments")

Limit = Annotated[int, typer.Option(min=1, metavar="N", help="At most so many, the newest first.")]


class ArchiveForm(StrEnum):
    MBOX = "mbox"
    MAILDIR = "maildir"
    EML = "eml"


def add_store_commands(app: typer.Typer) -> None:
    app.command("list")(list_messages)
    app.command("folders")(list_folders)
    app.command("search")(search)
    app.command("show")(show)
    app.command("delete")(delete_mail)
    app.command("import")(import_mail)
    app.command("export")(export_mail)


def list_messages(
    store: StoreName,
    folder: FolderPath = "inbox",
    where: Annotated[
        str | None,
        typer.Option(metavar="RESTRICTION", help="Only what this holds of, such as 'size > 10kb and is_read = false'."),
    ] = None,
    limit: Limit = 50,
    user: User = None,
    password: Password = None,
    ca_file: CaFile = None,
    allow_cleartext_login: CleartextLogin = False,
    profiles: Profiles = None,
    as_json: AsJson = False,
) -> None:
    """List the messages of a folder, the newest first."""
    login = Login(user, password, ca_file, allow_cleartext_login, profiles)
    with opened(store, login) as there:
        _print_items(folder_at(there, folder).messages(where, newest_first=True, limit=limit), as_json=as_json)


def list_folders(
    store: StoreName,
    user: User = None,
    password: Password = None,
    ca_file: CaFile = None,
    allow_cleartext_login: CleartextLogin = False,
    profiles: Profiles = None,
    as_json: AsJson = False,
) -> None:
    """List the folders of a store, with how much is in each."""
    login = Login(user, password, ca_file, allow_cleartext_login, profiles)
    with opened(store, login) as there:
        print_table(("folder", "messages", "unread"), _folder_rows(there), as_json=as_json)


def search(
    store: StoreName,
    where: Annotated[
        str, typer.Argument(metavar="RESTRICTION", help="Such as 'subject:contains(\"invoice\", ignore_case)'.")
    ],
    limit: Limit = 50,
    user: User = None,
    password: Password = None,
    ca_file: CaFile = None,
    allow_cleartext_login: CleartextLogin = False,
    profiles: Profiles = None,
    as_json: AsJson = False,
) -> None:
    """Search all folders of a store. The status is 1 if nothing was found."""
    login = Login(user, password, ca_file, allow_cleartext_login, profiles)
    with opened(store, login) as there:
        found = list(there.search(where, limit=limit))
    if found or as_json:
        _print_items(found, as_json=as_json)
    if not found:
        raise typer.Exit(1)


def show(
    what: Annotated[
        str, typer.Argument(metavar="FILE|STORE", help="A file that is a message (- reads one), or a store.")
    ],
    message: Annotated[str | None, typer.Argument(metavar="ID", help="The message, as `list` names it.")] = None,
    source: Annotated[bool, typer.Option("--source", help="The octets, as they came.")] = False,
    user: User = None,
    password: Password = None,
    ca_file: CaFile = None,
    allow_cleartext_login: CleartextLogin = False,
    profiles: Profiles = None,
    as_json: AsJson = False,
) -> None:
    """Show a message: one of a store, or one in a file (.eml, .msg, winmail.dat)."""
    if message is None:
        path = Path(what)
        if path.is_dir():
            raise NotFound(f"{what}: is a folder, and no message; `msgcore import` brings the mail of one into a store")
        if not is_stdin(path) and not path.exists():
            raise NotFound(f"{what}: no such file; of a store name the message, too, as `msgcore list {what}` does")
        if path.is_file() and is_store(path):
            raise UsageError(f"{what} is a store: name the message, too, as `msgcore list {what}` does")
        message_in_file, _, _ = read_file(path)
        print_message(message_in_file, as_json=as_json, source=source)
        return
    login = Login(user, password, ca_file, allow_cleartext_login, profiles)
    with opened(what, login) as store:
        print_message(store.load_message(entry_id_of(store, message)), as_json=as_json, source=source)


def import_mail(
    archive: Annotated[
        Path, typer.Argument(metavar="ARCHIVE", help="An mbox, a Maildir, or .eml and .msg files, also in folders.")
    ],
    into: Annotated[str, typer.Option("--into", metavar="STORE", help="The store; a file is made if there is none.")],
    folder: FolderPath = "inbox",
    user: User = None,
    password: Password = None,
    ca_file: CaFile = None,
    allow_cleartext_login: CleartextLogin = False,
    profiles: Profiles = None,
    as_json: AsJson = False,
) -> None:
    """Bring mail from files into a store. Run again, it brings what is new.

    The status is 1 if anything was skipped, or read only in part.
    """
    login = Login(user, password, ca_file, allow_cleartext_login, profiles)
    skipped: list[Skipped] = []
    names_of(folder)
    open_archive(archive)  # before a store is made for it
    with opened(into, login, may_make=True) as store, progress_bar(f"importing {archive.name}") as tell:
        options = ImportOptions(progress=tell, skipped=skipped.append)
        there = folder_at(store, folder, create=True)
        before = _count(there)
        done = there.import_archive(archive, options)
        # As far as the folders show: what others bring or take away meanwhile is in these numbers, too.
        new = min(max(_count(there) - before, 0), done.messages)
    for one in skipped:
        _tell_skipped(one)
    known = done.messages - new
    for part in done.first_incomplete:
        say(f"msgcore: {part.where}: read only in part: {part.finding}", to=sys.stderr)
    counts = {"new": new, "known": known, "deleted": done.deleted, "skipped": done.skipped}
    if done.incomplete or as_json:
        counts["incomplete"] = done.incomplete
    _print_result(counts, as_json=as_json)
    if skipped or done.incomplete:
        raise typer.Exit(1)


def export_mail(
    store: StoreName,
    to: Annotated[
        Path, typer.Option("--to", metavar="PATH", help="The file, or the folder for Maildir and .eml files.")
    ],
    form: Annotated[ArchiveForm, typer.Option("--form", help="The kind of archive.")] = ArchiveForm.MBOX,
    folder: FolderPath = "inbox",
    where: Annotated[str | None, typer.Option(metavar="RESTRICTION", help="Only what this holds of.")] = None,
    recursive: Annotated[bool, typer.Option("--recursive", help="The folders below, too.")] = False,
    user: User = None,
    password: Password = None,
    ca_file: CaFile = None,
    allow_cleartext_login: CleartextLogin = False,
    profiles: Profiles = None,
    as_json: AsJson = False,
) -> None:
    """Write the mail of a folder into files. Nothing leaves the store."""
    login = Login(user, password, ca_file, allow_cleartext_login, profiles)
    skipped: list[Skipped] = []
    if is_stdin(to):
        raise UsageError("--to -: need a file or a folder: an archive is added to, which standard output cannot be")
    with opened(store, login) as there, progress_bar(f"exporting {folder}") as tell:
        options = ExportOptions(where, recursive=recursive, progress=tell, skipped=skipped.append)
        done = folder_at(there, folder).export_to(_writer(form, to), options)
    for one in skipped:
        _tell_skipped(one)
    _print_result({"written": done.written, "present": done.present, "skipped": len(skipped)}, as_json=as_json)
    if skipped:
        raise typer.Exit(1)


def _writer(form: ArchiveForm, path: Path) -> ArchiveWriter:
    match form:
        case ArchiveForm.MBOX:
            return MboxWriter(path)
        case ArchiveForm.MAILDIR:
            return MaildirWriter(path)
        case ArchiveForm.EML:
            return EmlWriter(path)


def _print_items(items: Iterable[Item], *, as_json: bool) -> None:
    print_table(_COLUMNS, map(_row, items), as_json=as_json)


def _row(item: Item) -> Mapping[str, object]:
    return {
        "id": short_id(item.entry_id),
        "received": item.received_at,
        "from": item.from_,
        "subject": item.subject,
        "size": item.size_octets,
        "is_read": item.is_read,
        "has_attachments": item.has_attachments,
        "message_class": item.message_class,
    }


def _folder_rows(store: MessageStore) -> Iterable[Mapping[str, object]]:
    open_folders = [("", store.root)]
    while open_folders:
        path, folder = open_folders.pop()
        for facts in sorted(folder.folders(), key=lambda one: one.name, reverse=True):
            name = f"{path}/{facts.name}" if path else facts.name
            if not facts.is_search:
                open_folders.append((name, folder.open_folder(facts.name)))
        if path:
            facts = folder.facts()
            yield {"folder": path, "messages": facts.content_count, "unread": facts.unread_count}


def _count(folder: Folder) -> int:
    below = (folder.open_folder(facts.name) for facts in folder.folders() if not facts.is_search)
    return folder.facts().content_count + sum(map(_count, below))


def _tell_skipped(one: Skipped) -> None:
    why = str(one.error)
    say(f"msgcore: {why if why.startswith(one.where) else f'{one.where}: {why}'}", to=sys.stderr)


def _print_result(counts: Mapping[str, int], *, as_json: bool) -> None:
    if as_json:
        print_json(counts)
    else:
        say(", ".join(f"{count:,} {name}" for name, count in counts.items()))
