"""A personal address book: people, lists in lists, and who gets a message. Makes its files in the current folder."""

import msgcore
from msgcore import Message
from msgcore.errors import AmbiguousName
from msgcore.testing.servers import LoopbackSmtpServer

with LoopbackSmtpServer() as server:
    admin = msgcore.ProfileAdmin("profiles")
    account = {"service": "internet-mail", "email": "ann@a.test", "smtp": server.url}
    admin.create("ann", services=[{"service": "personal-folders", "path": "mail.db"}, account], replace=True)

    with msgcore.logon("ann", admin=admin) as session:
        book = session.address_book
        for known in book.entries():
            book.remove(known)
        book.add_person("Bob Berg", "bob@b.test", nickname="bobby")
        book.add_person("Bea Berg", "bea@b.test")
        book.add_list("Choir", ["Bob Berg", "Bea Berg", "Carol <carol@c.test>"])
        book.add_list("Friends", ["Choir", "dan@d.test"])
        book.add_members("Choir", "Friends")  # each is inside the other now
        print("In it:", ", ".join(entry.display_name for entry in book.entries()))

        try:
            session.submit(Message(to="berg", subject="Which one?"))
        except AmbiguousName as error:
            print(error)

        invitation = Message(to="Friends", cc="bobby", subject="Concert", text="On Friday at eight.")
        for check in session.check_recipients(invitation):
            print(check)
        book.remove_members("Choir", "Friends")  # the check has told
        session.submit(invitation)
        session.flush_queues(timeout_seconds=60)

    (taken,) = server.received
    print("Sent to:", ", ".join(recipient.email_address for recipient in taken.envelope.recipients))
