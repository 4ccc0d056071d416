"""Send and receive in the background, and hear of it. Makes its files in the current folder."""

from pathlib import Path

import msgcore
from msgcore import Message, Notification, NotificationKind
from msgcore.testing.servers import LoopbackPop3Server, LoopbackSmtpServer


def tell(event: Notification) -> None:
    # Called by a thread of the session's own.
    print(f"status of {event.service}" if event.service else event.kind.value)


def main() -> None:
    for name in ("mail.db", "mail.db-wal", "mail.db-shm"):
        Path(name).unlink(missing_ok=True)
    Path("password.txt").write_text("pa ss")
    Path("password.txt").chmod(0o600)
    admin = msgcore.ProfileAdmin("profiles")

    with LoopbackSmtpServer() as smtp, LoopbackPop3Server({"ann": "pa ss"}) as pop3:
        # Over the loopback without TLS, so the login has to be allowed; with pop3s:// there is no need to.
        login = {"user": "ann", "password": "file:password.txt", "allow_cleartext_login": True}
        services: list[dict[str, object]] = [
            {"service": "personal-folders", "path": "mail.db"},
            {"service": "smtp", "url": smtp.url, "email": "ann@a.test"},
            {"service": "pop3", "url": pop3.url, **login},
        ]
        admin.create("work", services=services, replace=True)
        with msgcore.logon("work", admin=admin) as session:
            session.advise(tell, session.drafts)
            # Often, because nobody likes to wait for an example; in life every few minutes.
            session.start_spooler(interval_seconds=0.1)

            session.submit(Message(to="bob@b.test", subject="Report"))
            (received,) = smtp.wait_for(1)
            print("The server has", msgcore.read_message(received.octets).subject)

            with session.notifications(session.inbox, kinds=[NotificationKind.NEW_MAIL], timeout_seconds=30) as told:
                pop3.put("ann", b"From: bob@b.test\r\nSubject: Re: Report\r\n\r\nThanks.\r\n")
                news = next(told)
            print("New mail:", session.load_message(news.entry_id).subject)

            session.drafts.save(Message(subject="Next report"))
        # Logging off has waited for the callback.
    print("Logged off")


if __name__ == "__main__":
    main()
