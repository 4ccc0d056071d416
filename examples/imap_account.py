"""Send from an IMAP account, find mail in it, and file it. Makes its files in the current folder."""

from pathlib import Path

import msgcore
from msgcore import Message
from msgcore.testing.servers import LoopbackImapServer, LoopbackSmtpServer


def main() -> None:
    for name in ("outbox.db", "outbox.db-wal", "outbox.db-shm"):
        Path(name).unlink(missing_ok=True)
    Path("password.txt").write_text("pa ss")
    Path("password.txt").chmod(0o600)
    with LoopbackImapServer({"ann": "pa ss"}) as imap, LoopbackSmtpServer(logins={"ann": "pa ss"}) as smtp:
        for name, role in ((b"Sent", "\\Sent"), (b"Trash", "\\Trash")):
            imap.account("ann").add(name, role)
        admin = msgcore.ProfileAdmin("profiles")
        account = {
            "service": "imap-mail",
            "email": "ann@a.test",
            "imap": imap.url,
            "smtp": smtp.url,
            "user": "ann",
            "password": "file:password.txt",
            "allow_cleartext_login": True,
        }
        admin.create("ann", services=[{"service": "personal-folders", "path": "outbox.db"}, account], replace=True)
        with msgcore.logon("ann", admin=admin) as session:
            session.submit(Message(to="bob@b.test", subject="Lunch?", text="At noon."))
            session.flush_queues()

            store = session.stores[1]
            print("sent:", [item.subject for item in store.sent_items.messages()])

            imap.put("ann", b"From: Bob <bob@b.test>\r\nSubject: Re: Lunch?\r\n\r\nYes.\r\n")
            projects = store.root.create_folder("Appointments")
            for item in store.inbox.messages('subject:contains("lunch", ignore_case)'):
                print("found:", item.subject)
                projects.move_here([item.entry_id])
            print("filed:", [item.subject for item in projects.messages()])


if __name__ == "__main__":
    main()
