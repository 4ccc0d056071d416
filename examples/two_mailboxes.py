"""Two mailboxes in one SQLite file: ann writes, bob reads. Makes its files in the current folder."""

import msgcore
from msgcore import Message
from msgcore.props import PidTagEntryId, PidTagMessageDeliveryTime, PidTagSubject

DATABASE = "sqlite:///athena.db"

with msgcore.open_organization(DATABASE, create=True) as organization:
    for name in ("ann", "bob"):
        organization.add_mailbox(name, addresses=[f"SMTP:{name}@athena.test"], exist_ok=True)

admin = msgcore.ProfileAdmin("profiles")
for name in ("ann", "bob"):
    admin.create(name, services=[{"service": "organization", "url": DATABASE, "mailbox": name}], replace=True)

with msgcore.logon("ann", admin=admin) as session:
    submission = session.submit(Message(to="bob@athena.test", subject="Report", html="<p>All is well."))
    session.flush_queues(timeout_seconds=60)
    print(session.outcomes(submission))

with msgcore.logon("bob", admin=admin) as session:
    table = session.inbox.contents_table(
        columns=[PidTagEntryId, PidTagSubject, PidTagMessageDeliveryTime],
        restriction=PidTagSubject.contains("report", ignore_case=True),
        sort_order=[PidTagMessageDeliveryTime.descending()],
    )
    for row in table.query_rows(50):
        letter = session.load_message(row[PidTagEntryId])
        print(f"{letter.from_}: {row[PidTagSubject]}: {letter.text}")
