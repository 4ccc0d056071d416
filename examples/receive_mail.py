"""Receive mail over POP3, and look at headers before anything is downloaded. Makes its files in the current folder."""

from pathlib import Path

import msgcore
from msgcore.testing.servers import LoopbackPop3Server

LETTER = "From: Eve <eve@e.test>\r\nTo: ann@a.test\r\nDate: {} Jan 2026 12:00:00 +0000\r\nSubject: {}\r\n\r\n{}\r\n"
PICTURES = "picture " * 10_000


def account(server: LoopbackPop3Server, **policy: object) -> dict[str, object]:
    # Over the loopback without TLS, so the login has to be allowed; with pop3s:// there is no need to.
    return {
        "service": "pop3",
        "url": server.url,
        "user": "ann",
        "password": "file:password.txt",
        "allow_cleartext_login": True,
        **policy,
    }


def main() -> None:
    for name in ("mail.db", "mail.db-wal", "mail.db-shm"):
        Path(name).unlink(missing_ok=True)
    Path("password.txt").write_text("pa ss")
    Path("password.txt").chmod(0o600)
    admin = msgcore.ProfileAdmin("profiles")
    store = {"service": "personal-folders", "path": "mail.db"}

    with LoopbackPop3Server({"ann": "pa ss"}) as server:
        for day, (subject, text) in enumerate((("Lunch", "At noon?"), ("Plan", "By train.")), start=1):
            server.put("ann", LETTER.format(day, subject, text).encode())

        # A copy stays at the server, for the telephone: what was received is not received again.
        admin.create("ann", services=[store, account(server, leave_on_server=True)], replace=True)
        for _ in range(2):
            with msgcore.logon("ann", admin=admin) as session:
                (report,) = session.receive()
                print(report)
        print("At the server:", len(server.maildrop("ann")))

        # Headers first: of large messages only the header comes, until somebody says what is to become of them.
        for day, subject in enumerate(("Holiday", "Beach", "Sunset"), start=3):
            server.put("ann", LETTER.format(day, subject, PICTURES).encode())
        policy = account(server, leave_on_server=True, skip_larger_than=10_000)
        admin.create("ann", services=[store, policy], replace=True)
        with msgcore.logon("ann", admin=admin) as session:
            session.receive()
            remote = session.remote_headers()
            for header in remote.list():
                print(f"Waits: {header.subject} from {header.from_}, {header.size_octets:,} octets")
            holiday, beach, _ = (header.entry_id for header in remote.list())
            remote.mark_for_move([holiday])
            remote.mark_for_deletion([beach])
            print(remote.process())
            print("Still waits:", [header.subject for header in remote.list()])
            print("Inbox:", [item.subject for item in session.inbox.messages()])
        print("At the server:", len(server.maildrop("ann")))

        # Without a profile: message by message.
        with msgcore.open_maildrop(
            server.url, user="ann", password="file:password.txt", allow_cleartext_login=True
        ) as maildrop:
            for waiting in maildrop.list():
                print(waiting.number, maildrop.headers(waiting).subject)


if __name__ == "__main__":
    main()
