"""An MTA at work: it takes mail by SMTP, delivers it, and tells what it does. Makes its files in the current folder."""

import queue
from datetime import UTC, datetime, timedelta

import msgcore
from msgcore import Message
from msgcore.mta import AddressSpace, Change, Connector, ListenOn, QueueNextHop, RecipientSettled, RouteTable
from msgcore.mta.listener import ListenerSettings, from_networks

happened: queue.Queue[object] = queue.Queue()

with msgcore.open_organization("sqlite:///athena.db", create=True) as org:
    org.add_mailbox("ann", addresses=["SMTP:ann@athena.test"], exist_ok=True)
    ours = Connector("ours", gateway="mailbox", spaces=[AddressSpace("SMTP", "*@athena.test")])
    # Port 9 discards, and nobody listens there: what goes this way waits.
    out = Connector("out", gateway="smtp", spaces=[AddressSpace("SMTP", "*")], options={"relay": "smtp://127.0.0.1:9"})
    org.set_routes(RouteTable([ours, out]))

    rules = ListenerSettings("mx.athena.test", may_relay=from_networks("127.0.0.0/8"))
    with org.working([ListenOn("127.0.0.1", 0, rules)], watch=happened.put) as node:
        letter = Message(from_="bob@b.test", to=["ann@athena.test", "carol@c.test"], subject="Lunch?", text="At noon.")
        print(msgcore.send(letter, via=f"smtp://127.0.0.1:{node.ports[0]}"))
        left = len(letter.recipients)
        while left:
            left -= isinstance(happened.get(timeout=30), RecipientSettled)

    for waiting in org.queued():
        print(f"{waiting.recipient.email_address} waits: {waiting.outcome.text}")
    gone = org.change_queue(Change.delete("an example ends"), where=QueueNextHop.equals("smtp://127.0.0.1:9"))
    print(f"deleted: {gone}, waiting: {org.queue_depth().waiting}")
    for told in org.track(address="ann@athena.test"):
        print(f"{told.address} {told.kind.value} through {told.connector}")
    print(f"forgotten: {org.purge(datetime.now(UTC) + timedelta(minutes=1))}")
