"""A migration: an IMAP account with its folders, flags and times goes into a file. Makes its files here."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgcore
from msgcore import Folder, Incoming, Item
from msgcore.testing.servers import LoopbackImapServer

BATCH = 100  # messages that are in memory, and saved in one transaction
LETTER = b"From: Bob <bob@b.test>\r\nMessage-ID: <%d@b.test>\r\nSubject: Letter %d\r\n\r\nHi\r\n"


def copy(source: Folder, target: Folder) -> int:
    """Copy what the target has not, with its flags and times, folder by folder; whoever is cut off begins again.

    The store knows a message again by its delivery key, which here is made of the entry id that it had.
    """
    before, found = target.count(), source.messages()
    for start in range(0, len(found), BATCH):
        target.save_all(
            Incoming(
                item.load(), item.is_read, received_at=item.received_at, status=item.status, delivery_key=key(item)
            )
            for item in found[start : start + BATCH]
        )
    new = target.count() - before
    return new + sum(copy(source.open_folder(one.name), target.create_folder(one.name)) for one in source.folders())


def key(item: Item) -> bytes:
    return hashlib.sha256(item.entry_id).digest()


def main() -> None:
    for name in ("account.db", "account.db-wal", "account.db-shm"):
        Path(name).unlink(missing_ok=True)
    Path("password.txt").write_text("pa ss")
    Path("password.txt").chmod(0o600)
    with LoopbackImapServer({"ann": "pa ss"}) as server:
        account = server.account("ann")
        account.add(b"Projects")
        account.add(b"Projects/2026")
        for number, folder in enumerate((b"INBOX", b"INBOX", b"Projects", b"Projects/2026"), start=1):
            server.put("ann", LETTER % (number, number), folder, internal_date=datetime(2026, 1, number, tzinfo=UTC))
        login: dict[str, Any] = {"user": "ann", "password": "file:password.txt", "allow_cleartext_login": True}
        with (
            msgcore.open_store(server.url, **login) as old,
            msgcore.open_store("sqlite:///account.db") as new,
        ):
            old.inbox.set_read_flags([old.inbox.messages()[0].entry_id])
            for _ in range(2):
                print("inbox:", copy(old.inbox, new.inbox))
                print("projects:", copy(old.root.open_folder("Projects"), new.root.create_folder("Projects")))
            for item in new.inbox.messages():
                print(item.subject, "read" if item.is_read else "unread", f"{item.received_at:%d %b %Y}")
            print(len(new.search('subject:starts_with("Letter")')), "letters in all")


if __name__ == "__main__":
    main()
