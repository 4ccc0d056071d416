"""A migration: an IMAP account with its folders, flags and times goes into a file. Makes its files here."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgcore
from msgcore import Incoming
from msgcore.blocking.folder import Folder
from msgcore.testing.servers import LoopbackImapServer

LETTER = b"From: Bob <bob@b.test>\r\nMessage-ID: <%d@b.test>\r\nSubject: Letter %d\r\n\r\nHi\r\n"


def copy(source: Folder, target: Folder) -> int:
    """Copy what the target has not, with its flags and times, folder by folder."""
    known = {item.load().message_id for item in target.messages()}
    found = [(item, item.load()) for item in source.messages()]
    new = [
        Incoming(message, item.is_read, received_at=item.received_at)
        for item, message in found
        if message.message_id not in known
    ]
    target.save_all(new)
    return len(new) + sum(
        copy(source.open_folder(one.name), target.create_folder(one.name)) for one in source.folders()
    )


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
            for _ in range(2):  # whoever is cut off begins again
                print("inbox:", copy(old.inbox, new.inbox))
                print("projects:", copy(old.root.open_folder("Projects"), new.root.create_folder("Projects")))
            for item in new.inbox.messages():
                print(item.subject, "read" if item.is_read else "unread", f"{item.received_at:%d %b %Y}")
            print(len(new.search('subject:starts_with("Letter")')), "letters in all")


if __name__ == "__main__":
    main()
