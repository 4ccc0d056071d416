"""A workgroup without any server: mailboxes in a folder that all share. Makes its files in the current folder."""

import msgcore
from msgcore import Message

SHARE = "share"

with msgcore.open_post_office(SHARE, network="ATHENA", name="SALES", create=True) as office:
    for name, display_name in (("ann", "Ann Alm"), ("bob", "Bob Berg")):
        office.add_mailbox(name, display_name=display_name, exist_ok=True)
    print(*(one.address for one in office.mailboxes()), sep="\n")

admin = msgcore.ProfileAdmin("profiles")
for name in ("ann", "bob"):
    admin.create(name, services=[{"service": "post-office", "path": SHARE, "mailbox": name}], replace=True)

with msgcore.logon("ann", admin=admin) as session:
    submission = session.submit(Message(to=["Bob Berg", "MS:ATHENA/SALES/eve"], subject="Lunch", text="At noon?"))
    session.flush_queues()
    print(session.outcomes(submission))

with msgcore.logon("bob", admin=admin) as session:
    for item in session.inbox.messages():
        print(f"{item.from_}: {item.subject}: {item.load().text}")
