"""A logging handler: errors of a program go out as mail, gathered, by an outbox on the disk. Makes its files here."""

import logging
from logging.handlers import BufferingHandler
from pathlib import Path

import msgcore
from msgcore import Importance, Message
from msgcore.testing.servers import LoopbackSmtpServer


class MailHandler(BufferingHandler):
    """Submits what was logged as one message, when there is much of it, or something bad, or at the end.

    It only submits: the mail is in the outbox then, on the disk, and the spooler sends it when the server is there.
    """

    def __init__(self, session: msgcore.Session, to: str, capacity: int = 100) -> None:
        super().__init__(capacity)
        self._session = session
        self._to = to

    def shouldFlush(self, record: logging.LogRecord) -> bool:
        return super().shouldFlush(record) or record.levelno >= logging.ERROR

    def flush(self) -> None:
        self.acquire()
        try:
            if self.buffer:
                worst = max(self.buffer, key=lambda record: record.levelno)
                text = "\n".join(map(self.format, self.buffer))
                importance = Importance.HIGH if worst.levelno >= logging.ERROR else Importance.NORMAL
                subject = f"{worst.levelname}: {worst.getMessage()}"[:100].replace("\n", " ")
                self._session.submit(Message(to=self._to, subject=subject, text=text, importance=importance))
                self.buffer.clear()
        finally:
            self.release()


def main() -> None:
    for name in ("log.db", "log.db-wal", "log.db-shm"):
        Path(name).unlink(missing_ok=True)
    admin = msgcore.ProfileAdmin("profiles")
    with LoopbackSmtpServer() as server:
        smtp = {"service": "smtp", "url": server.url, "email": "program@a.test"}
        admin.create("program", services=[{"service": "personal-folders", "path": "log.db"}, smtp], replace=True)
        with msgcore.logon("program", admin=admin) as session:
            session.start_spooler()
            handler = MailHandler(session, "operator@a.test")
            handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
            log = logging.getLogger("shop")
            log.setLevel(logging.INFO)
            log.addHandler(handler)

            log.info("order 7 came")
            log.error("order 7: the card was refused")
            (received,) = server.wait_for(1)
            log.removeHandler(handler)
        message = msgcore.read_message(received.octets)
        print(message.subject)
        print(message.text)


if __name__ == "__main__":
    main()
