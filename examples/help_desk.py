"""A help desk: mail comes over IMAP, is filed by ticket, and answered with its number. Makes its files here."""

import re
from pathlib import Path
from typing import Any

import msgcore
from msgcore import Folder, Message
from msgcore.codecs import mime
from msgcore.testing.servers import LoopbackImapServer, LoopbackSmtpServer

NUMBER = re.compile(r"\[T(\d+)\]")
FIRST = "From: Bob <bob@b.test>\r\nTo: desk@a.test\r\nSubject: Printer\r\nMessage-ID: <1@b.test>\r\n\r\nIt burns.\r\n"
SECOND = "From: Bob <bob@b.test>\r\nTo: desk@a.test\r\nSubject: Re: [T1] Printer\r\n\r\nStill.\r\n"


def ticket_of(message: Message, tickets: Folder) -> tuple[Folder, bool]:
    """Find the folder of a message's ticket, or make one."""
    named = NUMBER.search(message.subject)
    names = {folder.name for folder in tickets.folders()}
    if named is not None and f"T{named[1]}" in names:
        return tickets.open_folder(f"T{named[1]}"), False
    return tickets.create_folder(f"T{len(names) + 1}"), True


def take(message: Message, tickets: Folder, transport: msgcore.Transport) -> str:
    folder, is_new = ticket_of(message, tickets)
    folder.save(message)
    name = folder.facts().name
    if is_new and message.from_ is not None and not mime.is_automatic(message):
        answer = msgcore.reply(message, text=f"We look into it. Your number is {name}.", me="Desk <desk@a.test>")
        answer.subject = f"[{name}] {message.subject}"
        answer.to = [message.from_]
        answer.add_headers({"Auto-Submitted": "auto-replied"})
        transport.send(answer, return_path="")
        folder.save(answer)
    return name


def main() -> None:
    for name in ("desk.db", "desk.db-wal", "desk.db-shm"):
        Path(name).unlink(missing_ok=True)
    Path("password.txt").write_text("pa ss")
    Path("password.txt").chmod(0o600)
    # Over the loopback without TLS, so the login has to be allowed; with imaps:// there is no need to.
    login: dict[str, Any] = {"user": "desk", "password": "file:password.txt", "allow_cleartext_login": True}
    with LoopbackImapServer({"desk": "pa ss"}) as imap, LoopbackSmtpServer() as smtp:
        imap.put("desk", FIRST.encode())
        imap.put("desk", SECOND.encode())
        with (
            msgcore.open_store(imap.url, **login) as account,
            msgcore.open_store("sqlite:///desk.db") as store,
            msgcore.open_transport(smtp.url) as transport,
        ):
            tickets = store.root.create_folder("Tickets")
            done = account.root.create_folder("Done")
            for item in account.inbox.messages():
                print(f"{item.subject}: {take(item.load(), tickets, transport)}")
                done.move_here([item.entry_id])
            for folder in tickets.folders():
                print(folder.name, [item.subject for item in tickets.open_folder(folder.name).messages()])
            print("left in the inbox:", account.inbox.count())
        print("answered:", msgcore.read_message(smtp.received[0].octets).subject)


if __name__ == "__main__":
    main()
