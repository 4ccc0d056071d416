"""An archive: the mail of a POP3 account is copied into a file, once each, and searched. Makes its files here."""

from pathlib import Path

import msgcore
from msgcore.testing.servers import LoopbackPop3Server

LETTER = "From: {} <x@b.test>\r\nTo: ann@a.test\r\nDate: {} Jan 2026 12:00:00 +0000\r\nSubject: {}\r\n\r\n{}\r\n"
LETTERS = (
    ("Bob", 1, "Invoice 7", "Please pay by Friday."),
    ("Carol", 2, "Lunch", "At noon?"),
    ("Bob", 3, "Reminder", "The invoice is still open."),
)


def main() -> None:
    for name in ("archive.db", "archive.db-wal", "archive.db-shm"):
        Path(name).unlink(missing_ok=True)
    Path("password.txt").write_text("pa ss")
    Path("password.txt").chmod(0o600)
    with LoopbackPop3Server({"ann": "pa ss"}) as server, msgcore.open_store("sqlite:///archive.db") as store:
        for who, day, subject, text in LETTERS:
            server.put("ann", LETTER.format(who, day, subject, text).encode())

        # As often as one likes, from cron say: the journal in the store knows what it has, also after a crash.
        for _ in range(2):
            report = msgcore.receive(
                server.url,
                into=store,
                user="ann",
                password="file:password.txt",
                allow_cleartext_login=True,  # over the loopback without TLS; with pop3s:// there is no need to
                leave_on_server=True,
                remove_after_days=365,
            )
            print(report)

        for where in ('body:has_words("invoice") or subject:has_words("invoice")', "sent >= 2026-01-02"):
            print(where)
            for item in store.inbox.messages(where, newest_first=True):
                print(f"  {item.from_}: {item.subject}")


if __name__ == "__main__":
    main()
