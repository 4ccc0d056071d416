"""Tables: pages, places, categories. Makes a mailbox in the current folder."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgcore
from msgcore import Message
from msgcore.props import (
    PidTagContentCount,
    PidTagContentUnreadCount,
    PidTagInstanceKey,
    PidTagMessageDeliveryTime,
    PidTagSentRepresentingName,
    PidTagSubject,
)

Path("tables.db").unlink(missing_ok=True)
SENDERS = ["Ann <ann@a.test>", "Bob <bob@b.test>", "Bob <bob@b.test>", "Carol <carol@c.test>"]

with msgcore.open_store("sqlite:///tables.db") as store:
    for number in range(40):
        message = Message(from_=SENDERS[number % 4], subject=f"Letter {number}", text="Hello")
        arrived = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        store.inbox.save(message, is_read=number % 2 == 0, received_at=arrived)

    # A page, the one before it, and where the cursor is.
    table = store.inbox.contents_table(
        columns=[PidTagSubject, PidTagMessageDeliveryTime],
        restriction='from_name:contains("bob", ignore_case)',
        sort_order="received desc",
    )
    table.seek_fraction(1, 2)
    print([row[PidTagSubject] for row in table.query_rows(3)])
    print([row[PidTagSubject] for row in table.query_rows(-3)])
    position = table.query_position()
    print(f"row {position.row} of {position.count}")

    # A bookmark keeps its place, whatever arrives and goes.
    bookmark = table.create_bookmark()
    found = table.find_row(PidTagSubject.equals("Letter 1"))
    print(found and found[PidTagSubject])
    table.seek_row(0, bookmark)
    print(table.query_rows(1)[0][PidTagSubject])

    # One category for each sender; the second is opened.
    table = store.inbox.contents_table(
        [PidTagSentRepresentingName, PidTagContentCount, PidTagContentUnreadCount, PidTagInstanceKey]
    )
    table.sort("from_name, received", categories=1)
    headers = table.query_rows(10)
    for row in headers:
        unread = row[PidTagContentUnreadCount]
        print(f"{row[PidTagSentRepresentingName]}: {row[PidTagContentCount]}, {unread} unread")
    print(f"{table.expand_row(headers[1][PidTagInstanceKey])} more rows")
    print(f"{table.row_count()} rows in view")
